"""A code that proves whose a number is: one text to a stranger, that every rule and limit binds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from world import NUMBER, OTHER, World

from antirelou.log import Reader
from antirelou.settings import Hours

Make = Callable[..., World]
DAY = Hours(time(9), time(21))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return partial(World, tmp_path)


def prove(world: World, address: str = NUMBER) -> str:
    world.order("prove", json.dumps({"address": address}))
    world.run(60)
    with Reader.open(world.settings.log.path) as log:
        return str(log.orders()[-1]["result"])


def codes(world: World) -> list[tuple[str, str]]:
    """To whom a code left, and which."""
    found = [(to, re.search(r"Code (\d{6}) ", text)) for to, text in world.sent]
    return [(to, match[1]) for to, match in found if match]


def test_a_code_leaves_once_for_each_order_and_never_as_a_third_text(
    make: Make,
) -> None:
    world = make()
    for _ in range(3):
        told = prove(world)
    assert [to for to, _ in codes(world)] == [NUMBER, NUMBER]
    assert len({code for _, code in codes(world)}) == 2
    assert "no code is sent (already_told)" in told
    world.text("Salut", NUMBER)
    world.run(600)
    assert (len(world.sent), world.reasons()) == (2, ["already_told"])
    with Reader.open(world.settings.log.path) as log:
        assert log.verified().fault is None


def test_whoever_was_told_once_gets_a_code_and_nothing_after_it(make: Make) -> None:
    world = make()
    world.text("Salut", NUMBER)
    world.run(600)
    assert "is queued" in prove(world)
    assert len(world.sent) == 2 and codes(world)
    assert "already_told" in prove(world)


def test_a_code_counts_in_the_limits_of_segments_and_of_recipients(make: Make) -> None:
    world = make(limits={"recipients_per_day": 1})
    prove(world)
    prove(world, OTHER)
    assert [to for to, _ in codes(world)] == [NUMBER]
    world.run(2 * 3600)
    with Reader.open(world.settings.log.path) as log:
        waiting = log.proof(OTHER)
    assert waiting is not None and waiting["reason"] == "recipients_limit"
    (line,) = status(world)
    assert (line["segments_day"], line["recipients_day"]) == (1, 1)


def status(world: World) -> list[dict[str, Any]]:
    with Reader.open(world.settings.log.path) as log:
        return log.status(world.clock.now())


@pytest.mark.parametrize("order", ["block", "stop"])
def test_whoever_does_not_want_to_be_written_to_gets_no_code(
    make: Make, order: str
) -> None:
    world = make()
    if order == "block":
        world.order("block", json.dumps({"address": NUMBER}))
    else:
        world.text("STOP", NUMBER)
    world.run(60)
    assert "no code is sent" in prove(world)
    assert world.sent == []


@pytest.mark.parametrize(("hours", "leaves"), [(20, [NUMBER]), (2, [])])
def test_a_code_waits_for_the_hours_and_expires(
    make: Make, hours: int, leaves: list[str]
) -> None:
    world = make(reply={"hours": DAY, "expire_after": timedelta(hours=hours)})
    world.clock.wait(10 * 3600)  # late in the evening
    prove(world)
    assert codes(world) == []
    world.run(14 * 3600)
    assert [to for to, _ in codes(world)] == leaves


def test_only_a_mobile_number_gets_a_code(make: Make) -> None:
    world = make()
    for address in ("+33144556677", "36180", "Machin"):
        assert "not understood: a code goes to a mobile" in prove(world, address)
    assert world.sent == []


def test_the_code_is_neither_in_the_journal_nor_in_the_order(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    world = make()
    told = prove(world)
    ((_, code),) = codes(world)
    assert code not in caplog.text + told and NUMBER not in caplog.text
