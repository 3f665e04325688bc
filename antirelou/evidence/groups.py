"""Groups of near-identical texts, so that twenty thousand messages read as a few hundred texts.

Two texts are alike if their letters and digits are, case, accents, spaces, signs and emoji aside (the policy's
`normalise`), or if few of these are changed: one in six, twelve at most. A text without letters is compared by its
signs, repeats aside. Each group is led by its commonest text, and whatever joins it is like that one, so that groups do
not grow from one text to quite another. rapidfuzz counts the changes; with what a text is compared at all is found by
the pieces that it shares with a leader, so that not each is compared with each, and what one text costs is bounded,
however hostile the texts are. Pure; whose they are is the caller's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from antirelou.language import _
from antirelou.policy.words import normalise

_LONGEST_PIECE = 8  # characters
_ONE_IN = 6  # so many characters one may be changed
_MOST_CHANGES = 12
_MOST_WITH_PIECE = 100  # leaders that a piece leads to
_MOST_COMPARED = 200  # leaders with which one text is compared; some more at most
_REPEATED = re.compile(r"(.)\1+", re.DOTALL)


class NoRapidfuzz(Exception):
    """The package that compares texts is not installed."""

    exit_status = 78


@dataclass(slots=True)
class Group:
    """Near-identical texts: the commonest as it was written first, how often all came, and who wrote them."""

    text: str
    messages: int = 0
    variants: int = 0
    senders: Counter[Any] = field(default_factory=Counter)


def key(text: str) -> str:
    """What of a text is compared: its letters and digits, or, if it has none, its signs without repeats."""
    letters = normalise(text)
    return letters or _REPEATED.sub(r"\1", "".join(text.split()))


def grouped(texts: Iterable[tuple[str, Hashable]]) -> list[Group]:
    """Group texts with their senders; the largest group first. Raises `NoRapidfuzz`."""
    alike: dict[str, Group] = {}
    keys: dict[str, str] = {}  # a text that comes again is not taken apart again
    for text, sender in texts:
        its = keys.get(text)
        if its is None:
            its = keys[text] = key(text)
        group = alike.get(its)
        if group is None:
            group = alike[its] = Group(text)
        group.messages += 1
        group.senders[sender] += 1
    variants = Counter(keys.values())
    for its, group in alike.items():
        group.variants = variants[its]
    return sorted(_merged(alike), key=lambda group: -group.messages)


def _merged(alike: dict[str, Group]) -> list[Group]:
    """Put each group to the leader that its key is most like, or make it a leader."""
    leaders = _Leaders()
    for its in sorted(alike, key=lambda one: -alike[one].messages):
        leader = leaders.nearest(its)
        if leader is None:
            leaders.add(its)
            continue
        into, group = alike[leader], alike[its]
        into.messages += group.messages
        into.variants += group.variants
        into.senders += group.senders
    return [alike[its] for its in leaders.keys]


class _Leaders:
    """The keys that lead a group, each found by the pieces it is cut into: one more than changes are allowed.

    So one of them at least is untouched in whatever is like it (unless the piece is one of very many leaders).
    """

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._extract, self._distance = _rapidfuzz()
        self._with: dict[str, list[int]] = {}

    def add(self, its: str) -> None:
        """Let a key lead."""
        size = _piece(its)
        if size:
            for at in range(0, size * (_changes(its) + 1), size):
                leaders = self._with.setdefault(its[at : at + size], [])
                if len(leaders) < _MOST_WITH_PIECE:
                    leaders.append(len(self.keys))
        self.keys.append(its)

    def nearest(self, its: str) -> str | None:
        """The leader with the fewest changes to it, if they are few enough; of equal ones the first."""
        candidates = [self.keys[place] for place in self._candidates(its)]
        most = _changes(its)
        found = self._extract(
            its, candidates, scorer=self._distance, processor=None, score_cutoff=most
        )
        return found[0] if found and found[1] <= _changes(found[0]) else None

    def _candidates(self, its: str) -> list[int]:
        """Leaders that share pieces with a key, the rarest pieces first; oldest leaders first."""
        found: set[int] = set()
        shared = [
            leaders
            for size in _pieces_near(its)
            for at in range(len(its) - size + 1)
            if (leaders := self._with.get(its[at : at + size]))
        ]
        for leaders in sorted(shared, key=len):
            found.update(leaders)
            if len(found) >= _MOST_COMPARED:
                break
        return sorted(found)


def _changes(its: str) -> int:
    """How many characters of a key may be changed."""
    return min(len(its) // _ONE_IN, _MOST_CHANGES)


def _piece(its: str) -> int:
    """The length of the pieces that a leader is cut into; 0 if nothing of it may be changed."""
    changes = _changes(its)
    return min(len(its) // (changes + 1), _LONGEST_PIECE) if changes else 0


def _pieces_near(its: str) -> set[int]:
    """The lengths of the pieces of all leaders that a key may be like."""
    changes = _changes(its)
    if not changes:
        return set()
    lengths = range(len(its) - changes, len(its) + changes + 1)
    return {_piece(its[:1] * length) for length in lengths} - {0}


def _rapidfuzz() -> tuple[Any, Any]:
    try:
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein
    except ImportError as error:
        raise NoRapidfuzz(
            _(
                "Grouping texts needs the package rapidfuzz: /opt/antirelou/bin/pip install rapidfuzz."
            )
        ) from error
    return process.extractOne, Levenshtein.distance
