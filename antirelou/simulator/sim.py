"""The SIM card and the storages: slots, PIN and PUK, service centre, identities.

`SM` is on the card and goes with it, `ME` is in the modem and stays. Slots may hold anything, also what no decoder
understands. The card counts wrong PINs as real ones do, and remembers each that it saw.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from antirelou.simulator.reading import tpdu_length

UNREAD, READ, UNSENT, SENT = 0, 1, 2, 3  # <stat> of 3GPP TS 27.005 clause 3.1


@dataclass(slots=True)
class Slot:
    """One stored message: `pdu` is the line as it is told, hexadecimal or not; `length` what the header names."""

    status: int
    pdu: str
    length: int | None = None

    def __post_init__(self) -> None:
        if self.length is None:
            self.length = tpdu_length(self.pdu)


@dataclass(slots=True)
class Storage:
    """A numbered row of slots; `first` is the lowest index, 0 or 1 by the maker's taste."""

    name: str
    total: int
    first: int = 1
    slots: dict[int, Slot] = field(default_factory=dict)

    def free(self) -> int | None:
        """The lowest free index, or None when it is full."""
        if len(self.slots) >= self.total:
            return None
        return next(index for index in self.indices() if index not in self.slots)

    def indices(self) -> range:
        """Every index that exists."""
        return range(self.first, self.first + self.total)

    def put(self, slot: Slot) -> int | None:
        """Store in the lowest free index and tell which; None when it is full."""
        index = self.free()
        if index is not None:
            self.slots[index] = slot
        return index

    def preload(self, pdus: Iterable[str], status: int = READ) -> list[int]:
        """Fill slots from the front, as if they had been there for long."""
        return [
            index for pdu in pdus if (index := self.put(Slot(status, pdu))) is not None
        ]


class Sim:
    """The card in its holder, and the modem's own storage beside it."""

    def __init__(
        self,
        *,
        sm_slots: int,
        me_slots: int,
        first: int,
        pin: str | None,
        own_number: str,
        tries: int = 3,
    ) -> None:
        self.storages = {
            "SM": Storage("SM", sm_slots, first),
            "ME": Storage("ME", me_slots, first),
        }
        self.storages["SR"] = Storage(
            "SR", 5, first
        )  # some families offer it; nothing is ever put there
        self.own_number = own_number
        self.service_centre = "+33639980099"
        self.iccid = "89330112345678901234"
        self.imsi = "208019876543210"
        self.pin = pin
        self.puk = "12345678"
        self.tries = self._full_tries = tries
        self.puk_tries = 10
        self.present = True
        self.failed = False
        self.busy_until = 0.0
        self.pins_seen: list[str] = []
        self.phone_book = {"SM": {1: ("Operatrice", "+33639980001")}, "ME": {}}
        self._verified = pin is None

    @property
    def state(self) -> str:
        """What `+CPIN?` says: READY, SIM PIN, SIM PUK, or BLOCKED for a card that no PUK opens any more."""
        if self.puk_tries == 0:
            return "BLOCKED"
        if self.tries == 0:
            return "SIM PUK"
        return "READY" if self._verified else "SIM PIN"

    def lock(self, pin: str) -> None:
        """Ask for this PIN from now on."""
        self.pin, self._verified = pin, False

    def unlock(self) -> None:
        """Ask for no PIN any more."""
        self.pin, self._verified = None, True
        self.tries = self._full_tries

    def power_on(self) -> None:
        """The card was reset: a PIN must be typed again."""
        self._verified = self.pin is None

    def enter_pin(self, pin: str) -> bool:
        """Type a PIN; a wrong one costs a try."""
        self.pins_seen.append(pin)
        if pin == self.pin:
            self._verified, self.tries = True, self._full_tries
            return True
        self.tries = max(0, self.tries - 1)
        return False

    def enter_puk(self, puk: str, new_pin: str) -> bool:
        """Type the PUK and a new PIN; a wrong PUK costs one of ten tries."""
        if puk != self.puk:
            self.puk_tries = max(0, self.puk_tries - 1)
            return False
        self.pin, self._verified, self.tries, self.puk_tries = (
            new_pin,
            True,
            self._full_tries,
            10,
        )
        return True

    def swap(
        self,
        *,
        iccid: str = "89330198765432109876",
        imsi: str = "208201234567890",
        own_number: str | None = None,
        pin: str | None = None,
        service_centre: str = "+33639980098",
        slots: Iterable[str] = (),
    ) -> None:
        """Another card: other identities, its own messages, its own PIN with all tries."""
        storage = self.storages["SM"]
        storage.slots.clear()
        storage.preload(slots)
        self.iccid, self.imsi, self.service_centre = iccid, imsi, service_centre
        self.own_number = own_number or self.own_number
        self.pin, self.tries, self.puk_tries = pin, self._full_tries, 10
        self.present, self.failed = True, False
        self.power_on()
