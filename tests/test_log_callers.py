"""Who insists, and how many called lately: counted from rows, by what was so when the call came."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from log_world import ANNE, BOB, World

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def insists(world: World, caller: str | None = ANNE) -> bool:
    """Whether one who calls now does."""
    call = world.store.add_call(caller, world.now)
    return world.store.history(world.message(call), world.now.at).caller_insists


@pytest.mark.parametrize(
    ("apart", "expected"), [(10 * MINUTE - SECOND, False), (10 * MINUTE, True)]
)
def test_who_called_ten_minutes_before_insists(
    world: World, apart: timedelta, expected: bool
) -> None:
    assert not insists(world)
    world.after += apart
    assert insists(world) is expected


def test_of_many_calls_the_oldest_counts(world: World) -> None:
    for _ in range(4):
        assert not insists(world)
        world.after += 3 * MINUTE
    assert insists(world)


def test_who_wrote_insists_at_once_and_on_any_line(
    world: World, tmp_path: Path
) -> None:
    world.deliver(sender=ANNE)
    assert insists(world)
    assert insists(World(tmp_path, "second"))


def test_who_writes_after_the_call_did_not_insist_with_it(world: World) -> None:
    call = world.store.add_call(ANNE, world.now)
    world.after += MINUTE
    world.deliver(sender=ANNE)
    message = world.message(call)
    assert not world.store.history(message, world.now.at).caller_insists


@pytest.mark.parametrize("kind", ["status_report", "voicemail", "mms", "undecodable"])
def test_what_nobody_wrote_is_no_insistence(world: World, kind: str) -> None:
    world.deliver(None, sender=ANNE, kind=kind)
    world.after += 20 * MINUTE
    assert not insists(world)


def test_others_and_a_name_of_the_same_letters_do_not_insist_for_him(
    world: World,
) -> None:
    world.deliver(sender=BOB)
    world.deliver(sender=ANNE, alphanumeric=True)
    world.after += 20 * MINUTE
    assert not insists(world)


def test_the_withheld_never_insist(world: World) -> None:
    for caller in (None, "", None):
        assert not insists(world, caller)
        world.after += 20 * MINUTE


def test_a_text_does_not_ask_whether_its_sender_called(world: World) -> None:
    world.store.add_call(ANNE, world.now)
    world.after += 20 * MINUTE
    message = world.message(world.deliver(sender=ANNE))
    assert not world.store.history(message, world.now.at).caller_insists


def test_calls_of_ten_minutes_are_counted_on_this_line_alone(
    world: World, tmp_path: Path
) -> None:
    World(tmp_path, "second").store.add_call(BOB, world.now)
    world.deliver()
    world.store.add_call(ANNE, world.now)
    world.after += 5 * MINUTE
    world.store.add_call(None, world.now)
    assert world.store.calls_lately(world.now.at, 5) == 2
    assert world.store.calls_lately(world.now.at, 1) == 1
    world.restart()
    assert world.store.calls_lately(world.now.at, 5) == 2
    world.after += 5 * MINUTE
    assert world.store.calls_lately(world.now.at, 5) == 1
    world.after += 5 * MINUTE
    assert world.store.calls_lately(world.now.at, 5) == 0


def test_a_call_of_a_clock_that_was_wrong_counts_for_nothing(world: World) -> None:
    world.after += timedelta(days=1000)
    world.store.add_call(ANNE, world.now)
    world.after -= timedelta(days=1000)
    assert world.store.calls_lately(world.now.at, 5) == 0
