"""`antirelou check --send NUMBER`: one real text, by the daemon that runs, or by one that runs for this alone.

The text is an order in the log: marked, counted and sent by the same code as every reply. To one of the operator's own
phones it is a test; to anybody else it is a lesson, with all that binds one (hours, limits, two texts in a life).
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import click

from antirelou.cli.causes import cause
from antirelou.cli.check_line import Finding
from antirelou.cli.errors import CONFIGURATION
from antirelou.cli.output import masked, visible, when
from antirelou.cli.reasons import fate
from antirelou.clock import SystemClock, Timekeeper
from antirelou.language import _
from antirelou.log import LogMissing, Reader, give_order, holder
from antirelou.policy.numbers import NumberKind, classify, normalise
from antirelou.settings import Settings

_PATIENCE = 200.0  # seconds; a modem may think for 120 about one text
_LOOK = 0.2
_STOPS_WITHIN = 45.0  # the unit's TimeoutStopSec

Row = dict[str, Any]


def address_of(number: str, settings: Settings) -> str:
    """The number as E.164; what is no mobile number is a misuse."""
    country = settings.modem.country
    kind = classify(number, country).kind
    if kind is not NumberKind.MOBILE:
        raise click.UsageError(
            _(
                "{number!r} is no mobile number ({kind}): a test text goes to a mobile number, best to your own.",
                number=number,
                kind=kind,
            )
        )
    return normalise(number, country)


def agreed(address: str, settings: Settings, *, numbers: bool, yes: bool) -> bool:
    """Whether the operator wants it sent, having read what that means."""
    shown = masked(address, numbers=numbers)
    if address not in (*settings.operator.numbers, settings.modem.number):
        sentence = _(
            "{shown} is not one of operator.numbers: it gets this as its lesson, and no more than two in its life.",
            shown=shown,
        )
        click.echo(sentence, err=True)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError(
            _("There is no terminal to confirm this on: add --yes to send the text.")
        )
    return click.confirm(
        _("Send the text of reply.texts to {shown} now?", shown=shown), err=True
    )


def sent(address: str, settings: Settings, config: Path) -> Iterator[Finding]:
    """Send it, wait for its fate, and tell it."""
    if holder(settings.log.path, settings.line) is not None:
        yield _by_order(address, settings, lambda: None)
        return
    stranger = not_the_owner(settings.log.path)
    if stranger is not None:
        yield Finding("test text", False, stranger, CONFIGURATION)
        return
    with TemporaryFile("w+") as journal:
        with _daemon(config, journal) as daemon:
            yield _by_order(address, settings, daemon.poll)
            ended = daemon.poll() is not None
        journal.seek(0)
        if ended:
            said = visible(journal.read().strip())
            yield Finding(
                "test text", None, _("The daemon ended, and said: {said}", said=said)
            )


def _by_order(
    address: str, settings: Settings, ended: Callable[[], int | None]
) -> Finding:
    """Order the text and wait; `ended` tells the exit status of a daemon that is no more."""
    until = time.monotonic() + _PATIENCE
    order = reply = None
    since = datetime.now(UTC)
    while time.monotonic() < until and ended() is None:
        if order is None:
            order = _ordered(address, settings)
        else:
            with Reader.open(settings.log.path) as reader:
                row, reply = reader.order(order), reader.trial(address, since)
            if reply is not None and _settled(reply):
                break
            if row is not None and row["done_at"] and reply is None:
                return Finding(
                    "test text",
                    False,
                    _("It was {result}.", result=visible(row["result"])),
                )
        time.sleep(_LOOK)
    if reply is None:
        return Finding(
            "test text",
            False,
            _(
                "No daemon took the order in time: see antirelou status, and journalctl -u antirelou."
            ),
        )
    return told(reply, settings)


def _ordered(address: str, settings: Settings) -> int | None:
    """Give the order; None while the daemon that was started has not made the log yet."""
    argument = json.dumps({"address": address})
    moment = Timekeeper(SystemClock()).moment()
    try:
        return give_order(settings, "send_test", argument, moment)
    except LogMissing:
        return None


def _settled(reply: Row) -> bool:
    """Whether nothing more happens to it soon: it has its fate, or waits for something that takes long."""
    if reply["state"] == "queued":
        return reply["reason"] is not None
    return reply["state"] != "submitting"


def not_the_owner(path: Path) -> str | None:
    """Why this user must not run a daemon, whose files the real one could not write."""
    place = path if os.path.exists(path) else path.parent
    owner = place.stat().st_uid if os.path.exists(place) else os.geteuid()
    if owner == os.geteuid():
        return None
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"#{owner}"
    return _(
        "No daemon runs, and {place} belongs to the user {name}: start the daemon first, or run this as that user "
        "(runuser -u {name} -- antirelou check --send …).",
        place=place,
        name=name,
    )


@contextmanager
def _daemon(config: Path, journal: IO[str]) -> Iterator[subprocess.Popen[str]]:
    """A daemon for as long as this takes, as systemd would run and stop it."""
    start = "from antirelou.cli import main; main()"
    command = [sys.executable, "-c", start, "run", "--config", str(config)]
    daemon = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=journal, text=True
    )
    try:
        yield daemon
    finally:
        daemon.terminate()
        try:
            daemon.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def told(reply: Row, settings: Settings) -> Finding:
    """What became of the text, and what to do if it is not what was wanted."""
    state, zone = reply["state"], settings.reply.time_zone
    if state == "submitted":
        sentence = _(
            "The network took it {submitted_at}: see whether it arrives.",
            submitted_at=when(reply["submitted_at"], zone),
        )
        return Finding("test text", True, sentence)
    sentence = _("It is {fate}", fate=fate(reply, settings))
    if state == "queued":
        tried = [row["said"] for row in reply["submits"] if row["said"]]
        said = _(" The modem said: {tried}.", tried=visible(tried[-1])) if tried else ""
        sentence += _(
            "{said} It is dropped by itself ten minutes after it was ordered.",
            said=said,
        )
    elif reply["cms_error"] is not None:
        means, remedy = cause(reply["cms_error"])
        sentence = _(
            "{sentence}. The cause is {means}: {remedy}.",
            sentence=sentence.rstrip("."),
            means=means,
            remedy=remedy,
        )
    elif state == "unknown":
        sentence += _(
            " See whether it arrives; if not, check the antenna, and the modem's plug and power."
        )
    return Finding("test text", False, sentence)
