"""A line for which six messages in ten minutes are a flood, and ways to raid it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from log_world import START, World

from antirelou.log import Reader
from antirelou.policy.facts import Decision, Reason, Reserve
from antirelou.settings import Flood, Modem, Operator

MS, MINUTE, HOUR, DAY = (
    timedelta(milliseconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
PENDING = Decision(Reason.PENDING)
OWN, OPERATOR = "+33639980090", "+33639980091"
SMALL = Flood(
    messages=6,
    window=10 * MINUTE,
    quiet=HOUR,
    per_sender=2,
    patience=3,
    replies_per_hour=2,
    recipients=3,
)


def number(n: int) -> str:
    return f"+3363998{1000 + n:04}"


def a_world(directory: Path, line: str = "main", **flood: Any) -> World:
    """A line for which six messages in ten minutes are a flood."""
    world = World(directory, line)
    world.settings = replace(
        world.settings,
        flood=replace(SMALL, **flood),
        modem=Modem(number=OWN),
        operator=Operator(numbers=(OPERATOR,)),
    )
    world.restart()
    return world


def raid(
    world: World, messages: int = 6, *, first: int = 0, apart: timedelta = MINUTE
) -> list[int]:
    """One message each from so many numbers, the first one now."""
    ids = []
    for n in range(messages):
        world.after += apart if n else timedelta(0)
        ids.append(world.deliver("insulte", number(first + n)))
    return ids


def on(world: World) -> int | None:
    flood = world.store.flood(world.now.at)
    return flood.id if flood else None


def in_flood(world: World) -> dict[int, int]:
    """Each message's flood, of those that have one."""
    return {
        row["id"]: row["flood"]
        for row in world.store._db.rows(
            "SELECT id, flood FROM messages WHERE flood > 0"
        )
    }


def events(world: World, kind: str) -> list[str]:
    with Reader.open(world.settings.log.path) as log:
        return [event["text"] for event in log.events(100) if event["kind"] == kind]


def reserve(world: World, reply: int) -> Reserve:
    return world.store.reserve(reply, world.now.at, month_start=START - DAY)
