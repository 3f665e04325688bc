"""`antirelou show` and `antirelou forget`: what is kept about one person, and that it is kept no longer.

The number is the one that the operator types: whether it is the asking person's own is for him to find out.
"""

from __future__ import annotations

import time
from pathlib import Path

import click

from antirelou.cli.options import (
    config_option,
    numbers_option,
    settings_of,
)
from antirelou.cli.ordering import order
from antirelou.cli.orders import address_of
from antirelou.cli.output import echo, masked
from antirelou.log import Reader, holder
from antirelou.settings import Settings

_PATIENCE = 20.0  # seconds for what was taken out to leave the file
_LOOK = 0.2


@click.command()
@config_option
@click.argument("number", metavar="NUMBER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@numbers_option
def forget(config: Path, number: str, yes: bool, numbers: bool) -> None:
    """Erase what is kept about a number: texts, short messages as they came, and the number; it cannot be undone.

    That it was told, blocked or opted out stays known, by a pseudonym, so that it is not written to again. Backups keep
    what they hold. Look first: antirelou show NUMBER.

    \b
    antirelou forget "06 39 98 00 01"
    antirelou forget --yes +33639980001
    """
    settings = settings_of(config)
    address = address_of(number, settings.modem.country)
    shown = masked(address, numbers=numbers)
    if not yes:
        click.confirm(f"Erase all that {shown} wrote, for ever?", abort=True, err=True)
    with Reader.open(settings.log.path) as reader:
        before = reader.last_erased()
    order(settings, "forget", [(shown, {"address": address})])
    if holder(settings.log.path, settings.line) is not None:
        echo(_left_the_file(settings, before))


def _left_the_file(settings: Settings, before: int) -> str:
    """Wait until what was taken out has left the file, or say how that will be known."""
    deadline = time.monotonic() + _PATIENCE
    with Reader.open(settings.log.path) as reader:
        while time.monotonic() < deadline:
            if reader.last_erased() > before:
                return "Erased: nothing of it is left in the log's file."
            time.sleep(_LOOK)
    return "It is not yet out of the log's file: an event of kind erased will say so."
