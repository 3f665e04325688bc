"""A stop between the segments of a reply: half a lesson teaches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import NOON, World

from antirelou.clock import VirtualClock
from antirelou.simulator import Simulation

LONG = "Si une femme dit non, inutile d'insister. " * 7  # two segments
STOPPED_AFTER = 45.0  # seconds until systemd kills


def stopped_after(
    tmp_path: Path, seconds: float, fault: str | None
) -> tuple[World, float]:
    """A world whose daemon was stopped so long after the text, and how long it took to end."""
    clock = VirtualClock(NOON)
    world = World(
        tmp_path,
        clock=clock,
        simulation=Simulation(clock, radio="realistic"),
        reply={"texts": (LONG,)},
    )
    world.run(10)
    world.text("Salut")
    if fault is not None:
        world.simulation.schedule(5, lambda: world.simulation.fault(fault))
    world.simulation.schedule(seconds, world.daemon.stop)
    asked = clock.boot() + seconds
    world.daemon.run()
    return world, clock.boot() - asked


@pytest.mark.parametrize("seconds", [4.0, 6.0, 7.1, 7.5, 9.0, 11.0])
def test_a_reply_that_has_begun_to_leave_leaves_whole(
    tmp_path: Path, seconds: float
) -> None:
    """Three seconds to be delivered, four to accept each segment."""
    world, took = stopped_after(tmp_path, seconds, None)
    (message,) = world.messages()
    assert message["replies"][0]["state"] == "submitted"
    assert len(world.sent) == 2
    assert took < 10


@pytest.mark.parametrize("fault", ["hang_on_submit", "hang_after_ctrl_z"])
def test_a_modem_that_hangs_over_the_second_segment_does_not_hold_up_the_end(
    tmp_path: Path, fault: str
) -> None:
    world, took = stopped_after(tmp_path, 6.0, fault)
    (message,) = world.messages()
    assert message["replies"][0]["state"] in ("partial", "unknown")
    assert took < STOPPED_AFTER - 10
