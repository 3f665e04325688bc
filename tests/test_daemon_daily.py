"""Once a day: the chain's head in the journal, and erasing; without a delay for what comes meanwhile."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
from world import NUMBER, OTHER, World

from antirelou.log import Reader

DAY = 86_400.0
FORGET = json.dumps({"address": NUMBER})


def texts(world: World) -> list[str | None]:
    return [message["text"] for message in world.messages()]


def order_results(world: World) -> list[str]:
    with Reader.open(world.settings.log.path) as log:
        return [str(order["result"]) for order in log.orders()]


def test_a_number_is_forgotten_within_a_minute_of_the_order(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.text("Salut", NUMBER)
    world.text("Bonsoir", OTHER)
    world.run(120)
    world.order("forget", FORGET)
    world.run(60)
    assert texts(world) == [None, "Bonsoir"]
    assert "1 message is being erased" in order_results(world)[0]
    assert world.events().count("erased") == 1
    raw = b"".join(file.read_bytes() for file in tmp_path.glob("antirelou.db*"))
    assert NUMBER.encode() not in raw and OTHER.encode() in raw


def test_who_is_forgotten_is_told_once_all_the_same(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.text("Salut", NUMBER)
    world.run(120)
    world.order("forget", FORGET)
    world.run(60)
    world.text("Encore", NUMBER)
    world.run(120)
    assert len(world.sent) == 1
    assert world.reasons() == ["to_answer", "already_told"]


def test_what_waits_for_a_number_is_dropped_when_it_is_forgotten(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, reply={"delay": timedelta(hours=1)})
    world.text("Salut", NUMBER)
    world.run(60)
    world.order("forget", FORGET)
    world.run(7200)
    assert (world.sent, texts(world)) == ([], [None])
    assert "1 reply dropped" in order_results(world)[0]


def test_what_is_old_goes_by_itself_once_a_day(tmp_path: Path) -> None:
    world = World(tmp_path, privacy={"erase_after": timedelta(hours=12)})
    world.text("Salut", NUMBER)
    world.run(120)
    world.clock.wait(DAY / 2)
    world.run(60)
    assert texts(world) == ["Salut"]
    world.clock.wait(DAY / 2)
    world.run(60)
    assert texts(world) == [None]


def test_erasing_rests_while_a_flood_is_on(tmp_path: Path) -> None:
    world = World(tmp_path, flood={"messages": 2, "quiet": timedelta(hours=3)})
    world.text("Salut", NUMBER)
    world.text("Bonsoir", OTHER)
    world.run(120)
    world.order("forget", FORGET)
    world.run(3600)
    assert texts(world) == ["Salut", "Bonsoir"]
    world.run(3 * 3600)
    assert texts(world) == [None, "Bonsoir"]


def test_the_head_of_the_chain_is_in_the_journal_once_a_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "antirelou")
    world = World(tmp_path)
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
