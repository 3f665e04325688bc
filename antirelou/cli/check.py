"""`antirelou check`: whether a text could be answered now, and what to do if not.

Goes through everything in the order in which it is needed, stopping at nothing, changing nothing, typing no PIN. The
exit status is 0 only if every item that matters is good; else that of the first that is not.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from antirelou.cli import check_publish
from antirelou.cli.check_line import Finding, of_daemon, of_modem
from antirelou.cli.check_replies import LATELY, of_daemon_alive, of_events, of_replies
from antirelou.cli.check_send import address_of, agreed, sent
from antirelou.cli.errors import CONFIGURATION
from antirelou.cli.options import (
    config_option,
    json_option,
    numbers_option,
    settings_of,
)
from antirelou.cli.output import echo, json_line, size_of, visible, when
from antirelou.clock import SystemClock
from antirelou.config import ConfigError, Loaded, load
from antirelou.language import _, labelled
from antirelou.log import LogError, LogMissing, Reader, holder
from antirelou.policy.month import month_start
from antirelou.settings import Settings

_MARKS = {True: "[ok]", False: "[!!]", None: "[--]"}
_WORDS = {True: "ok", False: "fault", None: "note"}
_MOST_EVENTS = 50  # of the last day, good news too
_BEHIND = timedelta(minutes=10)  # of the newest row: as much as the daemon lets pass


@click.command()
@config_option
@click.option(
    "--send",
    metavar="NUMBER",
    help="If all is well, really send one text there, best to your own telephone.",
)
@click.option("--yes", is_flag=True, help="With --send: do not ask before it is sent.")
@click.option(
    "--publish",
    is_flag=True,
    help="Go through what to settle before the number is given to anybody.",
)
@json_option
@numbers_option
@click.pass_context
def check(
    context: click.Context,
    config: Path,
    send: str | None,
    yes: bool,
    publish: bool,
    as_json: bool,
    numbers: bool,
) -> None:
    """Say whether a text could be answered now, and what to do if not.

    [ok] is good, [!!] keeps a text from being answered, [--] deserves a look or could not be checked. The exit
    status is 0 only if a text could be answered now; else 69, 75 or 78, by the first [!!]. While a daemon runs, its own
    last look at the modem is told; otherwise the modem is opened for a moment. No PIN is ever typed, but with --send,
    which starts a daemon for as long as it takes if none runs.

    \b
    antirelou check
    antirelou check --send "06 39 98 00 01"
    antirelou check --publish
    """
    if publish and send is not None:
        raise click.UsageError(_("Choose one of --send and --publish."))
    if publish:
        settings = settings_of(config)
        context.exit(_told(check_publish.findings(settings), as_json=as_json))
    address = None if send is None else address_of(send, settings_of(config))
    status = _told(findings(config, numbers=numbers), as_json=as_json)
    if address is not None and status == 0:
        settings = settings_of(config)
        if agreed(address, settings, numbers=numbers, yes=yes):
            status = _told(sent(address, settings, config), as_json=as_json)
    elif address is not None and not as_json:
        echo(_("Nothing is sent until what is marked [!!] is put right."))
    if not as_json:
        echo(_verdict(status))
    context.exit(status)


def _told(found: Iterator[Finding], *, as_json: bool) -> int:
    """Print each finding as it comes; return the exit status of the first fault."""
    status = 0
    for finding in found:
        state = _WORDS[finding.good]
        echo(
            json_line(
                {"item": finding.item, "state": state, "sentence": finding.sentence}
            )
            if as_json
            else f"{_MARKS[finding.good]} {labelled(_(finding.item), finding.sentence)}"
        )
        if finding.good is False and status == 0:
            status = finding.exit_status
    return status


def _verdict(status: int) -> str:
    if status:
        return _("A text could not be answered now; see [!!] above.")
    return _("A text could be answered now.")


def findings(config: Path, *, numbers: bool) -> Iterator[Finding]:
    """Every item, in order."""
    try:
        loaded = load(config)
        yield Finding(
            "configuration",
            True,
            _("{config} is read without fault.", config=visible(str(config))),
        )
    except ConfigError as error:
        for problem in error.problems:
            yield Finding("configuration", False, visible(problem), CONFIGURATION)
        loaded = load(None)
        yield Finding(
            "configuration", None, _("What follows is checked with the default values.")
        )
    for warning in loaded.warnings:
        yield Finding("configuration", None, visible(warning))
    settings = loaded.settings
    if settings.reply.mode == "never":
        yield Finding(
            "configuration",
            False,
            _('reply.mode is "never": nothing is answered.'),
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
    yield check_publish.summary(settings)


def _line(settings: Settings, known: Known, *, numbers: bool) -> Iterator[Finding]:
    """The daemon if one runs, else the modem itself; then what holds replies back, and what happened."""
    pid, row = holder(settings.log.path, settings.line), known.row
    if pid is not None and row is not None:
        yield from of_daemon(settings.modem, pid, row, numbers=numbers)
        yield from of_daemon_alive(row, pid, settings)
    else:
        yield from of_modem(
            settings.modem, pin_refused=known.pin_refused, numbers=numbers
        )
    if row is not None:
        yield from of_replies(row, settings, datetime.now(UTC))
    if pid is None:
        yield Finding(
            "daemon",
            None,
            _("No daemon runs for this line: systemctl start antirelou starts it."),
        )
    yield from of_events(known.events, settings)


@dataclass(frozen=True, slots=True)
class Known:
    """What the log knows of this line; `row` is None where there is no log, or no daemon of this line ever ran."""

    row: dict[str, Any] | None = None
    newest: datetime | None = None
    pin_refused: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)  # of the last day


def _log(settings: Settings) -> Iterator[Finding | Known]:
    """The log: whether it can be read and written; at last what it knows."""
    path = settings.log.path
    try:
        with Reader.open(path) as reader:
            known = _known(reader, settings)
    except LogMissing as error:
        unfinished = path.exists()
        yield Finding("log", None, str(error)) if unfinished else _place_for_a_log(path)
        yield Known()
        return
    except LogError as error:
        yield Finding("log", False, str(error), CONFIGURATION)
        yield Known()
        return
    if not _may(path, os.W_OK) or not _may(path.parent, os.W_OK | os.X_OK):
        sentence = _(
            "This user may read {path} but not write it: the daemon must own it and its directory.",
            path=path,
        )
        yield Finding("log", False, sentence, CONFIGURATION)
    elif not os.path.exists(settings.log.key_file):
        sentence = _(
            "The key file {key_file} is not there, and the log cannot go on without it: put it back "
            "from a backup, or set log.path to a new log.",
            key_file=settings.log.key_file,
        )
        yield Finding("log", False, sentence, CONFIGURATION)
    else:
        yield Finding("log", True, _("{path} can be read and written.", path=path))
    yield known


def _known(reader: Reader, settings: Settings) -> Known:
    now = datetime.now(UTC)
    starts = month_start(now, settings.limits.month_starts_on, settings.reply.time_zone)
    lines = reader.status(now, month_start=starts)
    row = next((row for row in lines if row["line"] == settings.line), None)
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
        events=reader.meanwhile(settings.line, now - LATELY, None, _MOST_EVENTS),
    )


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=True)


def _place_for_a_log(path: Path) -> Finding:
    """Whether the daemon could make the log; it makes the log's own directory too, but none above it."""
    directory = path.parent if path.parent.is_dir() else path.parent.parent
    if not directory.is_dir():
        sentence = _(
            "The directory {parent} is not there: create it, or set log.path to another one.",
            parent=path.parent,
        )
        return Finding("log", False, sentence, CONFIGURATION)
    if not _may(directory, os.W_OK | os.X_OK):
        sentence = _(
            "This user may not write in {directory}: give it to the daemon, or set log.path to another one.",
            directory=directory,
        )
        return Finding("log", False, sentence, CONFIGURATION)
    return Finding(
        "log",
        True,
        _(
            "There is no log at {path} yet; the daemon makes it when it first starts.",
            path=path,
        ),
    )


def _clock(settings: Settings, newest: datetime | None) -> Finding:
    now, zone = datetime.now(UTC), settings.reply.time_zone
    if (
        not SystemClock().synchronised()
    ):  # then the daemon goes by the newest row where that is later
        sentence = _(
            "It says {now} and is not synchronised: see timedatectl; replies leave meanwhile.",
            now=when(now, zone),
        )
        return Finding("clock", None, sentence)
    if newest is not None and newest - now > _BEHIND:
        sentence = _(
            "It says {now}, which is before the newest row of the log ({newest}), so replies "
            "are held: set the clock, or, if it is right, antirelou resume --clock.",
            now=when(now, zone),
            newest=when(newest, zone),
        )
        return Finding("clock", False, sentence, CONFIGURATION)
    return Finding(
        "clock",
        True,
        _(
            "It says {now} ({zone}) and is synchronised.",
            now=when(now, zone),
            zone=zone,
        ),
    )


def _disk(settings: Settings) -> Finding:
    place = next(
        place for place in settings.log.path.absolute().parents if os.path.exists(place)
    )
    free = shutil.disk_usage(place).free
    if free < settings.log.reserve:
        sentence = _(
            "{free} are free, less than log.reserve = {reserve}, so replies are "
            "stopped: free some space, or lower log.reserve.",
            free=size_of(free),
            reserve=size_of(settings.log.reserve),
        )
        return Finding("disk", False, sentence, CONFIGURATION)
    return Finding(
        "disk",
        True,
        _(
            "{free} are free; replies stop below {reserve}.",
            free=size_of(free),
            reserve=size_of(settings.log.reserve),
        ),
    )


def _texts(loaded: Loaded) -> Iterator[Finding]:
    for note in loaded.notes:
        yield Finding("texts", True, visible(note))
