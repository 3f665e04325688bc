"""The user data header: its information elements, and what those that matter here say (3GPP TS 23.040 9.2.3.24).

A header that contradicts itself is ignored as the clause says; the octets behind it are still the text.
"""

from __future__ import annotations

from dataclasses import dataclass

CONCATENATION_8_BIT = 0x00
SPECIAL_INDICATION = 0x01
PORTS_8_BIT = 0x04
PORTS_16_BIT = 0x05
CONCATENATION_16_BIT = 0x08
ENHANCED_VOICE_MAIL = 0x23
SINGLE_SHIFT = 0x24
LOCKING_SHIFT = 0x25


@dataclass(frozen=True, slots=True)
class Element:
    """One information element."""

    identifier: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """Which short message of a concatenated one this is; `sequence` counts from 1, `bits` is 8 or 16."""

    reference: int
    count: int
    sequence: int
    bits: int


@dataclass(frozen=True, slots=True)
class Ports:
    """Application port addressing."""

    destination: int
    source: int


@dataclass(frozen=True, slots=True)
class UserDataHeader:
    """A user data header; shifts are national language identifiers, 0 the default tables."""

    elements: tuple[Element, ...] = ()
    segment: Segment | None = None
    ports: Ports | None = None
    single_shift: int = 0
    locking_shift: int = 0

    def has(self, identifier: int) -> bool:
        """Whether an element of this identifier is in it."""
        return any(element.identifier == identifier for element in self.elements)


NO_HEADER = UserDataHeader()


def _segment(reference: int, count: int, sequence: int, bits: int) -> Segment | None:
    """None where 9.2.3.24.1 tells the receiver to ignore the element."""
    return Segment(reference, count, sequence, bits) if 1 <= sequence <= count else None


def read_header(octets: bytes) -> UserDataHeader | None:
    """The header in these octets, without its length; None if its last element does not end where the header does.

    An element that is too short for what it says is kept and means nothing; of two that contradict each other the
    last one holds (9.2.3.24).
    """
    elements = []
    at = 0
    segment, ports, single, locking = None, None, 0, 0
    while at < len(octets):
        data = octets[at + 2 : at + 2 + octets[at + 1]] if at + 1 < len(octets) else b""
        if at + 1 >= len(octets) or len(data) < octets[at + 1]:
            return None
        identifier = octets[at]
        at += 2 + len(data)
        elements.append(Element(identifier, data))
        if identifier == CONCATENATION_8_BIT and len(data) >= 3:
            segment = _segment(data[0], data[1], data[2], 8) or segment
        elif identifier == CONCATENATION_16_BIT and len(data) >= 4:
            segment = _segment(data[0] << 8 | data[1], data[2], data[3], 16) or segment
        elif identifier == PORTS_8_BIT and len(data) >= 2:
            ports = Ports(data[0], data[1])
        elif identifier == PORTS_16_BIT and len(data) >= 4:
            ports = Ports(data[0] << 8 | data[1], data[2] << 8 | data[3])
        elif identifier == SINGLE_SHIFT and data:
            single = data[0]
        elif identifier == LOCKING_SHIFT and data:
            locking = data[0]
    return UserDataHeader(tuple(elements), segment, ports, single, locking)
