"""The queue: what is due and in what order, limits at their boundaries, and the ways out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from log_world import ANNE, BOB, NOT_LEFT, REFUSED, START, UNKNOWN, World

from antirelou.policy.facts import Purpose, Reserve

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MS = timedelta(milliseconds=1)
CARL = "+33639980003"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def due(world: World, after: timedelta) -> list[int]:
    return world.turns(START + after)


def reserve(
    world: World, sender: str, after: timedelta, month_start: datetime = START - DAY
) -> Reserve:
    """What is counted for a reply to `sender` that long after the start."""
    world.after = after
    return world.store.reserve(
        world.queued(sender), world.now.at, month_start=month_start
    )


def test_a_reply_is_due_at_its_time_and_not_before(world: World) -> None:
    reply = world.queued()
    assert due(world, 2 * HOUR - MS) == []
    assert due(world, 2 * HOUR) == [reply]
    assert world.store.next_due(START) == START + 2 * HOUR


def test_an_expired_reply_comes_first_and_says_so(world: World) -> None:
    expired = world.queued()
    world.after = 30 * HOUR
    fresh = world.queued(BOB)
    replies = world.store.due(START + 38 * HOUR)
    assert [(reply.id, reply.expired) for reply in replies] == [
        (expired, True),
        (fresh, False),
    ]
    assert world.store.next_due(START + 33 * HOUR) is None  # nobody waits for that


def test_the_quietest_sender_goes_first(world: World) -> None:
    loud, quiet = world.queued(ANNE), world.queued(BOB)
    for _ in range(3):
        world.deliver(sender=ANNE)
    world.deliver(sender=BOB)
    assert due(world, 3 * HOUR) == [quiet, loud]
    assert [reply.later_messages for reply in world.store.due(START + 3 * HOUR)] == [
        3,
        1,
    ]


def test_equally_quiet_senders_go_by_a_lot_that_the_key_draws(world: World) -> None:
    numbers = [f"+336399800{n:02}" for n in range(20)]
    replies = [world.queued(number) for number in numbers]
    drawn = due(world, 3 * HOUR)
    assert sorted(drawn) == replies and drawn != replies
    assert due(world, 3 * HOUR) == drawn


def test_another_line_has_its_own_queue(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    reply = one.queued()
    assert due(one, 3 * HOUR) == [reply] and due(two, 3 * HOUR) == []
    assert two.store.next_due(START) is None
    with pytest.raises(LookupError):
        two.mark(reply)


def test_a_postponed_reply_waits_and_says_why(world: World) -> None:
    reply = world.queued()
    assert world.store.postpone(reply, "outside_hours", START + 5 * HOUR)
    assert not world.store.postpone(reply, "outside_hours", START + 5 * HOUR)
    assert due(world, 5 * HOUR - MS) == []
    assert due(world, 5 * HOUR) == [reply]
    assert world.store.next_due(START + 3 * HOUR) == START + 5 * HOUR
    assert world.store.reconsider() == 1
    assert due(world, 3 * HOUR) == [reply]
    assert world.store.reconsider() == 0
    assert world.value("SELECT reason FROM replies") == "outside_hours"


@pytest.mark.parametrize(
    ("after", "hour", "day", "why"),
    [
        (timedelta(0), 2, 2, "both segments, from the mark on"),
        (HOUR - MS, 2, 2, "not yet an hour"),
        (HOUR, 0, 2, "an hour is over"),
        (DAY - MS, 0, 2, "not yet a day"),
        (DAY, 0, 0, "a day is over"),
        (-HOUR, 2, 2, "the clock was set back: in doubt they count"),
    ],
)
def test_segments_count_from_the_mark_for_an_hour_and_a_day(
    world: World, after: timedelta, hour: int, day: int, why: str
) -> None:
    world.sent(segments=2)
    seen = reserve(world, BOB, after)
    assert (seen.segments_hour, seen.segments_day) == (hour, day), why
    assert seen.oldest_in_hour == (START if hour else None)
    assert seen.oldest_in_day == (START if day else None)


def test_every_fate_but_refused_and_not_left_counts(world: World) -> None:
    for number, outcome in enumerate((None, UNKNOWN, REFUSED, NOT_LEFT)):
        (submit,) = world.mark(world.queued(f"+3363998010{number}"))
        if outcome:
            world.store.outcome(submit, outcome, world.now)
    seen = reserve(world, ANNE, timedelta(0))
    assert (seen.segments_hour, seen.recipients_day) == (2, 2)  # submitting and unknown


def test_a_reply_reserves_all_its_segments_with_the_first(world: World) -> None:
    world.mark(world.queued(segments=3), segments=3)
    assert reserve(world, BOB, timedelta(0)).segments_hour == 3


def test_tests_count_as_segments_and_not_as_recipients(world: World) -> None:
    world.sent(purpose=Purpose.TEST)
    seen = reserve(world, BOB, timedelta(0))
    assert (seen.segments_hour, seen.recipients_day, seen.recipients_month) == (1, 0, 0)


def test_recipients_are_distinct_and_the_own_one_is_told_apart(world: World) -> None:
    world.sent(ANNE)
    world.sent(ANNE)
    world.sent(BOB)
    for sender, others, own in ((ANNE, 1, True), (BOB, 1, True), (CARL, 2, False)):
        seen = reserve(world, sender, timedelta(0))
        assert (seen.recipients_day, seen.recipient_in_day) == (others, own)
        assert (seen.recipients_month, seen.recipient_in_month) == (others, own)


def test_recipients_count_for_a_day_and_for_the_billing_month(world: World) -> None:
    world.sent(ANNE)
    assert reserve(world, BOB, DAY - MS).recipients_day == 1
    assert reserve(world, BOB, DAY).recipients_day == 0
    assert (
        reserve(world, BOB, 20 * DAY, month_start=START).recipients_month == 1
    )  # midnight itself is in the month
    assert reserve(world, BOB, 20 * DAY, month_start=START + MS).recipients_month == 0


def test_limits_are_the_lines_own(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    one.sent(ANNE)
    seen = reserve(two, ANNE, timedelta(0))
    assert (
        seen.segments_hour,
        seen.recipients_day,
        seen.recipient_in_day,
        seen.told,
    ) == (0, 0, False, 1)


def test_the_reserve_knows_the_recipient_and_the_line(world: World) -> None:
    reply = world.queued()
    before = world.store.reserve(reply, world.now.at, month_start=START, disk_low=True)
    assert (
        before.told,
        before.blocked,
        before.opted_out,
        before.paused,
        before.new_sim,
    ) == (0,) + (False,) * 4
    assert before.disk_low
    world.store.order("pause", "{}", world.now)
    world.alter("UPDATE senders SET told = 2, blocked_at = 'x', opted_out_at = 'x'")
    world.alter("UPDATE lines SET iccid = '1', accepted_iccid = '2'")
    after = world.store.reserve(reply, world.now.at, month_start=START)
    assert (
        after.told,
        after.blocked,
        after.opted_out,
        after.paused,
        after.new_sim,
    ) == (2, *(True,) * 4)


def test_what_all_replies_have_in_common_is_read_once_until_one_is_marked(
    world: World,
) -> None:
    anne, bob = world.queued(ANNE), world.queued(BOB)
    asked: list[str] = []
    log = world.store._db.raw
    with world.store.transaction():
        before = world.store.reserve(anne, world.now.at, month_start=START)
        log.set_trace_callback(asked.append)
        assert before == world.store.reserve(bob, world.now.at, month_start=START)
        log.set_trace_callback(None)
        world.store.mark(anne, ["00"], world.now)
        after = world.store.reserve(bob, world.now.at, month_start=START)
    assert not any(
        "submits_counted" in one or "replies_counted" in one for one in asked
    )
    assert (after.segments_day, after.recipients_month) == (1, 1)
    assert world.store.reserve(bob, world.now.at, month_start=START) == after


def test_an_opt_out_drops_what_is_queued_in_every_line_for_ever(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    mine, theirs, other = one.queued(ANNE), two.queued(ANNE), one.queued(BOB)
    assert one.store.opt_out(ANNE, one.now) == 2
    assert one.store.opt_out(ANNE, one.now) == 0
    assert due(one, 3 * HOUR) == [other] and due(two, 3 * HOUR) == []
    states = one.value(
        f"SELECT group_concat(state || ' ' || reason) FROM replies WHERE id IN ({mine}, {theirs})"
    )
    assert states == "dropped opted_out,dropped opted_out"
    assert not one.store.unblock(ANNE, one.now)
    assert one.value("SELECT count(*) FROM senders WHERE opted_out_at IS NOT NULL") == 1
    assert one.fault() is None


def test_blocking_drops_and_unblocking_lets_the_next_one_through(world: World) -> None:
    world.queued()
    assert world.store.block(ANNE, world.now) == 1
    assert world.value("SELECT reason FROM replies") == "blocked"
    assert world.store.unblock(ANNE, world.now)
    assert not world.store.unblock(ANNE, world.now)
    assert not world.store.unblock(CARL, world.now)
    assert (
        world.store.block(CARL, world.now) == 0
    )  # never heard of, blocked all the same
    assert reserve(world, CARL, timedelta(0)).blocked
    assert world.fault() is None


@pytest.mark.parametrize(
    ("which", "chosen"),
    [
        ({"reply_ids": [2]}, [2]),
        ({"reply_ids": [2, 99]}, [2]),
        ({"sender": ANNE}, [1]),
        ({"sender": CARL}, []),
        ({"search": "ETE"}, [2]),
        ({"search": "et*"}, [2]),
        ({"search": '" OR *'}, []),
        ({"everything": True}, [1, 2]),
        ({}, []),
    ],
)
def test_replies_are_chosen_by_id_number_word_or_all(
    world: World, which: dict[str, object], chosen: list[int]
) -> None:
    world.answer(world.deliver("salut"))
    world.answer(world.deliver("l'été", BOB))
    assert world.store.approve(world.now, **which) == len(chosen)  # type: ignore[arg-type]
    assert [
        one.id for one in world.store.due(START + 3 * HOUR) if one.queued.approved
    ] == sorted(chosen, key=[one.id for one in world.store.due(START + 3 * HOUR)].index)
    assert world.store.approve(world.now, **which) == 0  # type: ignore[arg-type]
    assert world.store.drop(world.now, **which) == len(chosen)  # type: ignore[arg-type]
    assert {one.id for one in world.store.due(START + 3 * HOUR)} == {1, 2} - set(chosen)
    assert world.fault() is None


def test_orders_touch_the_lines_own_queue_only(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    one.queued()
    assert two.store.drop(two.now, everything=True) == 0
    assert two.store.approve(two.now, everything=True) == 0


def test_what_is_leaving_or_gone_is_not_dropped(world: World) -> None:
    reply = world.queued()
    world.mark(reply)
    world.store.drop_reply(reply, "dropped", world.now)
    world.store.opt_out(ANNE, world.now)
    assert world.value("SELECT state FROM replies") == "submitting"


def test_queued_replies_of_this_boot_move_with_the_clock(world: World) -> None:
    reply = world.queued()
    assert world.store.shift_queued("boot-1", 5 * HOUR, world.now) == 1
    assert due(world, 7 * HOUR - MS) == [] and due(world, 7 * HOUR) == [reply]
    assert world.store.shift_queued("boot-0", HOUR, world.now) == 0
    assert world.fault() is None


def test_times_declared_wrong_stop_nothing_for_years(world: World) -> None:
    world.after = 3650 * DAY
    world.sent(ANNE)
    queued = world.queued(BOB)
    world.after = timedelta(0)
    assert world.store.clock_behind(world.now.at)
    assert reserve(world, CARL, HOUR).segments_day == 1
    world.store.forgive_clock(world.now)
    assert not world.store.clock_behind(world.now.at)
    assert (
        reserve(world, CARL, 2 * HOUR - MS).segments_hour == 1
    )  # it counts as of the order
    assert reserve(world, CARL, 25 * HOUR).segments_day == 0
    assert queued in due(world, 3 * HOUR)
    assert world.fault() is None
