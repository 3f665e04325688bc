"""What of a stranger's text the report's font can draw, and what stands for the rest.

A sign that the font lacks, that is not printable, that would change the direction of what follows, or that would climb
over its neighbours is written as its number in Unicode, as ⟨U+1F92C⟩; of equal ones in a row how many there are. The
bracket itself is written so too, so that nobody can feign one. Nothing is lost: messages.json has the text as it came.
Pure.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection
from itertools import groupby

from antirelou.harmless import HIDDEN, MOST_MARKS

_OPEN, _CLOSE = "\u27e8", "\u27e9"
_MARKS = ("Mn", "Me")
_RIGHT_TO_LEFT = ("R", "AL", "AN")


class Glyphs:
    """What a font can draw; counts what it had to replace."""

    def __init__(self, covered: Collection[int]) -> None:
        self._covered = covered
        self._known: dict[str, bool] = {}
        self.replaced: Counter[str] = Counter()

    def lines(self, text: str) -> list[str]:
        """A text as it can be drawn, its own lines kept; nothing else of it acts."""
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        return [self.line(one) for one in plain.split("\n")]

    def line(self, text: str) -> str:
        """A text on one line."""
        if text.isascii() and text.isprintable():
            return text
        shown: list[str] = []
        marks = 0
        for character, run in groupby(text):
            number = sum(1 for _ in run)
            is_mark = unicodedata.category(character) in _MARKS
            marks = marks + number if is_mark else 0
            drawn = self._drawn(character)
            if drawn and not (is_mark and (marks > MOST_MARKS or not shown)):
                shown.append(character * number)
                continue
            self.replaced[character] += number
            many = f"\u00d7{number}" if number > 1 else ""
            shown.append(f"{_OPEN}U+{ord(character):04X}{many}{_CLOSE}")
        return "".join(shown)

    def _drawn(self, character: str) -> bool:
        found = self._known.get(character)
        if found is None:
            found = self._known[character] = self._can(character)
        return found

    def _can(self, character: str) -> bool:
        if character in (_OPEN, _CLOSE) or HIDDEN.match(character):
            return False
        if unicodedata.bidirectional(character) in _RIGHT_TO_LEFT:
            return False  # drawn from left to right it would read backwards
        plain = character.isprintable() or unicodedata.category(character) == "Zs"
        return plain and ord(character) in self._covered


def name_of(character: str) -> str | None:
    """The name of a sign in Unicode; control characters and what is not assigned have none."""
    return unicodedata.name(character, None)
