"""What a release rests on: what a flood cost, what sender and others did meanwhile, what the network said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flood_world import (
    HOUR,
    MINUTE,
    MS,
    OPERATOR,
    PENDING,
    a_world,
    events,
    number,
    on,
    raid,
    reserve,
)
from log_world import ANNE, BOB, REFUSED, START, SUBMITTED, UNKNOWN, World

from antirelou.modem.facts import Fate, Outcome
from antirelou.policy.facts import Decision, Purpose, Reason


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


# What it costs


def cost(world: World, reply: int) -> tuple[bool, int, int, bool]:
    seen = reserve(world, reply)
    return (
        seen.in_flood,
        seen.flood_replies_hour,
        seen.flood_recipients,
        seen.recipient_in_flood,
    )


NO_COST = (False, 0, 0, False)


def test_all_that_leaves_while_a_flood_lasts_counts_against_it(world: World) -> None:
    sincere = world.queued(number(50))
    also = world.queued(number(51))
    assert cost(world, sincere) == NO_COST
    world.after = 2 * HOUR
    raid(world)
    assert cost(world, sincere) == (True, 0, 0, False)
    world.mark(sincere)
    assert cost(world, also) == (True, 1, 1, False)
    assert cost(world, sincere) == (True, 1, 0, True)
    world.after += HOUR - MS
    assert (
        cost(world, also)[1] == 1
        and reserve(world, also).oldest_in_flood_hour == START + 2 * HOUR + 5 * MINUTE
    )
    world.deliver(sender=number(70))
    world.after += MS
    assert cost(world, also) == NO_COST  # it is over, and neither came in it


def test_a_mark_that_falls_out_of_the_hour_still_counts_for_the_flood(
    tmp_path: Path,
) -> None:
    world = a_world(tmp_path, quiet=5 * HOUR)
    waits = world.queued(number(50))
    raid(world)
    world.sent(number(60))
    world.after += HOUR
    assert cost(world, waits) == (True, 0, 1, False)


def test_what_came_in_a_flood_counts_against_it_for_ever(world: World) -> None:
    replies = [world.queued(number(n)) for n in range(6)]  # these six are the flood
    other = world.queued(number(30))
    world.after = 20 * HOUR
    assert on(world) is None
    for spent, reply in enumerate(replies[:3]):
        assert cost(world, reply) == (True, spent, spent, False)
        world.mark(reply)
    assert cost(world, replies[5]) == (True, 3, 3, False)
    assert cost(world, other) == (True, 3, 3, False)  # the seventh came in it too
    assert cost(world, world.queued(number(40))) == NO_COST


def test_of_two_floods_the_one_that_cost_more_counts(world: World) -> None:
    first = [world.queued(number(n)) for n in range(6)]
    world.after = 3 * HOUR
    for reply in first[:2]:
        world.mark(reply)
    world.after = 5 * HOUR
    second = [world.queued(number(20 + n)) for n in range(6)]
    assert cost(world, second[0]) == (True, 0, 0, False)
    assert cost(world, first[2]) == (True, 0, 2, False)
    world.mark(first[2])  # it came in the first, and leaves in the second
    assert cost(world, second[0]) == (True, 1, 1, False)
    assert cost(world, first[3]) == (True, 1, 3, False)
    world.after = 9 * HOUR
    assert on(world) is None
    assert cost(world, second[0]) == (True, 0, 1, False)
    assert cost(world, first[3]) == (True, 0, 3, False)


def test_a_reply_to_what_came_in_one_flood_pays_for_the_one_that_is_on(
    world: World,
) -> None:
    waits, *_ = [world.queued(number(n)) for n in range(6)]
    world.after = 5 * HOUR
    for n in range(6):
        world.deliver(sender=number(20 + n))
    for n in range(3):
        world.mark(world.queued(number(40 + n)))
    assert cost(world, waits) == (True, 3, 3, False)


def test_whoever_counts_in_one_of_two_floods_is_new_in_the_other(world: World) -> None:
    first = [world.queued(number(n)) for n in range(6)]
    world.after = 3 * HOUR
    for reply in first[:3]:
        world.mark(reply)
    world.after = 5 * HOUR
    for n in range(6):
        world.deliver(sender=number(20 + n))
    world.mark(world.queued(number(40)))
    assert cost(world, first[0]) == (True, 1, 1, False)
    assert cost(world, world.queued(number(40))) == (True, 1, 0, True)


def test_tests_and_refusals_cost_a_flood_nothing(world: World) -> None:
    raid(world)
    world.sent(OPERATOR, purpose=Purpose.TEST)
    (submit,) = world.mark(world.queued(number(50)))
    assert cost(world, world.queued(number(51)))[1:3] == (1, 1)
    world.store.outcome(submit, REFUSED, world.now)
    assert cost(world, world.queued(number(52)))[1:3] == (0, 0)


def test_what_left_just_before_a_flood_was_recognised_counts_against_it(
    world: World,
) -> None:
    reply = world.queued(number(0))
    world.mark(reply)
    raid(world, 5, first=1)
    assert on(world) == 1
    assert cost(world, world.queued(number(50))) == (True, 1, 1, False)


def test_a_reply_keeps_the_flood_that_it_was_marked_for(world: World) -> None:
    sincere = world.queued(number(50))
    world.after = HOUR
    flood = raid(world)[0]
    world.mark(sincere)
    assert world.value(f"SELECT flood FROM replies WHERE id = {sincere}") == flood


def test_whoever_wrote_outside_the_flood_goes_before_who_wrote_in_it(
    world: World,
) -> None:
    """Else raiders, who write politely once as well, would draw lots with them."""
    sincere = [world.queued(number(50 + n)) for n in range(3)]
    world.after = HOUR
    raiders = [world.queued(number(n)) for n in range(8)]
    assert on(world) is not None
    world.after = 5 * HOUR
    due = world.turns(world.now.at)
    assert set(due[:3]) == set(sincere)
    assert set(due) == {*sincere, *raiders}


# What its sender and the others did meanwhile


def test_what_the_sender_wrote_since_is_counted_by_service_centre_time(
    world: World,
) -> None:
    world.after = HOUR
    answered = world.deliver(sender=ANNE, sent=30 * MINUTE)
    reply = world.answer(answered)
    assert reserve(world, reply).messages_since == 0
    world.deliver(
        sender=ANNE, sent=30 * MINUTE - timedelta(seconds=1)
    )  # sent before, came later
    world.deliver(sender=BOB, sent=40 * MINUTE)
    world.deliver(sender=ANNE, sent=50 * MINUTE, kind="status_report")
    assert reserve(world, reply).messages_since == 0
    world.deliver(sender=ANNE, sent=30 * MINUTE)  # in the same second, but after it
    world.deliver(sender=ANNE, sent=31 * MINUTE)
    with world.store.transaction():
        world.store.add_call(ANNE, world.now)
    assert reserve(world, reply).messages_since == 3


def test_no_more_is_counted_than_patience_bears(world: World) -> None:
    reply = world.queued(ANNE)
    for _ in range(60):
        world.deliver(sender=ANNE, sent=MINUTE)
    assert reserve(world, reply).messages_since == world.settings.reply.patience + 1


def test_a_text_that_is_pasted_while_its_answer_waits_is_a_campaign(
    world: World,
) -> None:
    text = "x" * 40
    answered = world.deliver(text, ANNE)
    decision = Decision(Reason.TO_ANSWER, world.planned())
    reply = world.store.decide(answered, decision, 1, world.now, normalised=text)
    assert reply is not None
    assert reserve(world, reply).campaign_senders == 1
    for sender, expected in (
        (ANNE, 1),
        (BOB, 2),
        (BOB, 2),
        (number(1), 3),
        (number(2), 3),
    ):
        world.after += HOUR
        world.store.decide(
            world.deliver(text, sender), PENDING, 0, world.now, normalised=text
        )
        assert reserve(world, reply).campaign_senders == expected


def test_a_short_text_that_others_send_meanwhile_is_none(world: World) -> None:
    for sender in (BOB, number(1), number(2)):
        world.store.decide(
            world.deliver("salut", sender), PENDING, 0, world.now, normalised="salut"
        )
    decision = Decision(Reason.TO_ANSWER, world.planned())
    reply = world.store.decide(
        world.deliver("salut", ANNE), decision, 1, world.now, normalised="salut"
    )
    assert reply is not None and reserve(world, reply).campaign_senders == 0


# The breaker


def refuse(world: World, outcome: Any = REFUSED) -> None:
    (submit,) = world.mark(world.queued(number(int(world.after / MINUTE))))
    world.store.outcome(submit, outcome, world.now)
    world.after += MINUTE


def test_three_refusals_in_a_row_hold_replies_also_after_a_restart(
    world: World,
) -> None:
    reply = world.queued(BOB)
    for outcome in (REFUSED, REFUSED, SUBMITTED, REFUSED, REFUSED):
        refuse(world, outcome)
    assert reserve(world, reply).breaker_until is None
    refuse(world, UNKNOWN)  # neither one nor the other
    assert reserve(world, reply).breaker_until is None
    assert events(world, "breaker") == []
    refuse(world)
    world.restart()
    assert reserve(world, reply).breaker_until == START + 6 * MINUTE + 5 * MINUTE
    world.after += 2 * HOUR
    refuse(world)
    assert (
        reserve(world, reply).breaker_until
        == START + 2 * HOUR + 7 * MINUTE + 10 * MINUTE
    )
    (told,) = events(world, "breaker")
    assert "(the last for cause 38)" in told and "ask the SIM's operator" in told
    refuse(world, SUBMITTED)
    assert reserve(world, reply).breaker_until is None


def test_what_was_accepted_after_all_is_no_refusal(world: World) -> None:
    refuse(world)
    (late,) = world.mark(world.queued(BOB))
    world.store.outcome(late, Outcome(Fate.UNKNOWN, cms_error=500), world.now)
    refuse(world)
    refuse(world)
    assert world.store.breaker_until(world.now.at) is not None
    world.store.mend(late, 9, world.now)
    assert world.store.breaker_until(world.now.at) is None


def test_the_breaker_is_the_lines_own(tmp_path: Path) -> None:
    one, two = a_world(tmp_path, "one"), a_world(tmp_path, "two")
    for _ in range(3):
        refuse(one)
    assert one.store.breaker_until(one.now.at) is not None
    assert two.store.breaker_until(one.now.at) is None


def test_a_refusal_makes_room_for_those_that_wait_for_it(world: World) -> None:
    reply = world.queued(BOB)
    world.after = 3 * HOUR
    (submit,) = world.mark(world.queued(ANNE))
    world.store.postpone(reply, "recipients_limit", START + 30 * HOUR)
    world.store.outcome(submit, REFUSED, world.now)
    assert [one.id for one in world.store.due(world.now.at)] == [reply]
