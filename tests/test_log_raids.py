"""Questions of a raid: who writes most, what is written most, what was decided; in a flood, from rows alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from log_world import ANNE, BOB, START
from log_world import World as LogWorld

from antirelou.log import Reader
from antirelou.policy.facts import Decision, HoldReason, Reason
from antirelou.policy.words import normalise

CARL = "+33639980003"


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    return LogWorld(tmp_path)


@pytest.fixture
def flooded(world: LogWorld) -> LogWorld:
    """Sixty texts from twenty numbers, a third of each, the first two decided: the same but for case and signs."""
    for number in range(60):
        text = ("Ça SUFFIT !!!", "ca suffit", "autre chose")[number % 3]
        message = world.deliver(text, sender=f"+3363998{1000 + number // 3}")
        if number % 3 < 2:
            world.store.decide(
                message, Decision(Reason.LOOP), 0, world.now, normalised=normalise(text)
            )
    return world


def read(world: LogWorld) -> Reader:
    return Reader.open(world.settings.log.path)


def flood_of(world: LogWorld) -> dict:
    with read(world) as log:
        [line] = log.status(world.now.at)
    return line["flood"]


def test_texts_are_counted_as_the_policy_compares_them(flooded: LogWorld) -> None:
    with read(flooded) as log:
        texts = log.flood_texts(flood_of(flooded)["flood"], 5)
    assert [(text["text"], text["messages"], text["numbers"]) for text in texts] == [
        ("Ça SUFFIT !!!", 40, 20),
        ("autre chose", 20, 20),
    ]


def test_texts_that_wait_for_their_decision_are_different_texts_too(
    flooded: LogWorld,
) -> None:
    assert flood_of(flooded)["texts"] == 2


def test_decisions_and_holds_of_a_flood_are_counted(flooded: LogWorld) -> None:
    flooded.store.hold(3, HoldReason.PAUSED)
    with read(flooded) as log:
        assert log.flood_decisions(flood_of(flooded)["flood"]) == {
            "loop": 40,
            "paused": 1,
            "undecided": 19,
        }


def test_calls_of_a_flood_are_no_texts(world: LogWorld) -> None:
    for number in range(60):
        world.deliver(None, sender=f"+3363998{1000 + number}", kind="call")
    with read(world) as log:
        assert log.flood_texts(flood_of(world)["flood"], 5) == []


def test_the_loudest_are_counted_from_then_on_and_by_line(
    world: LogWorld, tmp_path: Path
) -> None:
    for sender, messages in ((ANNE, 3), (BOB, 2), (CARL, 1)):
        for _ in range(messages):
            world.deliver(sender=sender)
    world.after = timedelta(hours=1)
    for _ in range(3):
        world.deliver(sender=CARL)
    other = LogWorld(tmp_path, line="other")
    other.deliver(sender=BOB, canonical=b"elsewhere")
    with read(world) as log:
        of_all = log.loudest("main", START, 9)
        later = log.loudest("main", START + timedelta(minutes=30), 9)
        first = log.loudest("main", START, 1)
    assert [(row["address"], row["messages"]) for row in of_all] == [
        (CARL, 4),
        (ANNE, 3),
        (BOB, 2),
    ]
    assert [(row["address"], row["messages"]) for row in later] == [(CARL, 3)]
    assert first == of_all[:1]


def test_the_blocked_are_not_among_the_loudest(world: LogWorld) -> None:
    for sender in (ANNE, ANNE, BOB):
        world.deliver(sender=sender)
    world.store.block(ANNE, world.now)
    with read(world) as log:
        assert [row["address"] for row in log.loudest("main", START, 9)] == [BOB]
