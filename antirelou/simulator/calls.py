"""Voice calls that come in: RING, +CRING, +CLIP, and how they end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antirelou.simulator.modem import Modem

RING_SECONDS = 5.0  # from one RING to the next
_IGNORED = {  # by the fault hang_up_ignored
    "H": ("H",),
    "+CHUP": ("+CHUP",),
    "both": ("H", "+CHUP"),
    "every": ("H", "+CHUP", "+CHLD"),
}


@dataclass(slots=True)
class Call:
    """One call; `outcome` is ringing, answered, refused or gone. `number` is None when withheld."""

    number: str | None
    type_of_address: int
    began_at: float
    ended_at: float | None = None
    outcome: str = "ringing"


class Calls:
    """At most one call at a time; `record` keeps all of them."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self.record: list[Call] = []
        self.present: Call | None = None

    def begin(self, number: str | None, type_of_address: int, seconds: float) -> None:
        """Somebody calls; busy while another call is there or the modem is off."""
        simulation = self._modem.simulation
        simulation.run_due()
        call = Call(number, type_of_address, simulation.time)
        self.record.append(call)
        if self.present or not self._modem.on_air():
            call.outcome, call.ended_at = "gone", simulation.time
            return
        self.present = call
        simulation.tell("call", number=number)
        self._ring(call)
        simulation.schedule(seconds, lambda: self._gone(call))

    def _ring(self, call: Call) -> None:
        if self.present is not call or call.outcome != "ringing":
            return
        settings = self._modem.settings
        self._modem.indicate("+CRING: VOICE" if settings["+CRC"] else "RING")
        if settings["+CLIP"]:
            shown = call.number or ""
            validity = 1 if call.number is None else 0
            self._modem.indicate(
                f'+CLIP: "{shown}",{call.type_of_address},,,,{validity}'
            )
        self._modem.simulation.schedule(RING_SECONDS, lambda: self._ring(call))

    def gone(self) -> None:
        """The caller hangs up."""
        if self.present:
            self._gone(self.present)

    def _gone(self, call: Call) -> None:
        if self.present is call and call.outcome in ("ringing", "answered"):
            self._end(call, "gone")
            for line in self._modem.voice.call_ended:
                self._modem.indicate(line)

    def refuse(self, command: str) -> bool:
        """The modem's side hangs up with `command`; False if there is no call."""
        call = self.present
        if call is None:
            return False
        faults = self._modem.simulation.faults
        armed = faults.get("hang_up_ignored")
        if armed is not None and command in _IGNORED[armed["command"]]:
            faults.fire("hang_up_ignored")
        else:
            self._end(call, "refused")
            for line in self._modem.voice.call_ended[:-1]:
                self._modem.indicate(line)
        return True

    def answer(self) -> bool:
        """Take the call."""
        if self.present is None or self.present.outcome != "ringing":
            return False
        self.present.outcome = "answered"
        return True

    def listed(self) -> list[str]:
        """The lines of `+CLCC`."""
        call = self.present
        if call is None:
            return []
        state = 4 if call.outcome == "ringing" else 0
        return [f'+CLCC: 1,1,{state},0,0,"{call.number or ""}",{call.type_of_address}']

    def reset(self) -> None:
        """The modem lost power."""
        if self.present:
            self._end(self.present, "gone")

    def _end(self, call: Call, outcome: str) -> None:
        if call.outcome == "ringing" or outcome == "refused":
            call.outcome = outcome
        call.ended_at = self._modem.simulation.time
        self.present = None
        self._modem.simulation.tell("call_ended", number=call.number, outcome=outcome)
        self._modem.simulation.network.pump()
