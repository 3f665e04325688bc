"""The group: what it imports, and what it makes of every kind of error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from antirelou.cli import COMMANDS, errors, group
from antirelou.config import ConfigError
from antirelou.log.errors import LogBusy, NotADatabase
from antirelou.modem.facts import ModemLost, ModemSilent, PortError, SimRefused

COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        env=os.environ | environment,
        check=False,
    )


def test_help_loads_neither_the_log_nor_numbers_nor_serial() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {
        line.rpartition("|")[2].strip().split(".")[0]
        for line in done.stderr.splitlines()
    }
    assert not loaded & {
        "sqlite_utils",
        "sqlite3",
        "phonenumbers",
        "serial",
        "gsmmodem",
    }
    assert "click" in loaded


def test_help_names_every_command_in_its_group() -> None:
    shown = run("--help").stdout
    for title, commands in COMMANDS.items():
        assert f"{title}:" in shown
        assert all(f"  {name} " in shown for name in commands)


def test_every_command_but_the_toys_takes_a_configuration() -> None:
    context = click.Context(group)
    for name in set(group.list_commands(context)) - {"demo", "simulate"}:
        command = group.get_command(context, name)
        assert command is not None
        assert "--config" in {
            option for parameter in command.params for option in parameter.opts
        }, name


def test_version() -> None:
    assert run("--version").stdout.startswith("antirelou ")


MISUSES = [
    (("nonsense",), "No such command"),
    (("--nonsense",), "No such option"),
    (("log", "--nonsense"), "No such option"),
    (("log", "--limit", "0"), "--limit"),
    (("log", "--limit", "many"), "--limit"),
    (("log", "--json", "--csv"), "one of --json and --csv"),
    (("log", "--follow", "--until", "today"), "--until"),
    (("log", "--reason", "boredom"), "--reason"),
    (("log", "--kind", "letter"), "--kind"),
    (("log", "--state", "happy"), "--state"),
    (("log", "--since", "tomorrowish"), "is not a time"),
    (("log", "--since", "99999999d"), "is not a time"),
    (("log", "extra"), "unexpected extra argument"),
    (("why",), "antirelou why"),
    (("why", "1", "--last"), "antirelou why"),
    (("why", "first"), "is not a valid integer"),
    (("block",), "Give at least one number"),
    (("block", "06****01"), "is masked"),
    (("block", "hello there, you"), "is no number"),
    (("block", "+3363998000123456789"), "is no number"),
    (("block", "--from-file", "/nonexistent"), "No such file"),
    (("unblock",), "Give at least one number"),
    (("drop",), "in one way"),
    (("drop", "1", "--all"), "in one way"),
    (("drop", "--search", " "), "--search needs a word"),
    (("drop", "0"), "x>=1"),
    (("approve",), "in one way"),
    (("approve", "--sender", "x" * 40), "is no number"),
    (("line", "dance"), "dance"),
    (("line", "accept", "--json"), "takes neither"),
    (("config", "--json"), "--check"),
]


@pytest.mark.parametrize(
    ("arguments", "sentence"), MISUSES, ids=[" ".join(words) for words, _ in MISUSES]
)
def test_misuse_is_told_and_ends_with_2(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert errors.run_group(group, list(arguments)) == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""


def _failing(error: BaseException) -> click.Group:
    @click.group()
    def failing() -> None:
        pass

    @failing.command()
    def fail() -> None:
        raise error

    return failing


ERRORS = [
    (ConfigError(("one.", "two.")), 78, ["one.", "two."]),
    (NotADatabase("no."), 78, ["no."]),
    (LogBusy("busy."), 75, ["busy."]),
    (PortError("missing", "gone."), 69, ["gone."]),
    (ModemLost("gone \x1b[2J."), 69, ["gone \\u001b[2J."]),
    (ModemSilent("mute."), 69, ["mute."]),
    (SimRefused("puk", "locked."), 69, ["locked."]),
    (KeyboardInterrupt(), 130, []),
    (
        ZeroDivisionError("x\x1b[2J"),
        1,
        ["antirelou failed: ZeroDivisionError. This is a bug; --debug shows where."],
    ),
]


@pytest.mark.parametrize(
    ("error", "status", "sentences"),
    ERRORS,
    ids=[type(error).__name__ for error, *_ in ERRORS],
)
def test_each_error_has_its_exit_status_and_sentence(
    error: BaseException,
    status: int,
    sentences: list[str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert errors.run_group(_failing(error), ["fail"]) == status
    assert capfd.readouterr().err.split("\n") == [*sentences, ""]


def test_a_traceback_is_shown_when_asked_for(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTIRELOU_DEBUG", "1")
    assert errors.run_group(_failing(ZeroDivisionError()), ["fail"]) == 1
    assert "Traceback" in capfd.readouterr().err


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "config"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_utf_8_gets_escapes_not_a_traceback() -> None:
    done = run("text", "Là 😀", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "L\\xe0 \\U0001f600" in done.stdout
