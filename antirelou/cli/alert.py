"""`antirelou alert`: hands the alerts in `alerts.directory` to a command. For the unit that may use the network."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from antirelou.cli.options import config_option, settings_of
from antirelou.cli.output import echo, visible
from antirelou.clock import Clock, SystemClock
from antirelou.config import ConfigError
from antirelou.daemon import alerts
from antirelou.language import _
from antirelou.log import Alert
from antirelou.settings import Settings

_AGAIN = 60.0  # seconds until what the command would not take is offered again
_PATIENCE = 120  # seconds for one run of the command
_TEST = _("This is a test of the alerts: nothing has happened.")


@click.command(context_settings={"ignore_unknown_options": True})
@config_option
@click.option(
    "--test", is_flag=True, help="Write an alert that says that it is a test."
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND...]")
def alert(config: Path, test: bool, command: tuple[str, ...]) -> None:
    """Hand each alert in alerts.directory to COMMAND, and remove it once COMMAND succeeded; end when none is left.

    COMMAND gets the alert's file as its last argument, and ANTIRELOU_ALERT_TITLE, _TEXT, _KIND and _LINE in its
    environment. What it will not take is offered again every minute.

    \b
    antirelou alert --test
    antirelou alert /etc/antirelou-alert
    """
    settings = settings_of(config)
    if not test and not command:
        raise click.UsageError(_("Give a command to hand the alerts to, or --test."))
    directory = _directory(settings)
    try:
        if test:
            echo(
                _(
                    "Written: {file}",
                    file=visible(str(_write_test(directory, settings.line))),
                )
            )
        if command:
            hand_over(directory, command, SystemClock())
    except OSError as error:
        problem = _(
            "The alerts in {directory} cannot be used ({strerror}): correct alerts.directory, or who "
            "may write there.",
            directory=directory,
            strerror=error.strerror or error,
        )
        raise ConfigError((problem,)) from error


def hand_over(directory: Path, command: Sequence[str], clock: Clock) -> None:
    """Offer every alert to the command, again and again, until none is left."""
    while files := alerts.waiting(directory):
        refused = [file for file in files if not _handed(file, command)]
        if refused:
            echo(
                _(
                    "{refused} of {files} alerts could not be handed on; the next attempt is in a minute.",
                    refused=len(refused),
                    files=len(files),
                )
            )
            clock.wait(_AGAIN)


def _handed(file: Path, command: Sequence[str]) -> bool:
    """Whether the command took the alert, which is removed then."""
    name = visible(file.name)
    try:
        environment = _environment(file)
        ended = subprocess.run(
            [*command, str(file)],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except FileNotFoundError as error:
        if error.filename == str(file):  # another process took it
            return True
        missing = visible(command[0])
        echo(_("{name}: there is no command {missing}.", name=name, missing=missing))
        return False
    except (
        OSError,
        subprocess.TimeoutExpired,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        why = type(error).__name__
        echo(_("{name}: not handed on ({why}).", name=name, why=why))
        return False
    if ended.returncode != 0:
        status = ended.returncode
        echo(
            _(
                "{name}: the command ended with status {status}.",
                name=name,
                status=status,
            )
        )
        return False
    file.unlink(missing_ok=True)
    echo(_("{name}: handed on.", name=name))
    return True


def _environment(file: Path) -> dict[str, str]:
    """What an alert says, for commands that read no JSON.

    Raises `LookupError`, `TypeError` or `ValueError` for a file that is no alert.
    """
    said = json.loads(file.read_text(encoding="utf-8"))
    times = _(" ({count} times)", count=said["count"]) if said["count"] > 1 else ""
    return {
        "ANTIRELOU_ALERT_TITLE": f"antirelou {said['line']}: {said['kind']}",
        "ANTIRELOU_ALERT_TEXT": said["text"] + times,
        "ANTIRELOU_ALERT_KIND": said["kind"],
        "ANTIRELOU_ALERT_LINE": said["line"],
    }


def _directory(settings: Settings) -> Path:
    if not settings.alerts.directory:
        raise ConfigError(
            (
                _(
                    "alerts.directory is not set: name a directory there, as /var/lib/antirelou/alerts."
                ),
            )
        )
    return Path(settings.alerts.directory)


def _write_test(directory: Path, line: str) -> Path:
    return alerts.write(
        directory, line, Alert((0,), "test", datetime.now(UTC), _TEST, 1)
    )
