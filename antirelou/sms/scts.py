"""Times in semi-octets: TP-SCTS, TP-DT (3GPP TS 23.040 clause 9.2.3.11).

Keeps what came, damaged or not. Knows no clock: whether a time can be true is for others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

OCTETS = 7
_CENTURY_TURNS_AT = 90  # two digits of the year: no short message is older than 1992

# The decimal number in two swapped semi-octets, -1 if one of them is no digit.
_DECIMAL = tuple(
    (octet & 0x0F) * 10 + (octet >> 4) if octet & 0x0F < 10 and octet >> 4 < 10 else -1
    for octet in range(256)
)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """One time as the service centre wrote it: seven octets."""

    raw: bytes

    @property
    def at(self) -> datetime | None:
        """The time in its own zone, aware; None when any of it, zone included, cannot be one."""
        year, month, day, hour, minute, second = [
            _DECIMAL[octet] for octet in self.raw[:6]
        ]
        zone = self.raw[6]
        quarters = _DECIMAL[zone & 0xF7]  # bit 3 is the sign
        if min(year, quarters) < 0:
            return None
        offset = timedelta(minutes=-15 * quarters if zone & 0x08 else 15 * quarters)
        try:
            return datetime(
                year + (1900 if year >= _CENTURY_TURNS_AT else 2000),
                month,
                day,
                hour,
                minute,
                second,
                0,
                timezone(offset),
            )
        except ValueError:
            return None

    def isoformat(self) -> str | None:
        """ISO 8601 with its own zone, None when damaged."""
        at = self.at
        return at.isoformat() if at else None
