"""How anything that a stranger wrote becomes harmless: to a terminal, a pipe, a spreadsheet.

Promise P7 is kept here. `visible` makes a text harmless to a terminal and reversible for a reader: a backslash is
doubled, and whatever is not plainly printable (controls, ESC, bidirectional overrides, zero width, line separators, lone
surrogates, hidden selectors) becomes an escape such as \\u202e. `json_line` is pure ASCII without controls. `csv_line`
is RFC 4180, and no cell begins like a formula. Pure.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

# Printable by Python's rule, yet drawn as nothing: fillers, joiners, and selectors that can carry hidden octets.
HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\U000e0100-\U000e01ef]"
)
MOST_MARKS = 3  # accents upon one letter; more of them climb over the lines above
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
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
        astray = is_mark and (not shown or marks > MOST_MARKS)
        shown.append(_escaped(character) if astray else _shown(character))
    return "".join(shown)


def _shown(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    printable = character.isprintable() or unicodedata.category(character) == "Zs"
    return (
        character if printable and not HIDDEN.match(character) else _escaped(character)
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def paragraphs(text: str) -> list[str]:
    """`text` as harmless lines, for a view that shows each behind a mark of its own."""
    return [visible(line) for line in re.split("\r\n|\n|\r", text)]


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
