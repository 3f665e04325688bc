"""A log of which something is to be erased."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from erasing_world import decided
from log_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def many(world: World) -> tuple[World, list[tuple[str, str]]]:
    """Enough for pages to split and trees to grow: numbers and texts in no order, each text a word of its own."""
    draw = random.Random(7)
    people = []
    for number in draw.sample(range(10_000), 240):
        sender, word = f"+3363998{number:04d}", f"zq{number:04d}mot"
        decided(world, " ".join([word] * draw.randrange(1, 9)), sender)
        people.append((sender, word))
        world.after += timedelta(seconds=40)
    return world, people
