"""Addresses: TP-OA, TP-DA, TP-RA and the service centre's (3GPP TS 23.040 clause 9.1.2.5).

Reads them; whether a number exists, or may be answered, is for others.
"""

from __future__ import annotations

from dataclasses import dataclass

from antirelou.sms.alphabet import decode_septets, unpack

INTERNATIONAL = 0b001
ALPHANUMERIC = 0b101

MOST_SEMI_OCTETS = (
    20  # the whole field has at most 12 octets, two of them length and type
)

# 9.1.2.3; 1111 is a filler, and read as nothing wherever it stands.
_DIGITS = "0123456789*#abc"
_PAIRS = tuple(
    "".join(_DIGITS[semi] if semi < 15 else "\0" for semi in (octet & 0x0F, octet >> 4))
    for octet in range(256)
)


@dataclass(frozen=True, slots=True)
class Address:
    """One address: `+` and digits, digits, `*`, `#`, `a` to `c`, or a name; `value` is "" when there is none."""

    value: str
    type_of_address: int = 0x81

    @property
    def type_of_number(self) -> int:
        """Bits 6 to 4: 0 unknown, 1 international, 2 national, 3 network, 4 subscriber, 5 alphanumeric, 6 short."""
        return self.type_of_address >> 4 & 0b111

    @property
    def numbering_plan(self) -> int:
        """Bits 3 to 0: 1 is E.164."""
        return self.type_of_address & 0x0F

    @property
    def alphanumeric(self) -> bool:
        """Whether it is a name, which nobody can answer."""
        return self.type_of_number == ALPHANUMERIC

    def __str__(self) -> str:
        return self.value


def _number(octets: bytes, type_of_address: int, semi_octets: int) -> str:
    digits = "".join([_PAIRS[octet] for octet in octets])[:semi_octets].replace(
        "\0", ""
    )
    return (
        "+" + digits
        if digits and type_of_address >> 4 & 0b111 == INTERNATIONAL
        else digits
    )


def _name(octets: bytes, semi_octets: int) -> str:
    septets = semi_octets * 4 // 7
    name = decode_septets(unpack(octets, septets))
    # Eight septets fill seven octets: whoever counted octets instead of septets declares one character too many.
    return name[:-1] if septets and septets % 8 == 0 and name.endswith("@") else name


def read_address(octets: bytes, at: int) -> tuple[Address, int] | None:
    """The address field that begins at `at` and the place behind it; None if it is too long for its octets or at all.

    An empty one still has its type of address.
    """
    if at + 2 > len(octets):
        return None
    semi_octets, type_of_address = octets[at], octets[at + 1]
    end = at + 2 + (semi_octets + 1) // 2
    if semi_octets > MOST_SEMI_OCTETS or end > len(octets):
        return None
    value = octets[at + 2 : end]
    if type_of_address >> 4 & 0b111 == ALPHANUMERIC:
        return Address(_name(value, semi_octets), type_of_address), end
    return Address(_number(value, type_of_address, semi_octets), type_of_address), end


def service_centre_address(octets: bytes) -> str | None:
    """The service centre's address of a PDU in AT form, without its length octet; None if there is none."""
    return _number(octets[1:], octets[0], 2 * len(octets)) or None if octets else None
