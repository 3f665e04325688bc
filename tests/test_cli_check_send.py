"""`antirelou check --send`: who is asked, who sends, and what is told of the text's fate."""

from __future__ import annotations

import json
import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_world import Run, filled, write_config
from log_world import NOT_LEFT, REFUSED, SUBMITTED, UNKNOWN
from log_world import World as LogWorld
from test_cli_check import as_nobody, faults
from world import settings_in

from antirelou.cli import check_send
from antirelou.cli.causes import cause
from antirelou.cli.check_line import Finding
from antirelou.log import Reader
from antirelou.modem.facts import Outcome
from antirelou.policy.facts import Purpose
from antirelou.settings import HOUR

pytest_plugins = ["cli_fixtures"]

OPERATOR = "+33639980099"
MORE = f'[operator]\nnumbers = ["{OPERATOR}"]\n'


def test_without_a_daemon_one_runs_for_this_alone(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, more=MORE)
    told = run(tmp_path, "check", "--send", "06 39 98 00 99", "--yes")
    assert "[ok] test text: The network took it" in told.out, told.out + told.err
    assert (told.status, told.lines[-1]) == (0, "A text could be answered now.")
    with Reader.open(tmp_path / "antirelou.db") as log:
        (order,) = log.orders()
        (line,) = log.lines()
        (row,) = log.status(datetime.now(UTC))
    assert json.loads(order["argument"]) == {"address": OPERATOR}
    assert (line["held_by"], row["segments_hour"]) == (None, 1)


def test_a_daemon_that_ends_at_once_is_told_with_its_words(tmp_path: Path) -> None:
    broken = tmp_path / "antirelou.toml"
    broken.write_text("[limits]\nsegments_per_day = 0\n")
    settings = settings_in(tmp_path)
    first, second = check_send.sent(OPERATOR, settings, broken)
    assert (first.good, second.good) == (False, None)
    assert "No daemon took the order" in first.sentence
    assert "limits.segments_per_day" in second.sentence


def test_nothing_is_sent_while_something_is_wrong(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, port="/nowhere", more=MORE)
    told = run(tmp_path, "check", "--send", OPERATOR, "--yes")
    assert told.status == 69
    assert "Nothing is sent until what is marked [!!] is put right." in told.lines
    assert not (tmp_path / "antirelou.db").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--send", "3919", "--yes"), "is no mobile number"),
        (("--send", "nobody", "--yes"), "is no mobile number"),
        (("--send", OPERATOR), "add --yes to send the text"),
        (("--send", OPERATOR, "--publish"), "Choose one of --send and --publish"),
    ],
)
def test_what_is_not_understood_sends_nothing(
    arguments: tuple[str, ...], words: str, run: Run, tmp_path: Path
) -> None:
    write_config(tmp_path, more=MORE)
    told = run(tmp_path, "check", *arguments)
    assert told.status == 2 and words in told.err
    assert not (tmp_path / "antirelou.db").exists()


def test_a_stranger_s_number_is_said_to_be_one(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path, more=MORE)
    told = run(tmp_path, "check", "--send", "+33639980001")
    assert "+33639****01 is not one of operator.numbers: it gets this" in told.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_nobody_runs_a_daemon_on_another_s_log(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)
    with as_nobody():
        sentence = check_send.not_the_owner(tmp_path / "log" / "antirelou.db")
    owner = pwd.getpwuid(0).pw_name
    assert sentence is not None and f"runuser -u {owner} -- antirelou check" in sentence
    assert check_send.not_the_owner(tmp_path / "log" / "antirelou.db") is None


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    return LogWorld(tmp_path)


def fate(world: LogWorld, outcome: Outcome | None, *, reason: str = "") -> Finding:
    """What is told of a test text that met this outcome."""
    reply = world.store.queue_ordered(
        OPERATOR, "x", Purpose.TEST, world.now, segments=1, within=HOUR
    )
    if outcome is not None:
        [submit] = world.mark(reply)
        world.store.outcome(submit, outcome, world.now)
    if reason:
        world.store.postpone(reply, reason, None)
    with Reader.open(world.settings.log.path) as log:
        found = log.trial(OPERATOR, world.now.at)
    assert found is not None
    return check_send.told(found, world.settings)


@pytest.mark.parametrize(
    ("outcome", "good", "words"),
    [
        (SUBMITTED, True, "The network took it 2026-11-22 11:00:00: see whether"),
        (REFUSED, False, "The cause is the network is out of order: the network"),
        (UNKNOWN, False, "nobody knows whether the network took it"),
        (NOT_LEFT, False, "The modem said: no prompt. It is dropped by itself"),
        (None, False, "It is queued"),
    ],
)
def test_the_fate_is_told_with_what_to_do(
    world: LogWorld, outcome: Outcome | None, good: bool, words: str
) -> None:
    finding = fate(world, outcome)
    assert finding.good is good and words in finding.sentence


def test_what_it_waits_for_is_told(world: LogWorld) -> None:
    sentence = fate(world, None, reason="daily_limit").sentence
    assert "(daily_limit): limits.segments_per_day = 150 is used up" in sentence


def test_every_cause_has_a_meaning_and_a_remedy() -> None:
    for number in range(600):
        means, remedy = cause(number)
        assert means and remedy and not f"{means}{remedy}".endswith("."), number
    assert cause(39)[0] == "the network's own reason"
    assert cause(200)[0] == "the service centre's own reason"
    assert cause(599)[0] == "the modem's own reason"


def test_limits_that_are_used_up_are_faults(run: Run, tmp_path: Path) -> None:
    filled(tmp_path)
    limits = (
        *("segments_per_hour", "segments_per_day"),
        *("recipients_per_day", "recipients_per_month"),
    )
    ones = "".join(f"{name} = 1\n" for name in limits)
    write_config(tmp_path, more=f"[limits]\n{ones}")
    found = faults(run(tmp_path, "check"))
    told = [one for one in found if one.startswith("replies:")]
    assert len(told) == 4
    for name, sentence in zip(limits, told, strict=True):
        assert f"limits.{name} = 1" in sentence and "raise it if the plan" in sentence
