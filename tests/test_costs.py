"""What a message costs, counted in what does not depend on the machine: fsync, octets written, AT commands, modules.

`make bench` measures the same in seconds, beside other programs. A text is received and answered alone, or many are
received at once; the log is a real one, and what is written is read off its write-ahead log.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from world import World

MANY = 10**7
WIDE = {
    "limits": {
        "segments_per_hour": MANY,
        "segments_per_day": MANY,
        "recipients_per_day": MANY,
        "recipients_per_month": 10 * MANY,
    },
    "flood": {"messages": MANY},
}
TEXT = "Salut, c'est moi, tu fais quoi ce soir ? Réponds-moi."


class Watched:
    """A world at work, with what reaches the disk and the modem, in order."""

    def __init__(self, directory: Path, **sections: object) -> None:
        self.world = World(directory, **(WIDE | sections))
        self.world.daemon.step()
        self.seen: list[str] = []
        self._sent = 0
        self._durable = True
        self.world.store._db.raw.set_trace_callback(self._statement)
        self._feed = self.world.simulation.modem.feed
        self.world.simulation.modem.feed = self._command  # type: ignore[method-assign]

    def send(self, count: int) -> None:
        """So many people text, one message each."""
        for _ in range(count):
            self._sent += 1
            self.world.text(TEXT, f"+{33639980000 + self._sent}")

    def until(self, true: Callable[[], bool]) -> None:
        for _ in range(1000):
            if true():
                return
            self.world.daemon.step()
        raise AssertionError("it does not come to an end")

    def answer_one(self) -> list[str]:
        """One more text is received and answered; what was seen of that, until the daemon waits again."""
        self.seen.clear()
        self.send(1)
        self.until(lambda: len(self.world.sent) == self._sent)
        while self.world.daemon.cycle():
            pass
        return list(self.seen)

    def written(self) -> int:
        """Octets in the write-ahead log."""
        path = self.world.settings.log.path
        return path.with_name(f"{path.name}-wal").stat().st_size

    def _statement(self, statement: str) -> None:
        if statement.startswith("PRAGMA synchronous"):
            self._durable = statement.endswith("FULL")
        elif statement.startswith("COMMIT"):
            self.seen.append("fsync" if self._durable else "commit")

    def _command(self, octets: bytes) -> None:
        self.seen.append(octets.decode("ascii")[:7])
        self._feed(octets)


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    for _ in range(5):  # so that the log is no longer empty, and nothing is asked first
        watched.answer_one()
    yield watched


def test_each_fsync_is_one_that_deleting_or_submitting_waits_for(
    answering: Watched,
) -> None:
    marks = ("fsync", "commit", "AT+CMGD", "AT+CMGS")
    seen = [one for one in answering.answer_one() if one in marks]
    # P1: durable before the slot is emptied. P3, P4: marked and counted before anything leaves. The outcome needs none.
    assert seen == ["fsync", "AT+CMGD", "fsync", "AT+CMGS", "commit"]


def test_a_text_that_is_answered_writes_36_kb_at_most(answering: Watched) -> None:
    before, count = answering.written(), 40
    for _ in range(count):
        answering.answer_one()
    assert 10_000 < (answering.written() - before) / count <= 36_000


def test_a_text_that_is_answered_takes_16_commands_at_most(answering: Watched) -> None:
    commands = [one for one in answering.answer_one() if one.startswith("AT")]
    assert 5 < len(commands) <= 16


def test_many_texts_at_once_share_their_fsync_and_their_pages(tmp_path: Path) -> None:
    watched = Watched(tmp_path, reply={"mode": "never", "delay": timedelta(0)})
    watched.send(5)
    watched.until(lambda: len(watched.world.messages()) == 5)
    before, count = watched.written(), 90
    watched.seen.clear()
    watched.send(count)
    watched.until(lambda: len(watched.world.messages()) == 5 + count)
    watched.until(lambda: not watched.world.simulation.sim.storages["SM"].slots)
    assert 0 < watched.seen.count("fsync") / count <= 0.1
    assert 1000 < (watched.written() - before) / count <= 6000


def test_a_log_that_an_earlier_version_made_writes_less_too(tmp_path: Path) -> None:
    world = World(tmp_path)
    database, wanted = world.store._db, "SELECT sql FROM sqlite_master WHERE name = ?"
    lean = database.value(wanted, ["replies_state"])
    database.run("DROP INDEX replies_state")
    database.run("CREATE INDEX replies_state ON replies (state, message_id)")
    database.run("DELETE FROM _sqlite_migrations WHERE name = '0003_lean'")
    world.die()
    world.start()
    assert "ended_at" in lean
    assert world.store._db.value(wanted, ["replies_state"]) == lean


def loaded(code: str) -> set[str]:
    """The modules that are there after some code, in a process of its own."""
    shown = f"{code}\nimport sys\nprint('modules', *sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", shown], capture_output=True, text=True, check=True
    )
    return set(said.stdout.rpartition("modules ")[2].split())


def test_help_loads_neither_sqlite_utils_nor_phonenumbers() -> None:
    modules = loaded(
        "import sys\nfrom antirelou.cli import main\nsys.argv[1:] = ['--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    assert "antirelou.cli" in modules
    assert not {"sqlite_utils", "phonenumbers", "gsmmodem", "serial"} & modules


def test_run_loads_nothing_of_the_other_commands_the_web_or_the_simulator() -> None:
    modules = loaded("import antirelou.cli, antirelou.cli.errors, antirelou.cli.run")
    assert {name for name in modules if name.startswith("antirelou.cli.")} == {
        f"antirelou.cli.{name}" for name in ("errors", "options", "run")
    }
    foreign = {"datasette", "uvicorn", "cryptography", "sqlite_utils", "antirelou.web"}
    assert not foreign & modules
    assert not any(name.startswith("antirelou.simulator") for name in modules)
