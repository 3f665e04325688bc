"""Submits: marked before they leave, counted while in doubt, never sent twice; and two texts a life."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from log_world import ANNE, BOB, NOT_LEFT, REFUSED, START, SUBMITTED, UNKNOWN, World

from antirelou.log import State
from antirelou.modem.facts import Outcome
from antirelou.policy.facts import Purpose

HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def states(world: World) -> object:
    return world.value(
        "SELECT group_concat(state) FROM (SELECT state FROM submits ORDER BY id)"
    )


def test_a_mark_is_on_the_disk_when_its_transaction_ends(world: World) -> None:
    """P3: another process, and so the next start, sees it before anything can have left."""
    reply = world.queued()
    with world.store.transaction():
        world.store.mark(reply, ["AA", "BB"], world.now)
        assert states(world) is None
    assert states(world) == "submitting,reserved"
    assert world.value("SELECT group_concat(pdu) FROM submits") == "AA,BB"
    assert world.value("SELECT state FROM replies") == "submitting"


def test_a_mark_belongs_to_the_transaction_that_counted(world: World) -> None:
    with pytest.raises(RuntimeError):
        world.store.mark(world.queued(), ["AA"], world.now)


@pytest.mark.parametrize("spoil", ["marked", "dropped"])
def test_what_is_not_queued_cannot_be_marked(world: World, spoil: str) -> None:
    reply = world.queued()
    if spoil == "marked":
        world.mark(reply)
    else:
        world.store.drop_reply(reply, "expired", world.now)
    with pytest.raises(LookupError):
        world.mark(reply)


def test_a_mark_that_was_rolled_back_counts_nowhere(world: World) -> None:
    reply = world.queued()
    with pytest.raises(ZeroDivisionError), world.store.transaction():
        world.store.mark(reply, ["AA"], world.now)
        raise ZeroDivisionError
    assert world.value("SELECT told FROM senders") == 0
    assert [one.id for one in world.store.due(START + 3 * HOUR)] == [reply]


@pytest.mark.parametrize(
    ("outcomes", "reply", "submits", "told"),
    [
        ([SUBMITTED], State.SUBMITTED, "submitted", 1),
        ([REFUSED], State.REFUSED, "refused", 0),
        ([UNKNOWN], State.UNKNOWN, "unknown", 1),
        ([NOT_LEFT], State.QUEUED, "not_left", 0),
        ([SUBMITTED, SUBMITTED], State.SUBMITTED, "submitted,submitted", 1),
        ([SUBMITTED, REFUSED], State.PARTIAL, "submitted,refused", 1),
        ([SUBMITTED, UNKNOWN], State.UNKNOWN, "submitted,unknown", 1),
        ([SUBMITTED, NOT_LEFT], State.PARTIAL, "submitted,not_left", 1),
        ([REFUSED, None], State.REFUSED, "refused,not_left", 0),
        ([UNKNOWN, None], State.UNKNOWN, "unknown,not_left", 1),
        ([NOT_LEFT, None], State.QUEUED, "not_left,not_left", 0),
        ([SUBMITTED, None], State.SUBMITTING, "submitted,reserved", 1),
    ],
)
def test_the_state_of_a_reply_follows_from_its_segments(
    world: World, outcomes: list[Outcome | None], reply: State, submits: str, told: int
) -> None:
    marked = world.mark(world.queued(segments=len(outcomes)), len(outcomes))
    for submit, outcome in zip(marked, outcomes, strict=True):
        if outcome is None:
            break
        if submit != marked[0]:
            world.store.mark_next(submit, world.now)
        state = world.store.outcome(submit, outcome, world.now)
    assert (state, states(world)) == (reply, submits)
    assert world.value("SELECT state FROM replies") == reply
    assert world.value("SELECT told FROM senders") == told
    assert world.value("SELECT last_told_at IS NOT NULL FROM senders") == bool(told)
    assert world.fault() is None


def test_what_did_not_leave_is_tried_again_when_it_was_said(world: World) -> None:
    reply = world.queued()
    (submit,) = world.mark(reply)
    world.store.outcome(submit, NOT_LEFT, world.now, next_attempt_at=START + 5 * HOUR)
    assert world.store.due(START + 5 * HOUR - timedelta(seconds=1)) == []
    (due,) = world.store.due(START + 5 * HOUR)
    assert (due.id, due.attempts) == (reply, 1)
    (second,) = world.mark(reply)
    assert second != submit
    assert world.store.outcome(second, SUBMITTED, world.now) is State.SUBMITTED


def test_an_outcome_is_kept_once(world: World) -> None:
    (submit,) = world.mark(world.queued())
    world.store.outcome(submit, UNKNOWN, world.now)
    for outcome in (SUBMITTED, NOT_LEFT):
        with pytest.raises(LookupError):
            world.store.outcome(submit, outcome, world.now)
    with pytest.raises(LookupError):
        world.store.mark_next(submit, world.now)


def test_what_the_network_said_is_kept(world: World) -> None:
    (submit,) = world.mark(world.queued())
    world.store.outcome(submit, REFUSED, world.now)
    with_reference = world.sent(BOB)
    replies = world.json(1)["replies"]
    assert (
        replies[0]["cms_error"] == 38
        and replies[0]["submits"][0]["said"] == "+CMS ERROR: 38"
    )  # type: ignore[index]
    assert world.json(2)["replies"][0]["message_references"] == [7]  # type: ignore[index]
    assert world.json(2)["replies"][0]["submitted_at"] == "2026-11-22T10:00:00.000Z"  # type: ignore[index]
    assert with_reference == 2


@pytest.mark.parametrize(
    ("done", "segments", "reply", "submits"),
    [
        (0, 1, "unknown", "unknown"),
        (0, 3, "unknown", "unknown,not_left,not_left"),
        (1, 2, "unknown", "submitted,unknown"),
        (2, 3, "unknown", "submitted,submitted,unknown"),
    ],
)
def test_a_submit_under_way_at_the_death_is_unknown_for_ever(
    world: World, done: int, segments: int, reply: str, submits: str
) -> None:
    marked = world.mark(world.queued(segments=segments), segments)
    for submit, after in list(pairwise(marked))[:done]:
        world.store.outcome(submit, SUBMITTED, world.now)
        world.store.mark_next(after, world.now)
    world.restart()
    assert (world.value("SELECT state FROM replies"), states(world)) == (reply, submits)
    assert world.store.due(START + 3 * HOUR) == []
    counted = world.store.reserve(1, world.now.at, month_start=START)
    assert counted.segments_hour == done + 1 and counted.told == 1
    assert world.value("SELECT count(*) FROM events WHERE kind = 'submit_unknown'") == 1
    world.restart()
    assert world.value("SELECT count(*) FROM events WHERE kind = 'submit_unknown'") == 1
    assert world.fault() is None


def test_death_between_two_segments_leaves_a_partial_reply(world: World) -> None:
    first, _ = world.mark(world.queued(segments=2), 2)
    world.store.outcome(first, SUBMITTED, world.now)
    world.restart()
    assert (world.value("SELECT state FROM replies"), states(world)) == (
        "partial",
        "submitted,not_left",
    )


def test_a_daemon_gives_up_its_own_lines_submits_only(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    one.mark(one.queued())
    two.restart()
    assert states(one) == "submitting"
    one.restart()
    assert states(one) == "unknown"


def test_a_late_answer_mends_an_unknown_submit(world: World) -> None:
    (submit,) = world.mark(world.queued())
    world.store.outcome(submit, UNKNOWN, world.now)
    assert world.store.mend(submit, 9, world.now) is State.SUBMITTED
    assert world.value("SELECT message_reference FROM submits") == 9
    assert world.store.mend(submit, 10, world.now) is State.SUBMITTED
    assert world.value("SELECT message_reference FROM submits") == 9
    assert world.value("SELECT told FROM senders") == 1
    assert world.fault() is None


def test_a_late_answer_to_the_first_of_two_leaves_a_partial_reply(world: World) -> None:
    first, _ = world.mark(world.queued(segments=2), 2)
    world.store.outcome(first, UNKNOWN, world.now)
    assert world.store.mend(first, 9, world.now) is State.PARTIAL


def test_a_status_report_finds_its_submit(world: World) -> None:
    world.sent(ANNE)
    world.sent(BOB)
    later = START + timedelta(minutes=3)
    assert world.store.report(7, BOB, 0, later, world.now) == 2
    assert world.store.report(8, BOB, 0, later, world.now) is None
    assert world.store.report(7, "+33639980099", 0, None, world.now) is None
    submit = world.json(2)["replies"][0]["submits"][0]  # type: ignore[index]
    assert (submit["report_status"], submit["discharge_time"]) == (
        0,
        "2026-11-22T10:03:00+00:00",
    )
    assert world.fault() is None


def test_of_equal_references_the_newest_submit_is_meant(world: World) -> None:
    world.sent(ANNE)
    world.sent(ANNE)
    assert world.store.report(7, ANNE, 0, None, world.now) == 2


def test_nobody_is_told_a_third_time(world: World) -> None:
    """P12: whoever asks for it, the schema refuses."""
    world.sent(ANNE)
    world.sent(ANNE, purpose=Purpose.DISTRESS)
    third = world.queued(ANNE)
    with pytest.raises(sqlite3.IntegrityError):
        world.mark(third)
    assert world.value("SELECT told FROM senders") == 2
    world.sent(ANNE, purpose=Purpose.TEST)  # the operator's own numbers aside
    assert world.fault() is None


def test_two_daemons_cannot_both_tell_the_last_text(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    one.sent(ANNE)
    first, second = one.queued(ANNE), two.queued(ANNE)
    one.mark(first)
    assert two.store.reserve(second, two.now.at, month_start=START).told == 2
    with pytest.raises(sqlite3.IntegrityError):
        two.mark(second)


def test_a_refused_text_gives_the_last_one_told_back(world: World) -> None:
    world.sent(ANNE)
    world.after = HOUR
    (submit,) = world.mark(world.queued(ANNE, purpose=Purpose.DISTRESS))
    assert world.value("SELECT distress_told FROM senders") == 1
    world.store.outcome(submit, REFUSED, world.now)
    seen = world.store.history(world.message(world.deliver()), world.now.at)
    assert (seen.told, seen.last_told_at, seen.distress_told) == (1, START, False)
