"""The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038 clause 6.2.1), for the simulated network.

Written on its own so that a mistake in the decoder under test cannot hide behind the same mistake here.
Encodes what a phone would send and decodes what a modem was given; it knows neither PDUs nor AT commands.
"""

from __future__ import annotations

ESCAPE = 0x1B

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
}
_EXTENSION[0x65] = "€"

_SEPTETS: dict[str, bytes] = {
    character: bytes([code]) for code, character in enumerate(_BASIC) if code != ESCAPE
}
_SEPTETS.update(
    {character: bytes([ESCAPE, code]) for code, character in _EXTENSION.items()}
)


def representable(text: str) -> bool:
    """Whether every character of `text` has one or two septets."""
    return all(character in _SEPTETS for character in text)


def septets_of(text: str) -> list[bytes]:
    """One entry a character, one septet or ESC and a septet; a character outside the alphabet becomes "?"."""
    return [_SEPTETS.get(character, b"?") for character in text]


def text_of(septets: bytes) -> str:
    """The text behind `septets`; an unknown escape shows the character of the basic table (clause 6.2.1)."""
    out: list[str] = []
    escaped = False
    for code in septets:
        if escaped:
            out.append(_EXTENSION.get(code, _BASIC[code]))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            out.append(_BASIC[code])
    return "".join(out)


def pack(septets: bytes, skipped_bits: int = 0) -> bytes:
    """Septets packed into octets, lowest bits first, after `skipped_bits` fill bits (clause 6.1.2.1)."""
    accumulated = 0
    for position, septet in enumerate(septets):
        accumulated |= septet << (7 * position)
    bits = 7 * len(septets) + skipped_bits
    return (accumulated << skipped_bits).to_bytes((bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, skipped_bits: int = 0) -> bytes:
    """At most `count` septets out of `octets`, after `skipped_bits` fill bits."""
    accumulated = int.from_bytes(octets, "little") >> skipped_bits
    count = max(0, min(count, (8 * len(octets) - skipped_bits) // 7))
    return bytes((accumulated >> (7 * position)) & 0x7F for position in range(count))
