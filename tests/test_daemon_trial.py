"""A text that the operator orders: it leaves by the rules of every reply, and counts like one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from world import NUMBER, OTHER, World

from antirelou.log import Reader

OPERATOR = "+33639980099"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(
        tmp_path, operator={"numbers": (OPERATOR,)}, reply={"mode": "approved"}
    )
    world.run(5)
    return world


def send(world: World, address: str = OPERATOR) -> None:
    world.order("send_test", json.dumps({"address": address}))
    world.run(60)


def replies(world: World) -> list[dict[str, Any]]:
    with Reader.open(world.settings.log.path) as log:
        rows = log._db.rows(
            "SELECT purpose, state, reason, counted_at IS NOT NULL AS counts FROM replies"
        )
    return [dict(row) for row in rows]


def told(world: World, address: str) -> int:
    with Reader.open(world.settings.log.path) as log:
        number: int = log._db.value(
            "SELECT told FROM senders WHERE address = ?", [address]
        )
    return number


def results(world: World) -> list[str]:
    with Reader.open(world.settings.log.path) as log:
        return [order["result"] for order in log.orders()]


def test_the_operator_gets_the_text_that_strangers_get(world: World) -> None:
    send(world)
    assert world.sent == [(OPERATOR, world.settings.reply.texts[0])]
    assert replies(world) == [
        {"purpose": "test", "state": "submitted", "reason": None, "counts": 1}
    ]
    assert (told(world, OPERATOR), results(world)) == (
        *(0,),
        ["the test text is queued as reply 1"],
    )


def test_it_counts_in_the_limits_and_is_held_by_them(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        operator={"numbers": (OPERATOR,)},
        limits={"segments_per_hour": 1},
    )
    send(world)
    send(world)
    assert len(world.sent) == 1
    assert [row["reason"] for row in replies(world)] == [None, "hourly_limit"]


def test_a_stranger_gets_it_as_a_lesson_and_never_a_third(world: World) -> None:
    for _ in range(3):
        send(world, OTHER)
    assert [recipient for recipient, _ in world.sent] == [OTHER, OTHER]
    assert [(row["purpose"], row["reason"]) for row in replies(world)] == [
        *(("lesson", None), ("lesson", None)),
        ("lesson", "already_told"),
    ]
    assert told(world, OTHER) == 2


def test_nobody_who_is_blocked_gets_it(world: World) -> None:
    world.order("block", json.dumps({"address": NUMBER}))
    send(world, NUMBER)
    assert world.sent == []
    assert [row["reason"] for row in replies(world)] == ["blocked"]


def test_while_paused_it_waits_and_goes_by_itself(world: World) -> None:
    world.order("pause")
    send(world)
    assert [row["reason"] for row in replies(world)] == ["paused"]
    world.run(700)
    assert [row["reason"] for row in replies(world)] == ["expired"]
    assert world.sent == []


@pytest.mark.parametrize(
    "argument",
    ["{}", '{"address": "0899 70 00 00"}', '{"address": "17"}', '{"address": null}'],
)
def test_it_goes_to_a_mobile_number_or_nowhere(argument: str, world: World) -> None:
    world.order("send_test", argument)
    world.run(30)
    assert replies(world) == []
    assert results(world)[0].startswith("not understood")


def test_the_chain_holds_it(world: World) -> None:
    from antirelou.log import verify

    send(world)
    with Reader.open(world.settings.log.path) as log:
        assert verify(log._db) is None
