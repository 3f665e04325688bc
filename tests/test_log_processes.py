"""Several processes on one file: two daemons that write at once, one that is killed, one that comes too late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from log_world import World, settings_at

from antirelou.log import holder
from antirelou.log.version import MIGRATIONS

TESTS = str(Path(__file__).parent)

# A daemon of line argv[2] in directory argv[1]: takes in, decides, marks and ends replies, for ever or argv[3] times,
# one round for each line that it is given, or without a pause once there is nobody to give it any. What it prints was
# durable when it was printed.
DAEMON = f"""
import itertools, sys
from pathlib import Path
sys.path.insert(0, {TESTS!r})
from log_world import *
world = World(Path(sys.argv[1]), sys.argv[2])
print("open", flush=True)
for n in range(int(sys.argv[3])) if len(sys.argv) > 3 else itertools.count():
    sys.stdin.readline()
    sender = f"+3363998{{n:04}}"
    message = world.deliver("un " * 9, sender, canonical=f"{{n}}".encode(), segment=Segment(n % 256, 2, 1))
    print("message", n, flush=True)
    world.deliver("deux", sender, canonical=f"{{n}} b".encode(), segment=Segment(n % 256, 2, 2))
    reply = world.answer(message, segments=2)
    first, second = world.mark(reply, 2)
    print("mark", n, flush=True)
    world.store.outcome(first, SUBMITTED, world.now)
    world.store.mark_next(second, world.now)
    with world.store.transaction(durable=False):
        world.store.outcome(second, SUBMITTED, world.now)
    print("round", n, flush=True)
"""


def daemon(
    directory: Path, line: str, times: int | None = None
) -> subprocess.Popen[str]:
    """A daemon in a process of its own, open and waiting for a line to begin."""
    command = [
        sys.executable,
        "-c",
        DAEMON,
        str(directory),
        line,
        *([str(times)] if times else []),
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def one_round(process: subprocess.Popen[str]) -> None:
    """Let a daemon begin one round."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def said(process: subprocess.Popen[str]) -> dict[str, int]:
    """How far a daemon got, by its own word."""
    assert process.stdout is not None
    counts = {"message": 0, "mark": 0, "round": 0}
    for line in process.stdout:
        word, number = line.split()
        counts[word] = int(number) + 1
    return counts


def test_two_daemons_write_one_log_and_one_chain(tmp_path: Path) -> None:
    daemons = [daemon(tmp_path, line, 40) for line in ("one", "two")]
    for _ in range(40):  # both compete for the file in every round
        for process in daemons:
            one_round(process)
        for process in daemons:
            assert process.stdout is not None
            assert [process.stdout.readline().split()[0] for _ in range(3)] == [
                "message",
                "mark",
                "round",
            ]
    assert [process.wait() for process in daemons] == [0, 0]
    world = World(tmp_path, "three")
    assert world.fault() is None
    assert world.value("SELECT count(*) FROM messages WHERE complete") == 80
    assert world.value("SELECT count(*) FROM replies WHERE state = 'submitted'") == 80
    assert world.value("SELECT max(told) FROM senders") == 2, (
        "each number was told by both lines, and never more"
    )
    runs = world.value(
        "SELECT count(*) FROM chain a JOIN chain b ON b.seq = a.seq + 1 AND b.line <> a.line"
    )
    assert isinstance(runs, int) and runs >= 40, (
        "the two did not write in turns: the test shows nothing"
    )


def test_two_daemons_that_make_the_log_at_once_make_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DAEMON, str(tmp_path)]
    starting = [
        subprocess.Popen(
            [*command, f"line{n}", "1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(2)
    ]
    for process in starting:
        process.communicate("\n")
    assert [process.returncode for process in starting] == [0, 0]
    world = World(tmp_path)
    assert world.value("SELECT count(*) FROM lines") == 3
    migrations = world.value("SELECT count(*) FROM _sqlite_migrations")
    assert migrations == len(MIGRATIONS)
    assert world.fault() is None


def test_a_killed_daemon_leaves_a_true_log_and_lets_go_of_its_line(
    tmp_path: Path,
) -> None:
    for _ in range(4):
        process = daemon(tmp_path, "main")
        assert holder(settings_at(tmp_path).log.path, "main") == process.pid
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        for _ in range(10):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        counts = said(process)
        process.wait()
        assert holder(settings_at(tmp_path).log.path, "main") is None
        world = World(tmp_path)
        assert world.fault() is None
        assert (
            world.value(
                "SELECT count(*) FROM submits WHERE state IN ('reserved', 'submitting')"
            )
            == 0
        )
        messages, replies = (
            world.value(f"SELECT count(*) FROM {table}")
            for table in ("messages", "replies")
        )
        assert isinstance(messages, int) and messages >= counts["message"], (
            "what was said to be durable is there"
        )
        assert isinstance(replies, int) and replies >= counts["mark"]
        assert (
            world.value("SELECT count(*) FROM replies WHERE state = 'submitting'") == 0
        )
        world.store.close()
        for path in tmp_path.iterdir():
            path.unlink()


def test_a_second_daemon_of_the_line_is_told_who_holds_it(tmp_path: Path) -> None:
    process = daemon(tmp_path, "main")
    late = subprocess.run(
        [sys.executable, "-c", DAEMON, str(tmp_path), "main"],
        capture_output=True,
        text=True,
        check=False,
        input="\n",
    )
    assert f"LineHeld: Line 'main' is held by process {process.pid}" in late.stderr
    process.kill()
    process.communicate()


def test_a_lock_file_that_was_left_behind_means_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.db.main.lock"
    path.write_text(f"{os.getppid()}\n")
    assert holder(tmp_path / "log.db", "main") is None
    World(tmp_path)
    assert holder(tmp_path / "log.db", "main") == os.getpid()
    assert holder(tmp_path / "log.db", "other") is None
