"""Texts that go out: which alphabet they take, how many septets and segments, and where to cut them.

Knows nothing of addresses and PDUs. Segments have room for the concatenation element with an 8 bit reference
(3GPP TS 23.040 clause 9.2.3.24.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from antirelou.sms.alphabet import SEPTETS
from antirelou.sms.coding import Alphabet

SEPTETS_ALONE, SEPTETS_IN_SEGMENT = 160, 153
UNITS_ALONE, UNITS_IN_SEGMENT = 70, 67  # UTF-16 code units

# Characters that look alike in the default alphabet; the left ones would make the whole text UCS2.
_EQUIVALENTS = {
    **dict.fromkeys("‘’‚‛′‹›ʼ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−•", "-"),
    **dict.fromkeys(
        "\t\u00a0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " "
    ),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    **dict.fromkeys("\u2028\u2029", "\n"),
    "…": "...",
    "œ": "oe",
    "Œ": "OE",
    "ﬁ": "fi",
    "ﬂ": "fl",
}
_ACCENTED = re.compile(
    "[A-Za-z][\u0300-\u036f]+"
)  # a letter and its accents apart, as some editors save them

_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)


@dataclass(frozen=True, slots=True)
class Composition:
    """A text as it would go out. `units`: septets, or UTF-16 code units; positions count characters from 0.

    `forcing`: the characters that have no septet and so force UCS2; `extension`: those that cost two septets.
    """

    alphabet: Alphabet
    units: int
    segments: tuple[str, ...]
    forcing: tuple[tuple[int, str], ...]
    extension: tuple[tuple[int, str], ...]


def _code_units(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _belongs_to(previous: str, character: str) -> bool:
    """Whether a reader would see the two as one: accents, emoji put together. No full Unicode segmentation (UAX 29)."""
    code = ord(character)
    return (
        unicodedata.category(character).startswith("M")
        or character == _ZERO_WIDTH_JOINER
        or previous.endswith(_ZERO_WIDTH_JOINER)
        or code in _SKIN_TONES
        or code in _TAGS
        or (
            code in _FLAG_LETTERS
            and len(previous) == 1
            and ord(previous) in _FLAG_LETTERS
        )
    )


def _clusters(text: str) -> list[str]:
    clusters: list[str] = []
    for character in text:
        if clusters and _belongs_to(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _cut(
    pieces: Sequence[str], cost: Callable[[str], int], room: int
) -> tuple[str, ...]:
    """The pieces in segments, each as full as it can be."""
    segments, used = [""], 0
    for piece in pieces:
        size = sum(map(cost, piece))
        if used + size > room:
            segments.append("")
            used = 0
        segments[-1] += piece
        used += size
    return tuple(segments)


def split(text: str, alphabet: Alphabet) -> tuple[str, ...]:
    """The segments of a text that does not fit in one short message.

    No escape pair and no surrogate pair is ever cut; what is seen as one character is kept together if that takes no
    segment more.
    """
    cost, room = (
        (SEPTETS.__getitem__, SEPTETS_IN_SEGMENT)
        if alphabet is Alphabet.GSM7
        else (_code_units, UNITS_IN_SEGMENT)
    )
    segments = _cut(text, cost, room)
    clusters = _clusters(text)
    if any(sum(map(cost, cluster)) > room for cluster in clusters):
        return segments
    gentle = _cut(clusters, cost, room)
    return gentle if len(gentle) == len(segments) else segments


@lru_cache(maxsize=16)
def compose(text: str) -> Composition:
    """The alphabet, the cost and the segments of a text; an empty one is one empty segment."""
    forcing = tuple(
        (position, character)
        for position, character in enumerate(text)
        if character not in SEPTETS
    )
    extension = tuple(
        (position, character)
        for position, character in enumerate(text)
        if SEPTETS.get(character) == 2
    )
    if forcing:
        alphabet, units, alone = Alphabet.UCS2, sum(map(_code_units, text)), UNITS_ALONE
    else:
        alphabet, units, alone = (
            Alphabet.GSM7,
            len(text) + len(extension),
            SEPTETS_ALONE,
        )
    segments = (text,) if units <= alone else split(text, alphabet)
    return Composition(alphabet, units, segments, forcing, extension)


def typographic(text: str) -> tuple[str, tuple[tuple[int, str, str], ...]]:
    """The text with typography that would force UCS2 replaced, and each replacement: position, old, new.

    Positions are those of the given text. Letters that have no septet (ê, ç) stay: to change them is to misspell.
    """
    changes = []
    for position, character in enumerate(text):
        if character in _EQUIVALENTS:
            changes.append((position, character, _EQUIVALENTS[character]))
    for match in _ACCENTED.finditer(text):
        composed = unicodedata.normalize("NFC", match[0])
        if composed in SEPTETS:
            changes.append((match.start(), match[0], composed))
    changes.sort()
    pieces, at = [], 0
    for position, old, new in changes:
        pieces += [text[at:position], new]
        at = position + len(old)
    return "".join([*pieces, text[at:]]), tuple(changes)
