"""A raid against the daemon: it says so, spends what a flood may cost and no more, and says when it is over."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from world import World

from antirelou.log import Reader

HOUR = timedelta(hours=1)
FLOOD = {"messages": 10, "quiet": HOUR, "replies_per_hour": 3, "recipients": 4}
LIMITS = {"recipients_per_day": 100, "recipients_per_month": 3000}


def a_world(directory: Path) -> World:
    return World(
        directory,
        flood=FLOOD,
        limits=LIMITS,
        reply={"delay": 2 * HOUR, "expire_after": 12 * HOUR},
    )


def raid(world: World, numbers: int, first: int = 0) -> None:
    for n in range(numbers):
        world.text(f"insulte {n}", f"+336399811{first + n:02}")


def line(world: World) -> dict[str, object]:
    with Reader.open(world.settings.log.path) as log:
        return log.status(world.clock.now())[0]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_raid_costs_what_a_flood_may_cost_and_no_more(
    tmp_path: Path, restarts: bool
) -> None:
    world = a_world(tmp_path)
    world.text("salut", "+33639981099")
    world.run(1800)
    raid(world, 30)
    world.run(120)
    assert line(world)["state"] == "flood"
    assert (
        line(world)["sentence"]
        == "Receiving; a flood is on since 22 Nov 13:30: at most 3 replies an hour leave."
    )
    for _ in range(10):
        world.run(1800)
        if restarts:
            world.die()
            world.start()
    world.run(60)
    raiders = {number for number, _ in world.sent if number != "+33639981099"}
    assert len(raiders) == 4
    assert ("+33639981099", world.settings.reply.texts[0]) in world.sent
    assert (
        world.events().count("flood_began"),
        world.events().count("flood_ended"),
    ) == (1, 1)
    assert line(world)["state"] == "ready"


def test_no_more_than_so_many_replies_an_hour_leave_for_it(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    raid(world, 30)
    world.run(2 * 3600 + 60)
    left = len(world.sent)
    world.run(3000)
    assert (left, len(world.sent)) == (3, 3)
    world.run(900)
    assert len(world.sent) == 4


def test_a_reply_that_waits_for_the_end_of_a_flood_leaves_then(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        flood={"messages": 10, "quiet": HOUR, "replies_per_hour": 0},
        reply={"delay": HOUR},
    )
    world.text("salut", "+33639981099")
    world.run(1800)
    raid(world, 30)
    world.run(3000)
    assert world.sent == []
    world.run(700)  # quiet for an hour, but not for an hour since it was postponed
    assert [number for number, _ in world.sent] == ["+33639981099"]


def test_the_journal_tells_a_flood_and_its_end_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "antirelou")
    world = a_world(tmp_path)
    raid(world, 12)
    world.run(5400)
    told = [
        record.getMessage()
        for record in caplog.records
        if "flood" in record.getMessage()
    ]
    assert told == [
        "A flood is on since message 1: replies are held back, see antirelou status.",
        "The flood that began with message 1 is over.",
    ]
    assert "+336" not in caplog.text


def test_a_network_that_refuses_is_tried_ever_more_rarely(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.simulation.fault("cms_error", code=38, at="ctrl_z", times=4)
    for n in range(8):
        world.text("salut", f"+336399811{n:02}")
    world.run(240)
    assert [state for state in states(world) if state != "queued"] == ["refused"] * 3
    assert line(world)["state"] == "breaker" and world.events().count("breaker") == 1
    assert "ask the SIM's operator" in str(line(world)["sentence"])
    world.die()
    world.start()
    world.run(300)
    assert states(world).count("refused") == 4
    world.run(300)
    assert states(world).count("refused") == 4
    world.run(400)
    assert states(world) == ["refused"] * 4 + ["submitted"] * 4
    assert line(world)["state"] == "ready"


def states(world: World) -> list[str]:
    return sorted(
        reply["state"] for message in world.messages() for reply in message["replies"]
    )
