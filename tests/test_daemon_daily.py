"""Once a day: the chain's head in the journal, and erasing; without a delay for what comes meanwhile."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from world import NUMBER, OTHER, World

from antirelou.log import Reader

DAY = 86_400.0
Make = Callable[..., World]
FORGET = json.dumps({"address": NUMBER})


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return partial(World, tmp_path)


def texts(world: World) -> list[str | None]:
    return [message["text"] for message in world.messages()]


def order_results(world: World) -> list[str]:
    with Reader.open(world.settings.log.path) as log:
        return [str(order["result"]) for order in log.orders()]


def test_a_number_is_forgotten_within_a_minute_of_the_order(make: Make) -> None:
    world = make()
    world.text("Salut", NUMBER)
    world.text("Bonsoir", OTHER)
    world.run(120)
    world.order("forget", FORGET)
    world.run(60)
    assert texts(world) == [None, "Bonsoir"]
    assert "1 message is being erased" in order_results(world)[0]
    assert world.events().count("erased") == 1
    files = world.settings.log.path.parent.glob("antirelou.db*")
    raw = b"".join(file.read_bytes() for file in files)
    assert NUMBER.encode() not in raw and OTHER.encode() in raw


def test_who_is_forgotten_is_told_once_all_the_same(make: Make) -> None:
    world = make()
    world.text("Salut", NUMBER)
    world.run(120)
    world.order("forget", FORGET)
    world.run(60)
    world.text("Encore", NUMBER)
    world.run(120)
    assert len(world.sent) == 1
    assert world.reasons() == ["to_answer", "already_told"]


def test_what_waits_for_a_number_is_dropped_when_it_is_forgotten(
    make: Make,
) -> None:
    world = make(reply={"delay": timedelta(hours=1)})
    world.text("Salut", NUMBER)
    world.run(60)
    world.order("forget", FORGET)
    world.run(7200)
    assert (world.sent, texts(world)) == ([], [None])
    assert "1 reply dropped" in order_results(world)[0]


def test_what_is_old_goes_by_itself_once_a_day(make: Make) -> None:
    world = make(privacy={"erase_after": timedelta(hours=12)})
    world.text("Salut", NUMBER)
    world.run(120)
    world.clock.wait(DAY / 2)
    world.run(60)
    assert texts(world) == ["Salut"]
    world.clock.wait(DAY / 2)
    world.run(60)
    assert texts(world) == [None]


def test_erasing_rests_while_a_flood_is_on(make: Make) -> None:
    world = make(flood={"messages": 2, "quiet": timedelta(hours=3)})
    world.text("Salut", NUMBER)
    world.text("Bonsoir", OTHER)
    world.run(120)
    world.order("forget", FORGET)
    world.run(3600)
    assert texts(world) == ["Salut", "Bonsoir"]
    world.run(3 * 3600)
    assert texts(world) == [None, "Bonsoir"]


def test_the_head_of_the_chain_is_in_the_journal_once_a_day(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "antirelou")
    world = make()
    world.text("Salut", NUMBER)
    world.run(60)
    world.clock.wait(DAY / 2)
    world.run(60)
    world.clock.wait(DAY / 2)
    world.run(60)
    said = [
        match[1]
        for record in caplog.messages
        if (
            match := re.fullmatch(
                r"The head of the chain is (\d+:[0-9a-f]{64})", record
            )
        )
    ]
    assert len(said) == 2


def test_a_raid_that_is_about_to_be_erased_is_an_alert(
    make: Make, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    world = make(
        alerts={"directory": str(tmp_path / "alerts")},
        flood={"messages": 2, "quiet": timedelta(minutes=10)},
        privacy={"erase_raid_after": timedelta(days=50)},
    )
    world.text("Salut", NUMBER)
    world.text("Bonsoir", OTHER)
    world.run(1200)
    world.clock.wait(DAY)
    world.run(60)
    world.clock.wait(DAY)
    world.run(60)
    assert world.events().count("erasure_ahead") == 1
    alerts = [json.loads(file.read_text()) for file in tmp_path.glob("alerts/*.json")]
    (ahead,) = [alert for alert in alerts if alert["kind"] == "erasure_ahead"]
    assert "antirelou hold --since 2026-11-22" in ahead["text"]
    assert any("antirelou hold --since 2026-11-22" in said for said in caplog.messages)
    assert NUMBER not in caplog.text


def test_a_hold_keeps_what_is_to_be_forgotten_and_the_answer_says_so(
    make: Make,
) -> None:
    world = make()
    world.text("Salut", NUMBER)
    world.run(120)
    period = {"since": "2026-11-22T00:00:00Z", "until": "2026-11-23T00:00:00Z"}
    world.order("hold", json.dumps(period | {"note": "complaint"}))
    world.order("forget", FORGET)
    world.order("hold", json.dumps(period | {"since": "2026-11-23T00:00:00"}))
    world.run(60)
    assert texts(world) == ["Salut"]
    results = order_results(world)
    assert "1 message is kept while a legal hold lasts" in results[1]
    assert "not understood" in results[2]


def test_a_clock_that_leaps_erases_nothing_by_age_until_a_text_agrees_with_it(
    make: Make,
) -> None:
    world = make()
    world.text("Salut", NUMBER)
    world.run(120)
    world.clock.step(timedelta(days=4000))
    for _ in range(3):
        world.clock.wait(DAY)  # the daily look, which knows no more than that
        world.run(60)
        world.text("Encore", OTHER)  # of the right time, as the network has it
        world.run(60)
    assert texts(world)[0] == "Salut"
    assert world.events().count("clock_leapt") == 1
    world.text("Et encore", OTHER, service_centre_time=world.clock.now())
    world.clock.wait(DAY)
    world.run(60)
    assert texts(world)[0] is None


def test_a_clock_that_is_far_ahead_of_the_log_at_a_start_is_not_believed(
    make: Make,
) -> None:
    world = make()
    world.text("Salut", NUMBER)
    world.run(120)
    world.die()
    world.clock.step(timedelta(days=4000))
    for _ in range(3):
        world.start()
        world.run(120)
        world.clock.wait(DAY)
        world.run(120)
        world.die()
    world.start()
    assert texts(world) == ["Salut"]


def test_nothing_is_erased_by_age_while_nobody_vouches_for_the_clock(
    make: Make,
) -> None:
    world = make(privacy={"erase_after": timedelta(hours=1)})
    world.text("Salut", NUMBER)
    world.run(120)
    world.clock.synchronise(False)
    world.clock.wait(DAY)
    world.run(60)
    assert texts(world) == ["Salut"]
    world.order("forget", FORGET)
    world.run(60)
    assert texts(world) == [None]
