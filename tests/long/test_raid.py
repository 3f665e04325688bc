"""A small evening of the kind of 30 October 2017, from the wire to the log; tests/bench/raid.py plays the whole one.

The same people, radio and daemon as there, with fewer of them and shorter waits, so that it fits into `make test`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bench import bad_input, choices, figures, raid
from bench.crowd import HOUR, Crowd, Plan
from bench.replay import Replay

from antirelou.log import verify
from antirelou.log.connection import Connection

EVENING = Plan(
    lead=HOUR,
    raiders=35,
    messages=130,
    most=30,
    seconds=600.0,
    calls=6,
    before=6,
    during=4,
    after=8,
    days_after=0.05,
)
WAITS = {
    "delay": timedelta(minutes=20),
    "delay_spread": timedelta(minutes=10),
    "expire_after": timedelta(hours=1),
    "hours": None,
}
LIMITS = {"segments_per_hour": 5, "recipients_per_day": 12}
FLOOD = {"recipients": 3, "quiet": timedelta(minutes=10)}
BAD = bad_input.Plan(
    long_texts=1, never_complete=30, long_numbers=10, reports=20, cries=30
)


def replayed(directory: Path, people: Any, **how: Any) -> Replay:
    replay = Replay(directory, people, reply=WAITS, limits=LIMITS, flood=FLOOD, **how)
    replay.run()
    replay.close()
    return replay


def told(replay: Replay) -> set[str]:
    database = figures.open_log(replay.settings.log.path)
    try:
        return {one.address for one in figures.told(database)}
    finally:
        database.close()


@pytest.fixture(scope="module")
def evening() -> Crowd:
    return Crowd(EVENING, seed=1)


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory, evening: Crowd) -> Replay:
    return replayed(tmp_path_factory.mktemp("evening"), evening, seed=1)


@pytest.fixture
def database(replay: Replay) -> Iterator[Any]:
    opened = figures.open_log(replay.settings.log.path)
    yield opened
    opened.close()


def test_everything_that_the_radio_delivered_is_in_the_log_once(
    replay: Replay, database: Any
) -> None:
    assert replay.delivered == replay.offered >= EVENING.messages
    assert figures.lost(replay, database) == 0
    assert (
        database.execute("SELECT sum(deliveries) FROM delivers").fetchone()[0]
        == replay.delivered
    )
    assert replay.simulation.network.calls
    assert figures.calls_missed(replay, database) == 0
    assert (
        database.execute(
            "SELECT count(*) FROM messages WHERE reason IS NULL"
        ).fetchone()[0]
        == 0
    )


def test_a_raid_is_a_flood_that_costs_at_most_its_recipients(
    replay: Replay, database: Any
) -> None:
    floods = choices.floods(database)
    assert floods
    for flood in floods:
        assert (
            len({one.address for one in figures.charged(database, flood.id)})
            <= FLOOD["recipients"]
        )


def test_no_limit_is_passed_and_nobody_is_told_twice(
    replay: Replay, database: Any
) -> None:
    assert figures.limits_passed(database, replay.settings) == []
    assert figures.told_twice(replay, database) == 0
    assert figures.told(database)


def test_those_who_wrote_before_the_raid_get_their_lesson(
    evening: Crowd, database: Any
) -> None:
    early = {one.address for one in figures.told(database)} & set(
        evening.sincere["before"]
    )
    assert len(early) >= LIMITS["segments_per_hour"]


def test_the_log_of_the_raid_verifies(replay: Replay) -> None:
    log = Connection.reading(replay.settings.log.path)
    try:
        assert verify(log) is None
    finally:
        log.close()


def test_restarts_at_random_points_change_nobodys_fate(
    replay: Replay, evening: Crowd, tmp_path: Path
) -> None:
    draw = random.Random(1)
    whole = (0.0, EVENING.lead + 2 * HOUR)
    busy = (EVENING.lead, EVENING.lead + 0.5 * HOUR)
    kills = [draw.uniform(*span) for span in (whole, busy) for _ in range(8)]
    # A call that rings while the process dies is logged anew or not at all, as it happens.
    quiet = [
        at
        for at in kills
        if not any(-5 < at - call < 60 for call, _ in evening.calls())
    ]
    again = replayed(tmp_path, Crowd(EVENING, seed=1), seed=1, kills=quiet)
    assert len(quiet) > 8
    assert told(again) == told(replay)


def test_bad_input_costs_neither_messages_nor_limits(tmp_path: Path) -> None:
    people = bad_input.Crowd(1, BAD)
    replay = replayed(tmp_path, people)
    rows, checks = raid.table(replay, people)
    assert checks == dict.fromkeys(checks, True), rows
