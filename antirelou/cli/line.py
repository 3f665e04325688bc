"""`antirelou line`: the SIMs that the log knows, and two orders about the one of this configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from antirelou.cli.options import config_option, json_option, numbers_option, settings_of
from antirelou.cli.ordering import order
from antirelou.cli.output import echo, json_line, masked, table, visible, when
from antirelou.log import Reader, holder
from antirelou.settings import Settings

_ORDERS = {"accept": "line_accept", "forget-pin": "forget_pin"}
_SECRETS = ("iccid", "imsi", "imei", "number", "accepted_iccid", "accepted_imsi")


@click.command()
@config_option
@click.argument("action", required=False, type=click.Choice(list(_ORDERS)), metavar="[accept|forget-pin]")
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
            raise click.UsageError(f"--json and --numbers are for the list: antirelou line {action} takes neither.")
        order(settings, _ORDERS[action])
        return
    reader = Reader.open(settings.log.path)
    try:
        rows = reader.lines()
    finally:
        reader.close()
    if as_json:
        for row in rows:
            echo(json_line(hidden(row, numbers=numbers) | {"running": _runs(settings, row)}))
        return
    for text in table([_cells(settings, row, numbers=numbers) for row in rows]):
        echo(text)


def hidden(row: dict[str, Any], *, numbers: bool) -> dict[str, Any]:
    """A line's row without what identifies its SIM and modem, unless numbers are asked for."""
    return {
        name: masked(value, numbers=numbers) if name in _SECRETS and value else value for name, value in row.items()
    }


def _runs(settings: Settings, row: dict[str, Any]) -> bool:
    return holder(settings.log.path, row["line"]) is not None


def _cells(settings: Settings, row: dict[str, Any], *, numbers: bool) -> list[str]:
    model = " ".join(visible(row[name]) for name in ("manufacturer", "model") if row.get(name)) or "modem not known"
    sim = f"SIM {masked(row['iccid'], numbers=numbers)}" if row.get("iccid") else "SIM not known"
    if row.get("accepted_iccid") and row.get("iccid") and row["accepted_iccid"] != row["iccid"]:
        sim += " (new: antirelou line accept)"
    since = f"since {when(row['first_start_at'], settings.reply.time_zone)}"
    says = visible(row["sentence"]) if _runs(settings, row) else "The daemon is not running."
    return [row["line"], model, sim, since, says]
