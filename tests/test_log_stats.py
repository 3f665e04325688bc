"""Statistics: what is counted, in which span, and what is left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from log_world import ANNE, BOB, START, World

from antirelou.log import Reader
from antirelou.policy.facts import Decision, NeverReason, Purpose, Reason

HOUR = timedelta(hours=1)
OPERATOR = "+33639980099"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Anne is answered and calls an hour later; Bob's text is stale, and a second one's reply dropped; then silence."""
    world = World(tmp_path)
    world.sent(ANNE)
    world.sent(OPERATOR, purpose=Purpose.TEST)
    world.store.decide(world.deliver(sender=BOB), Decision(Reason.STALE), 0, world.now)
    world.after = HOUR
    world.store.add_call(ANNE, world.now)
    world.store.add_call("", world.now)
    dropped = world.queued(BOB)
    world.store.drop_reply(dropped, NeverReason.FLOODER, world.now)
    world.deliver(None, kind="status_report")
    return world


def stats(world: World, *bounds: datetime, line: str | None = None) -> dict[str, Any]:
    with Reader.open(world.settings.log.path) as log:
        return log.stats(bounds, line=line, ours=[OPERATOR, "+33639980098"])


def test_each_span_counts_what_came_from_its_beginning_to_before_its_end(
    world: World,
) -> None:
    found = stats(world, START, START + HOUR, START + 2 * HOUR, START + 3 * HOUR)
    assert found["periods"] == [
        {
            "since": "2026-11-22T10:00:00.000Z",
            "until": "2026-11-22T11:00:00.000Z",
            "messages": 2,
            "senders": 2,
            "texts": 2,
            "calls": 0,
            "replies": 1,
        },
        {
            "since": "2026-11-22T11:00:00.000Z",
            "until": "2026-11-22T12:00:00.000Z",
            "messages": 3,
            "senders": 3,
            "texts": 1,
            "calls": 2,
            "replies": 0,
        },
        {
            "since": "2026-11-22T12:00:00.000Z",
            "until": "2026-11-22T13:00:00.000Z",
            "messages": 0,
            "senders": 0,
            "texts": 0,
            "calls": 0,
            "replies": 0,
        },
    ]


def test_a_sender_of_two_spans_is_one_in_all(world: World) -> None:
    found = stats(world, START, START + HOUR, START + 2 * HOUR)
    assert (found["messages"], found["senders"]) == (5, 3), "Anne, Bob, the withheld"
    assert (found["texts"], found["calls"], found["replies"]) == (3, 2, 1)


def test_words_of_decisions_and_fates_of_replies_are_counted(world: World) -> None:
    found = stats(world, START, START + 2 * HOUR)
    assert found["reasons"] == {"to_answer": 2, "undecided": 2, "stale": 1}
    assert found["states"] == {"submitted": 1, "dropped": 1}
    assert found["dropped"] == {"flooder": 1}
    earlier = stats(world, START, START + HOUR)
    assert earlier["states"] == {"submitted": 1}


def test_the_operators_phones_and_what_nobody_sent_do_not_count(world: World) -> None:
    with Reader.open(world.settings.log.path) as log:
        with_them = log.stats([START, START + 2 * HOUR], line=None, ours=[])
        assert with_them["messages"] == 6
        assert with_them["replies"] == 1, "a test answer is no reply to anybody"
        assert "status_report" in {row["kind"] for row in log.messages()}


def test_one_line_is_counted_by_itself(world: World, tmp_path: Path) -> None:
    other = World(tmp_path, line="second")
    other.sent(ANNE)
    whole = START, START + 2 * HOUR
    assert stats(world, *whole)["messages"] == 6
    assert stats(world, *whole, line="main")["messages"] == 5
    found = stats(world, *whole, line="second")
    assert (found["messages"], found["replies"], found["states"]) == (
        *(1, 1),
        {"submitted": 1},
    )
    assert stats(world, *whole, line="third")["messages"] == 0
