"""What the tests of the modem stand on: a simulated dongle behind a `Modem`, and a port that says what it is told.

`ScriptedPort` is for octets as real devices sent them, which no simulation should have to reproduce.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from antirelou.clock import VirtualClock
from antirelou.modem import Modem
from antirelou.modem.channel import Channel
from antirelou.modem.facts import DirectPdu
from antirelou.modem.inbox import Inbox, Interrupt
from antirelou.settings import Modem as ModemSettings
from antirelou.simulator import Simulation

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NUMBER = "+33639980001"
TRANSCRIPTS = json.loads(
    (Path(__file__).parent / "vectors" / "at_transcripts.json").read_text(
        encoding="utf-8"
    )
)


@dataclass(frozen=True)
class SubmitPdu:
    """ "Test" to +33 6 39 98 00 00, relative to nothing of ours."""

    octets: str = "0011000B913336990800F00000AA04D4F29C0E"
    length: int = 18


PDU = SubmitPdu()


class Pins:
    """Verdicts that outlive the process."""

    def __init__(self) -> None:
        self.verdicts: dict[str, str] = {}

    def verdict(self, pin: str) -> str | None:
        return self.verdicts.get(pin)

    def record(self, pin: str, verdict: str) -> None:
        self.verdicts[pin] = verdict


class Stage:
    """A clock, a simulated dongle, and a `Modem` on it, opened unless told otherwise."""

    def __init__(
        self,
        *,
        opened: bool = True,
        settings: ModemSettings | None = None,
        **simulation: Any,
    ) -> None:
        self.clock = VirtualClock(NOON)
        self.simulation = Simulation(self.clock, **simulation)
        self.sim = self.simulation.sim
        self.network = self.simulation.network
        self.settings = settings or ModemSettings()
        self.pins = Pins()
        self.direct: list[DirectPdu] = []
        self.modem = self.another()
        if opened:
            self.modem.open()

    def another(self) -> Modem:
        """A `Modem` as the next process would make it."""
        return Modem(
            self.settings,
            self.clock,
            pins=self.pins,
            take_direct=self.direct.append,
            open_port=self.simulation.open_port,
        )

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Have something happen so many seconds from now."""
        self.simulation.schedule(seconds, lambda: action() and None)

    def before(self, command: bytes, action: Callable[[], object]) -> None:
        """Have something happen when the modem gets the next such command, before it obeys."""
        feed, times = self.simulation.modem.feed, [1]

        def tapped(octets: bytes) -> None:
            if octets.startswith(command) and times:
                times.pop()
                action()
            feed(octets)

        self.simulation.modem.feed = tapped  # type: ignore[method-assign]


class ScriptedPort:
    """A port on which each write is answered by `answer(octets)`; a reading takes no time unless nothing is there."""

    def __init__(self, clock: VirtualClock, answer: Callable[[bytes], bytes]) -> None:
        self.timeout: float | None = None
        self.write_timeout: float | None = None
        self.written: list[bytes] = []
        self.waiting = bytearray()
        self._clock = clock
        self._answer = answer
        self._later: list[tuple[float, bytes]] = []

    def say(self, octets: bytes, seconds: float = 0.0) -> None:
        """Have octets arrive, now or later."""
        self._later.append((self._clock.boot() + seconds, octets))

    @property
    def in_waiting(self) -> int:
        self._arrive()
        return len(self.waiting)

    def read(self, size: int = 1) -> bytes:
        if not self.in_waiting and size and self.timeout:
            due = (
                min((at for at, _ in self._later), default=float("inf"))
                - self._clock.boot()
            )
            self._clock.wait(min(self.timeout, due))
        self._arrive()
        taken, self.waiting = bytes(self.waiting[:size]), self.waiting[size:]
        return taken

    def write(self, data: bytes) -> int:
        self.written.append(bytes(data))
        self.waiting += self._answer(bytes(data))
        return len(data)

    def cancel_read(self) -> None:
        """Nothing here ever waits in real time."""

    def close(self) -> None:
        """Nothing is held."""

    def _arrive(self) -> None:
        now = self._clock.boot() + 1e-9
        for at, octets in [piece for piece in self._later if piece[0] <= now]:
            self.waiting += octets
            self._later.remove((at, octets))


def channel_on(
    answer: Callable[[bytes], bytes],
) -> tuple[Channel, ScriptedPort, list[DirectPdu]]:
    """A connected channel on a scripted port, and where its content goes."""
    clock = VirtualClock(NOON)
    port = ScriptedPort(clock, answer)
    direct: list[DirectPdu] = []
    channel = Channel(
        "scripted",
        115200,
        clock=clock,
        open_port=lambda *_: port,
        interrupt=Interrupt(),
        inbox=Inbox(direct.append),
    )
    channel.connect()
    return channel, port, direct
