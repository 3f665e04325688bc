"""Erasing by age and by order: what goes, what waits, what is held; limits and the chain stay true."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from erasing_world import DAY, PRIVACY, decided, erase, forget, found, hold
from log_world import ANNE, BOB, START, SUBMITTED, Segment, World

from antirelou.policy.facts import Decision, NeverReason, Purpose, Reason

pytest_plugins = ["erasing_fixtures"]


def test_what_is_kept_for_90_days_is_kept_for_90_days(world: World) -> None:
    decided(world, "secret", ANNE)
    world.after = timedelta(days=89)
    decided(world, "later", BOB)
    assert erase(world) == 0
    world.after = timedelta(days=91)
    assert erase(world) > 0
    assert found(world, "secret", ANNE, "later", BOB) == ["later", BOB]
    assert world.fault() is None
    assert erase(world) == 0


@pytest.mark.parametrize("raid", ["flood", "campaign", "flooder"])
def test_what_came_in_a_raid_is_kept_for_a_year(world: World, raid: str) -> None:
    if raid == "flooder":
        reply = world.queued(ANNE)
        world.store.drop_reply(reply, NeverReason.FLOODER, world.now)
        decided(world, "secret", ANNE)
    else:
        message = decided(world, "secret", ANNE)
        world.alter(
            f"UPDATE messages SET flood = {message}"
            if raid == "flood"
            else "UPDATE messages SET reason = 'campaign'"
        )
    world.after = timedelta(days=364)
    assert erase(world) == 0
    world.after = timedelta(days=366)
    erase(world)
    assert found(world, "secret", ANNE) == []


def test_limits_and_who_was_told_blocked_or_opted_out_stay_true(world: World) -> None:
    world.sent(ANNE)
    world.store.block(BOB, world.now)
    decided(world, "stop", "+33639980003")
    world.store.opt_out("+33639980003", world.now)
    for number in (ANNE, BOB, "+33639980003"):
        forget(world, number)
    erase(world)
    assert found(world, ANNE, BOB, "+33639980003") == []
    again = world.queued("+33639980004")
    reserve = world.store.reserve(again, world.now.at, month_start=START)
    assert (reserve.segments_day, reserve.recipients_month) == (1, 1)
    for number, known in (
        (ANNE, "told"),
        (BOB, "blocked"),
        ("+33639980003", "opted_out"),
    ):
        message = world.message(world.deliver("encore", number))
        assert getattr(world.store.history(message, world.now.at), known)
    assert world.fault() is None


def test_pseudonyms_go_too_after_three_years_but_for_those_who_must_be_known(
    world: World,
) -> None:
    world.sent(ANNE)
    world.store.block(BOB, world.now)
    block = world.store.order("block", f'{{"address": "{BOB}"}}', world.now)
    world.store.done(block, "blocked", world.now)
    pseudonym = "SELECT hex(hmac) FROM senders WHERE id = "
    before = [world.value(f"{pseudonym}{number}") for number in (1, 2)]
    world.after = timedelta(days=2 * 365)
    erase(world)
    assert [world.value(f"{pseudonym}{number}") for number in (1, 2)] == before
    assert found(world, ANNE, BOB) == []
    world.after = timedelta(days=3 * 365 + 1)
    erase(world)
    assert world.value(f"{pseudonym}1") != before[0]
    assert world.value(f"{pseudonym}2") == before[1]
    assert world.fault() is None


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("UPDATE messages SET reason = 'stale' WHERE id = 1", "altered"),
        ("UPDATE messages SET text = 'put back' WHERE id = 1", "altered"),
        ("UPDATE delivers SET received_at = '2026' WHERE id = 1", "altered"),
        ("UPDATE messages SET nonce = NULL, text = NULL WHERE id = 2", "erased"),
        ("DELETE FROM messages WHERE id = 1", "dropped"),
        ("UPDATE events SET data = replace(data, '[1, 1]', '[1, 2]')", "altered"),
    ],
)
def test_erasure_by_the_rules_is_told_apart_from_tampering(
    world: World, what: str, change: str
) -> None:
    world.sent(ANNE)
    decided(world, "other", BOB)
    forget(world, ANNE)
    erase(world)
    assert world.fault() is None
    world.alter(what)
    fault = world.fault()
    assert fault is not None and fault.change == change


def test_what_waits_for_its_decision_or_is_leaving_is_erased_when_that_is_over(
    world: World,
) -> None:
    reply = world.queued(ANNE)
    (submit,) = world.mark(reply)
    undecided = world.deliver("secret", ANNE)
    forget(world, ANNE)
    erase(world)
    assert found(world, "secret", ANNE) == ["secret", ANNE]
    world.store.outcome(submit, SUBMITTED, world.now)
    world.store.decide(undecided, Decision(Reason.STALE, None), 0, world.now)
    erase(world)
    assert found(world, "secret", ANNE) == []
    assert world.fault() is None


def test_a_text_to_nothing_that_is_just_leaving_is_erased_when_it_has_left(
    world: World,
) -> None:
    reply = world.store.queue_ordered(
        ANNE, "Code", Purpose.PROOF, world.now, segments=1, within=DAY
    )
    (submit,) = world.mark(reply)
    forget(world, ANNE)
    erase(world)
    assert found(world, ANNE) == [ANNE]
    world.store.outcome(submit, SUBMITTED, world.now)
    erase(world)
    assert found(world, ANNE) == []
    assert world.fault() is None


@pytest.mark.parametrize("declared", [False, True])
def test_what_came_while_the_clock_was_ahead_is_forgotten_too(
    world: World, declared: bool
) -> None:
    world.after = timedelta(hours=2)
    decided(world, "secret", ANNE)
    world.after = timedelta(0)
    if declared:
        world.store.forgive_clock(world.now)
    forget(world, ANNE)
    world.after = timedelta(hours=3 if declared else 1)
    erase(world)
    assert found(world, "secret", ANNE) == []


def test_what_is_written_after_the_order_stays(world: World) -> None:
    decided(world, "secret", ANNE)
    forget(world, ANNE)
    world.after = timedelta(minutes=1)
    decided(world, "later", ANNE)
    world.after = timedelta(minutes=2)
    erase(world)
    assert found(world, "secret", "later", ANNE) == ["later", ANNE]


def test_a_late_segment_does_not_join_what_was_erased(world: World) -> None:
    message = decided(world, "un", ANNE, segment=Segment(5, 2, 1))
    forget(world, ANNE)
    erase(world)
    assert world.deliver("deux", ANNE, segment=Segment(5, 2, 2)) != message


def test_a_slice_is_small_however_much_is_due(
    many: tuple[World, list[tuple[str, str]]],
) -> None:
    world, _ = many
    world.after += timedelta(days=400)
    changed = []
    for _ in world.store.erasing(PRIVACY, lambda: world.now):
        changed.append(world.store._db.raw.total_changes)
    steps = [after - before for before, after in pairwise([changed[0], *changed])]
    assert len(steps) > 4 and max(steps) < 2500


def test_a_legal_hold_keeps_its_period_from_age_and_from_orders(world: World) -> None:
    for day, word in enumerate(("before", "within", "after")):
        world.after = day * DAY
        decided(world, word, ANNE)
    order = hold(world, DAY / 2, DAY * 3 / 2)
    forget(world, ANNE)
    erase(world)
    assert found(world, "before", "within", "after", ANNE) == ["within", ANNE]
    world.after = 400 * DAY
    erase(world)
    assert found(world, "within", ANNE) == ["within", ANNE]
    assert world.fault() is None
    world.store.order("hold_end", json.dumps({"id": order}), world.now)
    erase(world)
    assert found(world, "within", ANNE) == []


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "[]",
        "{}",
        '{"since": 1, "until": 2}',
        '{"since": "x", "until": "y", "note": ""}',
    ],
)
def test_what_is_no_hold_holds_nothing(world: World, argument: str) -> None:
    world.store.order("hold", argument, world.now)
    assert world.store.holds() == []


def test_one_is_reminded_60_days_before_a_raid_is_erased_once(world: World) -> None:
    message = decided(world, "secret", ANNE)
    world.alter(f"UPDATE messages SET flood = {message}")
    began = world.value("SELECT received_at FROM messages")
    world.alter(
        f"INSERT INTO floods VALUES ({message}, 'main', '{began}', '{began}', '{began}')"
    )
    after, soon = PRIVACY.erase_raid_after, world.store.raids_ahead
    assert soon(after, START + 304 * DAY) == []
    (raid,) = soon(after, START + 306 * DAY)
    assert (raid.messages, raid.erased_at) == (1, START + 365 * DAY)
    order = hold(world, -DAY, DAY)
    assert soon(after, START + 306 * DAY) == []
    world.store.order("hold_end", json.dumps({"id": order}), world.now)
    world.store.remind(raid, "Soon.", world.now)
    assert soon(after, START + 306 * DAY) == []


def test_notes_that_name_a_forgotten_number_go_and_all_go_as_a_raid_does(
    world: World,
) -> None:
    decided(world, "secret", ANNE)
    for word, number in (("one", "06 39 98 00 01"), ("two", ANNE), ("three", BOB)):
        world.note(f"I saw {word}, by {number}")
    forget(world, ANNE)
    erase(world)
    assert found(world, "saw one", "saw two", "saw three") == ["saw three"]
    order = hold(world, -DAY, DAY)
    world.after = timedelta(days=366)
    erase(world)
    assert found(world, "saw three") == ["saw three"]
    world.store.order("hold_end", json.dumps({"id": order}), world.now)
    erase(world)
    assert found(world, "saw three", "a.png") == []
    assert world.fault() is None
