"""The head of the chain once a day: in the journal, and, if configured, as an alert and as a text to the operator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from world import NUMBER, World

from antirelou.log import Anchor, Reader
from antirelou.settings import Hours

DAY = 86_400.0
OPERATOR = "+33639980099"
Make = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def world(**sections: Any) -> World:
        made = World(tmp_path, **sections)
        made.text("Salut", NUMBER)
        made.run(600)
        return made

    return world


def days(world: World, number: int, *, restarts: bool = False) -> None:
    for _ in range(number):
        for _ in range(4):
            world.clock.wait(DAY / 4)
            if restarts:
                world.die()
                world.start()
            world.run(60)


def heads(texts: list[str]) -> list[Anchor]:
    found = [re.search(r"(\d+):([0-9a-f]{64})", text) for text in texts]
    return [Anchor(int(one[1]), bytes.fromhex(one[2])) for one in found if one]


def fits(world: World, anchor: Anchor) -> bool:
    with Reader.open(world.settings.log.path) as log:
        return log.verified(anchor).fault is None


def texted(world: World) -> list[str]:
    return [text for to, text in world.sent if to == OPERATOR]


@pytest.mark.parametrize("restarts", [False, True])
def test_the_head_is_texted_to_the_operator_once_a_day(
    make: Make, restarts: bool
) -> None:
    every = {"numbers": (OPERATOR,), "anchor_text": timedelta(days=1)}
    world = make(operator=every, limits={"recipients_per_day": 1})
    days(world, 3, restarts=restarts)
    anchors = heads(texted(world))
    assert len(texted(world)) == len(set(anchors)) == 4
    assert all(fits(world, anchor) for anchor in anchors)
    with Reader.open(world.settings.log.path) as log:
        (line,) = log.status(world.clock.now())
    assert line["segments_day"] == 1


def test_it_waits_for_the_hours_and_for_a_pause(make: Make) -> None:
    every = {"numbers": (OPERATOR,), "anchor_text": timedelta(days=1)}
    world = make(operator=every, reply={"hours": Hours(time(15), time(21))})
    assert texted(world) == []
    world.order("pause")
    world.run(3 * 3600)
    assert texted(world) == []
    world.order("resume")
    world.run(60)
    assert len(texted(world)) == 1


@pytest.mark.parametrize("restarts", [False, True])
def test_the_head_is_an_alert_once_a_day(
    make: Make, tmp_path: Path, restarts: bool
) -> None:
    directory = tmp_path / "alerts"
    world = make(alerts={"directory": str(directory), "anchor": True})
    days(world, 3, restarts=restarts)
    alerts = [json.loads(file.read_text()) for file in directory.glob("*.json")]
    anchors = heads([one["text"] for one in alerts if one["kind"] == "anchor"])
    assert len(anchors) == 4 and all(fits(world, anchor) for anchor in anchors)


def test_nothing_of_it_leaves_the_machine_unless_configured(
    make: Make, tmp_path: Path
) -> None:
    world = make(
        operator={"numbers": (OPERATOR,)},
        alerts={"directory": str(tmp_path / "alerts")},
    )
    days(world, 2)
    assert texted(world) == [] and "anchor" not in world.events()
