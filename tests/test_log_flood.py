"""Floods: when one is on, what counts for it, how long it lasts, what is told; all of it from rows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flood_world import (
    DAY,
    HOUR,
    MINUTE,
    MS,
    OPERATOR,
    OWN,
    PENDING,
    a_world,
    events,
    in_flood,
    number,
    on,
    raid,
)
from log_world import ANNE, BOB, START, Segment, World, moment

from antirelou.log import Reader


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


# What makes a flood


@pytest.mark.parametrize(
    ("messages", "over", "expected", "why"),
    [
        (5, timedelta(0), None, "one too few"),
        (6, timedelta(0), 1, "all in one sweep"),
        (6, 10 * MINUTE, 1, "the oldest is as old as the window"),
        (6, 10 * MINUTE + 5 * MS, None, "it is older"),
    ],
)
def test_a_flood_is_so_many_within_the_window(
    world: World, messages: int, over: timedelta, expected: int | None, why: str
) -> None:
    raid(world, messages, apart=over / 5)
    assert on(world) == expected, why


def test_a_flood_is_put_together_from_its_window_only(world: World) -> None:
    early = world.deliver("salut", ANNE)
    world.after = 11 * MINUTE
    ids = raid(world, apart=timedelta(0))
    late = world.deliver("salut", BOB)
    assert early not in in_flood(world)
    assert in_flood(world) == dict.fromkeys([*ids, late], ids[0])


def test_nobody_makes_a_flood_alone(world: World) -> None:
    for _ in range(500):
        world.deliver("insulte", ANNE)
        world.after += timedelta(seconds=5)
    assert on(world) is None
    for n in range(2):  # two each of three numbers are six
        world.deliver("insulte", number(n))
        world.deliver("insulte", number(n))
    assert on(world) is not None


def test_what_one_number_sent_counts_again_when_the_window_has_passed(
    world: World,
) -> None:
    for after in (0, 0, 0, 10, 10.001, 10.001, 10.001):
        world.after = after * MINUTE
        world.deliver("insulte", ANNE)
    counted = world.store._db.rows(
        "SELECT id, flood_counts FROM messages WHERE flood_counts IS NOT NULL"
    )
    assert [tuple(row) for row in counted] == [(1, 1), (2, 2), (5, 3), (6, 4)]


def test_who_can_get_no_text_any_more_does_not_count(world: World) -> None:
    told, blocked, opted_out = number(50), number(51), number(52)
    world.sent(told)
    world.store.block(blocked, world.now)
    world.store.opt_out(opted_out, world.now)
    world.after = DAY
    for sender in (told, blocked, opted_out):
        world.deliver(sender=sender)
        world.deliver(sender=sender)
    assert on(world) is None
    raid(world, 5)
    assert on(world) is None
    world.deliver(sender=number(6))
    assert on(world) is not None
    assert world.deliver(sender=told) in in_flood(
        world
    )  # it came in the flood all the same


@pytest.mark.parametrize(
    ("sender", "kind", "counts"),
    [
        (ANNE, "text", True),
        (ANNE, "call", True),
        (ANNE, "data", False),
        (ANNE, "mms", False),
        (ANNE, "voicemail", False),
        (ANNE, "undecodable", False),
        (ANNE, "status_report", False),
        (OWN, "self_test", False),
        (OWN, "text", False),
        (OPERATOR, "text", False),
    ],
)
def test_what_counts(world: World, sender: str, kind: str, counts: bool) -> None:
    world.deliver(sender=sender, kind=kind)
    assert (world.value("SELECT flood_counts FROM messages") is not None) is counts


def test_calls_count_and_withheld_callers_are_one_caller(world: World) -> None:
    for _ in range(10):
        world.store.add_call(None, world.now)
    assert on(world) is None
    for n in range(4):
        world.store.add_call(number(n), world.now)
    assert on(world) == 1


def test_a_name_that_looks_like_the_operator_counts(world: World) -> None:
    world.deliver(sender=OPERATOR, alphanumeric=True)
    assert world.value("SELECT flood_counts FROM messages") == 1


def test_the_old_texts_of_a_card_are_no_flood(world: World) -> None:
    for n in range(20):
        world.deliver(sender=number(n), sent=-14 * HOUR - timedelta(seconds=1))
    assert on(world) is None
    for n in range(20, 26):  # a zone may be so far off
        world.deliver(sender=number(n), sent=-14 * HOUR)
    assert on(world) is not None


def test_a_long_text_counts_once(world: World) -> None:
    for sequence in range(1, 7):
        world.deliver("x", ANNE, segment=Segment(7, 6, sequence))
    assert world.value("SELECT count(flood_counts) FROM messages") == 1


def test_floods_are_the_lines_own(tmp_path: Path) -> None:
    one, two = a_world(tmp_path, "one"), a_world(tmp_path, "two")
    raid(one, 5)
    two.after = one.after
    two.deliver(sender=number(9))
    assert on(one) is None and on(two) is None
    one.deliver(sender=number(10))
    assert on(one) == 1 and on(two) is None
    assert two.deliver(sender=number(11)) not in in_flood(two)


def test_what_a_number_sent_to_one_line_is_not_held_against_it_in_another(
    tmp_path: Path,
) -> None:
    one, two = a_world(tmp_path, "one"), a_world(tmp_path, "two")
    for _ in range(3):
        one.deliver(sender=ANNE)
        two.deliver(sender=ANNE)
    assert one.value("SELECT count(flood_counts) FROM messages WHERE line = 'two'") == 2


# How long it lasts


def test_a_flood_lasts_until_it_was_quiet_for_long_enough(world: World) -> None:
    raid(world, apart=timedelta(0))
    world.after = HOUR - MS
    assert on(world) == 1
    assert not world.store.end_flood(world.now)
    assert world.deliver(sender=BOB) in in_flood(world)  # alone, it feeds nothing
    world.after = HOUR
    assert on(world) is None
    assert world.deliver(sender=number(80)) not in in_flood(world)


def test_whoever_goes_on_feeds_it(world: World) -> None:
    raid(world, 12, apart=MINUTE)
    world.after = 11 * MINUTE + HOUR - MS
    assert on(world) == 1
    assert world.value("SELECT count(*) FROM floods") == 1


def test_those_that_do_not_count_do_not_feed_it(world: World) -> None:
    raid(world, apart=timedelta(0))
    world.after = 5 * MINUTE
    for _ in range(5):
        world.deliver(sender=ANNE)
    fed = world.store.flood(world.now.at)
    assert (
        fed is not None and fed.until == START + 5 * MINUTE + HOUR
    )  # by the first two
    world.after = 9 * MINUTE
    world.deliver(sender=ANNE)
    assert world.store.flood(world.now.at) == fed


def test_a_flood_is_not_over_while_what_began_it_would_begin_the_next(
    tmp_path: Path,
) -> None:
    world = a_world(tmp_path, quiet=MINUTE)
    raid(world, apart=timedelta(0))
    world.after = 10 * MINUTE - MS
    assert on(world) == 1


def test_the_next_raid_is_another_flood(world: World) -> None:
    first = raid(world)[0]
    world.after += 2 * HOUR
    second = raid(world, first=20)[0]
    assert on(world) == second != first
    assert set(in_flood(world).values()) == {first, second}
    assert (
        world.value(f"SELECT ended_at FROM floods WHERE id = {first}")
        == "2026-11-22T11:05:00.000Z"
    )


def test_times_ahead_of_the_clock_make_no_flood_of_those_that_follow(
    world: World,
) -> None:
    world.after = 3650 * DAY
    raid(world)
    world.after = timedelta(0)
    assert on(world)  # in doubt
    world.store.forgive_clock(world.now)
    world.after = HOUR
    assert on(world) is None
    world.deliver(sender=number(30))
    assert on(world) is None


# What is told


def test_beginning_and_end_are_told_once_each_over_restarts(world: World) -> None:
    for n in range(12):
        world.after += timedelta(seconds=10)
        world.deliver(f"insulte {n}", number(n % 8))
        world.restart()
    assert events(world, "flood_began") == [
        (
            "A flood began: 6 messages from 6 numbers within 10 minutes. While it lasts at most 2 replies an hour leave, "
            "to at most 3 numbers in all. See antirelou status; antirelou pause stops all replies."
        )
    ]
    world.after += 3 * HOUR
    world.restart()
    assert events(world, "flood_ended") == []
    assert world.store.end_flood(world.now) and not world.store.end_flood(world.now)
    world.restart()
    assert not world.store.end_flood(world.now)
    (ended,) = events(world, "flood_ended")
    assert ended == (
        "The flood of 22 Nov 11:00 is over: 12 messages, 12 different texts, from 8 numbers; 0 numbers got a reply."
    )
    world.deliver(sender=number(60))
    assert len(events(world, "flood_ended")) == 1


def test_an_end_that_nobody_saw_is_told_with_the_next_message(world: World) -> None:
    raid(world)
    world.after += 5 * DAY
    world.deliver()
    assert len(events(world, "flood_ended")) == 1


def test_status_says_what_came_and_what_is_held_back(world: World) -> None:
    for n, text in enumerate(["a", "a", "a", "b", "b", "c"]):
        world.store.decide(
            world.deliver(text, number(n)), PENDING, 0, world.now, normalised=text
        )
    waits, dropped = world.queued(number(10)), world.queued(number(11))
    world.store.postpone(waits, "flood", None)
    world.store.drop_reply(dropped, "flooder", world.now)
    world.sent(number(12))
    with Reader.open(world.settings.log.path) as log:
        (line,) = log.status(world.now.at)
    assert line["flood"] == {
        "flood": 1,
        "since": "2026-11-22T10:00:00.000Z",
        "hot_at": "2026-11-22T10:00:00.000Z",
        "messages": 9,
        "numbers": 9,
        "texts": 4,  # those that got a reply wrote the fourth
        "recipients": 1,
        "waiting": {"flood": 1},
        "dropped": {"flooder": 1},
    }
    world.after = 2 * HOUR
    world.store.end_flood(world.now)
    with Reader.open(world.settings.log.path) as log:
        assert log.status(world.now.at)[0]["flood"] is None


def test_a_flood_in_another_boot_is_the_same_flood(world: World) -> None:
    raid(world, 5)
    world.store.close()
    world.store = type(world.store).open(
        world.settings, moment(world.after, boot_id="boot-2", boot=20.0)
    )
    world.deliver(sender=number(9))
    assert on(world) == 1
