"""Deciding: what waits for it, and the facts it rests on, each at its boundary."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from log_world import ANNE, BOB, START, SUBMITTED, Segment, World, moment

from antirelou.policy.facts import Decision, History, HoldReason, Purpose, Reason

MINUTE = timedelta(minutes=1)
MS = timedelta(milliseconds=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def undecided(world: World) -> list[int]:
    return [message.id for message in world.store.undecided(world.now)]


def history(world: World, message: int, normalised: str = "") -> History:
    return world.store.history(
        world.message(message), world.now.at, normalised=normalised
    )


def test_complete_messages_wait_oldest_first_in_batches(world: World) -> None:
    messages = [world.deliver(f"{n}") for n in range(5)]
    assert undecided(world) == messages
    assert [one.id for one in world.store.undecided(world.now, limit=2)] == messages[:2]
    assert world.store.next_ripe(world.now) == 0


def test_a_message_is_read_as_it_was_delivered(world: World) -> None:
    message = world.message(world.deliver("salut", alphanumeric=True, sender="Anne"))
    assert (message.sender, message.alphanumeric, message.text, message.kind) == (
        "Anne",
        True,
        "salut",
        "text",
    )
    assert message.received_at == START == message.service_centre_time
    assert (message.complete, message.hold) == (True, None)


def test_an_incomplete_message_ripens_ten_minutes_after_its_newest_segment(
    world: World,
) -> None:
    message = world.deliver("a", segment=Segment(1, 3, 1))
    world.after = 9 * MINUTE
    assert world.store.next_ripe(world.now) == 60
    world.deliver("b", segment=Segment(1, 3, 2))
    world.after = 19 * MINUTE - MS
    assert undecided(world) == []
    assert world.store.next_ripe(world.now) == pytest.approx(0.001)
    world.after = 19 * MINUTE
    assert undecided(world) == [message]
    assert world.store.next_ripe(world.now) == 0


def test_ripening_goes_by_the_boot_clock_while_the_boot_lasts(world: World) -> None:
    message = world.deliver("a", segment=Segment(1, 2, 1))
    stepped = moment(timedelta(days=9), boot=100 + 599)
    assert world.store.undecided(stepped) == []
    assert world.store.next_ripe(stepped) == 1
    set_back = moment(-timedelta(days=9), boot=100 + 600)
    assert [one.id for one in world.store.undecided(set_back)] == [message]


def test_ripening_goes_by_the_wall_clock_after_a_reboot(world: World) -> None:
    message = world.deliver("a", segment=Segment(1, 2, 1))
    assert (
        world.store.undecided(moment(10 * MINUTE - MS, boot_id="boot-2", boot=1e6))
        == []
    )
    rebooted = moment(10 * MINUTE, boot_id="boot-2", boot=1)
    assert [one.id for one in world.store.undecided(rebooted)] == [message]


def test_nothing_ripens_in_an_empty_log(world: World) -> None:
    assert world.store.next_ripe(world.now) is None
    world.store.decide(world.deliver(), Decision(Reason.STALE), 0, world.now)
    assert world.store.next_ripe(world.now) is None


def test_another_line_decides_its_own(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    message = one.deliver()
    assert undecided(two) == [] and undecided(one) == [message]


def test_a_message_gets_one_decision(world: World) -> None:
    message = world.deliver()
    world.store.decide(message, Decision(Reason.STALE), 0, world.now)
    with pytest.raises(LookupError):
        world.answer(message)
    assert world.json(message)["reason"] == "stale"
    assert world.value("SELECT count(*) FROM replies") == 0


def test_a_hold_waits_until_its_cause_is_gone(world: World) -> None:
    message = world.deliver()
    world.store.order("pause", "{}", world.now)
    assert world.store.hold(message, HoldReason.PAUSED)
    assert not world.store.hold(message, HoldReason.PAUSED)  # no change, no write
    assert undecided(world) == []
    assert world.store.next_ripe(world.now) is None
    assert world.json(message)["hold"] == "paused"
    world.store.order("resume", "{}", world.now)
    assert undecided(world) == [message]
    assert world.store.next_ripe(world.now) == 0
    world.store.decide(message, Decision(Reason.STALE), 0, world.now)
    assert world.json(message)["hold"] is None


def test_a_held_message_is_let_go_when_the_clock_has_caught_up(world: World) -> None:
    world.after = timedelta(days=1)
    world.deliver()
    world.after = timedelta(0)
    world.restart()
    message = world.deliver()
    world.store.hold(message, HoldReason.CLOCK_BEHIND)
    assert message not in undecided(world)
    world.after = timedelta(days=1)
    assert message in undecided(world)


def test_an_unknown_number_has_no_history(world: World) -> None:
    assert history(world, world.deliver()) == History(first_start=START)


def test_history_speaks_of_the_sender(world: World) -> None:
    world.sent(ANNE)
    world.store.opt_out(BOB, world.now)
    world.store.block(BOB, world.now)
    anne, bob = (
        history(world, world.deliver()),
        history(world, world.deliver(sender=BOB)),
    )
    assert (anne.told, anne.last_told_at, anne.opted_out, anne.blocked) == (
        1,
        START,
        False,
        False,
    )
    assert (bob.told, bob.last_told_at, bob.opted_out, bob.blocked) == (
        0,
        None,
        True,
        True,
    )


def test_who_was_told_is_shared_by_all_lines(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    one.sent(ANNE)
    one.store.opt_out(ANNE, one.now)
    seen = history(two, two.deliver())
    assert (seen.told, seen.opted_out) == (1, True)


def test_a_queued_or_leaving_reply_is_pending(world: World) -> None:
    reply = world.queued()
    assert history(world, world.deliver()).queued
    (submit,) = world.mark(reply)
    assert history(world, world.deliver()).queued
    world.store.outcome(submit, SUBMITTED, world.now)
    assert not history(world, world.deliver()).queued


def test_distress_is_told_once(world: World) -> None:
    world.sent(purpose=Purpose.DISTRESS)
    seen = history(world, world.deliver())
    assert (seen.told, seen.distress_told) == (1, True)


def test_tests_are_counted_over_a_rolling_day_and_are_no_telling(world: World) -> None:
    world.sent(purpose=Purpose.TEST)
    world.store.drop_reply(world.queued(purpose=Purpose.TEST), "dropped", world.now)
    assert (
        history(world, world.deliver()).tests_today,
        history(world, world.deliver()).told,
    ) == (1, 0)
    world.after = timedelta(days=1) - MS
    assert history(world, world.deliver()).tests_today == 1
    world.after = timedelta(days=1)
    assert history(world, world.deliver()).tests_today == 0


def test_the_same_text_is_counted_within_the_hour(world: World) -> None:
    for text in ("a", "a", "b"):
        world.store.decide(
            world.deliver(text), Decision(Reason.PENDING), 0, world.now, normalised=text
        )
    world.store.decide(
        world.deliver("a", BOB), Decision(Reason.PENDING), 0, world.now, normalised="a"
    )
    world.after = timedelta(hours=1) - MS
    assert history(world, world.deliver("a"), "a").same_text_in_hour == 3
    world.after = timedelta(hours=1)
    assert history(world, world.deliver("a"), "a").same_text_in_hour == 1


def test_a_pasted_text_is_counted_by_senders_within_the_day(world: World) -> None:
    pasted = "x" * 40
    for sender in (ANNE, BOB, BOB):
        world.store.decide(
            world.deliver(pasted, sender),
            Decision(Reason.PENDING),
            0,
            world.now,
            normalised=pasted,
        )
    world.after = timedelta(days=1) - MS
    assert (
        history(world, world.deliver(pasted, "+33639980003"), pasted).campaign_senders
        == 3
    )
    assert history(world, world.deliver(pasted, BOB), pasted).campaign_senders == 2
    world.after = timedelta(days=1)
    assert history(world, world.deliver(pasted, BOB), pasted).campaign_senders == 1


def test_a_short_text_that_many_send_is_pasted_by_nobody(world: World) -> None:
    short = "x" * 39
    for sender in (ANNE, BOB):
        world.store.decide(
            world.deliver(short, sender),
            Decision(Reason.PENDING),
            0,
            world.now,
            normalised=short,
        )
    assert (
        history(world, world.deliver(short, "+33639980003"), short).campaign_senders
        == 0
    )


def test_messages_are_counted_for_five_minutes_after_a_reply(world: World) -> None:
    world.sent()
    world.after = MS
    for _ in range(3):
        world.deliver()
    world.deliver(kind="status_report")  # what the reply itself brought about
    world.after = 5 * MINUTE
    assert history(world, world.deliver()).since_reply_in_five_minutes == 4
    world.after = 5 * MINUTE + MS
    assert history(world, world.deliver()).since_reply_in_five_minutes == 0


def test_history_speaks_of_the_line(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    one.store.update_line(one.now, iccid="8933")
    one.store.update_line(one.now, iccid="8944")
    one.store.order("pause", "{}", one.now)
    mine, other = history(one, one.deliver()), history(two, two.deliver())
    assert (mine.paused, mine.new_sim) == (True, True)
    assert (other.paused, other.new_sim) == (False, False)


def test_a_reply_is_due_when_it_was_planned(world: World) -> None:
    planned = world.planned("Bonjour.")
    reply = world.answer(world.deliver(), segments=2, planned=planned)
    (due,) = world.store.due(planned.due_at)
    assert (due.id, due.text, due.queued.sender, due.queued.segments) == (
        reply,
        "Bonjour.",
        ANNE,
        2,
    )
    assert (due.queued.due_at, due.queued.expires_at) == (
        planned.due_at,
        planned.expires_at,
    )


def test_nobody_is_answered_who_has_no_number(world: World) -> None:
    message = world.deliver(sender="")
    with pytest.raises(ValueError, match="no sender"), world.store.transaction():
        world.answer(message)
    assert undecided(world) == [message]
