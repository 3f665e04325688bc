"""The same verbs on a real terminal, in real time, with pyserial: what a simulated port could hide."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from modem_stage import NUMBER, PDU, Pins

from antirelou.clock import SystemClock
from antirelou.modem import Modem
from antirelou.modem.facts import DirectPdu, Fate, ModemLost, NewMessage, PortError
from antirelou.settings import Modem as ModemSettings
from antirelou.simulator import Simulation
from antirelou.simulator.pty import Mount, served


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    with served(Simulation(SystemClock()), tmp_path / "modem") as mount:
        yield mount


def modem_on(mount: Mount, direct: list[DirectPdu]) -> Modem:
    settings = ModemSettings(port=str(mount.link))
    return Modem(settings, SystemClock(), pins=Pins(), take_direct=direct.append)


def test_everything_on_a_real_terminal(mount: Mount) -> None:
    direct: list[DirectPdu] = []
    modem = modem_on(mount, direct)
    assert modem.open().manufacturer == "huawei"
    mount.order(lambda: mount.simulation.network.text(NUMBER, "Bonjour"))
    assert modem.wait(5) == [NewMessage("SM", 0)]
    mount.order(lambda: mount.simulation.network.text(NUMBER, "flash", message_class=0))
    assert modem.wait(5) == [] and len(direct) == 1
    [slot] = modem.stored()
    assert modem.delete(slot.storage, slot.index) and modem.stored() == []
    assert modem.submit(PDU).fate is Fate.SUBMITTED
    with pytest.raises(PortError) as refused:
        modem_on(mount, direct).open()
    assert refused.value.cause == "busy"
    mount.order(lambda: mount.simulation.unplug())
    with pytest.raises(ModemLost):
        modem.wait(5)
    modem.close()
    with pytest.raises(PortError) as refused:
        modem.open()
    assert refused.value.cause == "missing"


def test_a_signal_ends_the_idle_wait_at_once(mount: Mount) -> None:
    modem = modem_on(mount, [])
    modem.open()
    before = signal.signal(signal.SIGUSR1, lambda *_: modem.stop())
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        began = time.monotonic()
        assert modem.wait(60) == []
        assert time.monotonic() - began < 5
    finally:
        timer.join()  # before nobody expects its signal any more
        signal.signal(signal.SIGUSR1, before)
        modem.close()


def test_idle_waiting_costs_next_to_nothing(mount: Mount) -> None:
    modem = modem_on(mount, [])
    modem.open()
    began = time.thread_time()
    modem.wait(0.5)
    assert time.thread_time() - began < 0.01
    modem.close()
