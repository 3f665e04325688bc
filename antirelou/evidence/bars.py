"""A plot of counts over time: a bar a span, drawn on a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from antirelou.evidence.sheet import ACCENT, GREY, LEFT, RIGHT, RULE, Sheet

_HIGH, _TICKS, _LABELS = 70.0, 4, 6
_FIGURES = 14.0  # for the scale, left of the bars


def drawn(
    sheet: Sheet, bars: Sequence[int], labels: Sequence[str], figures: Sequence[str]
) -> None:
    """Draw the bars; `figures` are the scale's, from 0 up, as the language writes them."""
    sheet.room(_HIGH + 18)
    bottom = sheet.y + 4 + _HIGH
    left, most = LEFT + _FIGURES, scale(max(bars, default=0))
    step = (RIGHT - left) / max(1, len(bars))
    sheet.pdf.set_line_width(0.15)
    sheet.pdf.set_draw_color(*RULE)
    sheet.style("text", 7, GREY)
    for tick, figure in enumerate(figures):
        y = bottom - _HIGH * tick / (len(figures) - 1)
        sheet.pdf.line(left, y, RIGHT, y)
        sheet.put(left - 2, y + 1, figure, right=True)
    sheet.pdf.set_fill_color(*ACCENT)
    for place, number in enumerate(bars):
        if number:
            high = max(0.3, _HIGH * number / most)
            x, wide = left + place * step, max(0.15, step * 0.85)
            sheet.pdf.rect(x, bottom - high, wide, high, style="F")
    every = max(1, -(-len(bars) // _LABELS))
    for place in range(0, len(bars), every):
        sheet.put(left + place * step, bottom + 4.5, labels[place])
    sheet.gap(_HIGH + 14)


def scale(most: int) -> int:
    """The next number of which each tick is a round one."""
    size = 1
    while most > _TICKS * size * 5:
        size *= 10
    return next(_TICKS * size * n for n in (1, 2, 5) if _TICKS * size * n >= most)


def ticks(most: int) -> list[int]:
    """The numbers of the scale, from 0 up."""
    return [scale(most) * tick // _TICKS for tick in range(_TICKS + 1)]
