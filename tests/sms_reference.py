"""A reference encoder for the tests of `sms`: slow, literal, and sharing nothing with the package.

Bits are characters in strings, tables are written out again, so that a mistake would have to be made twice.
"""

from __future__ import annotations

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
EXTENSION = {
    "\f": 10,
    "^": 20,
    "{": 40,
    "}": 41,
    "\\": 47,
    "[": 60,
    "~": 61,
    "]": 62,
    "|": 64,
    "€": 101,
}
GSM7_REPERTOIRE = "".join(c for c in BASIC if c != "\x1b") + "".join(EXTENSION)


def septets(text: str) -> list[int]:
    found = []
    for character in text:
        found += (
            [27, EXTENSION[character]]
            if character in EXTENSION
            else [BASIC.index(character)]
        )
    return found


def packed(values: list[int], fill_bits: int = 0) -> bytes:
    """Septets in octets, least significant bit first, as drawn in TS 23.038 6.1.2.1.1."""
    bits = "0" * fill_bits + "".join(format(value, "07b")[::-1] for value in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def semi_octets(digits: str) -> bytes:
    digits = digits.translate(str.maketrans("*#abc", "abcde"))
    digits += "f" * (len(digits) % 2)
    return bytes(
        int(digits[at + 1] + digits[at], 16) for at in range(0, len(digits), 2)
    )


def number(value: str) -> bytes:
    """An address field: + and digits, or digits, *, #, a, b, c."""
    if value.startswith("+"):
        return bytes([len(value) - 1, 0x91]) + semi_octets(value[1:])
    return bytes([len(value), 0x81]) + semi_octets(value)


def name(value: str) -> bytes:
    """An alphanumeric address field."""
    return bytes([(len(septets(value)) * 7 + 3) // 4, 0xD0]) + packed(septets(value))


def deliver(
    user_data: bytes,
    declared: int,
    *,
    sender: bytes = number("+33639980001"),
    coding: int = 0,
    protocol: int = 0,
    first: int = 0x04,
    time: bytes = bytes.fromhex("62112201000040"),
    centre: str = "+33609001390",
) -> bytes:
    """An SMS-DELIVER in AT form, its user data as given."""
    smsc = number(centre)[1:] if centre else b""
    head = (
        bytes([len(smsc)]) + smsc + bytes([first]) + sender + bytes([protocol, coding])
    )
    return head + time + bytes([declared]) + user_data


def gsm7(values: list[int], header: bytes = b"") -> tuple[bytes, int]:
    """User data and TP-UDL of septets behind a header (without its length octet)."""
    if not header:
        return packed(values), len(values)
    taken = (len(header) + 1) * 8
    fill = -taken % 7
    return bytes([len(header)]) + header + packed(values, fill), (
        taken + fill
    ) // 7 + len(values)


def octets(data: bytes, header: bytes = b"") -> tuple[bytes, int]:
    """User data and TP-UDL of octets behind a header."""
    user_data = (bytes([len(header)]) + header if header else b"") + data
    return user_data, len(user_data)
