"""The operator's orders: what is written into the log, and what a running daemon answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cli_world import INSISTER, TWICE, Run, filled, write_config
from log_world import ANNE, BOB
from log_world import World as LogWorld
from run_stage import until
from world import NUMBER, OTHER
from world import World as DaemonWorld

from antirelou.cli import ordering
from antirelou.log import Reader

pytest_plugins = ["cli_fixtures"]


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    world = LogWorld(tmp_path)
    (tmp_path / "antirelou.toml").write_text(
        f'[log]\npath = "{world.settings.log.path}"\n'
    )
    return world


@pytest.fixture
def stopped(world: LogWorld) -> LogWorld:
    """A log whose daemon does not run."""
    world.store.close(world.now)
    return world


def orders(world: LogWorld) -> list[tuple[str, dict]]:
    with Reader.open(world.settings.log.path) as reader:
        return [(row["kind"], json.loads(row["argument"])) for row in reader.orders()]


GIVEN = [
    (("pause",), [("pause", {})]),
    (("resume",), [("resume", {"clock": False, "memory_gap": False})]),
    (("resume", "--clock"), [("resume", {"clock": True, "memory_gap": False})]),
    (("resume", "--memory-gap"), [("resume", {"clock": False, "memory_gap": True})]),
    (
        ("block", "06 39 98 00 01", BOB),
        [("block", {"address": ANNE}), ("block", {"address": BOB})],
    ),
    (("block", "06 39 98 00 01", ANNE), [("block", {"address": ANNE})]),
    (("unblock", "0033639980002"), [("unblock", {"address": BOB})]),
    (
        ("block", "36105", "Service"),
        [("block", {"address": "36105"}), ("block", {"address": "Service"})],
    ),
    (("drop", "--all"), [("drop", {"all": True})]),
    (("drop", "--sender", "0639980001"), [("drop", {"sender": ANNE})]),
    (("drop", "--search", "à bas"), [("drop", {"search": "à bas"})]),
    (("approve", "--all"), [("approve", {"all": True})]),
    (("line", "accept"), [("line_accept", {})]),
    (("line", "forget-pin"), [("forget_pin", {})]),
]


@pytest.mark.parametrize(
    ("arguments", "given"), GIVEN, ids=[" ".join(arguments) for arguments, _ in GIVEN]
)
def test_without_a_daemon_the_order_waits_in_the_log(
    arguments: tuple[str, ...],
    given: list[tuple[str, dict]],
    run: Run,
    tmp_path: Path,
    stopped: LogWorld,
) -> None:
    told = run(tmp_path, *arguments)
    assert (told.status, told.err) == (0, "")
    assert "will be carried out when the daemon of line main starts." in told.out
    assert orders(stopped) == given


def test_ids_are_those_of_messages_and_become_those_of_their_replies(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.deliver()
    first, second = world.queued(sender=ANNE), world.queued(sender=BOB)
    world.store.close(world.now)
    assert run(tmp_path, "drop", "3", "2", "3").status == 0
    assert orders(world) == [("drop", {"ids": [second, first]})]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("1", "No reply waits for message 1"), ("9", "There is no message 9")],
)
def test_an_id_without_a_waiting_reply_is_a_misuse(
    number: str, sentence: str, run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.deliver()
    world.store.close(world.now)
    told = run(tmp_path, "approve", number)
    assert (told.status, sentence in told.err) == (2, True)
    assert orders(world) == []


def test_a_file_of_numbers_is_read_and_its_remarks_are_not(
    run: Run, tmp_path: Path, stopped: LogWorld
) -> None:
    file = tmp_path / "raiders.txt"
    file.write_text(
        f"# the raid of Sunday\n{ANNE}   # the first\n\n06 39 98 00 02\n",
        encoding="utf-8",
    )
    assert run(tmp_path, "block", "--from-file", str(file)).status == 0
    assert orders(stopped) == [
        ("block", {"address": ANNE}),
        ("block", {"address": BOB}),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"+33639980001\nnot a number at all\n",
            'Line 2: "not a number at all" is no number',
        ),
        (b"nobody at all 1\n+33639980001\n# x\n\nnobody at all 5\n", "Line 5: "),
        (b"nobody at all\n" * 13, "And 3 more lines like these."),
        (b"\xff\xfe\n", "is not UTF-8"),
        (b"# nothing\n", "at least one"),
    ],
)
def test_a_file_with_a_mistake_orders_nothing(
    content: bytes, sentence: str, run: Run, tmp_path: Path, stopped: LogWorld
) -> None:
    file = tmp_path / "raiders.txt"
    file.write_bytes(content)
    told = run(tmp_path, "block", "--from-file", str(file))
    assert (told.status, sentence in told.err) == (2, True)
    assert orders(stopped) == []


def test_a_busy_daemon_is_not_waited_for_for_ever(
    run: Run, tmp_path: Path, world: LogWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "_PATIENCE", 0.0)
    told = run(tmp_path, "pause")
    assert told.status == 0
    assert told.out == (
        f"The order was given; the daemon (process {os.getpid()}) is busy and will carry out what is left in its next "
        "cycle.\n"
    )


def test_without_a_log_there_is_nobody_to_order(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    told = run(tmp_path, "pause")
    assert told.status == 78
    assert "There is no log at" in told.err
    assert not (tmp_path / "antirelou.db").exists()


# Within one cycle: the real daemon on a clock of its own, with two replies that are not due yet


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DaemonWorld:
    monkeypatch.setattr(ordering, "_PATIENCE", 0.0)
    delay = {
        "delay": timedelta(hours=2),
        "delay_spread": timedelta(0),
        "mode": "approved",
    }
    world = DaemonWorld(tmp_path, reply=delay)
    write_config(tmp_path)
    world.text("Salut toi", NUMBER)
    world.text("Bonsoir madame", OTHER)
    world.run(30)
    return world


def fates(world: DaemonWorld) -> list[tuple[str, str | None]]:
    return [
        (reply["state"], reply["reason"])
        for message in world.messages()
        for reply in message["replies"]
    ]


WAITS = ("queued", None)
DROPPED, BLOCKED = ("dropped", "dropped"), ("dropped", "blocked")
ACTS = [
    (("drop", "--all"), [DROPPED, DROPPED]),
    (("drop", "--sender", "06 39 98 00 02"), [WAITS, DROPPED]),
    (("drop", "--search", "SALUT"), [DROPPED, WAITS]),
    (("drop", "2"), [WAITS, DROPPED]),
    (("block", NUMBER), [BLOCKED, WAITS]),
    (("block", "--top", "2", "--since", "2026-11-22", "--yes"), [BLOCKED, BLOCKED]),
]


@pytest.mark.parametrize(
    ("arguments", "after"), ACTS, ids=[" ".join(arguments) for arguments, _ in ACTS]
)
def test_an_order_is_carried_out_in_the_next_cycle(
    arguments: tuple[str, ...],
    after: list[tuple[str, str | None]],
    run: Run,
    tmp_path: Path,
    busy: DaemonWorld,
) -> None:
    assert fates(busy) == [WAITS, WAITS]
    assert run(tmp_path, *arguments).status == 0
    busy.daemon.cycle()
    assert fates(busy) == after


APPROVALS = [
    (("--all",), {NUMBER, OTHER}),
    (("--sender", OTHER), {OTHER}),
    (("--search", "salut"), {NUMBER}),
    (("1",), {NUMBER}),
]


@pytest.mark.parametrize(
    ("which", "answered"), APPROVALS, ids=[" ".join(which) for which, _ in APPROVALS]
)
def test_only_what_was_approved_leaves(
    which: tuple[str, ...],
    answered: set[str],
    run: Run,
    tmp_path: Path,
    busy: DaemonWorld,
) -> None:
    assert run(tmp_path, "approve", *which).status == 0
    busy.run(2.5 * 3600)
    assert {destination for destination, _ in busy.sent} == answered


def test_a_pause_holds_at_once_and_resume_says_how_many_wait(
    run: Run, tmp_path: Path, busy: DaemonWorld
) -> None:
    run(tmp_path, "approve", "--all")
    run(tmp_path, "pause")
    busy.run(2.5 * 3600)
    assert busy.sent == []
    busy.text("Encore moi", "+33639980003")
    busy.run(60)
    told = run(tmp_path, "resume")
    assert "2 replies wait, the first due 2026-11-22 15:00:" in told.out
    assert told.out.endswith("; 1 message not decided yet.\n")
    busy.run(60)
    assert {destination for destination, _ in busy.sent} == {NUMBER, OTHER}


def test_more_orders_than_are_read_at_once_are_still_of_one_cycle(
    run: Run, tmp_path: Path, busy: DaemonWorld
) -> None:
    file = tmp_path / "many.txt"
    file.write_text(
        "".join(f"+3363998{n}\n" for n in range(2000, 2250)) + f"{NUMBER}\n",
        encoding="utf-8",
    )
    assert run(tmp_path, "block", "--from-file", str(file)).out.startswith(
        "251 orders were given; "
    )
    busy.daemon.cycle()
    assert fates(busy) == [BLOCKED, WAITS]


@pytest.fixture
def raided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DaemonWorld:
    """A flood is on, a text comes every two seconds, and a reply is due in each cycle."""
    monkeypatch.setattr(ordering, "_PATIENCE", 0.0)
    flood = {"messages": 10, "replies_per_hour": 1000, "recipients": 1000}
    wide = {
        "segments_per_hour": 1000,
        "segments_per_day": 1000,
        "recipients_per_day": 1000,
        "recipients_per_month": 31000,
    }
    world = DaemonWorld(tmp_path, flood=flood, limits=wide)
    write_config(tmp_path)
    for n in range(40):
        world.text(f"insulte {n}", f"+336399821{n:02}")
        world.text(f"insulte {n}", f"+336399822{n:02}", at=2.0 * n)
    for _ in range(5):
        world.daemon.step()
    assert len(world.sent) > 2
    return world


STOPPING = [
    ("pause",),
    ("drop", "--all"),
    ("drop", "--search", "insulte"),
    ("block", "--from-file", "raiders.txt"),
    ("block", "--top", "100", "--since", "2026-11-22", "--yes"),
]


@pytest.mark.parametrize("order", STOPPING, ids=[" ".join(one) for one in STOPPING])
def test_in_the_middle_of_a_raid_an_order_acts_in_the_next_cycle(
    order: tuple[str, ...],
    run: Run,
    tmp_path: Path,
    raided: DaemonWorld,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    known = {str(one["sender"]) for one in raided.messages()}
    (tmp_path / "raiders.txt").write_text("".join(f"{one}\n" for one in sorted(known)))
    assert run(tmp_path, *order).status == 0
    left, received = len(raided.sent), len(raided.messages())
    raided.daemon.step()
    raided.daemon.step()
    assert not {number for number, _ in raided.sent[left:]} & known
    raided.run(120)
    assert len(raided.messages()) == 80 > received


def test_status_tells_the_raid_without_its_words_and_resume_how_many_wait(
    run: Run, tmp_path: Path, raided: DaemonWorld
) -> None:
    run(tmp_path, "pause")
    raided.run(120)
    told = run(tmp_path, "status").out
    assert "flood" in told and "insulte" not in told
    waiting = sum(fate[0] == "queued" for fate in fates(raided))
    assert waiting
    told = run(tmp_path, "resume").out
    assert f"{waiting} replies wait" in told
    before = len(raided.sent)
    raided.daemon.step()
    assert len(raided.sent) == before + 1


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A filled log, paused, with the real daemon at work on it in a process of its own."""
    directory = tmp_path_factory.mktemp("served")
    filled(directory)
    command = [sys.executable, "-c", "from antirelou.cli import main; main()", "run"]
    environment = os.environ | {"ANTIRELOU_CONFIG": str(directory / "antirelou.toml")}
    daemon = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert daemon.stderr is not None
    assert "antirelou starts" in daemon.stderr.readline()
    yield directory
    daemon.terminate()
    daemon.communicate(timeout=20)
    assert daemon.returncode == 0


def test_a_daemon_answers_at_once(run: Run, served: Path) -> None:
    assert run(served, "resume").out.startswith("Replies go on.\n")
    # What was held is decided then, and one reply waits.
    until(lambda: '"state": "queued"' in run(served, "log", "--json").out)
    told = run(served, "block", INSISTER, TWICE)
    assert (
        told.out
        == "+33639****01: Blocked; 0 replies dropped.\n+33639****02: Blocked; 1 reply dropped.\n"
    )


def test_many_numbers_are_blocked_in_one_cycle_and_told_in_a_line(
    run: Run, served: Path
) -> None:
    file = served / "many.txt"
    file.write_text(
        "".join(f"+3363998{n}\n" for n in range(2000, 2250)), encoding="utf-8"
    )
    assert (
        run(served, "block", "--from-file", str(file)).out
        == "250 times: Blocked; 0 replies dropped.\n"
    )


def test_a_check_beside_a_daemon_leaves_the_port_alone(run: Run, served: Path) -> None:
    told = run(served, "check")
    assert "[ok] holder: The daemon (process " in told.out
    assert "has it open; its own last look at the modem is told here." in told.out
    assert "[ok] network: Registered (home) with F SIMU, -77 dBm." in told.out
    assert told.status == 0


def test_a_second_daemon_of_the_line_ends_with_75(served: Path) -> None:
    command = [sys.executable, "-c", "from antirelou.cli import main; main()", "run"]
    environment = os.environ | {"ANTIRELOU_CONFIG": str(served / "antirelou.toml")}
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 75
    assert "is held by process" in done.stderr
