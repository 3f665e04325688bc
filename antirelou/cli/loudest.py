"""`antirelou block --top`: whom the operator means by "those who write most", shown before anything is ordered."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from antirelou.cli.options import time_option
from antirelou.cli.output import echo, masked, table, when
from antirelou.language import _, plural
from antirelou.log import Reader
from antirelou.policy.numbers import normalise
from antirelou.settings import Settings

_SINCE = timedelta(hours=24)


def loudest(
    settings: Settings, top: int, since: str | None, *, numbers: bool, yes: bool
) -> list[str]:
    """The numbers that wrote most since then, once the operator agreed to them; none if there are none, or if not.

    Neither the operator's own phones, nor this SIM's number, nor who is blocked already.
    """
    now, zone = datetime.now(UTC), settings.reply.time_zone
    begins = time_option(since, "--since", now=now, zone=zone) or now - _SINCE
    country = settings.modem.country
    ours = {
        normalise(number, country)
        for number in (*settings.operator.numbers, settings.modem.number)
        if number
    }
    with Reader.open(settings.log.path) as reader:
        found = reader.loudest(settings.line, begins, top + len(ours))
    found = [row for row in found if row["address"] not in ours][:top]
    if not found:
        echo(
            _(
                "Nobody who is not blocked already wrote since {begins}.",
                begins=when(begins, zone),
            )
        )
        return []
    echo(
        _(
            "{found} that wrote most since {begins}:",
            found=plural(len(found), "number"),
            begins=when(begins, zone),
        )
    )
    for row in found:
        row["last"] = when(row["last_at"], zone, now=now)
    for line in table([_cells(row, numbers=numbers) for row in found], indent="  "):
        echo(line)
    return [row["address"] for row in found] if yes or _agreed(len(found)) else []


def _cells(row: dict[str, Any], *, numbers: bool) -> list[str]:
    last = _("last {last_at}", last_at=row["last"])
    return [
        masked(row["address"], numbers=numbers),
        plural(row["messages"], "message"),
        last + (_(", told already") if row["told"] else ""),
    ]


def _agreed(number: int) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(
            _("There is no terminal to confirm this on: add --yes to block them.")
        )
    if click.confirm(
        _("Never answer this number any more?")
        if number == 1
        else _("Never answer these {number:,} numbers any more?", number=number)
    ):
        return True
    echo(_("Nothing was ordered."))
    return False
