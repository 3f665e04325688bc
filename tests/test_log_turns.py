"""Whose turn it is: groups, their first, what holds a whole group back, and until when nobody needs to ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flood_world import a_world, number
from log_world import ANNE, BOB, NOT_LEFT, START, World

from antirelou.policy.facts import Purpose

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def in_turn(world: World, after: timedelta = 3 * HOUR) -> list[int]:
    """Let everything that is due by then take its turn; return the first of each group."""
    for one in world.store.due(START + after, 1000):
        world.store.take_turn(one.id, None)
    return [one.id for one in world.store.firsts()]


def test_what_took_its_turn_is_not_looked_at_again(world: World) -> None:
    reply = world.queued()
    assert in_turn(world) == [reply]
    assert world.store.due(START + 3 * HOUR) == []
    assert world.store.next_due(START + 3 * HOUR) is None
    assert [one.id for one in world.store.due(START + 38 * HOUR)] == [reply]


def test_one_reply_of_each_group_is_asked_about(world: World) -> None:
    short = [world.queued(number(n)) for n in range(5)]
    long = [world.queued(number(10 + n), segments=2) for n in range(5)]
    help_ = world.queued(number(20), purpose=Purpose.DISTRESS)
    firsts = in_turn(world)
    assert firsts[0] == help_ and len(firsts) == 3
    assert len({*firsts} & {*short}) == len({*firsts} & {*long}) == 1


def test_what_came_in_a_flood_is_a_group_of_its_own(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    sincere = world.queued(number(50))
    world.after = HOUR
    raiders = [world.queued(number(n)) for n in range(8)]
    first, second = in_turn(world, 5 * HOUR)
    assert first == sincere and second in raiders


def test_whoever_was_told_before_is_in_another_group(world: World) -> None:
    world.sent(ANNE)
    again = world.queued(ANNE)
    new = [world.queued(BOB), world.queued(number(1))]
    groups = {one.id: one.group[2] for one in world.store.firsts()}
    assert groups == {}
    in_turn(world)
    groups = {one.id: one.group[2] for one in world.store.firsts()}
    assert groups[again] == "known" and set(groups.values()) == {"known", "new"}
    assert len(groups.keys() & set(new)) == 1


def test_a_number_that_is_told_meanwhile_is_known_from_then_on(world: World) -> None:
    lesson = world.queued(ANNE)
    in_turn(world)
    world.sent(ANNE, purpose=Purpose.DISTRESS)
    (first,) = world.store.firsts()
    assert (first.id, first.group[2]) == (lesson, "known")


def test_a_group_is_held_back_as_a_whole_and_no_other(world: World) -> None:
    for n in range(4):
        world.queued(number(n))
    other = world.queued(number(9), segments=2)
    in_turn(world)
    first = next(one for one in world.store.firsts() if one.id != other)
    assert world.store.hold_back(first, "flood") == 4
    assert world.store.hold_back(first, "flood") == 0
    assert world.value("SELECT count(*) FROM replies WHERE reason = 'flood'") == 4
    assert world.value(f"SELECT reason FROM replies WHERE id = {other}") is None


def test_nobody_asks_while_those_in_turn_rest(world: World) -> None:
    world.queued()
    in_turn(world)
    now = START + 3 * HOUR
    assert world.store.anything_to_ask(now)
    world.store.rest(now + HOUR)
    assert not world.store.anything_to_ask(now)
    assert world.store.next_due(now) == now + HOUR
    assert world.store.anything_to_ask(now + HOUR)


@pytest.mark.parametrize(
    "wakes",
    [
        lambda world: world.store.wake(),
        lambda world: world.store.reconsider(),
        lambda world: world.store.shift_queued("boot-1", -HOUR, world.now),
        lambda world: world.restart(),
        lambda world: world.queued(ANNE),
    ],
    ids=["an order", "a configuration", "the clock", "a restart", "one that falls due"],
)
def test_rest_ends_when_something_changes(
    world: World, wakes: Callable[[World], object]
) -> None:
    world.queued(BOB)
    in_turn(world)
    world.store.rest(START + 30 * HOUR)
    world.after = HOUR
    wakes(world)
    assert world.store.anything_to_ask(START + 3 * HOUR)


def test_whoever_writes_on_beyond_patience_is_looked_at_again(tmp_path: Path) -> None:
    """He may be a flooder by now; then the reply need not wait for its turn to be dropped."""
    world = a_world(tmp_path)
    reply, other = world.queued(ANNE), world.queued(BOB)
    in_turn(world)
    world.after = 3 * HOUR
    patience = min(world.settings.flood.patience, world.settings.reply.patience)
    for _ in range(patience):
        world.deliver(sender=ANNE)
    assert world.store.due(world.now.at) == []
    world.deliver(sender=ANNE)
    assert [one.id for one in world.store.due(world.now.at)] == [reply]
    assert [one.id for one in world.store.firsts()] == [other]


def test_a_reply_that_did_not_leave_falls_due_again(world: World) -> None:
    reply = world.queued()
    in_turn(world)
    (submit,) = world.mark(reply)
    again = START + 5 * HOUR
    world.store.outcome(submit, NOT_LEFT, world.now, next_attempt_at=again)
    assert world.store.firsts() == world.store.due(again - MINUTE) == []
    assert [one.id for one in world.store.due(again)] == [reply]
