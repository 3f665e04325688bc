"""`antirelou note`: what the operator observed, into the log and its chain, and so into an exported folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from antirelou.cli.options import config_option, settings_of, time_option, unreadable
from antirelou.cli.output import echo, visible, when
from antirelou.clock import SystemClock, Timekeeper
from antirelou.language import _
from antirelou.log import write_note


@click.command()
@config_option
@click.option(
    "--at",
    "observed",
    metavar="TIME",
    help="When it was so: 2h, yesterday, '2026-11-22 18:30'; else now.",
)
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A file that shows it: its SHA-256 and its name are noted, not the file.",
)
@click.argument("text")
def note(config: Path, observed: str | None, path: Path | None, text: str) -> None:
    """Note what you observed, or keep the digest of a file: it is in the chain from now on, and nobody can date it back.

    The note and the name of the file go into the folder of antirelou evidence: do not name yourself in them.

    \b
    antirelou note "The number was posted on a forum, with the call to flood it"
    antirelou note "What the forum looked like" --at "2026-11-22 18:30" --file screenshot.png
    """
    settings, now = settings_of(config), datetime.now(UTC)
    zone = settings.reply.time_zone
    at = time_option(observed, "--at", now=now, zone=zone)
    if not text.strip():
        raise click.UsageError(
            _("A note needs words: say what you observed, in quotation marks.")
        )
    if at is not None and at > now:
        raise click.UsageError(
            _(
                "{time} is still to come: --at is when it was observed.",
                time=when(at, zone),
            )
        )
    digest = None if path is None else _digest(path)
    number = write_note(
        settings,
        text,
        Timekeeper(SystemClock()).moment(),
        observed_at=at,
        file_name=path.name if path else None,
        file_digest=digest,
    )
    echo(_("Note {number} is in the log, and in its chain.", number=number))
    if path is not None:
        echo(
            _(
                "The SHA-256 of {file} is {digest}: keep the file as it is.",
                file=visible(path.name),
                digest=digest,
            )
        )


def _digest(path: Path) -> str:
    from antirelou.evidence.folder import digest_of

    try:
        return digest_of(path)
    except OSError as error:
        raise unreadable(path, error) from error
