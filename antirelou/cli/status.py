"""`antirelou status`: how each line is, on one screen. Shows no text of anybody, unless asked for a flood's."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from antirelou.cli.options import (
    config_option,
    json_option,
    numbers_option,
    settings_of,
)
from antirelou.cli.output import (
    echo,
    json_line,
    masked,
    masked_row,
    size_of,
    table,
    visible,
    when,
)
from antirelou.cli.status_flood import TEXTS, counted, flood_cells, flood_texts
from antirelou.language import _, clauses, plural
from antirelou.log import LogMissing, Reader
from antirelou.policy.month import month_start
from antirelou.settings import Limits, Settings

_EVENTS = 5
_ORDERS = 100  # the newest so many are looked through for open ones

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to show, as it was read."""

    lines: list[Row]
    events: list[Row]
    open_orders: list[Row]
    disk_free: int | None  # bytes


@click.command()
@config_option
@json_option
@numbers_option
@click.option(
    "--texts",
    is_flag=True,
    help="Show the most frequent texts of a flood that is on; expect insults.",
)
def status(config: Path, as_json: bool, numbers: bool, texts: bool) -> None:
    """Show each line, its limits, what waits and why, whether a flood is on, and what happened last.

    \b
    antirelou status
    antirelou status --texts
    antirelou status --json
    """
    settings, now = settings_of(config), datetime.now(UTC)
    starts = month_start(now, settings.limits.month_starts_on, settings.reply.time_zone)
    found = _read(settings, now, starts, texts=texts)
    if as_json:
        echo(json_line(_facts(found, numbers=numbers)))
        return
    if not found.lines:
        echo(
            _(
                "No daemon runs, and none ever did here: there is no log at {path}.",
                path=settings.log.path,
            )
        )
    for row in found.lines:
        for text in _line(row, settings, now, starts, numbers=numbers):
            echo(text)
    for text in _rest(found, settings, now):
        echo(text)
    if texts:
        for text in flood_texts(found.lines):
            echo(text)


def _read(
    settings: Settings, now: datetime, starts: datetime, *, texts: bool
) -> _Found:
    """Read the log; without one there is still the disk to tell of."""
    try:
        with Reader.open(settings.log.path) as reader:
            lines = [
                _with_flood(row, reader, texts=texts)
                for row in reader.status(now, month_start=starts)
            ]
            events = reader.events(_EVENTS)
            orders = [row for row in reader.orders(_ORDERS) if row["done_at"] is None]
    except LogMissing:
        if settings.log.path.exists():  # it waits for a daemon to migrate it
            raise
        lines, events, orders = [], [], []
    return _Found(lines, events, orders, _free(settings))


def _facts(found: _Found, *, numbers: bool) -> Row:
    """Everything, for programs."""
    return {
        "lines": [masked_row(row, numbers=numbers) for row in found.lines],
        "events": found.events,
        "open_orders": [
            {name: row[name] for name in ("id", "at", "line", "kind")}
            for row in found.open_orders
        ],
        "disk_free": found.disk_free,
    }


def _with_flood(row: Row, reader: Reader, *, texts: bool) -> Row:
    """The line's row, and in its flood what was decided about it; its most frequent texts only if asked for."""
    if row["flood"] is None:
        return row
    number = row["flood"]["flood"]
    more: Row = {"decided": reader.flood_decisions(number)}
    if texts:
        more["most_frequent"] = reader.flood_texts(number, TEXTS)
    return row | {"flood": row["flood"] | more}


def _free(settings: Settings) -> int | None:
    try:
        return shutil.disk_usage(settings.log.path.parent).free
    except OSError:  # no such directory yet
        return None


def _line(
    row: Row, settings: Settings, now: datetime, starts: datetime, *, numbers: bool
) -> list[str]:
    """One line's block."""
    zone = settings.reply.time_zone
    limits = settings.limits if row["line"] == settings.line else None
    head = (
        _("No daemon runs: systemctl start antirelou starts it.")
        if row["held_by"] is None
        else visible(row["sentence"])
    )
    cells = [
        [_("Daemon"), _daemon(row, settings, now)],
        *_for_the_operator(row, settings, now),
        [_("Modem"), _modem(row, numbers=numbers)],
        [_("Network"), _network(row, numbers=numbers)],
        [_("Storage"), _storage(row)],
        [_("Left"), _used(row, limits, when(starts, zone)[:10])],
        [
            _("Received"),
            _(
                "{messages_day} in 24 hours, last {last_message_at}",
                messages_day=plural(row["messages_day"], "message"),
                last_message_at=when(row["last_message_at"], zone),
            ),
        ],
        [_("Proof"), _proof(row, settings, now)],
        [_("Waiting"), _waiting(row, settings, now)],
        [_("Held"), counted(row["held"], "message") or _("nothing")],
        *flood_cells(row, settings, now),
    ]
    return [
        _("Line {line}: {head}", line=row["line"], head=head),
        *table([cell for cell in cells if cell[1]], indent="  "),
    ]


def _for_the_operator(row: Row, settings: Settings, now: datetime) -> list[list[str]]:
    """What holds all replies back until the operator ends it."""
    cells = []
    gap = row["memory_gap_until"]
    if gap and datetime.fromisoformat(gap) > now:
        until = when(gap, settings.reply.time_zone)[:10]
        ends = _(
            "Nobody new gets a text until {until}, or antirelou resume --memory-gap.",
            until=until,
        )
        cells.append([_("Restored"), ends])
    if row["paused"]:
        cells.append([_("Orders"), _("Replies are paused until antirelou resume.")])
    if row["new_sim"]:
        cells.append(
            [
                _("SIM"),
                _(
                    "Another SIM than before; replies are held until antirelou line accept."
                ),
            ]
        )
    return cells


def _daemon(row: Row, settings: Settings, now: datetime) -> str:
    zone = settings.reply.time_zone
    last = _(
        "last word {updated_at}", updated_at=when(row["updated_at"], zone, now=now)
    )
    if row["held_by"] is None:
        died = (
            ""
            if row["pid"] is None
            else _("; it ended without saying so (process {pid})", pid=row["pid"])
        )
        return _("not running, {last}{died}", last=last, died=died)
    return _(
        "process {held_by}, {state} since {state_since}, {last}",
        held_by=row["held_by"],
        state=row["state"],
        state_since=when(row["state_since"], zone, now=now),
        last=last,
    )


def _modem(row: Row, *, numbers: bool) -> str:
    model = " ".join(
        visible(row[name]) for name in ("manufacturer", "model") if row[name]
    ) or _("not known")
    return (
        _(
            "{model}, SIM {iccid}",
            model=model,
            iccid=masked(row["iccid"], numbers=numbers),
        )
        if row["iccid"]
        else model
    )


def _network(row: Row, *, numbers: bool) -> str:
    if row["registration"] is None:
        return _("not known")
    signal = (
        _("signal not known")
        if row["signal"] is None
        else _("{signal} dBm", signal=row["signal"])
    )
    centre = (
        _(
            "service centre {service_centre}",
            service_centre=masked(row["service_centre"], numbers=numbers),
        )
        if row["service_centre"]
        else ""
    )
    name = visible(row["network"]) if row["network"] else ""
    return ", ".join(
        part for part in (name, row["registration"], signal, centre) if part
    )


def _storage(row: Row) -> str:
    return ", ".join(
        visible(
            _(
                "{storage} {used} of {total}",
                storage=use["storage"],
                used=use["used"],
                total=use["total"],
            )
        )
        for use in row["storages"]
    )


def _used(row: Row, limits: Limits | None, starts: str) -> str:
    """What left, of what may leave; the limits are known of this configuration's line only."""
    figures = (
        ("segments_hour", "segments_per_hour", _("segments in 60 minutes")),
        ("segments_day", "segments_per_day", _("in 24 hours")),
        ("recipients_day", "recipients_per_day", _("recipients in 24 hours")),
        (
            "recipients_month",
            "recipients_per_month",
            _("since {starts}", starts=starts),
        ),
    )
    return ", ".join(
        _(
            "{used} of {most} {words}",
            used=row[used],
            most=getattr(limits, limit),
            words=words,
        )
        if limits
        else f"{row[used]} {words}"
        for used, limit, words in figures
    )


def _proof(row: Row, settings: Settings, now: datetime) -> str:
    """When it was last seen that texts go out and come in."""
    zone = settings.reply.time_zone
    if row["self_text_proved_at"]:
        at = when(row["self_text_proved_at"], zone, now=now)
        return _("a text to itself left and came back {at}", at=at)
    if row["self_text_at"]:
        at = when(row["self_text_at"], zone, now=now)
        return _("none yet; a text to itself was due {at}", at=at)
    if row["line"] == settings.line and not settings.modem.number:
        return _("none: set modem.number, and the line texts itself")
    return _("none yet")


def _waiting(row: Row, settings: Settings, now: datetime) -> str:
    waiting = counted(row["queued"], "reply", "replies")
    due = when(row["next_due_at"], settings.reply.time_zone, now=now)
    open_ones = row["undecided"] - sum(
        row["held"].values()
    )  # most likely segments that wait for the others
    waits = _("{waiting}; first due {due}", waiting=waiting, due=due) if waiting else ""
    undecided = plural(open_ones, "message undecided", "messages undecided")
    return clauses(waits, undecided if open_ones else "") or _("nothing")


def _rest(found: _Found, settings: Settings, now: datetime) -> list[str]:
    """What the lines share."""
    free, orders, events = found.disk_free, found.open_orders, found.events
    lines = []
    if free is not None:
        low = (
            _(" Too little: replies are stopped.")
            if free < settings.log.reserve
            else ""
        )
        lines.append(
            _(
                "Disk: {free} free; replies stop below {reserve}.{low}",
                free=size_of(free),
                reserve=size_of(settings.log.reserve),
                low=low,
            )
        )
    if orders:
        kinds = ", ".join(
            _("{kind} (line {line})", kind=row["kind"], line=row["line"])
            for row in orders
        )
        lines.append(_("Orders not yet carried out: {kinds}.", kinds=kinds))
    if events:
        lines += [
            _("Last events:"),
            *table([_event(row, settings, now) for row in events], indent="  "),
        ]
    return lines


def _event(row: Row, settings: Settings, now: datetime) -> list[str]:
    repeated = _(" ({count} times)", count=row["count"]) if row["count"] > 1 else ""
    return [
        when(row["last_at"], settings.reply.time_zone, now=now),
        row["line"],
        visible(row["text"]) + repeated,
    ]
