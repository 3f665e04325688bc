"""The real process, killed again and again in the middle of a burst: nothing is lost, nobody is told twice.

Where each life ends is drawn with a fixed seed: before the modem hears a command, before it can answer, some
milliseconds later (while the log is written), or while the daemon starts. The simulation's own record, which knows
nothing of the log, is the judge.
"""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial

from run_stage import Running, Stage, Stages, until

from antirelou.log import verify
from antirelou.log.connection import Connection

pytest_plugins = ["run_fixtures"]

VOICES = ("huawei", "simcom", "quectel")  # one world each, all at once
LIVES = 11  # of each world
TEXTERS = 6  # new ones in each life
LONGEST_LIFE = 1.5  # seconds; who is idle by then is killed all the same
FATES = {"submitted", "partial", "unknown"}


def burst(stage: Stage, life: int) -> Counter[tuple[str, str]]:
    """More people text, some of them much, some twice; what the log must hold of it in the end."""
    wrote: Counter[tuple[str, str]] = Counter()
    for number in range(life * TEXTERS, (life + 1) * TEXTERS):
        sender = f"+3363998{number:04}"
        words = f"{number}: tu es là ? " * (20 if number % 7 == 0 else 1)
        for text in (words, f"Réponds {number} !")[: 2 if number % 5 == 0 else 1]:
            stage.text(text, sender)
            wrote[sender, text] += 1
    return wrote


def doom(stage: Stage, daemon: Running, chance: random.Random) -> None:
    """Let the daemon be killed at a moment that is drawn."""
    simulation, kill = stage.simulation, daemon.kill
    if chance.random() < 0.15:  # while it starts
        stage.do(partial(simulation.schedule, chance.random() * 0.2, kill))
        return
    # The first forty exchanges open the modem; a sweep and its deletions are some forty more.
    left = chance.randint(1, 40) if chance.random() < 0.2 else chance.randint(40, 110)
    heard, lag = chance.random() < 0.6, chance.choice([0.0, 0.0, 0.002, 0.01])
    hear: Callable[[bytes], None] = type(simulation.modem).feed.__get__(
        simulation.modem
    )

    def feed(octets: bytes) -> None:
        nonlocal left
        left -= 1
        if left != 0:
            hear(octets)
            return
        if heard:
            hear(octets)
        if lag:
            simulation.schedule(lag, kill)
        else:
            kill()

    simulation.modem.feed = feed  # type: ignore[method-assign]
    stage.do(partial(simulation.schedule, LONGEST_LIFE, kill))


def test_thirty_three_kills_lose_nothing_and_tell_nobody_twice(stages: Stages) -> None:
    chance = random.Random(20171026)
    worlds = [stages() for _ in VOICES]
    wrote: list[Counter[tuple[str, str]]] = [Counter() for _ in VOICES]
    for stage, voice in zip(worlds, VOICES, strict=True):
        stage.dongle(voice=voice)
        stage.configure(
            reply={
                "texts": ["Si une femme dit non, inutile d'insister. " * 5]
            },  # in two segments
            limits={
                "segments_per_hour": 500,
                "segments_per_day": 500,
                "recipients_per_day": 200,
            },
            flood={"messages": 10_000},
        )
    for life in range(LIVES):
        daemons = [stage.start() for stage in worlds]
        for stage, daemon, texts in zip(worlds, daemons, wrote, strict=True):
            doom(stage, daemon, chance)
            texts += burst(stage, life)
        assert [daemon.ends() for daemon in daemons] == [-signal.SIGKILL] * len(worlds)
    for stage in worlds:
        stage.do(partial(delattr, stage.simulation.modem, "feed"))
        stage.start()
    for stage, expected in zip(worlds, wrote, strict=True):
        until(partial(settled, stage), within=30)
        judge(stage, expected)


def settled(stage: Stage) -> bool:
    """Nothing waits any more, in the network, on the SIM or in the log."""
    simulation = stage.simulation
    waiting = simulation.network.queue or any(
        storage.slots for storage in simulation.sim.storages.values()
    )
    return not waiting and set(stage.states()) <= FATES


def judge(stage: Stage, expected: Counter[tuple[str, str]]) -> None:
    rows, accepted = stage.rows(), stage.simulation.network.submitted
    assert Counter((row["sender"], row["text"]) for row in rows) == expected, (
        "everything, and once"
    )
    assert len(stage.simulation.network.delivered) == sum(
        row["segments"] for row in rows
    )
    assert {row["deliveries"] for row in rows} == {1}
    replies = {
        row["sender"]: reply["state"] for row in rows for reply in row["replies"]
    }
    numbers = TEXTERS * LIVES
    assert (
        len(replies) == numbers and sum(len(row["replies"]) for row in rows) == numbers
    ), "one reply each"
    left = Counter(
        (one.destination, one.segment and one.segment[2]) for one in accepted
    )
    assert set(left.values()) == {1}, "no segment twice"
    assert {sequence for _, sequence in left} == {1, 2}
    for sender, state in replies.items():
        segments = {sequence for destination, sequence in left if destination == sender}
        assert state != "submitted" or segments == {1, 2}, (
            "what is called submitted is with the network"
        )
        assert state != "partial" or segments == {1}
    fates = Counter(replies.values())
    assert fates["submitted"] >= numbers - LIVES, "each kill costs one reply at most"
    connection = Connection.reading(stage.log)
    assert verify(connection) is None
    connection.close()
