"""How anything reaches a terminal, a pipe, a spreadsheet: escaped, masked, in the operator's time.

Promise P7 is kept here. `visible` makes a stranger's text harmless to a terminal and reversible for a reader: a
backslash is doubled, and whatever is not plainly printable (controls, ESC, bidirectional overrides, zero width,
line separators, lone surrogates, hidden selectors) becomes an escape such as \\u202e. `json_line` is pure ASCII without
controls. `csv_line` is RFC 4180, and no cell begins like a formula.

Knows nothing of the log's rows; what is printed is chosen by the commands.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from antirelou.policy.numbers import mask

# Printable by Python's rule, yet drawn as nothing: fillers, joiners, and selectors that can carry hidden octets.
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]"
)
_MOST_MARKS = 3  # accents upon one letter; more of them climb over the lines above
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
_IDENTIFYING = (
    "number",
    "imei",
    "imsi",
    "iccid",
    "accepted_imsi",
    "accepted_iccid",
    "service_centre",
)
_FORMULA = re.compile(
    r"(^|;)(\s*)(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])"
)  # the last four: full width = + - @


def visible(text: str) -> str:
    """`text` on one line, with every character that could act on a terminal shown as an escape.

    Reversible: the escapes are those of TOML and Python, and a backslash is doubled.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        is_mark = unicodedata.combining(character) != 0 or unicodedata.category(
            character
        ) in ("Mn", "Me")
        marks = marks + 1 if is_mark else 0
        # A mark without a letter of its own would sit on what we printed before it.
        astray = is_mark and (not shown or marks > _MOST_MARKS)
        shown.append(_escaped(character) if astray else _shown(character))
    return "".join(shown)


def _shown(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    printable = character.isprintable() or unicodedata.category(character) == "Zs"
    return (
        character if printable and not _HIDDEN.match(character) else _escaped(character)
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def paragraphs(text: str) -> list[str]:
    """`text` as harmless lines, for a view that shows each behind a mark of its own."""
    return [visible(line) for line in re.split("\r\n|\n|\r", text)]


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


def json_line(value: object) -> str:
    """One object on one line, ASCII only: no terminal acts on it."""
    return json.dumps(value, ensure_ascii=True)


def csv_cell(value: object) -> str:
    """One cell, quoted where RFC 4180 asks for it.

    A cell that begins like a formula gets a leading apostrophe, and so does what follows a semicolon, which is the
    separator where the comma is decimal.
    """
    if value is None:
        return ""
    text = (
        visible(value)
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    text = _FORMULA.sub(r"\1\2'", text) if isinstance(value, str) else text
    return (
        f'"{text.replace(chr(34), chr(34) * 2)}"'
        if re.search('[",;\r\n]|^\\s|\\s$', text)
        else text
    )


def csv_line(cells: Iterable[object]) -> str:
    """One record; the caller ends it with `end="\\r\\n"`."""
    return ",".join(csv_cell(cell) for cell in cells)


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
