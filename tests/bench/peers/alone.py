"""What only antirelou is asked: a realistic modem on a small machine, and ten SIMs that share one log.

The airtime of a realistic modem is the time in which it submits or deletes: while it does, it can do nothing else.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.peers.meter import Program
from bench.peers.modem import REALISTIC, SUBMITS_IN_3_S, Modem, plugged_in
from bench.peers.programs import OURS
from bench.peers.small import NoGroups, small

LINES = 10


@dataclass(frozen=True, slots=True)
class Worked:
    """The share of the airtime that a modem was at work, and the longest that a message lay in its slot, in seconds."""

    air: float
    waited: float


def realistic(messages: int, processes: list[Path]) -> Worked:
    """Both ways at once: 3 s a delivery, 4 s a submit, 0.2 s a deletion; antirelou in the given control groups."""
    with tempfile.TemporaryDirectory(prefix="antirelou-bench-") as name:
        folder = Path(name)
        command = OURS.prepare(folder)
        with plugged_in(folder / "modem", REALISTIC) as modem:
            program = Program(command, folder, counted=False)
            modem.has_ended = program.has_ended
            for file in processes:
                file.write_text(str(program.pid))
            try:
                modem.send(messages + 2)
                modem.until_answered(2)
                modem.until_answered(messages + 2)
            finally:
                program.stop()
    began, ended = modem.accepted[1], modem.accepted[-1]
    deletions = sum(began < at <= ended for at in modem.deleted)
    busy = messages * REALISTIC.submit + deletions * REALISTIC.deletion
    # Every slot is emptied in the order in which it was filled, or nearly so.
    waits = [
        late - early for early, late in zip(sorted(modem.landed), sorted(modem.deleted))
    ]
    return Worked(busy / (ended - began), max(waits))


def ten_lines(messages: int) -> list[float]:
    """The share of the airtime of each of ten modems that need 3 s a submit, with one log file for all."""
    with ExitStack() as stack:
        shared = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="antirelou-bench-"))
        )
        modems: list[Modem] = []
        for number in range(LINES):
            folder = shared / f"line{number}"
            folder.mkdir()
            command = OURS.prepare(folder)
            _share(folder, shared, number)
            first = number * 1000
            modem = stack.enter_context(
                plugged_in(folder / "modem", SUBMITS_IN_3_S, first=first)
            )
            modems.append(modem)
            program = Program(command, folder, counted=False)
            modem.has_ended = program.has_ended
            stack.callback(program.stop)
        for modem in modems:
            modem.send(messages + 1)
        for modem in modems:
            modem.until_answered(messages + 1)
        time.sleep(0.1)
    return [
        messages * SUBMITS_IN_3_S.submit / (one.accepted[messages] - one.accepted[0])
        for one in modems
    ]


def _share(folder: Path, shared: Path, number: int) -> None:
    """Let a line of its own write into the log of all."""
    configuration = folder / "antirelou.toml"
    text = configuration.read_text()
    text = text.replace('line = "bench"', f'line = "line{number}"')
    text = text.replace(f"{folder}/antirelou.db", f"{shared}/antirelou.db")
    configuration.write_text(text)


def told(messages: int) -> list[str]:
    """Both, in sentences."""
    sentences = []
    try:
        with small() as (kind, processes):
            found = realistic(messages, processes)
        where = f"On a fifth of a core and 256 MB ({kind})"
    except NoGroups as error:
        found = realistic(messages, [])
        where = f"{error} Without a limit"
    sentences.append(
        f"{where}, 3 s a delivery, 4 s a submit, 0.2 s a deletion: {found.air:.1%} of the modem's time used; a message"
        f" lies in its slot for {found.waited:.1f} s at most."
    )
    shares = ten_lines(messages)
    sentences.append(
        f"{LINES} lines on one log, 3 s a submit: {min(shares):.1%} to {max(shares):.1%} of the airtime used."
    )
    return sentences
