"""The GSM 7 bit alphabets of 3GPP TS 23.038: septets out of octets, and characters out of septets.

Every sequence of septets has a text: what is not in a table is read as clause 6.2.1 tells a receiver to. Refuses to
know where in a short message the septets lie.
"""

from __future__ import annotations

import codecs

from antirelou.sms import national

ESCAPE = 0x1B
_ESCAPE = bytes([ESCAPE])

# 6.2.1; position 0x1B is the escape.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 6.2.1.1: septet behind the escape to character.
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

_LOCKING = national.locking_tables(BASIC)
_SINGLE = national.single_tables(EXTENSION)

# How many septets each character costs in the default alphabet; a character that is not here has no septet.
SEPTETS = {character: 1 for character in BASIC if character != "\x1b"} | dict.fromkeys(
    EXTENSION.values(), 2
)

_SIZE = 256  # more septets than TP-UDL can declare


def _halves(half: int) -> tuple[int, int, int]:
    """Of every 2 * `half` septets that begin each 16 * `half` bits: the lower half's bits, and the upper half's."""
    lower = sum(
        ((1 << 7 * half) - 1) << start for start in range(0, 8 * _SIZE, 16 * half)
    )
    return half, lower, lower << 7 * half


_HALVES = tuple(
    _halves(1 << power) for power in reversed(range(_SIZE.bit_length() - 1))
)


def unpack(octets: bytes, count: int, *, skip: int = 0) -> bytes:
    """The `count` septets behind the first `skip`, one an octet (TS 23.038 6.1.2.1); `octets` must hold them all.

    At most 256. Done on one whole number: each half of what is left moves up by one bit a septet, in eight steps
    instead of one a septet.
    """
    number = (int.from_bytes(octets, "little") >> 7 * skip) & ((1 << 7 * count) - 1)
    for half, lower, upper in _HALVES:
        if half < count:
            number = (number & lower) | ((number & upper) << half)
    return number.to_bytes(count, "little")


def decode_septets(septets: bytes, *, locking: int = 0, single: int = 0) -> str:
    """The text of unpacked septets, with the tables of these national language identifiers.

    An identifier without a table means the default table. Behind an escape: a septet that is in no extension table
    is the character of the main table, a second escape is a space (6.2.1.1, note 1); an escape that ends the septets
    is nothing.
    """
    table = _LOCKING.get(locking, BASIC)
    if _ESCAPE not in septets:
        return codecs.charmap_decode(septets, "strict", table)[0]
    extension = _SINGLE.get(single, EXTENSION)
    characters = []
    escaped = False
    for septet in septets:
        if escaped:
            characters.append(
                " " if septet == ESCAPE else extension.get(septet) or table[septet]
            )
            escaped = False
        elif septet == ESCAPE:
            escaped = True
        else:
            characters.append(table[septet])
    return "".join(characters)


def ends_in_escape(septets: bytes) -> bool:
    """Whether the last septet is an escape with nothing behind it: the half of a pair."""
    escapes = len(septets) - len(septets.rstrip(_ESCAPE))
    return escapes % 2 == 1
