"""A limit that holds replies back is told once: in the log as an event, and in the journal as a line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from world import World

from antirelou.log import Reader

HOUR = 3600.0
WIDE = {
    "segments_per_hour": 1000,
    "segments_per_day": 1000,
    "recipients_per_day": 1000,
    "recipients_per_month": 31000,
}
TOLD_AT_ONCE: list[tuple[str, int, str]] = [
    ("limits.segments_per_hour", 3, "from 22 Nov 14:01 on"),
    ("limits.segments_per_day", 3, "from 23 Nov 13:01 on"),
    ("limits.recipients_per_day", 3, "from 23 Nov 13:01 on"),
    ("limits.recipients_per_month", 4, "from 30 Nov 00:00 on"),
    ("flood.replies_per_hour", 3, "from 22 Nov 14:01 on"),
    ("flood.recipients", 3, "when the flood is over"),
    ("flood.replies_per_hour", 0, "when the flood is over"),
]


def a_world(directory: Path, limit: str, value: int, **how: Any) -> World:
    """Twenty texts, of which `limit` lets a few be answered."""
    section, _, key = limit.partition(".")
    flood = {"messages": 5 if section == "flood" else 1000, "replies_per_hour": 1000}
    sections: dict[str, dict[str, Any]] = {"limits": dict(WIDE), "flood": flood}
    sections[section][key] = value
    reply = {"delay": timedelta(minutes=1), "expire_after": timedelta(days=20)} | how
    world = World(directory, reply=reply, **sections)
    for n in range(20):
        world.text(f"insulte {n}", f"+336399811{n:02}")
    return world


def told(world: World) -> list[str]:
    with Reader.open(world.settings.log.path) as log:
        events = log.events(1000)
    return [one["text"] for one in events if one["kind"] == "limit_reached"]


@pytest.mark.parametrize(("limit", "value", "until"), TOLD_AT_ONCE)
def test_a_limit_that_holds_replies_is_told_in_a_sentence(
    tmp_path: Path, limit: str, value: int, until: str
) -> None:
    world = a_world(tmp_path, limit, value)
    world.run(600)
    (sentence,) = told(world)
    left = len(world.sent)
    assert sentence.startswith(
        f"{limit} = {value} holds replies back since 22 Nov 13:0"
    )
    assert f": {20 - left} are due, and the next may leave {until}" in sentence
    assert "antirelou drop" in sentence and "+336" not in sentence


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("limit", ["limits.segments_per_hour", "flood.recipients"])
def test_a_day_of_held_replies_is_one_event_and_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, limit: str, restarts: bool
) -> None:
    world = a_world(tmp_path, limit, 1)
    for _ in range(5):
        world.run(HOUR / 2)
        if restarts:
            world.die()
            world.start()
    assert len(world.sent) in (1, 3)
    assert len(told(world)) == 1
    assert len([one for one in caplog.messages if "holds replies back" in one]) == 1


def test_what_goes_on_for_days_is_told_once_a_day(tmp_path: Path) -> None:
    world = a_world(tmp_path, "limits.segments_per_day", 1)
    for hours in (1, 22, 2, 25, 2):  # a daemon would only wait most of that time
        world.run(600)
        world.die()
        world.clock.wait(hours * HOUR - 600)
        world.start()
    assert len(world.sent) == 3
    days = [re.findall(r"since (\d\d Nov)", one)[0] for one in told(world)]
    assert sorted(days) == ["22 Nov", "23 Nov", "24 Nov"]


def test_each_limit_is_told(tmp_path: Path) -> None:
    world = a_world(tmp_path, "limits.segments_per_hour", 2)
    lowered = replace(world.settings.limits, segments_per_day=3)
    world.run(600)
    world.reload = lambda: replace(world.settings, limits=lowered)
    world.daemon.reload()
    world.run(HOUR)
    assert sorted(one.partition(" ")[0] for one in told(world)) == [
        "limits.segments_per_day",
        "limits.segments_per_hour",
    ]


def test_a_text_longer_than_the_limit_is_told_to_wait_in_vain(tmp_path: Path) -> None:
    texts = ("Non. " * 40,)
    world = a_world(tmp_path, "limits.segments_per_hour", 1, texts=texts)
    world.run(600)
    (sentence,) = told(world)
    assert "20 are due, and a text of more segments than that never leaves" in sentence
    assert world.sent == []


@pytest.mark.parametrize("how", [{"mode": "approved"}, {"delay": timedelta(days=1)}])
def test_what_waits_for_something_else_reaches_no_limit(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    world = a_world(tmp_path, "limits.segments_per_hour", 1, **how)
    world.run(HOUR)
    assert told(world) == []
