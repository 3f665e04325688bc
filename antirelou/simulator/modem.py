"""The dongle itself: power, settings, radio, indications, and where an arriving message is put.

It obeys 3GPP TS 27.005 and 27.007 in its family's voice. What is typed to it goes through `dialogue.py`; what each
command does is in the `commands_*` files; this file owns the state that they share.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from antirelou.simulator import text_mode
from antirelou.simulator.calls import Calls
from antirelou.simulator.dialogue import Dialogue
from antirelou.simulator.pdu import STATUS_REPORT
from antirelou.simulator.reading import tpdu_length
from antirelou.simulator.sim import UNREAD, Slot, Storage
from antirelou.simulator.voices import Voice

if TYPE_CHECKING:
    from antirelou.simulator.record import Queued
    from antirelou.simulator.simulation import Simulation

ACKNOWLEDGE_SECONDS = (
    15.0  # how long a +CMT waits for its +CNMA with +CSMS=1 (27.005 clause 3.4.1)
)
_RESET_SECONDS = 0.5  # from the OK to AT+CFUN=1,1 until it is gone
_CARD_SECONDS = 0.5  # from the right PIN until the card is read
_MERGE_SECONDS = 1.0  # held indications are told after this even if too few came
USABLE = (1, 5, 6, 7)  # the registrations in which texts come and go

DEFAULTS: dict[str, Any] = {
    "E": 1,
    "V": 1,
    "Q": 0,
    "+CMEE": 0,
    "+CMGF": 0,
    "+CSMS": 0,
    "+CSDH": 0,
    "+CMMS": 0,
    "+CLIP": 0,
    "+CRC": 0,
    "+CREG": 0,
    "+CGREG": 0,
    "+CEREG": 0,
    "+CVHU": 0,
    "+CSSN": "0,0",
    "+CSCS": "IRA",
    "+CSMP": "17,167,0,0",
    "+CPBS": "SM",
    "+COPS": 0,
}


class Modem:
    """One dongle, speaking with one voice."""

    def __init__(self, simulation: Simulation, voice: Voice) -> None:
        self.simulation = simulation
        self.voice = voice
        self.calls = Calls(self)
        self.powered = True
        self.functionality = 1
        self.registration = 1
        self.generation = 0  # counts the resets, so that what was under way before one does not go on after it
        self.ready_at = 0.0
        self.awaits_acknowledgement = False  # a +CMT was told and +CNMA has not come
        self._turn = 0  # counts what had to be acknowledged
        self._held: list[str] = []  # until a PDU is typed or an answer given
        self._buffered: list[str] = []  # until <mode> of +CNMI is no longer 0
        self._merging: list[str] = []
        self._lost = 0
        self._chat = 0  # counts the beginnings and ends of the chatter
        self.reset_settings()
        self.dialogue = Dialogue(self)

    # settings and power

    def reset_settings(self) -> None:
        """As `ATZ` leaves them."""
        self.settings: dict[str, Any] = dict(DEFAULTS)
        self.cnmi = [0, 0, 0, 0, 0]
        self.memories = [self.voice.preferred] * 3
        self.hush(False)

    def hush(self, quiet: bool) -> None:
        """End the chatter, or let it begin again."""
        self._chat += 1
        if not quiet and self.voice.chatter_seconds:
            self.later(
                self.voice.chatter_seconds, partial(self._chatter, 0, self._chat)
            )

    def _chatter(self, turn: int, chat: int) -> None:
        if chat == self._chat:
            self.indicate(self.voice.chatter[turn % len(self.voice.chatter)])
            self.later(
                self.voice.chatter_seconds, partial(self._chatter, turn + 1, chat)
            )

    def feed(self, octets: bytes) -> None:
        """Octets arrive from whoever opened the port."""
        faults = self.simulation.faults
        if not self.powered or self.simulation.time < self.ready_at:
            return
        if faults.active:
            if faults.fire("silent"):
                return
            if faults.fire("not_a_modem"):
                self.simulation.wire.send(b"\r\nlogin: " + octets + b"\r\nPassword: ")
                return
        self.dialogue.feed(octets)

    def power_off(self) -> None:
        """No power: everything that is not in flash is gone."""
        self.powered = False
        self._forget()

    def power_on(self) -> None:
        """Power: it starts, says so in its family's words, and is ready a little later."""
        simulation = self.simulation
        self.powered = True
        self._forget()
        self.functionality = 1
        simulation.faults.clear("silent")
        simulation.faults.clear("echo_only")
        self.card_off()
        self.radio_off()
        self.ready_at = simulation.time + self.voice.boot_seconds
        simulation.sim.busy_until = max(
            simulation.sim.busy_until, simulation.time + self.voice.sim_ready_seconds
        )
        for seconds, line in self.voice.boot:
            self.later(seconds, partial(self._boot_line, line))
        self.later(
            max(self.voice.boot_seconds, self.voice.sim_ready_seconds),
            simulation.network.pump,
        )
        self.storm()

    def _boot_line(self, line: str) -> None:
        sim = self.simulation.sim
        if not sim.present and ("CPIN" in line or "SMS" in line or "SIM" in line):
            return
        if line == "+CPIN: READY" and sim.state != "READY":
            line = f"+CPIN: {sim.state}"
        self.indicate(line)

    def _forget(self) -> None:
        self.generation += 1
        self.reset_settings()
        self.calls.reset()
        self.dialogue.reset()
        self._held.clear()
        self._buffered.clear()
        self._merging.clear()
        self.awaits_acknowledgement = False
        self.simulation.network.acknowledged(False)

    def reboot(self) -> None:
        """It starts again by itself; on a serial line the port stays."""
        self.simulation.tell("rebooted")
        self.power_off()
        self.power_on()

    def reset(self) -> None:
        """As `AT+CFUN=1,1`: on USB the port vanishes for a while."""
        if self.voice.reset_vanishes:
            self.simulation.unplug(self.voice.reset_seconds)
        else:
            self.reboot()

    def reset_soon(self) -> None:
        """Reset once the command that asked for it was answered."""
        self.later(_RESET_SECONDS, self.reset)

    def card_off(self) -> None:
        """The card loses power: a dropped one recovers, a PIN is asked for again."""
        sim = self.simulation.sim
        sim.power_on()
        if sim.failed:
            sim.failed = False
            self.simulation.faults.clear("sim_dropped")

    def radio_off(self) -> None:
        """The radio is off: it registers anew when it is on again."""
        if self.simulation.faults.fire("stale_registration"):
            self.simulation.faults.clear("stale_registration")
            self.registration = 1

    def card_ready(self) -> None:
        """The PIN was right: the card is read, then texts can come."""
        self.simulation.sim.busy_until = self.simulation.time + _CARD_SECONDS
        self.later(_CARD_SECONDS, self.simulation.network.pump)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do `action` later, unless it starts again before."""
        generation = self.generation

        def act() -> None:
            if generation == self.generation:
                action()

        self.simulation.schedule(seconds, act)

    # radio

    def on_air(self) -> bool:
        """Whether the network can reach it."""
        sim = self.simulation.sim
        return (
            self.powered
            and self.functionality == 1
            and self.registration in USABLE
            and sim.present
            and not sim.failed
            and sim.state == "READY"
            and self.simulation.time >= self.ready_at
        )

    def reachable(self) -> bool:
        """Whether a message can be delivered now."""
        faults = self.simulation.faults
        if not self.on_air() or self.simulation.time < self.simulation.sim.busy_until:
            return False
        if not faults.active:
            return True
        if faults.fire("deaf_radio"):
            return False
        return not (self.calls.present and faults.fire("call_blocks_reception"))

    def register(self, registration: int) -> None:
        """Another registration, told where `+CREG=1` asked for it."""
        self.registration = registration
        for name in self.voice.services:
            if self.settings[name]:
                self.indicate(f"{name}: {registration}")
        self.simulation.network.pump()

    # arriving messages

    def storage(self, name: str) -> Storage:
        """The storage of that name; MT is both, and here stands for the first."""
        return self.simulation.sim.storages["SM" if name == "SM" else "ME"]

    def receive(self, item: Queued) -> tuple[str, int | None, bool] | None:
        """Take a message: (storage, index, acknowledged), or None when there is no room (27.005 clause 3.4.1)."""
        report = item.kind == STATUS_REPORT
        direct = self.cnmi[3] if report else self.cnmi[1]
        if report and direct != 2:
            if direct == 1:
                self._tell_direct("+CDS", item.pdu, None)
                return "", None, self._acknowledged_at_once()
            return "", None, True
        if not report and (
            (direct == 2 and item.message_class != 2)
            or (direct and item.message_class == 0)
            or (direct == 3 and item.message_class == 3)
        ):
            self._tell_direct("+CMT", item.pdu, self.voice.alpha)
            return "", None, self._acknowledged_at_once()
        return self._store(item.pdu, "+CDSI" if report else "+CMTI", direct)

    def _store(
        self, pdu: str, indication: str, direct: int
    ) -> tuple[str, int | None, bool] | None:
        faults = self.simulation.faults
        name = "SM" if self.memories[2] == "SM" else "ME"
        if (
            self.memories[2] == "MT"
            and self.simulation.sim.storages["ME"].free() is None
        ):
            name = "SM"
        if faults.active:
            if faults.fire("stored_elsewhere"):
                name = "ME" if name == "SM" else "SM"
            if faults.fire("index_minus_one"):
                self.indicate(f'{indication}: "{name}",-1')
                return None
        index = self.simulation.sim.storages[name].put(Slot(UNREAD, pdu))
        if index is None:
            if self.voice.memory_full:
                self.indicate(self.voice.memory_full.format(name))
            return None
        if direct:
            self._tell_new(f'{indication}: "{name}",{index}')
        return name, index, True

    def _tell_direct(self, indication: str, pdu: str, alpha: str | None) -> None:
        if self.settings["+CMGF"]:
            self.indicate(text_mode.direct(indication, pdu, self.settings["+CSCS"]))
            return
        length = tpdu_length(pdu)
        self.indicate(
            f"{indication}: {length}\r\n{pdu}"
            if alpha is None
            else f"{indication}: {alpha},{length}\r\n{pdu}"
        )

    def _acknowledged_at_once(self) -> bool:
        if not self.settings["+CSMS"]:
            return True
        self.awaits_acknowledgement = True
        self._turn += 1
        turn = self._turn
        self.later(ACKNOWLEDGE_SECONDS, lambda: self._not_acknowledged(turn))
        return False

    def _not_acknowledged(self, turn: int) -> None:
        if self.awaits_acknowledgement and self._turn == turn:
            self.awaits_acknowledgement = False
            self.cnmi[1] = self.cnmi[3] = 0
            self.simulation.network.acknowledged(False)

    # indications

    def _tell_new(self, line: str) -> None:
        faults = self.simulation.faults
        if faults.active:
            if lost := faults.get("lost_indications"):
                self._lost += 1
                if self._lost % max(1, int(lost["every"])) == 0:
                    faults.fire("lost_indications")
                    return
            if merged := faults.get("merged_indications"):
                self._merge(line, int(merged["count"]))
                return
        if self.cnmi[0] == 0:
            self._buffered.append(line)
            return
        self.indicate(line)

    def _merge(self, line: str, count: int) -> None:
        self._merging.append(line)
        if len(self._merging) >= count:
            self._tell_merged()
        elif len(self._merging) == 1:
            self.later(_MERGE_SECONDS, self._tell_merged)

    def _tell_merged(self) -> None:
        if self._merging:
            lines, self._merging = self._merging, []
            self.indicate("\r\n\r\n".join(lines))

    def indicate(self, line: str) -> None:
        """Say something that nobody asked for; while a PDU is being typed it waits."""
        if not self.powered:
            return
        faults = self.simulation.faults
        if self.dialogue.engaged or (faults.active and self._glues()):
            self._held.append(line)
            return
        self.simulation.wire.send(f"\r\n{line}\r\n".encode("latin-1", "replace"))

    def _glues(self) -> bool:
        glued = self.simulation.faults.get("glued_indication")
        return glued is not None and not glued["line"]

    def release(self) -> None:
        """Say what was held back while an answer was given."""
        if self._held and not (self.simulation.faults.active and self._glues()):
            lines, self._held = self._held, []
            for line in lines:
                self.indicate(line)

    def interject_held(self) -> None:
        """Put what was held into the exchange under way, as families do that do not wait."""
        lines, self._held = self._held, []
        self.dialogue.interject(lines)

    def route(self, mode: int, clears: bool) -> None:
        """`+CNMI` was set: what was buffered is told, or thrown away with <bfr> 1."""
        if mode and self._buffered:
            lines, self._buffered = self._buffered, []
            for line in [] if clears else lines:
                self.indicate(line)

    def take_held(self) -> str:
        """The oldest held indication, to be put in a bad place; the family's own chatter if there is none."""
        return self._held.pop(0) if self._held else self.voice.idle_line

    def storm(self) -> None:
        """The chatter of the fault `rssi_storm`, again and again."""
        storm = self.simulation.faults.get("rssi_storm")
        if storm:
            self.indicate((self.voice.chatter or (self.voice.idle_line,))[0])
            self.later(1 / max(0.01, float(storm["per_second"])), self.storm)
