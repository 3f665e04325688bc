"""How anything reaches a terminal, a pipe, a spreadsheet: escaped, masked, in the operator's time.

How it is escaped is `harmless.py`'s; every command takes both from here.

Knows nothing of the log's rows; what is printed is chosen by the commands.
"""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from antirelou.harmless import (  # noqa: F401 - commands take them from here
    csv_cell,
    csv_line,
    json_line,
    paragraphs,
    visible,
)
from antirelou.policy.numbers import mask

_IDENTIFYING = (
    "number",
    "imei",
    "imsi",
    "iccid",
    "accepted_imsi",
    "accepted_iccid",
    "service_centre",
)


def width(text: str) -> int:
    """How many columns of a terminal `text` takes; it was made `visible` before."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(c)
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def cut(text: str, columns: int) -> str:
    """`text` in at most `columns`, its end replaced by an ellipsis where it is longer."""
    if width(text) <= columns:
        return text
    used = 0
    for position, character in enumerate(text):
        used += width(character)
        if used > columns - 1:
            return text[:position] + "…"
    return text


def displayed(address: str, *, numbers: bool) -> str:
    """A sender for JSON and CSV, which escape by themselves: masked unless the operator asked for numbers."""
    if not address:
        return "withheld"
    return address if numbers else mask(address)


def masked(address: str, *, numbers: bool) -> str:
    """A sender as it is shown: masked unless the operator asked for numbers, and harmless."""
    return visible(displayed(address, numbers=numbers))


def masked_row(row: dict[str, Any], *, numbers: bool) -> dict[str, Any]:
    """A line's row without what identifies its SIM and modem, unless numbers are asked for."""
    return {
        name: masked(value, numbers=numbers)
        if name in _IDENTIFYING and value
        else value
        for name, value in row.items()
    }


def echo(line: str = "", *, end: str = "\n") -> None:
    """Print one line at once, so that a reader who went away is noticed at once."""
    print(line, end=end, flush=True)


def when(
    value: datetime | str | None, zone: ZoneInfo, *, now: datetime | None = None
) -> str:
    """A time by the operator's clock; without its date when that is the date of `now`."""
    if value is None:
        return "-"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = moment.astimezone(zone)
    if now is not None and local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M:%S}"
    return f"{local:%Y-%m-%d %H:%M:%S}"


def columns() -> int | None:
    """The width of the terminal, None if standard output is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> list[str]:
    """Lines with their columns aligned, two spaces apart; the last column is as long as it likes."""
    if not rows:
        return []
    widths = [
        max(width(row[column]) for row in rows) for column in range(len(rows[0]) - 1)
    ]
    return [
        indent
        + "  ".join(
            [
                *(_padded(cell, size) for cell, size in zip(row, widths, strict=False)),
                row[-1],
            ]
        ).rstrip()
        for row in rows
    ]


def _padded(cell: str, size: int) -> str:
    return cell + " " * (size - width(cell))


def size_of(octets: int) -> str:
    """`1.5 GB`, in the units in which the configuration is written."""
    amount = float(octets)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return (
                f"{amount:.0f} {unit}"
                if amount >= 10 or unit == "B"
                else f"{amount:.1f} {unit}"
            )
        amount /= 1000
    return f"{amount:.1f} TB"


def size(octets: int) -> str:
    """`500MB`, as the configuration is written; exact."""
    units = (("GB", 10**9), ("MB", 10**6), ("kB", 1000))
    return next(
        (
            f"{octets // each}{unit}"
            for unit, each in units
            if octets and octets % each == 0
        ),
        f"{octets}B",
    )


def duration(value: timedelta) -> str:
    """`36h`, as the configuration is written; to the second, in the largest unit that leaves no rest."""
    seconds = round(value.total_seconds())
    units = (("y", 365 * 86_400), ("d", 86_400), ("h", 3600), ("m", 60))
    return next(
        (
            f"{seconds // each}{unit}"
            for unit, each in units
            if seconds and seconds % each == 0
        ),
        f"{seconds}s",
    )
