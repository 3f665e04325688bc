"""A modem that dawdles: the watchdog is fed by what it answers, and what it could not do once is tried again."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from world import NOON, World

from antirelou.clock import VirtualClock
from antirelou.daemon import tell
from antirelou.simulator import Simulation


def test_opening_a_modem_that_leaves_much_unanswered_feeds_the_watchdog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(NOON)
    fed: list[float] = []

    class Notifier:
        def notify(self, words: str) -> None:
            if words == "WATCHDOG=1":
                fed.append(clock.boot())

    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere")
    monkeypatch.setattr(tell, "SystemdNotifier", Notifier)
    simulation = Simulation(clock)
    simulation.fault("hang_on_command", prefix="+CNMI=", times=None)
    world = World(tmp_path, clock=clock, simulation=simulation)
    began = clock.boot()
    world.daemon._open()
    assert clock.boot() - began > 45
    assert max(later - earlier for earlier, later in pairwise([began, *fed])) < 20


def test_a_listing_that_hung_twice_is_tried_again_after_an_hour(tmp_path: Path) -> None:
    world = World(tmp_path)
    typed: list[tuple[float, bytes]] = []
    feed = world.simulation.modem.feed

    def tapped(octets: bytes) -> None:
        typed.append((world.clock.boot(), octets))
        feed(octets)

    world.simulation.modem.feed = tapped  # type: ignore[method-assign]
    world.simulation.fault("undeletable_slot")
    world.text("Salut")
    world.run(10)
    world.simulation.fault("hang_on_command", prefix="+CMGL", times=2)
    world.run(3 * 3600)
    began = next(boot for boot, octets in typed if octets.startswith(b"AT+CMGR"))
    read = [boot - began for boot, octets in typed if octets.startswith(b"AT+CMGR")]
    assert 1800 < max(read) < 3700
