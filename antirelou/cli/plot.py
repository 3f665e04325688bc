"""A plot of counts over time as SVG: one stacked bar a span, one colour a word. Pure; needs no script and no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 1000, 320  # of the drawing, which is scaled to the page
_LEFT, _TOP, _BOTTOM = 60, 10, 40
_TICKS = 4
_LABELS = 8  # along the time, each so wide:
_LABEL = 80

# Twelve hues that most eyes tell apart, then the same again, darker.
_HUES = (140, 210, 30, 280, 0, 180, 60, 320, 240, 90, 20, 200)

Bars = Sequence[tuple[str, Mapping[str, int]]]  # (span, word -> count), oldest first


def colours(words: Sequence[str]) -> dict[str, str]:
    """A colour a word, always the same for the same words."""
    return {
        word: f"hsl({_HUES[n % len(_HUES)]} 60% {50 - 18 * (n // len(_HUES))}%)"
        for n, word in enumerate(words)
    }


def drawn(bars: Bars, words: Sequence[str], title: str) -> str:
    """The plot as an SVG element; words are stacked in their order."""
    return "".join(_svg(bars, words, title))


def _svg(bars: Bars, words: Sequence[str], title: str) -> Iterator[str]:
    most = _round(max((sum(counts.values()) for _, counts in bars), default=0))
    width, height = WIDTH - _LEFT, HEIGHT - _TOP - _BOTTOM
    step = width / max(1, len(bars))
    yield (
        f'<svg class="plot" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>"
    )
    for tick in range(_TICKS + 1):
        y = _TOP + height - height * tick / _TICKS
        yield f'<line class="grid" x1="{_LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="count" x="{_LEFT - 6}" y="{y + 4:.1f}">{most * tick // _TICKS:,}</text>'
    for n, (span, counts) in enumerate(bars):
        x = _LEFT + n * step
        yield from _bar(span, counts, words, (x, step, height / most, _TOP + height))
        if n % max(1, -(-len(bars) // _LABELS)) == 0 and x < WIDTH - _LABEL:
            yield f'<text class="span" x="{x:.1f}" y="{HEIGHT - _BOTTOM + 18}">{escape(span)}</text>'
    yield "</svg>"


def _bar(
    span: str,
    counts: Mapping[str, int],
    words: Sequence[str],
    place: tuple[float, float, float, float],
) -> Iterator[str]:
    x, step, scale, y = place
    colour = colours(words)
    for word in words:
        if number := counts.get(word, 0):
            y -= number * scale
            yield (
                f'<rect class="bar" x="{x:.2f}" y="{y:.2f}" width="{max(0.5, step * 0.9):.2f}"'
                f' height="{number * scale:.2f}" fill="{colour[word]}">'
                f"<title>{escape(f'{span}: {number:,} {word}')}</title></rect>"
            )


def _round(most: int) -> int:
    """The next number of which each tick is a round one."""
    size = 1
    while most > _TICKS * size * 5:
        size *= 10
    return next(_TICKS * size * n for n in (1, 2, 5) if _TICKS * size * n >= most)
