"""`antirelou hold`: periods from which nothing is erased."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from antirelou.cli.options import (
    config_option,
    json_option,
    settings_of,
    time_option,
)
from antirelou.cli.ordering import order
from antirelou.cli.output import echo, json_line, visible, when
from antirelou.language import _
from antirelou.log import Hold, Reader
from antirelou.settings import Settings


@click.command()
@config_option
@click.option("--since", metavar="TIME", help="Keep what was received from then on.")
@click.option("--until", metavar="TIME", help="Until then; a day is kept as a whole.")
@click.option("--note", metavar="WHY", help="Why, as the number of the complaint.")
@click.option(
    "--end",
    type=click.IntRange(min=1),
    metavar="ID",
    help="End a hold, as the list names it.",
)
@json_option
def hold(
    config: Path,
    since: str | None,
    until: str | None,
    note: str | None,
    end: int | None,
    as_json: bool,
) -> None:
    """Keep a period from being erased, by age or by antirelou forget, until the hold is ended; or show the holds.

    \b
    antirelou hold
    antirelou hold --since 2026-11-22 --until 2026-11-23 --note "complaint of 24 November"
    antirelou hold --end 7
    """
    settings = settings_of(config)
    period = (since, until, note)
    if any(period) or end is not None:
        if as_json or (any(period) and end is not None):
            raise click.UsageError(
                _(
                    "Give --since, --until and --note, or --end, or neither for the list."
                )
            )
        _order(settings, period, end)
        return
    with Reader.open(settings.log.path) as reader:
        holds = reader.holds()
    if not holds and not as_json:
        echo(_("There is no legal hold: everything is erased when it is due."))
    for one in holds:
        echo(_json(one) if as_json else _sentence(one, settings))


def _order(
    settings: Settings,
    period: tuple[str | None, str | None, str | None],
    end: int | None,
) -> None:
    if end is not None:
        with Reader.open(settings.log.path) as reader:
            if end not in [one.id for one in reader.holds()]:
                raise click.UsageError(
                    _("There is no hold {end}: antirelou hold lists them.", end=end)
                )
        order(settings, "hold_end", [("", {"id": end})])
        return
    since, until, note = period
    if since is None or until is None or not (note or "").strip():
        raise click.UsageError(
            _(
                "A hold needs --since, --until and --note: from when, until when, and why."
            )
        )
    now, zone = datetime.now(UTC), settings.reply.time_zone
    first = time_option(since, "--since", now=now, zone=zone)
    last = time_option(until, "--until", now=now, zone=zone, end=True)
    assert first is not None and last is not None
    if first >= last:
        raise click.UsageError(_("--until is not later than --since: swap them."))
    argument = {"since": first.isoformat(), "until": last.isoformat(), "note": note}
    order(settings, "hold", [("", argument)])


def _sentence(one: Hold, settings: Settings) -> str:
    zone = settings.reply.time_zone
    return _(
        "Hold {id}: nothing that was received from {since} to {until} is erased; "
        "ordered {at}: {note}",
        id=one.id,
        since=when(one.since, zone),
        until=when(one.until, zone),
        at=when(one.at, zone),
        note=visible(one.note),
    )


def _json(one: Hold) -> str:
    times = {"at": one.at, "since": one.since, "until": one.until}
    return json_line(
        {
            "id": one.id,
            **{name: at.isoformat() for name, at in times.items()},
            "note": one.note,
        }
    )
