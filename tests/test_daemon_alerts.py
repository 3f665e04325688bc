"""Alerts: events that the operator must know of, as whole files, few of them, with nothing of a stranger in them."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from world import NUMBER, World

from antirelou.daemon import alerts
from antirelou.simulator import Simulation

HOSTILE = "au secours \x1b[2J$(reboot) <script> +33639980042"


def a_world(directory: Path, **sections: Any) -> World:
    return World(directory, alerts={"directory": str(directory / "alerts")}, **sections)


def told(world: World) -> list[dict[str, Any]]:
    """What every alert says."""
    directory = Path(world.settings.alerts.directory)
    files = alerts.waiting(directory) if directory.exists() else []
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def kinds(world: World) -> list[str]:
    return [alert["kind"] for alert in told(world)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def test_a_cry_for_help_is_a_file_without_its_words_or_its_number(world: World) -> None:
    world.text(HOSTILE)
    world.run(60)
    (file,) = alerts.waiting(Path(world.settings.alerts.directory))
    said = file.read_text(encoding="utf-8")
    assert json.loads(said) == {
        "id": json.loads(said)["id"],
        "line": "main",
        "kind": "distress",
        "at": json.loads(said)["at"],
        "count": 1,
        "text": "Message 1 may be a cry for help: read it (antirelou why 1).",
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not list(file.parent.glob(".*"))


def test_nothing_of_anybody_is_in_any_alert(tmp_path: Path) -> None:
    world = a_world(tmp_path, flood={"messages": 10, "quiet": timedelta(hours=1)})
    for n in range(40):
        world.text(f"{HOSTILE} {n}", f"+336399811{n:02}")
    world.simulation.fault("registration", stat=3)
    world.run(3 * 3600)
    everything = json.dumps(told(world), ensure_ascii=False)
    assert {"distress", "flood_began", "flood_ended", "network_denied"} <= set(
        kinds(world)
    )
    for secret in ("secours", "reboot", "script", "+33", "639980042", "6399811"):
        assert secret not in everything


def test_a_raid_of_cries_is_one_alert_an_hour_that_counts_them(world: World) -> None:
    for minute in range(90):
        world.text(HOSTILE + str(minute), f"+336399810{minute:02}")
        world.run(60)
    distress = [alert for alert in told(world) if alert["kind"] == "distress"]
    assert distress[0]["count"] == 1
    assert len(distress) == 2
    assert distress[1]["count"] > 50
    world.run(3600)
    total = [alert["count"] for alert in told(world) if alert["kind"] == "distress"]
    assert sum(total) == 90, "none is forgotten"


def test_the_beginning_and_the_end_of_a_raid_are_told(tmp_path: Path) -> None:
    quick = {"messages": 10, "quiet": timedelta(hours=1), "replies_per_hour": 100}
    world = a_world(tmp_path, flood=quick)
    for n in range(12):
        world.text(f"insulte {n}", f"+336399811{n:02}")
    world.run(60)
    assert kinds(world) == ["flood_began"]
    world.run(4000)
    assert kinds(world) == ["flood_began", "flood_ended"]


def test_a_limit_that_holds_replies_back_is_told(tmp_path: Path) -> None:
    world = a_world(tmp_path, limits={"segments_per_hour": 1})
    for n in range(2):
        world.text(f"Salut {n}", f"+336399811{n:02}")
    world.run(60)
    assert kinds(world) == ["limit_reached"]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_modem_that_is_gone_for_ten_minutes_is_told_once(
    world: World, restarts: bool
) -> None:
    world.run(60)
    world.simulation.fault("unplug", seconds=0)
    world.run(500)
    assert kinds(world) == []
    for _ in range(20):
        if restarts:
            world.die()
            world.start()
        world.run(400)
    assert kinds(world) == ["modem_away"]


def test_a_modem_that_comes_back_within_ten_minutes_is_not_told(world: World) -> None:
    for _ in range(3):
        world.run(60)
        world.simulation.fault("unplug", seconds=400)
        world.run(500)
    assert kinds(world) == []


def test_a_modem_that_goes_again_is_told_again(world: World) -> None:
    for _ in range(2):
        world.simulation.fault("unplug", seconds=900)
        world.run(3700)
    assert kinds(world) == ["modem_away"] * 2


def test_a_clock_that_steps_makes_no_ten_minutes(world: World) -> None:
    world.run(60)
    world.simulation.fault("unplug", seconds=0)
    world.run(60)
    world.clock.step(timedelta(days=1))
    world.run(60)
    assert kinds(world) == []


def test_a_sim_that_the_network_refuses_from_the_start_is_told(world: World) -> None:
    world.simulation.fault("registration", stat=3)
    world.run(60)
    assert kinds(world) == ["network_denied"]


def test_a_sim_that_the_network_refuses_later_is_told(world: World) -> None:
    world.run(60)
    assert kinds(world) == []
    world.simulation.fault("registration", stat=3)
    world.run(120)
    assert kinds(world) == ["network_denied"]


def test_another_sim_is_told(world: World) -> None:
    world.run(60)
    world.die()
    world.simulation = Simulation(world.clock)
    world.simulation.sim.iccid = "8933990000000000777"
    world.start()
    world.run(60)
    assert kinds(world) == ["new_sim"]


def test_a_disk_that_is_nearly_full_is_told_when_it_becomes_so(world: World) -> None:
    world.run(60)
    assert kinds(world) == []
    world.die()
    world = a_world(Path(world.settings.log.path.parent), log={"reserve": 10**18})
    world.run(7200)
    assert kinds(world) == ["disk_low"]


def test_refusals_in_a_row_are_told(world: World) -> None:
    world.simulation.fault("cms_error", code=38, at="ctrl_z", times=4)
    for n in range(8):
        world.text("salut", f"+336399811{n:02}")
    world.run(240)
    assert kinds(world) == ["breaker"]


def test_what_was_told_is_not_told_again_after_a_restart(world: World) -> None:
    world.text(HOSTILE)
    world.run(60)
    for file in alerts.waiting(Path(world.settings.alerts.directory)):
        file.unlink()
    world.die()
    world.start()
    world.run(7200)
    assert kinds(world) == []


def test_what_could_not_be_written_is_written_when_it_can_be(world: World) -> None:
    directory = Path(world.settings.alerts.directory)
    directory.write_text("in the way")
    world.text(HOSTILE)
    world.run(3000)
    assert world.events().count("alerts_failed") == 1
    directory.unlink()
    world.run(120)
    assert kinds(world) == ["distress"]


def test_so_many_files_wait_and_no_more(world: World) -> None:
    directory = Path(world.settings.alerts.directory)
    directory.mkdir()
    for n in range(alerts.MOST):
        (directory / f"main-{n + 1000}.json").write_text("{}")
    world.text(HOSTILE)
    world.run(300)
    assert len(alerts.waiting(directory)) == alerts.MOST
    assert world.events().count("alerts_failed") == 1
    for file in alerts.waiting(directory):
        file.unlink()
    world.run(120)
    assert kinds(world) == ["distress"]


def test_yesterdays_news_are_no_alert(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.text(HOSTILE)
    world.run(60)
    world.run(90_000)
    world.die()
    world = a_world(tmp_path, clock=world.clock)
    world.text("au feu, au secours", NUMBER.replace("1", "7"))
    world.run(60)
    assert [alert["count"] for alert in told(world)] == [1]
