"""What is checked at the very moment: a slot that is emptied, a PDU that leaves, a PIN that is typed.

The witness stands at the wire and at the SIM. What it needs of the log it reads with SQL of its own; what was in force
(configuration, pause) it is told. It knows nothing of the daemon's code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from antirelou.settings import Settings
from antirelou.simulator import Simulation, Slot
from soak.breaches import Breach
from soak.limits import exceeded, read
from soak.logbook import LINE, Logbook, identity
from soak.record import Record

_AT_ONCE = 200.0  # seconds, for the answer to a submit and the listing after it
_LISTINGS = (b"AT+CMGL", b"AT+CMGR")
_LAST_DONE = "SELECT kind FROM control WHERE done_at IS NOT NULL AND kind IN ({}) {} ORDER BY id DESC LIMIT 1"


class Slots(dict[int, Slot]):
    """The slots of a storage; whoever empties one is watched."""

    def __init__(self, slots: dict[int, Slot], emptied: Callable[[Slot], None]) -> None:
        super().__init__(slots)
        self._emptied = emptied

    def pop(self, key: int, *default: Any) -> Any:
        if key in self:
            self._emptied(self[key])
        return super().pop(key, *default)


class Witness:
    """Stands by, and tells the record."""

    def __init__(self, record: Record, logbook: Logbook) -> None:
        self._record = record
        self._logbook = logbook
        self.in_force: Callable[[], Settings] = lambda: Settings()
        self.calm: Callable[[], bool] = lambda: True
        self.listened_to: set[int] = set()  # what the modem told directly, by sequence
        self.submits: dict[str, list[int]] = {}  # a PDU that left -> rows of submits
        self.tried: set[str] = (
            set()
        )  # numbers to which the operator had a test text sent
        self._stops: dict[str, str] = {}  # identity of a STOP -> its sender
        self._wrong_pins: set[str] = set()
        self._untold_pins: set[str] = set()  # typed just before a death
        self._typed: tuple[float, str] | None = None  # when a wrong PIN was typed
        self._swept = False
        self._left_at: float | None = None  # when a reply left, until the next listing

    def watch(self, simulation: Simulation) -> None:
        """Stand at the SIM and at the network."""
        self._simulation = simulation
        for name in ("SM", "ME"):
            storage = simulation.sim.storages[name]
            storage.slots = Slots(storage.slots, self._emptied)
        simulation.listen(self._heard)
        self._enter_pin = simulation.sim.enter_pin
        simulation.sim.enter_pin = self._pin_typed  # type: ignore[method-assign]
        self._unlock = simulation.sim.unlock
        simulation.sim.unlock = self._unlocked  # type: ignore[method-assign]

    # P1

    def _heard(self, event: dict[str, Any]) -> None:
        """Content goes to nobody while the port is closed, or before the modem is told to hand it on."""
        if event["event"] != "delivered" or event["storage"]:
            return
        modem = self._simulation.modem
        routed = modem.cnmi[1] and modem.cnmi[3] and not modem.settings["+CMGF"]
        if routed and self._simulation.wire.mounted:
            self.listened_to.add(event["sequence"])

    def _emptied(self, slot: Slot) -> None:
        if not self._logbook.holds(slot.pdu):
            self._record.breach(Breach.DELETED_BEFORE_DURABLE, slot.pdu)

    # P9

    def forget_pin(self) -> None:
        """The operator allows that a PIN is typed once more."""
        self._wrong_pins.clear()

    def _unlocked(self) -> None:
        """Somebody unlocks the SIM in a phone: a PIN typed just before a death then looks as if it had been right."""
        self._wrong_pins -= self._untold_pins
        self._unlock()

    def _pin_typed(self, pin: str) -> bool:
        sim = self._simulation.sim
        self._record.counts["PINs typed"] += 1
        if sim.tries == 0:
            self._record.breach(Breach.PIN_AT_PUK)
        if pin in self._wrong_pins:
            self._record.breach(Breach.PIN_AGAIN)
        right = self._enter_pin(pin)
        if not right:
            self._record.counts["PINs refused"] += 1
            self._wrong_pins.add(pin)
            self._typed = self._simulation.time, pin
        self._record.say(f"PIN typed: {'right' if right else 'wrong'}")
        return right

    # P3, P4, P5, P6

    def says_stop(self, sender: str, pdu: str) -> None:
        """Somebody wrote STOP; once that is in the log nothing may be sent to him."""
        self._stops[identity(pdu)] = sender

    def turn_begins(self) -> None:
        """The daemon begins a turn: what was listed before counts no more."""
        self._swept = False

    def process_died(self) -> None:
        self._left_at = None
        if self._typed and self._simulation.time - self._typed[0] < _AT_ONCE:
            self._untold_pins.add(self._typed[1])

    def writes(self, octets: bytes) -> None:
        """Octets are about to go down the wire."""
        if octets.startswith(_LISTINGS) or self._finds_empty(octets):
            self._listed()
        elif octets.endswith(b"\x1a") and len(octets) > 2:
            self._leaves(octets[:-1].decode("ascii"))

    def _finds_empty(self, octets: bytes) -> bool:
        """Whether a storage is selected, which tells how many slots are full, and none is."""
        if not octets.startswith(b"AT+CPMS="):
            return False
        storage = self._simulation.sim.storages.get(octets[9:11].decode())
        return storage is not None and not storage.slots

    def _listed(self) -> None:
        self._swept = True
        left, self._left_at = self._left_at, None
        if left is None or not self.calm():
            return
        if self._simulation.time - left > _AT_ONCE:
            self._record.breach(
                Breach.UNSWEPT_AFTER_REPLY, f"{self._simulation.time - left:.0f} s"
            )

    def _leaves(self, pdu: str) -> None:
        """The first octet of a PDU is about to leave."""
        row = self._logbook.row(
            "SELECT s.*, r.purpose, r.message_id, r.approved_at, r.sender_id, r.flood, e.address FROM submits s"
            " JOIN replies r ON r.id = s.reply_id JOIN senders e ON e.id = r.sender_id"
            " WHERE s.line = ? AND s.pdu = ? ORDER BY s.id DESC LIMIT 1",
            *(LINE, pdu),
        )
        self._record.say(f"PDU leaves for {row['address'] if row else 'nobody'}")
        if row is None or row["state"] != "submitting" or not self._logbook.all_durable:
            self._record.breach(Breach.SENT_UNMARKED, row and row["state"])
            return
        self._left_at = self._simulation.time
        self.submits.setdefault(pdu, []).append(row["id"])
        if row["message_id"] is None:
            self.tried.add(row["address"])
        if row["sequence"] > 1:
            return
        if not self._swept:
            self._record.breach(Breach.REPLIED_UNSWEPT, row["address"])
        self._forbidden(row)
        for breach, detail in exceeded(self._logbook, row, self.in_force()):
            self._record.breach(breach, detail)

    def _forbidden(self, row: Any) -> None:
        address, reply = row["address"], self.in_force().reply
        stops = {one for one, sender in self._stops.items() if sender == address}
        if stops & self._logbook.identities:
            self._record.breach(Breach.TOLD_OPTED_OUT, address)
        if self._last("'block', 'unblock'", address) == "block":
            self._record.breach(Breach.TOLD_BLOCKED, address)
        if self._last("'pause', 'resume'") == "pause" and not self._resumed():
            self._record.breach(Breach.TOLD_PAUSED, address)
        if row["purpose"] != "lesson":
            return
        if reply.mode != "automatic" and row["approved_at"] is None:
            self._record.breach(Breach.TOLD_UNAPPROVED, address)
        wall = read(row["reserved_at"]).astimezone(reply.time_zone).time()
        if reply.hours and not reply.hours.opens <= wall < reply.hours.closes:
            self._record.breach(Breach.TOLD_OUT_OF_HOURS, row["reserved_at"])

    def _last(self, kinds: str, address: str | None = None) -> str | None:
        """The operator's last order of these kinds that the daemon has carried out."""
        whose = "" if address is None else "AND json_extract(argument, '$.address') = ?"
        values = () if address is None else (address,)
        kind: str | None = self._logbook.value(_LAST_DONE.format(kinds, whose), *values)
        return kind

    def _resumed(self) -> bool:
        """Whether a resume was given that is not carried out yet; it counts from the moment on when it is there."""
        return bool(
            self._logbook.value(
                "SELECT count(*) FROM control WHERE kind = 'resume' AND done_at IS NULL"
            )
        )
