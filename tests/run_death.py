"""Lives of the real `antirelou run` that end at one exact system call, and what must be true after each.

strace starts the program and sends SIGKILL at the entry of the n-th call of one kind on one file; that call is not
carried out (ptrace(2): whoever has a fatal signal at the entry of a call leaves it undone). So a death is between two
calls, and every moment between two is reached: what lies there touches memory only. Timers are not exact, and a
wrapper in Python would not see what SQLite writes. With -D the program stays our own child, its id and its exit status
its own. The end of the trace tells where it died; the simulation's record, which knows nothing of the log, is the judge.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from run_stage import Stage, Stages, until

from antirelou.log import verify
from antirelou.log.connection import Connection

TEXTERS = 4  # new ones in each life
LONGEST_LIFE = (
    2.0  # seconds from the first command; who is idle by then is killed all the same
)
FATES = {"submitted", "partial", "unknown"}

_CALLS = "read,write,pselect6,pwrite64,fdatasync,fsync,ftruncate,?unlink,?rename,openat"
_CALL = re.compile(r"(\w+)\((.*)")


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a life shall end: at the `when`-th `call` on this file; with `stop`, after it was asked to end."""

    call: str
    file: str  # "modem", "wal", "db", or "any" of the log
    when: int
    stop: bool = False

    @classmethod
    def drawn(cls, chance: random.Random) -> Aim:
        """Mostly while it talks with the modem and while it commits; the first forty exchanges open the modem."""
        call, file, most, stop = chance.choices(
            [
                ("write", "modem", 95, False),
                ("read", "modem", 110, False),
                ("pselect6", "modem", 210, False),
                ("pwrite64", "wal", 700, False),
                ("fdatasync", "wal", 25, False),
                ("pwrite64", "db", 60, True),
                ("fdatasync", "db", 1, True),
                ("unlink", "wal", 1, True),
            ],
            [30, 22, 10, 16, 12, 6, 2, 2],
        )[0]
        least = most // 2 if file == "modem" and chance.random() < 0.85 else 1
        return cls(call, file, chance.randint(least, most), stop)

    def command(self, stage: Stage, trace: Path) -> tuple[str, ...]:
        """What to put before the program."""
        files = {
            "modem": [os.path.realpath(stage.link)],
            "wal": [f"{stage.log}-wal"],
            "db": [str(stage.log)],
            "any": [
                *(f"{stage.log}{end}" for end in ("", "-wal", "-journal", "-shm")),
                *(f"{stage.log}{end}" for end in (".key", ".lock", ".main.lock")),
                str(stage.log.parent),
            ],
        }
        seen = [*files["modem"], *files[self.file]]
        if self.file == "modem":  # to tell after which commit it was
            seen += files["wal"]
        kill = f"inject={self.call}:signal=SIGKILL:when={self.when}"
        command = ["strace", "-D", "-y", "-s", "16", "-o", str(trace)]
        return (
            *command,
            *("-e", f"trace={_CALLS}", "-e", kill),
            *(word for path in seen for word in ("-P", path)),
        )


def death(trace: Path) -> str:
    """Where it died, in words, as the end of its trace tells."""
    lines = trace.read_text(encoding="ascii", errors="replace").splitlines()
    if not lines or "killed by SIGKILL" not in lines[-1]:
        return "stopped by itself"
    if len(lines) < 2 or not lines[-2].endswith("= ?"):
        return "between calls that are not looked at"
    match = _CALL.search(lines[-2])
    assert match, lines[-2]
    call, arguments = match.groups()
    if "/dev/pts/" not in arguments:
        return _death_in_log(call, arguments, lines[-3] if len(lines) > 2 else "")
    said = [line for line in lines[:-2] if line.startswith("write(")]
    return _death_in_talk(call, arguments, said[-1] if said else "")


def _death_in_log(call: str, arguments: str, before: str) -> str:
    if "-wal" in arguments:
        if call == "pwrite64":
            return (
                "in the middle of a commit"
                if "pwrite64" in before
                else "before a commit"
            )
        return {
            "fdatasync": "before a commit is durable",
            "unlink": "before the write-ahead log is taken away",
        }.get(call, f"before {call} of the write-ahead log")
    if re.search(r'antirelou\.db[">]', arguments):
        return {
            "pwrite64": "in the middle of a checkpoint",
            "fdatasync": "before a checkpoint is durable",
        }.get(call, f"before {call} of the database")
    return f"before {call} of a file beside the database"


def _death_in_talk(call: str, arguments: str, said: str) -> str:
    if call == "write":
        return f"before {_spoken(arguments)}"
    return f"before the answer to {_spoken(said)}"


def _spoken(line: str) -> str:
    for words, name in (
        ('"AT+CMGD', "a deletion"),
        ('"AT+CMGS', "AT+CMGS"),
        ('"AT+CMGL', "a listing"),
        ('"00', "the text and its Ctrl-Z"),
    ):
        if words in line:
            return name
    return "another command"


class World:
    """One dongle, one log, and the lives that pass before them."""

    def __init__(self, stage: Stage, *, voice: str, seed: int) -> None:
        self.stage = stage
        self.chance = random.Random(seed)
        self.wrote: Counter[tuple[str, str]] = Counter()
        self.texters = 0
        self.deaths: Counter[str] = Counter()
        stage.dongle(voice=voice)
        many = 1_000_000
        stage.configure(
            # in two segments
            reply={"texts": ["Si une femme dit non, inutile d'insister. " * 5]},
            limits={
                "segments_per_hour": many,
                "segments_per_day": many,
                "recipients_per_day": many,
                "recipients_per_month": many,
            },
            flood={"messages": many},
        )

    def live(self, lives: int) -> None:
        """So many lives, each with its death; what must be true is looked at after each."""
        for _ in range(lives):
            aim = Aim.drawn(self.chance)
            self.deaths[self._one(aim)] += 1
            self._check()

    def _one(self, aim: Aim) -> str:
        trace = self.stage.directory / "trace"
        daemon = self.stage.start(before=aim.command(self.stage, trace))
        self._burst()
        if aim.stop:
            daemon.says_or_ends("The modem answers")
            daemon.signal(signal.SIGTERM)
        else:
            daemon.says_or_ends("starts on line")
            self.stage.do(
                partial(self.stage.simulation.schedule, LONGEST_LIFE, daemon.kill)
            )
        status = daemon.ends()
        assert status in ((0, -signal.SIGKILL) if aim.stop else (-signal.SIGKILL,))
        daemon.close()
        return death(trace)

    def _burst(self) -> None:
        """More people text, some of them much, some twice."""
        for number in range(self.texters, self.texters + TEXTERS):
            sender = f"+3363998{number:04}"
            words = f"{number}: tu es là ? " * (20 if number % 7 == 0 else 1)
            for text in (words, f"Réponds {number} !")[: 2 if number % 5 == 0 else 1]:
                self.stage.text(text, sender)
                self.wrote[sender, text] += 1
        self.texters += TEXTERS

    def _check(self) -> None:
        """Between two lives: all that the network handed over is in the log or on the SIM, all that left is marked."""
        network, sim = self.stage.simulation.network, self.stage.simulation.sim
        facts: list[tuple[list[str], set[str], list[str]]] = []
        self.stage.do(
            lambda: facts.append(
                (
                    [one.pdu for one in network.delivered],
                    {
                        slot.pdu
                        for storage in sim.storages.values()
                        for slot in storage.slots.values()
                    },
                    [one.pdu for one in network.submitted],
                )
            )
        )
        [(delivered, on_sim, accepted)] = facts
        with _copy(self.stage.log) as log:
            kept = [row["pdu"] for row in log.rows("SELECT pdu FROM delivers")]
            marked = {
                row["pdu"]
                for row in log.rows(
                    "SELECT pdu FROM submits WHERE state IN ('submitting', 'submitted', 'unknown')"
                )
            }
            assert verify(log) is None
        assert len(kept) == len(set(kept)), "stored twice"
        assert set(delivered) <= set(kept) | on_sim, "lost"
        assert len(accepted) == len(set(accepted)), "told twice"
        assert set(accepted) <= marked, "left without a mark"

    def settle(self) -> None:
        """The last life is not ended until nothing waits any more, in the network, on the SIM or in the log."""
        self.stage.start()
        until(self._settled, within=300)

    def _settled(self) -> bool:
        simulation = self.stage.simulation
        waiting = simulation.network.queue or any(
            storage.slots for storage in simulation.sim.storages.values()
        )
        return not waiting and set(self.stage.states()) <= FATES

    def judge(self) -> Counter[str]:
        """Compare the log with what was written and with what the network accepted; return the replies' fates."""
        rows, accepted = self.stage.rows(), self.stage.simulation.network.submitted
        assert Counter((row["sender"], row["text"]) for row in rows) == self.wrote
        handed_over = len(self.stage.simulation.network.delivered)
        assert handed_over == sum(row["segments"] for row in rows)
        assert {row["deliveries"] for row in rows} == {1}
        replies = {
            row["sender"]: reply["state"] for row in rows for reply in row["replies"]
        }
        assert len(replies) == sum(len(row["replies"]) for row in rows) == self.texters
        left = Counter(
            (one.destination, one.segment and one.segment[2]) for one in accepted
        )
        assert set(left.values()) == {1}, "no segment twice"
        for sender, state in replies.items():
            segments = {sequence for to, sequence in left if to == sender}
            assert state != "submitted" or segments == {1, 2}
            assert state != "partial" or segments == {1}
        self._check()
        return Counter(replies.values())


@contextmanager
def _copy(path: Path) -> Iterator[Connection]:
    """The log as a dead process left it, read without touching it."""
    with TemporaryDirectory() as directory:
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copy(source, directory)
        connection = Connection.reading(Path(directory) / path.name)
        try:
            yield connection
        finally:
            connection.close()


def making(stage: Stage, aim: Aim) -> str:
    """Kill the daemon while it makes its log in a fresh directory; then it must be made, or be made again."""
    stage.log = stage.directory / f"{aim.call}{aim.when}" / "antirelou.db"
    stage.log.parent.mkdir()  # a path that is not there cannot be looked at
    stage.configure()
    trace = stage.directory / "trace"
    daemon = stage.start(before=aim.command(stage, trace))
    daemon.says_or_ends("The modem answers")
    daemon.kill()
    daemon.ends()
    daemon.close()
    daemon = stage.start()
    daemon.says("The modem answers")
    assert daemon.stops() == 0
    with _copy(stage.log) as log:
        assert verify(log) is None
    return death(trace)


def killed(stages: Stages, lives: dict[str, int], *, seed: int) -> Counter[str]:
    """One world for each voice, all at once, with so many lives; judge each, and return where they ended."""
    worlds = [
        World(stages(), voice=voice, seed=seed * 1000 + number)
        for number, voice in enumerate(lives)
    ]
    with ThreadPoolExecutor(len(worlds)) as pool:
        list(pool.map(World.live, worlds, lives.values()))
        list(pool.map(World.settle, worlds))
    deaths = sum((world.deaths for world in worlds), Counter[str]())
    fates = sum((world.judge() for world in worlds), Counter[str]())
    for where, count in deaths.most_common():
        print(f"{count:5}  {where}")
    rest = ", ".join(f"{count} {fate}" for fate, count in fates.most_common())
    print(f"{deaths.total():5}  lives; replies: {rest}")
    assert fates.total() - fates["submitted"] <= deaths.total(), (
        "each death costs one reply at most"
    )
    return deaths


if shutil.which("strace") is None:
    sys.exit("These tests need strace: apt-get install strace.")
