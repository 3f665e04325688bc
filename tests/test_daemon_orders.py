"""Rows of `control` that no command wrote: each is answered with a sentence, and nothing else comes of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from world import OTHER, World

from antirelou.cli import check_publish
from antirelou.log.orders import KINDS

WRONG: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 5,
    "huge_number": 10**30,
    "fraction": 0.5,
    "list": ["x"],
    "list_of_texts": ["1"],
    "nested": {"a": [{"b": None}]},
    "text": "x\u202e\0\ud800",
    "empty": "",
    "huge": "9" * 1_000_000,
}
KEYS = ("address", "ids", "sender", "search", "all", "clock", "memory_gap")
ARGUMENTS: dict[str, str | None] = {
    "missing": None,
    "nothing": "",
    "not_json": "{",
    "deep": "[" * 100_000,
    "deep_value": '{"address": ' + "[" * 100_000,
    "many_digits": '{"ids": [' + "9" * 5000 + "]}",
    "not_a_number": '{"ids": [NaN]}',
    **{f"only_{name}": json.dumps(value) for name, value in WRONG.items()},
    **{
        f"each_{name}": json.dumps(dict.fromkeys(KEYS, value))
        for name, value in WRONG.items()
    },
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, reply={"mode": "approved"})
    world.run(5)
    world.text("Salut")
    world.run(5)
    yield world
    world.die()


def give(world: World, kind: str, argument: str | None) -> None:
    """As a program writes it that knows the table and nothing else."""
    with sqlite3.connect(world.settings.log.path) as log:
        log.execute(
            "INSERT INTO control (at, line, kind, argument) VALUES ('now', 'main', ?, ?)",
            [kind, argument],
        )


def answers(world: World) -> list[str]:
    with sqlite3.connect(world.settings.log.path) as log:
        return [row[0] for row in log.execute("SELECT result FROM control")]


@pytest.mark.parametrize("kind", [*KINDS, "explode", ""])
def test_every_order_is_answered_whatever_its_argument_is(
    world: World, kind: str
) -> None:
    for argument in ARGUMENTS.values():
        give(world, kind, argument)
    world.run(5)
    said = dict(zip(ARGUMENTS, answers(world), strict=True))
    for name, answer in said.items():
        assert answer and "\n" not in answer and len(answer) < 120, name
        assert "Error" not in answer and "99999" not in answer, name
    world.text("Allô", OTHER)
    world.run(5)
    assert len(world.messages()) == 2


@pytest.mark.parametrize("kind", ["drop", "approve"])
def test_only_true_means_all(world: World, kind: str) -> None:
    for value in ("false", "no", 1, [0], {"a": 1}, "x"):
        give(world, kind, json.dumps({"all": value}))
    world.run(5)
    assert set(answers(world)) == {"not understood: all is neither true nor false"}
    give(world, kind, '{"all": true}')
    world.run(5)
    assert answers(world)[-1].startswith("1 reply")


def test_digits_in_a_text_are_no_ids(world: World) -> None:
    give(world, "drop", '{"ids": "1"}')
    give(world, "drop", '{"ids": [true]}')
    world.run(5)
    assert answers(world) == [
        "not understood: ids is no list",
        "not understood: no message has such an id",
    ]


def test_a_pause_holds_and_a_resume_goes_on_however_they_are_written(
    world: World,
) -> None:
    give(world, "pause", "[]")
    world.run(5)
    assert world.store.paused()
    give(world, "resume", '{"clock": "yes"}')
    world.run(5)
    assert not world.store.paused()
    assert answers(world) == [
        "replies are paused; receiving goes on",
        "replies go on; what else was ordered is not understood: clock is neither true nor false",
    ]


@pytest.mark.parametrize(
    "argument",
    [*ARGUMENTS.values(), '{"voicemail": "yes"}', '{"voicemail": {"answer": 1}}'],
    ids=lambda argument: str(argument)[:20],
)
def test_answers_about_publishing_that_no_command_wrote_are_none(
    world: World, argument: str | None
) -> None:
    give(world, "published", argument)
    assert check_publish.remembered(world.settings) == {}
