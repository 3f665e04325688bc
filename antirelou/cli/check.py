"""`antirelou check`: whether a text could be answered now, and what to do if not.

Goes through everything in the order in which it is needed, stopping at nothing, changing nothing, typing no PIN. The
exit status is 0 only if every item that matters is good; else that of the first that is not.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from antirelou.cli.check_line import Finding, of_daemon, of_modem
from antirelou.cli.errors import CONFIGURATION
from antirelou.cli.options import config_option, json_option, numbers_option
from antirelou.cli.output import echo, json_line, size_of, visible, when
from antirelou.clock import SystemClock
from antirelou.config import ConfigError, Loaded, load
from antirelou.log import LogError, LogMissing, Reader, holder
from antirelou.settings import Settings

_MARKS = {True: "[ok]", False: "[!!]", None: "[--]"}
_WORDS = {True: "ok", False: "fault", None: "note"}
_BEHIND = timedelta(minutes=10)  # of the newest row: as much as the daemon lets pass


@click.command()
@config_option
@json_option
@numbers_option
@click.pass_context
def check(context: click.Context, config: Path, as_json: bool, numbers: bool) -> None:
    """Say whether a text could be answered now, and what to do if not.

    [ok] is good, [!!] keeps a text from being answered, [--] deserves a look or could not be checked. The exit
    status is 0 only if a text could be answered now; else 78 or 69, by the first [!!]. While a daemon runs, its own
    last look at the modem is told; otherwise the modem is opened for a moment. No PIN is ever typed.

    \b
    antirelou check
    antirelou check --config ./antirelou.toml --json
    """
    status = 0
    for finding in findings(config, numbers=numbers):
        if as_json:
            echo(
                json_line(
                    {
                        "item": finding.item,
                        "state": _WORDS[finding.good],
                        "sentence": finding.sentence,
                    }
                )
            )
        else:
            echo(f"{_MARKS[finding.good]} {finding.item}: {finding.sentence}")
        if finding.good is False and status == 0:
            status = finding.exit_status
    if not as_json:
        echo(
            "A text could be answered now."
            if status == 0
            else "A text could not be answered now; see [!!] above."
        )
    context.exit(status)


def findings(config: Path, *, numbers: bool) -> Iterator[Finding]:
    """Every item, in order."""
    try:
        loaded = load(config)
        yield Finding(
            "configuration", True, f"{visible(str(config))} is read without fault."
        )
    except ConfigError as error:
        for problem in error.problems:
            yield Finding("configuration", False, visible(problem), CONFIGURATION)
        loaded = load(None)
        yield Finding(
            "configuration", None, "What follows is checked with the default values."
        )
    for warning in loaded.warnings:
        yield Finding("configuration", None, visible(warning))
    settings = loaded.settings
    if settings.reply.mode == "never":
        yield Finding(
            "configuration",
            False,
            'reply.mode is "never": nothing is answered.',
            CONFIGURATION,
        )
    known = Known()
    for found in _log(settings):
        if isinstance(found, Known):
            known = found
        else:
            yield found
    yield from _line(settings, known, numbers=numbers)
    yield _clock(settings, known.newest)
    yield _disk(settings)
    yield from _texts(loaded)


def _line(settings: Settings, known: Known, *, numbers: bool) -> Iterator[Finding]:
    """The daemon if one runs, else the modem itself; then what the operator ordered."""
    pid = holder(settings.log.path, settings.line)
    if pid is not None and known.row is not None:
        yield from of_daemon(settings.modem, pid, known.row, numbers=numbers)
    else:
        yield from of_modem(
            settings.modem, pin_refused=known.pin_refused, numbers=numbers
        )
    if known.row is not None and known.row["paused"]:
        yield Finding(
            "orders",
            False,
            "Replies are paused: antirelou resume lets them leave again.",
        )
    if pid is None:
        yield Finding(
            "daemon",
            None,
            "No daemon runs for this line: systemctl start antirelou starts it.",
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What the log knows of this line; `row` is None where there is no log, or no daemon of this line ever ran."""

    row: dict[str, Any] | None = None
    newest: datetime | None = None
    pin_refused: bool = False


def _log(settings: Settings) -> Iterator[Finding | Known]:
    """The log: whether it can be read and written; at last what it knows."""
    path = settings.log.path
    try:
        with Reader.open(path) as reader:
            known = _known(reader, settings)
    except LogMissing:
        yield _place_for_a_log(path)
        yield Known()
        return
    except LogError as error:
        yield Finding("log", False, str(error), CONFIGURATION)
        yield Known()
        return
    if not _may(path, os.W_OK) or not _may(path.parent, os.W_OK | os.X_OK):
        sentence = f"This user may read {path} but not write it: the daemon must own it and its directory."
        yield Finding("log", False, sentence, CONFIGURATION)
    elif not os.path.exists(settings.log.key_file):
        sentence = (
            f"The key file {settings.log.key_file} is not there, and the log cannot go on without it: put it back "
            "from a backup, or set log.path to a new log."
        )
        yield Finding("log", False, sentence, CONFIGURATION)
    else:
        yield Finding("log", True, f"{path} can be read and written.")
    yield known


def _known(reader: Reader, settings: Settings) -> Known:
    now = datetime.now(UTC)
    row = next(
        (row for row in reader.status(now) if row["line"] == settings.line), None
    )
    last = reader.message(reader.last_id() or 0)
    times = [row["updated_at"], row["last_submitted_at"]] if row else []
    if last is not None and not last["clock_wrong"]:
        times.append(last["received_at"])
    kinds = [event["kind"] for event in reader.events(200, line=settings.line)]
    told = [kind for kind in kinds if kind in ("sim_wrong_pin", "modem_opened")]
    return Known(
        row,
        max((datetime.fromisoformat(time) for time in times if time), default=None),
        pin_refused=told[-1:] == ["sim_wrong_pin"],
    )


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=True)


def _place_for_a_log(path: Path) -> Finding:
    """Whether the daemon could make the log; it makes the log's own directory too, but none above it."""
    directory = path.parent if path.parent.is_dir() else path.parent.parent
    if not directory.is_dir():
        sentence = f"The directory {path.parent} is not there: create it, or set log.path to another one."
        return Finding("log", False, sentence, CONFIGURATION)
    if not _may(directory, os.W_OK | os.X_OK):
        sentence = f"This user may not write in {directory}: give it to the daemon, or set log.path to another one."
        return Finding("log", False, sentence, CONFIGURATION)
    return Finding(
        "log",
        True,
        f"There is no log at {path} yet; the daemon makes it when it first starts.",
    )


def _clock(settings: Settings, newest: datetime | None) -> Finding:
    now, zone = datetime.now(UTC), settings.reply.time_zone
    if (
        not SystemClock().synchronised()
    ):  # then the daemon goes by the newest row where that is later
        sentence = f"It says {when(now, zone)} and is not synchronised: see timedatectl; replies leave meanwhile."
        return Finding("clock", None, sentence)
    if newest is not None and newest - now > _BEHIND:
        sentence = (
            f"It says {when(now, zone)}, which is before the newest row of the log ({when(newest, zone)}), so replies "
            "are held: set the clock, or, if it is right, antirelou resume --clock."
        )
        return Finding("clock", False, sentence, CONFIGURATION)
    return Finding(
        "clock", True, f"It says {when(now, zone)} ({zone}) and is synchronised."
    )


def _disk(settings: Settings) -> Finding:
    place = next(
        place for place in settings.log.path.absolute().parents if os.path.exists(place)
    )
    free = shutil.disk_usage(place).free
    if free < settings.log.reserve:
        sentence = (
            f"{size_of(free)} are free, less than log.reserve = {size_of(settings.log.reserve)}, so replies are "
            "stopped: free some space, or lower log.reserve."
        )
        return Finding("disk", False, sentence, CONFIGURATION)
    return Finding(
        "disk",
        True,
        f"{size_of(free)} are free; replies stop below {size_of(settings.log.reserve)}.",
    )


def _texts(loaded: Loaded) -> Iterator[Finding]:
    for note in loaded.notes:
        yield Finding("texts", True, visible(note))
