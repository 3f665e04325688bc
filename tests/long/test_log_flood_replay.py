"""A raid through the log: a restart at any moment changes nothing, and the last message costs what the first did."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from flood_world import MINUTE, a_world, number, on, raid, reserve
from hypothesis import given, settings
from hypothesis import strategies as st
from log_world import NOT_LEFT, REFUSED, SUBMITTED, UNKNOWN, World
from test_log_growth import instructions

from antirelou.modem.facts import Outcome
from antirelou.policy import (
    Decision,
    Go,
    Later,
    Never,
    Received,
    decide,
    normalise_text,
    opts_out,
    release,
)

PASTED = "pastedbymanyofthosewhoraidthisnumbertoday"  # 41 letters
OUTCOMES = (SUBMITTED, REFUSED, UNKNOWN, NOT_LEFT)


def in_one_flood(directory: Path, messages: int) -> World:
    """A raid that goes on: 3,000 numbers, a third of their texts pasted, one number as loud as a thousand."""
    world = a_world(directory, messages=60)
    raid(world, 60, apart=timedelta(0))
    world.alter(
        f"""WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {messages})
        INSERT INTO senders (id, address, hmac, first_at) SELECT id + 100, 's' || id, CAST('h' || id AS BLOB), 'x'
        FROM n WHERE id <= 3000"""
    )
    key = world.store._text_key(PASTED).hex()
    world.alter(
        f"""WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {messages})
        INSERT INTO messages (id, line, kind, sender_id, received_at, newest_at, boot_id, boot_ms, newest_boot_id,
        newest_boot_ms, clock_unsynced, service_centre_utc, text, text_key, segments, segments_expected, complete,
        reason, flood, flood_counts)
        SELECT id + 100, 'main', 'text', iif(id % 9, id % 3000 + 101, 101), at, at, 'b', 1, 'b', 1, 0, at, 'insulte',
        iif(id % 3, CAST(id AS BLOB), x'{key}'), 1, 1, 1, 'pending', 1, id + 60
        FROM (SELECT id, strftime('%Y-%m-%dT%H:%M:%S.000Z', '2026-11-22 10:00:00', (id / 100) || ' seconds') AS at FROM n)
        """
    )
    world.after = timedelta(seconds=messages // 100 + 1)
    return world


def test_a_message_costs_no_more_in_a_great_flood(tmp_path: Path) -> None:
    costs = []
    for messages in (500, 20_000):
        (tmp_path / str(messages)).mkdir()
        world = in_one_flood(tmp_path / str(messages), messages)
        for n in range(3):
            world.deliver("salut", "s1")
            assert on(world) == 1

        def one_in_one_out(world: World = world) -> None:
            message = world.deliver(PASTED, "s1")
            history = world.store.history(
                world.message(message), world.now.at, normalised=PASTED
            )
            assert history.campaign_senders == 3
            reply = world.answer(message)
            seen = reserve(world, reply)
            assert seen.in_flood and seen.campaign_senders == 0
            world.mark(reply)

        costs.append(instructions(world.store._db, one_in_one_out))
    assert 1000 < costs[1] <= 1.05 * costs[0] + 200, costs


# Restarts

TEXTS = ("salut", PASTED, "aidez-moi", "STOP")
STEPS = st.lists(
    st.one_of(
        *[
            st.tuples(
                st.just("text"),
                st.integers(0, 19),
                st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3]),
            )
        ]
        * 3,
        st.tuples(st.just("call"), st.integers(0, 19), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from([1, 5, 9, 60, 130]), st.just(0)),
        st.tuples(
            st.just("release"),
            st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3]),
            st.integers(1, 5),
        ),
        st.tuples(st.just("block"), st.integers(0, 19), st.just(0)),
    ),
    min_size=40,
    max_size=90,
)


def eager_world(directory: Path) -> World:
    """One that answers after five minutes, at any hour."""
    world = a_world(directory)
    reply = replace(
        world.settings.reply, delay=5 * MINUTE, delay_spread=0 * MINUTE, hours=None
    )
    world.settings = replace(world.settings, reply=reply)
    world.restart()
    return world


def step(world: World, what: str, one: int, two: int) -> None:
    """What the daemon does of it: in one transaction each, everything that follows from rows."""
    now, store = world.now, world.store
    match what:
        case "wait":
            world.after += one * MINUTE
        case "text":
            world.deliver(TEXTS[two], number(one))
        case "call":
            store.add_call(number(one), now)
        case "block":
            store.block(number(one), now)
        case "release":
            let_go(world, OUTCOMES[one], two)
    for message in store.undecided(world.now):
        if opts_out(message.text):
            store.opt_out(message.sender, world.now)
        normalised = normalise_text(message.text)
        history = store.history(message, world.now.at, normalised=normalised)
        received = Received(
            message.kind,
            message.sender,
            message.text,
            message.received_at,
            message.service_centre_time,
        )
        decision = decide(received, history, world.settings, world.now.at, draw=0.0)
        assert isinstance(decision, Decision)
        store.decide(message.id, decision, 1, world.now, normalised=normalised)
    store.end_flood(world.now)


def let_go(world: World, outcome: Outcome, most: int) -> None:
    for due in world.store.due(world.now.at):
        world.store.take_turn(due.id, None)
    for _ in range(most):
        due = next(iter(world.store.firsts()), None)
        if due is None:
            return
        with world.store.transaction():
            verdict = release(
                due.queued, reserve(world, due.id), world.settings, world.now.at
            )
            match verdict:
                case Never(reason):
                    world.store.drop_reply(due.id, reason, world.now)
                case Later(reason, until):
                    world.store.postpone(due.id, reason, until)
                case Go():
                    (submit,) = world.store.mark(due.id, ["AA"], world.now)
        if isinstance(verdict, Go):
            world.store.outcome(
                submit, outcome, world.now, next_attempt_at=world.now.at
            )


SEEN = (
    "SELECT id, line, kind, sender_id, received_at, text, hex(text_key), reason, hold, flood, flood_counts FROM messages",
    (
        "SELECT id, message_id, purpose, state, reason, due_at, postponed_until, later_messages, flood, counted_at"
        " FROM replies"
    ),
    "SELECT id, reply_id, state, cms_error, ended_at FROM submits",
    "SELECT id, began_at, hot_at, ended_at FROM floods",
    "SELECT id, at, kind, text, data FROM events",
    "SELECT id, address, told, blocked_at, opted_out_at FROM senders",
)


def rows(world: World) -> list[list[tuple[object, ...]]]:
    return [[tuple(row) for row in world.store._db.rows(query)] for query in SEEN]


@settings(max_examples=12, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_a_restart_at_any_moment_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, int]],
    chance: Random,
) -> None:
    one, two = tmp_path_factory.mktemp("steady"), tmp_path_factory.mktemp("shaky")
    steady = eager_world(one)
    shutil.copy(one / "log.db.key", two)
    shaky = eager_world(two)
    for each in steps:
        step(steady, *each)
        step(shaky, *each)
        if chance.random() < 0.3:
            shaky.restart()
    assert rows(steady) == rows(shaky)
    for world in (steady, shaky):
        world.store.close()
