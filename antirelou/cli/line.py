"""`antirelou line`: the SIMs that the log knows, and two orders about the one of this configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from antirelou.cli.options import (
    config_option,
    json_option,
    numbers_option,
    settings_of,
)
from antirelou.cli.ordering import order
from antirelou.cli.output import (
    echo,
    json_line,
    masked,
    masked_row,
    table,
    visible,
    when,
)
from antirelou.language import _
from antirelou.log import Reader
from antirelou.settings import Settings

_ORDERS = {"accept": "line_accept", "forget-pin": "forget_pin"}


@click.command()
@config_option
@click.argument(
    "action",
    required=False,
    type=click.Choice(list(_ORDERS)),
    metavar="[accept|forget-pin]",
)
@json_option
@numbers_option
def line(config: Path, action: str | None, as_json: bool, numbers: bool) -> None:
    """Show the lines; accept another SIM, or forget a refused PIN.

    Another SIM in a known line holds replies (new_sim) until it is accepted. A refused PIN is never typed again until
    it is forgotten, or another one is in modem.pin_file.

    \b
    antirelou line
    antirelou line accept
    antirelou line forget-pin
    """
    settings = settings_of(config)
    if action is not None:
        if as_json or numbers:
            raise click.UsageError(
                _(
                    "--json and --numbers are for the list: antirelou line {action} takes neither.",
                    action=action,
                )
            )
        order(settings, _ORDERS[action])
        return
    with Reader.open(settings.log.path) as reader:
        rows = reader.lines()
    for row in rows if as_json else ():
        echo(json_line(masked_row(row, numbers=numbers)))
    for text in table(
        [] if as_json else [_cells(settings, row, numbers=numbers) for row in rows]
    ):
        echo(text)


def _cells(settings: Settings, row: dict[str, Any], *, numbers: bool) -> list[str]:
    model = " ".join(
        visible(row[name]) for name in ("manufacturer", "model") if row.get(name)
    ) or _("modem not known")
    sim = (
        _("SIM {iccid}", iccid=masked(row["iccid"], numbers=numbers))
        if row.get("iccid")
        else _("SIM not known")
    )
    if row["new_sim"]:
        sim += _(" (new: antirelou line accept)")
    since = _(
        "since {first_start_at}",
        first_start_at=when(row["first_start_at"], settings.reply.time_zone),
    )
    says = (
        visible(row["sentence"])
        if row["held_by"] is not None
        else _("The daemon is not running.")
    )
    return [row["line"], model, sim, since, says]
