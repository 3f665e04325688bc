"""A line texts itself now and then: what comes back proves that texts go out and come in; what does not is told."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from test_daemon_alerts import kinds
from world import NUMBER, World

from antirelou.daemon import Exhausted
from antirelou.log import Reader
from antirelou.policy.proof import SELF_TEXT

OWN = "+33639989999"
HOUR, DAY = 3600, 86_400


def a_world(directory: Path, **sections: Any) -> World:
    sections = {
        "modem": {"number": OWN, "poll_interval": timedelta(minutes=10)}
    } | sections
    return World(directory, alerts={"directory": str(directory / "alerts")}, **sections)


def row(world: World) -> dict[str, Any]:
    with Reader.open(world.settings.log.path) as log:
        return log.status(world.clock.now(), month_start=world.clock.now())[0]


def skip(world: World, seconds: float) -> None:
    """Let time pass without a daemon: it sleeps in slices of a second, and a week of those is long."""
    world.die()
    world.clock.wait(seconds)
    world.start()
    world.run(700)


def to_itself(world: World) -> int:
    return len([one for number, one in world.sent if one.startswith(SELF_TEXT)])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def test_a_text_leaves_comes_back_and_proves_both(world: World) -> None:
    world.run(700)
    ((number, text),) = world.sent
    assert number == OWN and text.startswith(SELF_TEXT)
    (message,) = world.messages()
    assert (message["kind"], message["reason"]) == ("self_test", "own_number")
    assert message["text"] == text
    assert row(world)["self_text_proved_at"] == message["received_at"]


def test_it_is_one_a_week_and_a_restart_changes_nothing(world: World) -> None:
    for _ in range(21):
        skip(world, DAY - 700)
    assert to_itself(world) == 3
    assert kinds(world) == []


def test_it_leaves_by_itself_when_the_time_has_come(tmp_path: Path) -> None:
    world = a_world(tmp_path, health={"self_text": timedelta(hours=2)})
    world.run(5 * HOUR)
    assert to_itself(world) == 3


def test_it_counts_in_the_limits_of_segments_and_is_nobody_else(world: World) -> None:
    world.run(120)
    assert (row(world)["segments_hour"], row(world)["recipients_day"]) == (1, 0)


def test_it_waits_for_the_limits(tmp_path: Path) -> None:
    world = a_world(
        tmp_path, limits={"segments_per_day": 1}, health={"self_text": None}
    )
    world.text("Salut")
    world.run(120)
    world.die()
    world = a_world(
        tmp_path,
        limits={"segments_per_day": 1},
        clock=world.clock,
        simulation=world.simulation,
    )
    world.run(3 * HOUR)
    assert (to_itself(world), world.events().count("self_test_failed")) == (0, 0)
    skip(world, 22 * HOUR)
    world.run(HOUR)
    assert to_itself(world) == 1


@pytest.mark.parametrize("held", ["pause", "mode"])
def test_nothing_leaves_that_must_not(tmp_path: Path, held: str) -> None:
    world = a_world(tmp_path, reply={"mode": "never" if held == "mode" else "approved"})
    if held == "pause":
        world.order("pause")
    for _ in range(3):
        world.run(2 * HOUR)
        skip(world, 22 * HOUR)
    assert (world.sent, kinds(world)) == ([], [])


def test_a_line_that_hears_nothing_is_deaf_after_two(tmp_path: Path) -> None:
    world = a_world(tmp_path, modem={"number": "+33639980077"})
    world.run(75 * 60)
    assert (to_itself(world), kinds(world)) == (2, [])
    world.run(70 * 60)
    assert kinds(world) == ["deaf"]
    for _ in range(9):
        skip(world, DAY)
    assert to_itself(world) == 2, "P12: it may be a stranger's number"


def test_a_wrong_number_that_is_corrected_is_proved(tmp_path: Path) -> None:
    world = a_world(tmp_path, modem={"number": "+33639980077"})
    world.run(3 * HOUR)
    world.die()
    world = a_world(tmp_path, clock=world.clock, simulation=world.simulation)
    world.run(700)
    assert row(world)["self_text_proved_at"] is not None


def test_whoever_got_two_of_them_by_mistake_gets_nothing_more(tmp_path: Path) -> None:
    world = a_world(tmp_path, modem={"number": NUMBER})
    world.run(3 * HOUR)
    world.die()
    world = a_world(tmp_path, clock=world.clock, simulation=world.simulation)
    world.text("C'est qui ?")
    world.run(HOUR)
    assert [text for number, text in world.sent if number == NUMBER] == [
        text for number, text in world.sent[:2]
    ]


def test_whoever_got_one_by_mistake_and_says_stop_gets_no_second(
    tmp_path: Path,
) -> None:
    world = a_world(tmp_path, modem={"number": NUMBER})
    world.run(120)
    world.text("STOP")
    world.run(2 * HOUR)
    for _ in range(3):
        skip(world, DAY)
    assert to_itself(world) == 1


def test_a_forged_stop_of_its_own_number_stops_nothing(world: World) -> None:
    world.run(120)
    world.text("STOP", OWN)
    world.run(60)
    skip(world, 7 * DAY)
    assert to_itself(world) == 2


def test_a_line_whose_texts_are_refused_is_mute(world: World) -> None:
    world.run(120)
    world.simulation.fault("cms_error", code=38, at="ctrl_z", times=10)
    skip(world, 7 * DAY)
    world.run(HOUR)
    assert kinds(world) == ["mute"]


def test_a_line_without_a_network_is_mute(world: World) -> None:
    world.run(120)
    world.simulation.fault("registration", stat=2)
    skip(world, 7 * DAY)
    world.run(2 * HOUR + 1500)
    assert "mute" in kinds(world)


def climbed(world: World) -> list[str]:
    return [
        kind
        for kind in world.events()
        if kind in ("modem_silent", "modem_restarted", "deaf", "mute")
    ]


def test_each_failure_is_one_rung_up_the_ladder(world: World) -> None:
    world.run(120)
    world.simulation.sim.own_number = "+33639980077"  # nothing comes back any more
    skip(world, 7 * DAY)
    world.run(3 * HOUR)
    assert climbed(world) == ["deaf", "modem_silent"]
    assert row(world)["state"] == "ready", "it was opened again"
    skip(world, DAY)
    world.run(2 * HOUR)
    assert climbed(world)[2:] == ["deaf", "modem_silent", "modem_restarted"]
    skip(world, DAY)
    with pytest.raises(Exhausted):
        world.run(2 * HOUR)
    world.die()
    world.start()
    world.run(2 * HOUR)
    assert climbed(world).count("deaf") == 3, "a restart does not tell it again"


def test_a_line_that_hears_again_is_told_no_more(world: World) -> None:
    world.run(120)
    number, world.simulation.sim.own_number = (
        world.simulation.sim.own_number,
        "+33639980077",
    )
    skip(world, 7 * DAY)
    world.run(3 * HOUR)
    world.simulation.sim.own_number = number
    skip(world, DAY)
    assert row(world)["self_text_proved_at"] > "2026-11-29"
    skip(world, 6 * DAY)
    assert kinds(world) == ["deaf"]


def test_a_raid_makes_no_line_deaf(tmp_path: Path) -> None:
    world = a_world(tmp_path, flood={"messages": 10, "quiet": timedelta(hours=6)})
    world.run(120)
    world.simulation.sim.own_number = "+33639980077"
    skip(world, 7 * DAY)  # it left, and is on its way
    for n in range(12):
        world.text(f"insulte {n}", f"+336399811{n:02}")
    world.run(3 * HOUR)
    assert to_itself(world) == 2
    assert world.events().count("self_test_failed") == 0


def test_anybody_who_writes_the_same_words_proves_nothing(tmp_path: Path) -> None:
    world = a_world(tmp_path, modem={"number": "+33639980077"})
    world.text(SELF_TEXT + "0123456789abcdef", "+33639980077")
    world.run(300)
    assert row(world)["self_text_proved_at"] is None
    assert world.reasons() == ["own_number"]
    assert world.messages()[0]["kind"] == "text"


def test_without_a_number_it_says_once_that_nothing_is_proved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "antirelou")
    world = World(tmp_path)
    world.run(HOUR)
    assert caplog.text.count("set modem.number") == 1
    assert world.sent == []
