"""`antirelou backup` and `antirelou restore`: the log and its key, sealed with a passphrase, and back on a fresh card."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from antirelou.cli.options import config_option, settings_of
from antirelou.cli.output import echo, size_of, visible, when
from antirelou.clock import SystemClock, Timekeeper
from antirelou.language import _
from antirelou.policy.month import month_of
from antirelou.settings import Settings

_passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the passphrase from the first line of FILE; else it is asked for.",
)
_FILE = click.argument("file", type=click.Path(path_type=Path), metavar="FILE")


@click.command()
@config_option
@_passphrase_option
@_FILE
def backup(config: Path, passphrase_file: Path | None, file: Path) -> None:
    """Put a backup of the log and its key into FILE, sealed with a passphrase; the daemon may run.

    Without the passphrase nobody can open it, you neither. An older backup in FILE is replaced.

    \b
    antirelou backup /media/stick/antirelou.backup
    antirelou backup --passphrase-file /root/passphrase /media/stick/antirelou.backup
    """
    from antirelou.log import back_up

    settings = settings_of(config)
    passphrase = _passphrase(passphrase_file, confirm=True)
    octets = back_up(settings, file, passphrase, datetime.now(UTC))
    echo(
        _(
            "{file}: {octets}. Keep the passphrase elsewhere, and try antirelou restore once.",
            file=visible(str(file)),
            octets=size_of(octets),
        )
    )


@click.command()
@config_option
@_passphrase_option
@_FILE
def restore(config: Path, passphrase_file: Path | None, file: Path) -> None:
    """Make the log and its key of the backup in FILE, on a card that has none; no daemon may run.

    Who was told, blocked or opted out is known again. What left after the backup was made is not: until the next
    billing day nobody new gets a text (memory_gap), or until antirelou resume --memory-gap.

    \b
    antirelou restore /media/stick/antirelou.backup
    antirelou restore --passphrase-file /root/passphrase /media/stick/antirelou.backup
    """
    from antirelou.log import restore as put_back

    settings = settings_of(config)
    moment = Timekeeper(SystemClock()).moment()
    ends = _month_of(settings, moment.at)
    passphrase = _passphrase(passphrase_file, confirm=False)
    made_at = put_back(settings, file, passphrase, moment, month_ends=ends)
    zone = settings.reply.time_zone
    echo(
        _(
            "{path} is as it was {made_at}. What left since then is "
            "not known: until {ends} nobody new gets a text (memory_gap). If nothing left: "
            "antirelou resume --memory-gap",
            path=visible(str(settings.log.path)),
            made_at=when(made_at.isoformat(), zone),
            ends=when(ends.isoformat(), zone)[:10],
        )
    )


def _month_of(settings: Settings, now: datetime) -> datetime:
    return month_of(now, settings.limits.month_starts_on, settings.reply.time_zone).end


def _passphrase(file: Path | None, *, confirm: bool) -> str:
    """The passphrase, from a file or asked for."""
    if file is None:
        given: str = click.prompt(
            _("Passphrase"), hide_input=True, confirmation_prompt=confirm, err=True
        )
        return given
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(
            _(
                "The passphrase in {file} cannot be read ({name}): name a text file that this "
                "user may read.",
                file=visible(str(file)),
                name=type(error).__name__,
            )
        ) from error
    if not lines or not lines[0]:
        raise click.UsageError(
            _(
                "The first line of {file} is empty: write the passphrase there.",
                file=visible(str(file)),
            )
        )
    return lines[0]
