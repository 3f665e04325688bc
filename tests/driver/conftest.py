"""python-gsmmodem-new as it is shipped, on the simulated dongle's terminal, with its own threads and real seconds."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gsmmodem.modem import GsmModem

from antirelou.clock import SystemClock
from antirelou.simulator import Simulation
from antirelou.simulator.pty import Mount, served

sys.path.insert(0, str(Path(__file__).parent.parent))  # for modem_stage


class Shipped:
    """The library on a dongle that can be told to misbehave."""

    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        self.simulation = mount.simulation
        self.received: list[Any] = []
        self.made: list[GsmModem] = []

    def tell(self, action: Callable[[], object]) -> None:
        """Have the simulation's own thread do something, and wait until it is done."""
        done = threading.Event()

        def act() -> None:
            action()
            done.set()

        self.mount.order(act)
        assert done.wait(10)

    def fault(self, name: str, **arguments: Any) -> None:
        self.tell(lambda: self.simulation.fault(name, **arguments))

    def new(self, **options: Any) -> GsmModem:
        """A modem that is not connected yet; texts are kept in `received`."""
        modem = GsmModem(
            str(self.mount.link),
            115200,
            smsReceivedCallbackFunc=self.received.append,
            **options,
        )
        self.made.append(modem)
        return modem

    def connected(self, **options: Any) -> GsmModem:
        modem = self.new(**options)
        modem.connect()
        return modem

    def close(self) -> None:
        """Without the library's close(), which takes a second or raises."""
        for modem in self.made:
            modem.alive = False
            if getattr(modem, "serial", None) is not None and modem.serial.is_open:
                modem.serial.cancel_read()
                modem.rxThread.join(2)
                modem.serial.close()


@pytest.fixture
def shipped(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shipped]:
    """`@pytest.mark.parametrize("shipped", [{"voice": …}], indirect=True)` chooses another dongle."""
    options = getattr(request, "param", {})
    with served(Simulation(SystemClock(), **options), tmp_path / "modem") as mount:
        library = Shipped(mount)
        yield library
        library.close()
