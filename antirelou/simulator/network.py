"""The network: a service centre that queues, delivers, retries and keeps its own record; and whoever calls.

First in, first out; a full storage stops the queue until memory is available again (3GPP TS 23.040 clause 10), what
waits longer than its validity expires. `delivered` and `submitted` are the independent record of what the modem took
and what the network accepted: they know nothing of what any program did with it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from antirelou.simulator import pdu as writing
from antirelou.simulator.pdu import DELIVER, STATUS_REPORT, Content, Malformed
from antirelou.simulator.reading import Read, read
from antirelou.simulator.record import Delivered, Queued, Submitted, joined

if TYPE_CHECKING:
    from antirelou.simulator.calls import Call
    from antirelou.simulator.simulation import Simulation

# What a service centre keeps commonly; 3GPP TS 23.040 clause 9.2.3.12 allows 63 weeks.
VALIDITY_SECONDS = 72 * 3600.0
RETRY_SECONDS = (
    60.0,
    300.0,
    900.0,
    3600.0,
)  # growing waits while the storage is full and nobody frees it


class Network:
    """One operator's network, seen from one SIM."""

    def __init__(self, simulation: Simulation, *, delivery_seconds: float) -> None:
        self._simulation = simulation
        self._delivery_seconds = delivery_seconds
        self.queue: deque[Queued] = deque()
        self.submitted: list[Submitted] = []
        self.delivered: list[Delivered] = []
        self._expired: list[Queued] = []
        self._next_expiry = math.inf
        self.service_centre = "+33639980099"
        self.name = "F SIMU"
        self._sequence = 0
        self._reference = simulation.random.randrange(256)
        self._message_reference = simulation.random.randrange(256)
        self._in_flight = False
        self._pumping = False
        self._memory_full = False
        self._retries = 0
        self._retry_due = False
        self._unacknowledged: Queued | None = None

    # what people and other centres send

    def text(
        self,
        sender: str,
        text: str,
        *,
        at: float | None = None,
        alphabet: str | None = None,
        message_class: int | None = None,
        reference: int | None = None,
        reference_bits: int = 8,
        segments: Iterable[int] | None = None,
        service_centre_time: datetime | None = None,
        validity_seconds: float = VALIDITY_SECONDS,
        content: Content | None = None,
    ) -> list[str]:
        """Hand a message to the network's queue, `at` seconds from now, and tell its PDUs.

        `segments` names which sequence numbers of a concatenated message to hand over, in which order; all by default.
        """
        content = content or Content()
        content = replace(
            content,
            alphabet=alphabet or content.alphabet,
            message_class=content.message_class
            if message_class is None
            else message_class,
        )
        if reference is None:
            self._reference = reference = (self._reference + 1) % 256
        zone = timezone(timedelta(minutes=15 * content.zone_quarters))
        moment = service_centre_time or self._simulation.wall() + timedelta(
            seconds=at or 0
        )
        pdus = writing.delivers(
            sender,
            text,
            moment.astimezone(zone),
            smsc=self.service_centre,
            content=content,
            reference=reference,
            reference_bits=reference_bits,
        )
        chosen = (
            pdus if segments is None else [pdus[sequence - 1] for sequence in segments]
        )
        self._take(chosen, at, validity_seconds)
        return chosen

    def pdu(
        self, octets: str, *, at: float | None = None, has_smsc: bool | None = None
    ) -> str:
        """Hand over a raw PDU, in the AT form or a bare TPDU; tell the AT form that the modem will show."""
        octets = "".join(octets.split()).upper()
        if has_smsc is None:
            has_smsc = _fits(octets) or not _fits("00" + octets)
        whole = octets if has_smsc else "00" + octets
        self._take([whole], at, VALIDITY_SECONDS)
        return whole

    def report(
        self,
        recipient: str,
        message_reference: int,
        *,
        status: int = 0,
        at: float | None = None,
    ) -> str:
        """Hand over a status report for what was submitted to `recipient`."""
        local = self._simulation.wall() + timedelta(hours=1, seconds=at or 0)
        octets = writing.status_report(
            recipient, message_reference, local, smsc=self.service_centre, status=status
        )
        self._take([octets], at, VALIDITY_SECONDS)
        return octets

    def call(
        self,
        number: str | None,
        *,
        type_of_address: int | None = None,
        seconds: float = 30.0,
        at: float | None = None,
    ) -> None:
        """Ring for `seconds`, or until refused; None is a withheld number."""
        usual = 128 if number is None else 145 if number.startswith("+") else 129
        kind = usual if type_of_address is None else type_of_address
        calls = self._simulation.modem.calls
        if at:
            self._simulation.schedule(at, lambda: calls.begin(number, kind, seconds))
        else:
            calls.begin(number, kind, seconds)

    @property
    def calls(self) -> list[Call]:
        """Every call, with its outcome."""
        self._simulation.run_due()
        return self._simulation.modem.calls.record

    def hang_up(self) -> None:
        """The caller gives up."""
        self._simulation.modem.calls.gone()

    def _take(self, pdus: list[str], at: float | None, validity_seconds: float) -> None:
        def arrive() -> None:
            for octets in pdus:
                self._enqueue(octets, validity_seconds)
            self.pump()

        if at:
            self._simulation.schedule(at, arrive)
        else:
            self._simulation.run_due()
            arrive()

    def _enqueue(self, octets: str, validity_seconds: float) -> None:
        try:
            message: Read | None = read(octets)
        except (Malformed, IndexError):
            message = None
        now = self._simulation.time
        self._sequence += 1
        item = Queued(
            self._sequence,
            message.address if message else "",
            octets,
            now,
            now + validity_seconds,
            message.kind if message else DELIVER,
            message.message_class
            if message and message.kind != STATUS_REPORT
            else None,
        )
        self.queue.append(item)
        self._next_expiry = min(self._next_expiry, item.expires_at)
        self._simulation.tell(
            "queued", sequence=item.sequence, sender=item.sender, pdu=octets
        )

    # delivering

    @property
    def expired(self) -> list[Queued]:
        """What waited longer than its validity."""
        self._simulation.run_due()
        self._purge()
        return self._expired

    @property
    def joined(self) -> list[tuple[str, str]]:
        """(destination, whole text) of what was submitted, concatenated messages joined once they are complete."""
        return joined(self.submitted)

    def memory_available(self) -> None:
        """The modem has room again: what waits is delivered."""
        if self._memory_full:
            self._memory_full, self._retries = False, 0
            self.pump()

    def pump(self) -> None:
        """Deliver what can be delivered now."""
        if self._pumping or self._in_flight or self._unacknowledged or not self.queue:
            return
        self._pumping = True
        try:
            self._purge()
            while self.queue and not self._memory_full and self._unacknowledged is None:
                if not self._simulation.modem.reachable():
                    return
                if self._delivery_seconds:
                    self._in_flight = True
                    self._simulation.schedule(self._delivery_seconds, self._arrive)
                    return
                self._hand_over()
        finally:
            self._pumping = False

    def _arrive(self) -> None:
        self._in_flight = False
        self._purge()
        if self.queue and self._simulation.modem.reachable():
            self._hand_over()
        self.pump()

    def _hand_over(self) -> None:
        item = self.queue[0]
        taken = self._simulation.modem.receive(item)
        if taken is None:
            self._memory_full = True
            self._simulation.tell("memory_full", waiting=len(self.queue))
            if not self._retry_due:
                self._retry_due = True
                wait = RETRY_SECONDS[min(self._retries, len(RETRY_SECONDS) - 1)]
                self._retries += 1
                self._simulation.schedule(wait, self._retry)
            return
        storage, index, acknowledged = taken
        if not acknowledged:
            self._unacknowledged = item
            return
        if not self._simulation.faults.fire("delivered_twice"):
            self.queue.popleft()
        self._record(item, storage, index)

    def _record(self, item: Queued, storage: str, index: int | None) -> None:
        self.delivered.append(
            Delivered(
                item.sequence,
                item.sender,
                item.pdu,
                self._simulation.time,
                storage,
                index,
            )
        )
        self._simulation.tell(
            "delivered",
            sequence=item.sequence,
            sender=item.sender,
            storage=storage,
            index=index,
        )

    def _retry(self) -> None:
        self._retry_due = self._memory_full = False
        self.pump()

    def acknowledged(self, well: bool) -> None:
        """`+CNMA` came, or it did not in time: then the network delivers again."""
        item, self._unacknowledged = self._unacknowledged, None
        if item is None:
            return
        if well:
            self.queue.popleft()
            self._record(item, "", None)
        self.pump()

    def _purge(self) -> None:
        now = self._simulation.time
        if now < self._next_expiry:
            return
        waiting: deque[Queued] = deque()
        for item in self.queue:
            if item.expires_at > now or item is self._unacknowledged:
                waiting.append(item)
            else:
                self._expired.append(item)
                self._simulation.tell(
                    "expired", sequence=item.sequence, sender=item.sender
                )
        self.queue = waiting
        self._next_expiry = min((item.expires_at for item in waiting), default=math.inf)

    # accepting

    def submit(self, octets: str, message: Read) -> int:
        """Accept one SMS-SUBMIT and tell its message reference."""
        reference = self._message_reference
        self._message_reference = (reference + 1) % 256
        wants_report = bool(message.first_octet & 0x20)
        self.submitted.append(
            Submitted(
                message.address,
                message.text,
                octets,
                reference,
                self._simulation.time,
                message.segment,
                wants_report,
                message.data_coding_scheme,
            )
        )
        self._simulation.tell(
            "submitted",
            destination=message.address,
            text=message.text,
            pdu=octets,
            message_reference=reference,
        )
        if message.address == self._simulation.sim.own_number:
            self._loop_back(message)
        if wants_report:
            self.report(message.address, reference, at=self._delivery_seconds or None)
        return reference

    def _loop_back(self, message: Read) -> None:
        """What is texted to the SIM's own number comes in again, its user data untouched."""
        local = self._simulation.wall() + timedelta(hours=1)
        first = 0x04 | (message.first_octet & 0x40)
        whole = (
            f"{writing.service_centre(self.service_centre)}{first:02X}{writing.address(message.address)}"
            f"{message.protocol_identifier:02X}{message.data_coding_scheme:02X}{writing.timestamp(local, 4)}"
            f"{message.user_data.hex().upper()}"
        )
        self._take([whole], self._delivery_seconds or None, VALIDITY_SECONDS)


def _fits(octets: str) -> bool:
    try:
        message = read(octets)
    except (Malformed, IndexError):
        return False
    plausible = octets[:2] == "00" or int(octets[2:4] or "0", 16) & 0x80
    return bool(plausible) and message.kind in (DELIVER, STATUS_REPORT)
