"""`antirelou prove`: a code by text, so that not just anybody asks for what is kept about somebody else.

Whoever knows the code reads what comes to the number. That this is its only reader, or always was, nobody can prove.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from antirelou.cli.options import config_option, numbers_option, settings_of
from antirelou.cli.ordering import order
from antirelou.cli.orders import address_of
from antirelou.cli.output import echo, masked, when
from antirelou.cli.reasons import fate
from antirelou.language import _
from antirelou.log import Reader
from antirelou.settings import DAY, Settings

VALID = 14 * DAY  # after the code left: letters take their time
_CODE = re.compile(r"\b[0-9]{6}\b")
_LEFT = ("submitted", "partial", "unknown")

Row = dict[str, Any]


@click.command()
@config_option
@click.argument("number", metavar="NUMBER")
@click.option("--code", metavar="CODE", help="Check the code that the person gave you.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@numbers_option
def prove(
    config: Path, number: str, code: str | None, yes: bool, numbers: bool
) -> None:
    """Send a code to a number, and check the one that you are given: is it their own number that somebody asks about?

    It is one of the two texts that a number ever gets, and counts in every limit; whoever was blocked or opted out, or
    got two, gets none. Do not tell the code to whoever asks: they must tell you. The exit status is 1 if it is wrong.

    \b
    antirelou prove "06 39 98 00 01"
    antirelou prove "06 39 98 00 01" --code 123456
    """
    settings = settings_of(config)
    address = address_of(number, settings.modem.country)
    shown = masked(address, numbers=numbers)
    if code is not None:
        _check(settings, address, shown, code.strip())
        return
    if not yes:
        click.confirm(_("Text a code to {shown}?", shown=shown), abort=True, err=True)
    order(settings, "prove", [(shown, {"address": address})])


def _check(settings: Settings, address: str, shown: str, code: str) -> None:
    with Reader.open(settings.log.path) as reader:
        reply = reader.proof(address)
    if reply is None:
        raise click.UsageError(
            _("No code was sent to {shown}: antirelou prove sends one.", shown=shown)
        )
    if reply["state"] not in _LEFT:
        told = fate(reply, settings)
        raise click.UsageError(
            _("The code for {shown} did not leave: {fate}", shown=shown, fate=told)
        )
    marked = datetime.fromisoformat(reply["marked_at"])
    if datetime.now(UTC) - marked > VALID:
        sentence = _(
            "The code for {shown} is more than {days} days old: it proves nothing any more.",
            shown=shown,
            days=VALID // timedelta(days=1),
        )
        raise click.UsageError(sentence)
    sent = when(reply["marked_at"], settings.reply.time_zone)
    if not _is_right(reply, code):
        sentence = _(
            "Wrong: it is not the code that was sent to {shown} {sent}.",
            shown=shown,
            sent=sent,
        )
        echo(sentence)
        raise click.exceptions.Exit(1)
    sentence = _(
        "Right: whoever gave you this code reads what comes to {shown}; it was sent {sent}.",
        shown=shown,
        sent=sent,
    )
    echo(sentence)
    echo(
        _(
            "What is kept: antirelou show --json --numbers NUMBER. To erase it: antirelou forget NUMBER."
        )
    )


def _is_right(reply: Row, code: str) -> bool:
    right = _CODE.search(reply["text"] or "")
    return right is not None and secrets.compare_digest(
        right[0].encode(), code.encode()
    )
