"""`antirelou check`: each thing that can be wrong is one `[!!]` with its remedy, and the right exit status."""

from __future__ import annotations

import grp
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cli_world import Run, Told, filled, harmless, write_config
from log_world import World as LogWorld

pytest_plugins = ["cli_fixtures"]

NOBODY = 65534


def faults(told: Told) -> list[str]:
    return [
        line.removeprefix("[!!] ") for line in told.lines if line.startswith("[!!]")
    ]


def item(told: Told, name: str) -> str:
    return next(
        line for line in told.lines if line.split(" ", 1)[1].startswith(f"{name}:")
    )


def test_paused_replies_are_a_fault_that_an_order_mends(run: Run, at: Path) -> None:
    told = run(at, "check")
    assert faults(told) == [
        "orders: Replies are paused: antirelou resume lets them leave again."
    ]
    assert told.status == 69


def test_every_item_is_told_in_its_order(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    told = run(tmp_path, "check")
    items = list(
        dict.fromkeys(
            line.split(" ", 1)[1].split(":")[0]
            for line in told.lines
            if line.startswith("[")
        )
    )
    assert items == [
        *(
            "configuration",
            "log",
            "port",
            "permissions",
            "holder",
            "modem",
            "SIM",
            "PIN",
            "network",
            "service centre",
        ),
        *("storages", "daemon", "clock", "disk", "texts", "published"),
    ]
    assert (told.status, told.lines[-1]) == (0, "A text could be answered now.")
    assert not (tmp_path / "antirelou.db").exists()
    assert harmless(told.out)


def test_json_is_one_object_an_item(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, port="/nowhere")
    told = run(tmp_path, "check", "--json")
    assert {tuple(json.loads(line)) for line in told.lines} == {
        ("item", "state", "sentence")
    }


def test_a_broken_configuration_is_told_problem_by_problem_and_the_rest_still_checked(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "antirelou.toml").write_text(
        "[limits]\nsegments_per_hour = 0\n[modme]\nport = 1\n"
    )
    told = run(tmp_path, "check")
    assert told.status == 78
    assert (
        len([fault for fault in faults(told) if fault.startswith("configuration:")])
        == 2
    )
    assert (
        "[--] configuration: What follows is checked with the default values."
        in told.lines
    )
    assert "[!!] port: There is no modem at /dev/antirelou-modem" in told.out


CONFIGURATIONS: list[tuple[str, Callable[[Path], str], str, int]] = [
    ("port missing", lambda at: str(at / "ttyX"), "port: There is no modem at", 69),
    (
        "port is a file",
        lambda at: _file(at / "ttyF"),
        "is not a serial port: set modem.port",
        69,
    ),
    (
        "port is a directory",
        lambda at: str(at),
        "is not a serial port: set modem.port",
        69,
    ),
    (
        "a device, but no terminal",
        lambda at: "/dev/null",
        "is not a serial port: set modem.port",
        69,
    ),
]


def _file(path: Path) -> str:
    path.write_text("")
    return str(path)


@pytest.mark.parametrize(
    ("name", "port", "words", "status"),
    CONFIGURATIONS,
    ids=[name for name, *_ in CONFIGURATIONS],
)
def test_a_port_that_is_none(
    name: str,
    port: Callable[[Path], str],
    words: str,
    status: int,
    run: Run,
    tmp_path: Path,
) -> None:
    write_config(tmp_path, port=port(tmp_path))
    told = run(tmp_path, "check")
    assert told.status == status
    assert len(faults(told)) == 1 and words in faults(told)[0]
    assert item(told, "network").startswith("[--] network: Not checked")


@contextmanager
def as_nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_port_of_another_user_names_the_group_to_join(
    run: Run, tmp_path: Path
) -> None:
    master, slave = os.openpty()
    path = os.ttyname(slave)
    os.chmod(path, 0o660)
    os.chown(path, 0, grp.getgrnam("dialout").gr_gid)
    write_config(tmp_path, port=path)
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)
    with as_nobody():
        told = run(tmp_path, "check")
    os.close(master)
    os.close(slave)
    assert told.status == 78, "the directory of the log is not its own either"
    assert (
        f"permissions: This user may not open {path}: add it to the group dialout, which owns the port."
        in faults(told)
    )
    assert f"log: This user may not write in {tmp_path}" in told.out


def test_a_port_that_somebody_locked_names_who_has_it(run: Run, tmp_path: Path) -> None:
    master, slave = os.openpty()
    path = os.ttyname(slave)
    locking = (
        "import fcntl, sys; file = open(sys.argv[1], 'rb+', buffering=0)\n"
        "fcntl.flock(file, fcntl.LOCK_EX); print('locked', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", locking, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None and other.stdout.readline() == "locked\n"
    write_config(tmp_path, port=path)
    told = run(tmp_path, "check")
    other.communicate()
    os.close(master)
    os.close(slave)
    assert told.status == 69
    assert f"(process {other.pid})" in faults(told)[0] and faults(told)[0].startswith(
        "holder: The port"
    )


@contextmanager
def dongle(directory: Path, *options: str) -> Iterator[None]:
    """The simulated dongle on a pseudo-terminal, by a link in `directory`."""
    link = directory / "tty"
    command = [
        sys.executable,
        "-c",
        "from antirelou.cli import main; main()",
        "simulate",
        "--link",
        str(link),
    ]
    served = subprocess.Popen(
        [*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert served.stdin is not None and served.stdout is not None
    print("slots", file=served.stdin, flush=True)
    assert served.stdout.readline(), "it answers, so the link is there"
    try:
        yield
    finally:
        served.terminate()
        served.communicate(timeout=10)


FAULTS = [
    (("--fault", "puk"), "PIN: The SIM asks for its PUK, nothing was typed"),
    (
        ("--pin", "1234"),
        "PIN: The SIM asks for its PIN; a check types none, the daemon will type",
    ),
    (("--fault", "registration=3"), "network: The network refuses this SIM"),
    (("--fault", "csca_wiped"), "service centre: The SIM has no service centre"),
]


@pytest.mark.parametrize(
    ("options", "fault"), FAULTS, ids=[" ".join(options) for options, _ in FAULTS]
)
def test_what_is_wrong_behind_the_port_is_told(
    options: tuple[str, ...], fault: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "pin").write_text("1234\n")
    write_config(tmp_path, port=str(tmp_path / "tty"))
    config = tmp_path / "antirelou.toml"
    config.write_text(
        config.read_text().replace(
            "[modem]", f'[modem]\npin_file = "{tmp_path / "pin"}"'
        )
    )
    with dongle(tmp_path, *options):
        told = run(tmp_path, "check")
    assert told.status == 69
    assert len(faults(told)) == 1 and faults(told)[0].startswith(fault)


def test_a_pin_that_was_refused_before_is_remembered(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("1234\n")
    world = LogWorld(tmp_path)
    world.store.event("sim_wrong_pin", "The PIN was refused.", world.now)
    world.store.close(world.now)
    (tmp_path / "antirelou.toml").write_text(
        f'[modem]\nport = "{tmp_path / "tty"}"\npin_file = "{tmp_path / "pin"}"\n[log]\npath = "{world.settings.log.path}"\n'
    )
    with dongle(tmp_path, "--pin", "9999"):
        told = run(tmp_path, "check")
    assert "[!!] PIN: The SIM asks for its PIN, and one was refused before" in told.out


def _not_a_database(at: Path) -> None:
    write_config(at)
    (at / "antirelou.db").write_text("a shopping list\n" * 100)


def _no_key(at: Path) -> None:
    filled(at)
    (at / "antirelou.db.key").unlink()


def _no_directory(at: Path) -> None:
    write_config(at)
    config = at / "antirelou.toml"
    config.write_text(
        config.read_text().replace(
            str(at / "antirelou.db"), str(at / "far" / "away" / "antirelou.db")
        )
    )


LOGS = [
    (_not_a_database, "log: ", "is not an antirelou log"),
    (_no_key, "log: The key file", "put it back from a backup"),
    (_no_directory, "log: The directory", "create it, or set log.path"),
]


@pytest.mark.parametrize(
    ("prepare", "begins", "words"), LOGS, ids=[prepare.__name__ for prepare, *_ in LOGS]
)
def test_a_log_that_cannot_be_used(
    prepare: Callable[[Path], object], begins: str, words: str, run: Run, tmp_path: Path
) -> None:
    prepare(tmp_path)
    config = tmp_path / "antirelou.toml"
    config.write_text(
        config.read_text().replace('"simulated"', '"/nowhere"')
    )  # quicker, and told after the log
    told = run(tmp_path, "check")
    assert told.status == 78
    assert faults(told)[0].startswith(begins) and words in faults(told)[0]


def test_a_mode_that_answers_nothing_is_a_fault(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, port="/nowhere", more='[reply]\nmode = "never"\n')
    told = run(tmp_path, "check")
    assert (told.status, faults(told)[0]) == (
        78,
        'configuration: reply.mode is "never": nothing is answered.',
    )


def test_too_little_disk_is_a_fault(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    config = tmp_path / "antirelou.toml"
    config.write_text(
        config.read_text().replace('reserve = "1kB"', 'reserve = "900TB"')
    )
    told = run(tmp_path, "check")
    assert told.status == 78
    assert (
        faults(told)[0].startswith("disk: ")
        and "less than log.reserve = 900.0 TB" in faults(told)[0]
    )


def test_what_the_configuration_warns_of_deserves_a_look(
    run: Run, tmp_path: Path
) -> None:
    write_config(tmp_path, more='[reply]\ntexts = ["Bonjour www.exemple.fr"]\n')
    told = run(tmp_path, "check")
    assert told.status == 0
    assert "[--] configuration: reply.texts, text 1 has a link" in told.out


def test_a_log_that_waits_to_be_migrated_is_not_called_missing(
    run: Run, tmp_path: Path
) -> None:
    filled(tmp_path)
    configured = (tmp_path / "antirelou.toml").read_text(encoding="utf-8")
    path = Path(re.findall(r'path = "(.*)"', configured)[0])
    with closing(sqlite3.connect(path)) as log, log:
        log.execute("DELETE FROM _sqlite_migrations WHERE name <> '0001_first'")
    told = "is not finished: start the daemon once, it makes or migrates it."
    assert told in item(run(tmp_path, "check"), "log")
    status = run(tmp_path, "status")
    assert status.status == 78 and told in status.err
