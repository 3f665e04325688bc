"""Input that is made to hurt: what must cost neither memory, nor messages, nor a limit.

Texts of 10 kB in 255 segments; segments that never complete, all with the same reference; numbers of 20 digits;
floods of status reports that nobody asked for; thousands of cries for help. All of it at once, in any order.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.crowd import RAID_AT, SERVICE_CENTRE, ZONE, Arrival, number

from antirelou.simulator import pdu
from antirelou.simulator.alphabet import septets_of

SEGMENTS = 255
PIECE = 40  # characters of each: 10 kB in all
LONG = SEGMENTS * PIECE
HELP = ("Au secours", "aidez-moi s'il vous plaît", "HELP ME", "il me frappe, aide-moi")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of each."""

    long_texts: int = 20
    never_complete: int = 5000
    long_numbers: int = 2000
    reports: int = 5000
    cries: int = 5000


class Crowd:
    """Everything bad, mixed."""

    def __init__(self, seed: int, plan: Plan | None = None) -> None:
        self.plan = plan or Plan()
        self.starts = RAID_AT
        self._random = random.Random(f"bad {seed}")

    def calls(self) -> list[tuple[float, str]]:
        return []

    def arrivals(self) -> Iterator[Arrival]:
        """One PDU every half second, of kinds drawn at random until each is used up."""
        draw, plan = self._random, self.plan
        left = {
            self._long_text: plan.long_texts * SEGMENTS,
            self._never_complete: plan.never_complete,
            self._long_number: plan.long_numbers,
            self._report: plan.reports,
            self._cry: plan.cries,
        }
        at = 0.0
        while left:
            kind = draw.choices(list(left), weights=list(left.values()))[0]
            left[kind] -= 1
            yield Arrival(at, "", pdus=(kind(left[kind], self._local(at)),))
            if not left[kind]:
                del left[kind]
            at += 0.5

    def _local(self, at: float) -> datetime:
        return self.starts + timedelta(seconds=at, hours=ZONE / 4)

    def _long_text(self, left: int, local: datetime) -> str:
        """The segments of one text after the other, from the last to the first."""
        which, sequence = divmod(left, SEGMENTS)
        words = f"{which} {sequence} " + "a" * PIECE
        return segment(
            number(which),
            words[:PIECE],
            local,
            reference=which,
            count=SEGMENTS,
            sequence=sequence + 1,
        )

    def _never_complete(self, left: int, local: datetime) -> str:
        """One of the first 199 of 200 segments, of few numbers, always with reference 7."""
        sequence = self._random.randrange(1, 200)
        return segment(
            number(100 + left % 5),
            f"encore {left}",
            local,
            reference=7,
            count=200,
            sequence=sequence,
        )

    def _long_number(self, left: int, local: datetime) -> str:
        return segment(f"+33{left:018d}", f"vingt chiffres {left}", local)

    def _report(self, left: int, local: datetime) -> str:
        """A report on a submit that never was, about a number that may have been told since."""
        return pdu.status_report(
            number(1000 + left % 3000), left % 256, local, smsc=SERVICE_CENTRE
        )

    def _cry(self, left: int, local: datetime) -> str:
        return segment(number(1000 + left), f"{HELP[left % len(HELP)]} {left}", local)


def segment(
    sender: str,
    words: str,
    local: datetime,
    *,
    reference: int = 0,
    count: int = 1,
    sequence: int = 1,
) -> str:
    """One SMS-DELIVER, a segment of a concatenated text if `count` says so."""
    header = bytes([0x00, 3, reference % 256, count, sequence]) if count > 1 else b""
    data = b"".join(septets_of(words))
    return (
        f"{pdu.service_centre(SERVICE_CENTRE)}{0x44 if header else 0x04:02X}{pdu.address(sender)}0000"
        f"{pdu.timestamp(local, ZONE)}{pdu.user_data(data, 'gsm7', header)}"
    )
