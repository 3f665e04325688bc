"""User data: TP-UDL and TP-UD of an SMS-DELIVER or SMS-SUBMIT (3GPP TS 23.040 clauses 9.2.3.16 and 9.2.3.24).

Reads whatever the octets allow and says what is wrong with them; whether that is too much is the caller's decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from antirelou.sms.alphabet import decode_septets, ends_in_escape, unpack
from antirelou.sms.coding import Alphabet, Coding
from antirelou.sms.facts import Deliver
from antirelou.sms.header import NO_HEADER, UserDataHeader, read_header

MOST_SEPTETS = 160
MOST_OCTETS = 140

TRUNCATED = "the user data is cut off"
NO_ROOM_FOR_HEADER = "the user data header is longer than the user data"
OVERLONG = "the user data is longer than a short message has room for"
HEADER_IGNORED = "the user data header contradicts itself and is ignored"
HALF_ESCAPE = "the text ends within an escape pair"
HALF_CHARACTER = "the text ends within a character"
LONE_SURROGATE = "the text has half of a surrogate pair"
COMPRESSED = "the text is compressed (TS 23.042) and not read"
RESERVED_CODING = "the data coding scheme is reserved; read as the default alphabet"


@dataclass(frozen=True, slots=True)
class UserData:
    """What was read; `octets` of the TPDU belong to it; `damage` is what makes it unfit to be taken for whole."""

    octets: int
    header: UserDataHeader
    text: str | None
    data: bytes
    problems: tuple[str, ...]
    damage: str | None


def _preview(octets: bytes) -> str | None:
    text = octets.decode("latin-1")
    return text if text.translate({9: None, 10: None, 13: None}).isprintable() else None


def _ucs2(octets: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of UTF-16 code units, most significant octet first: what UCS2 has long become in the field."""
    problems: tuple[str, ...] = (HALF_CHARACTER,) if len(octets) % 2 else ()
    whole = octets[: len(octets) & ~1]
    try:
        return whole.decode("utf-16-be"), problems
    except UnicodeDecodeError:
        return whole.decode("utf-16-be", "replace"), (*problems, LONE_SURROGATE)


def _header(
    first_octet: int, body: bytes
) -> tuple[UserDataHeader, int, str | None, str | None]:
    """The header, how many octets it takes, a problem, a damage."""
    if not first_octet & 0x40:
        return NO_HEADER, 0, None, None
    size = body[0] + 1 if body else 1
    if size > len(body):
        return NO_HEADER, 0, None, NO_ROOM_FOR_HEADER
    header = read_header(body[1:size])
    return (
        (NO_HEADER, size, HEADER_IGNORED, None)
        if header is None
        else (header, size, None, None)
    )


def _content(
    coding: Coding, body: bytes, declared: int, used: int, header: UserDataHeader
) -> tuple[str | None, bytes, tuple[str, ...]]:
    """Text, data and problems of what is behind the `used` octets of the header."""
    if coding.compressed:
        return None, body[used:], (COMPRESSED,)
    if coding.alphabet is Alphabet.GSM7:
        skip = (used * 8 + 6) // 7  # fill bits take the header to a septet's edge
        count = max(0, min(declared, len(body) * 8 // 7) - skip)
        septets = unpack(body, count, skip=skip)
        text = decode_septets(
            septets, locking=header.locking_shift, single=header.single_shift
        )
        return text, septets, (HALF_ESCAPE,) if ends_in_escape(septets) else ()
    if coding.alphabet is Alphabet.UCS2:
        text, problems = _ucs2(body[used:])
        return text, body[used:], problems
    return _preview(body[used:]), body[used:], ()


def read_user_data(
    first_octet: int, coding: Coding, declared: int, octets: bytes
) -> UserData:
    """The user data that begins these octets, TP-UDL being `declared`: septets, or octets where there are none."""
    in_septets = coding.alphabet is Alphabet.GSM7 and not coding.compressed
    size = (declared * 7 + 7) // 8 if in_septets else declared
    body = octets[:size]
    header, used, problem, damage = _header(first_octet, body)
    text, data, problems = _content(coding, body, declared, used, header)
    if problem:
        problems = (problem, *problems)
    if declared > (MOST_SEPTETS if in_septets else MOST_OCTETS):
        problems = (*problems, OVERLONG)
    if coding.reserved:
        problems = (*problems, RESERVED_CODING)
    if len(body) < size:
        damage = TRUNCATED
    return UserData(size, header, text, data, problems, damage)


def joined_text(segments: Iterable[Deliver]) -> str:
    """The text of consecutive segments, in this order; a character that its sender cut in two is whole again.

    Leave out nothing between two of them: give each run of consecutive segments on its own.
    """

    def alike(segment: Deliver) -> tuple[Alphabet, int, int, bool]:
        header = segment.header
        return (
            segment.coding.alphabet,
            header.locking_shift,
            header.single_shift,
            segment.text is None,
        )

    texts: list[str] = []
    for (alphabet, locking, single, without_text), run in groupby(segments, alike):
        parts = tuple(run)
        data = b"".join(part.data for part in parts)
        if (
            without_text
            or alphabet is Alphabet.EIGHT_BIT
            or (alphabet is Alphabet.UCS2 and len(data) % 2)
        ):
            texts.extend(part.text or "" for part in parts)
        elif alphabet is Alphabet.UCS2:
            texts.append(_ucs2(data)[0])
        else:
            texts.append(decode_septets(data, locking=locking, single=single))
    return "".join(texts)
