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
    columns,
    cut,
    duration,
    echo,
    json_line,
    masked,
    masked_row,
    plural,
    size_of,
    table,
    visible,
    when,
)
from antirelou.log import LogMissing, Reader
from antirelou.policy.month import month_start
from antirelou.settings import Limits, Settings

_EVENTS = 5
_ORDERS = 100  # the newest so many are looked through for open ones
_TEXTS = 10  # of a flood, with --texts
_LONGEST = 300  # columns of one of them, where no terminal says less

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
            f"No daemon runs, and none ever did here: there is no log at {settings.log.path}."
        )
    for row in found.lines:
        for text in _line(row, settings, now, starts, numbers=numbers):
            echo(text)
    for text in _rest(found, settings, now):
        echo(text)
    if texts:
        for text in _texts(found.lines):
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
        more["most_frequent"] = reader.flood_texts(number, _TEXTS)
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
        "No daemon runs: systemctl start antirelou starts it."
        if row["held_by"] is None
        else visible(row["sentence"])
    )
    cells = [
        ["Daemon", _daemon(row, settings, now)],
        *_for_the_operator(row, settings, now),
        ["Modem", _modem(row, numbers=numbers)],
        ["Network", _network(row, numbers=numbers)],
        ["Storage", _storage(row)],
        ["Left", _used(row, limits, when(starts, zone)[:10])],
        [
            "Received",
            f"{plural(row['messages_day'], 'message')} in 24 hours, last {when(row['last_message_at'], zone)}",
        ],
        ["Proof", _proof(row, settings, now)],
        ["Waiting", _waiting(row, settings, now)],
        ["Held", _counted(row["held"], "message") or "nothing"],
        *_flood(row, settings, now),
    ]
    return [
        f"Line {row['line']}: {head}",
        *table([cell for cell in cells if cell[1]], indent="  "),
    ]


def _for_the_operator(row: Row, settings: Settings, now: datetime) -> list[list[str]]:
    """What holds all replies back until the operator ends it."""
    cells = []
    gap = row["memory_gap_until"]
    if gap and datetime.fromisoformat(gap) > now:
        until = when(gap, settings.reply.time_zone)[:10]
        ends = (
            f"Nobody new gets a text until {until}, or antirelou resume --memory-gap."
        )
        cells.append(["Restored", ends])
    if row["paused"]:
        cells.append(["Orders", "Replies are paused until antirelou resume."])
    if row["new_sim"]:
        cells.append(
            [
                "SIM",
                "Another SIM than before; replies are held until antirelou line accept.",
            ]
        )
    return cells


def _daemon(row: Row, settings: Settings, now: datetime) -> str:
    zone = settings.reply.time_zone
    last = f"last word {when(row['updated_at'], zone, now=now)}"
    if row["held_by"] is None:
        died = (
            ""
            if row["pid"] is None
            else f"; it ended without saying so (process {row['pid']})"
        )
        return f"not running, {last}{died}"
    return f"process {row['held_by']}, {row['state']} since {when(row['state_since'], zone, now=now)}, {last}"


def _modem(row: Row, *, numbers: bool) -> str:
    model = (
        " ".join(visible(row[name]) for name in ("manufacturer", "model") if row[name])
        or "not known"
    )
    return (
        f"{model}, SIM {masked(row['iccid'], numbers=numbers)}"
        if row["iccid"]
        else model
    )


def _network(row: Row, *, numbers: bool) -> str:
    if row["registration"] is None:
        return "not known"
    signal = "signal not known" if row["signal"] is None else f"{row['signal']} dBm"
    centre = (
        f"service centre {masked(row['service_centre'], numbers=numbers)}"
        if row["service_centre"]
        else ""
    )
    name = visible(row["network"]) if row["network"] else ""
    return ", ".join(
        part for part in (name, row["registration"], signal, centre) if part
    )


def _storage(row: Row) -> str:
    return ", ".join(
        visible(f"{use['storage']} {use['used']} of {use['total']}")
        for use in row["storages"]
    )


def _used(row: Row, limits: Limits | None, starts: str) -> str:
    """What left, of what may leave; the limits are known of this configuration's line only."""
    figures = (
        ("segments_hour", "segments_per_hour", "segments in 60 minutes"),
        ("segments_day", "segments_per_day", "in 24 hours"),
        ("recipients_day", "recipients_per_day", "recipients in 24 hours"),
        ("recipients_month", "recipients_per_month", f"since {starts}"),
    )
    return ", ".join(
        f"{row[used]} of {getattr(limits, limit)} {words}"
        if limits
        else f"{row[used]} {words}"
        for used, limit, words in figures
    )


def _flood(row: Row, settings: Settings, now: datetime) -> list[list[str]]:
    """The flood that is on: since when, what came in it, what may still leave, what is held back and why."""
    flood, zone = row["flood"], settings.reply.time_zone
    if flood is None:
        return []
    ours = settings.flood if row["line"] == settings.line else None
    left = max(0, ours.recipients - flood["recipients"]) if ours else 0
    cost = f" of {ours.recipients} that it may cost: {left} left" if ours else ""
    quiet = duration(max(ours.quiet, ours.window)) if ours else ""
    lull = (
        f"; over after {quiet} of quiet since {when(flood['hot_at'], zone, now=now)}"
        if ours
        else ""
    )
    came = (
        (flood["messages"], "message"),
        (flood["numbers"], "number"),
        (flood["texts"], "different text"),
    )
    held = _counted(flood["waiting"], "reply waits", "replies wait") or "no reply waits"
    dropped = _counted(flood["dropped"], "was dropped", "were dropped")
    return [
        ["Flood", f"on since {when(flood['since'], zone, now=now)}{lull}"],
        ["", "{} from {}, {}".format(*(plural(*one) for one in came))],
        ["", f"{plural(flood['recipients'], 'number')} answered{cost}"],
        ["", "; ".join(part for part in (held, dropped) if part)],
        ["", "decided: " + _words(flood["decided"])],
    ]


def _texts(lines: list[Row]) -> list[str]:
    """What is written most in the floods that are on."""
    most, told = columns() or _LONGEST, []
    for row in lines:
        if row["flood"] is None:
            continue
        found = row["flood"]["most_frequent"]
        told.append(f"What is written most on line {row['line']}:")
        shown = [
            [
                f"{text['messages']:,} times",
                f"by {text['numbers']:,}",
                visible(text["text"] or ""),
            ]
            for text in found
        ]
        told += [cut(text, most) for text in table(shown, indent="  ")]
    return told or ["No flood is on, so there are no texts of one to show."]


def _proof(row: Row, settings: Settings, now: datetime) -> str:
    """When it was last seen that texts go out and come in."""
    zone = settings.reply.time_zone
    if row["self_text_proved_at"]:
        at = when(row["self_text_proved_at"], zone, now=now)
        return f"a text to itself left and came back {at}"
    if row["self_text_at"]:
        at = when(row["self_text_at"], zone, now=now)
        return f"none yet; a text to itself was due {at}"
    if row["line"] == settings.line and not settings.modem.number:
        return "none: set modem.number, and the line texts itself"
    return "none yet"


def _waiting(row: Row, settings: Settings, now: datetime) -> str:
    waiting = _counted(row["queued"], "reply", "replies")
    due = when(row["next_due_at"], settings.reply.time_zone, now=now)
    open_ones = row["undecided"] - sum(
        row["held"].values()
    )  # most likely segments that wait for the others
    undecided = plural(open_ones, "message") + " undecided" if open_ones else ""
    return (
        "; ".join(
            part
            for part in (f"{waiting}; first due {due}" if waiting else "", undecided)
            if part
        )
        or "nothing"
    )


def _counted(counts: dict[str, int], noun: str, nouns: str | None = None) -> str:
    """`3 replies: 2 outside_hours, 1 hourly_limit`."""
    if not counts:
        return ""
    return f"{plural(sum(counts.values()), noun, nouns)}: {_words(counts)}"


def _words(counts: dict[str, int]) -> str:
    """`2 outside_hours, 1 hourly_limit`, the most frequent first."""
    return ", ".join(
        f"{number:,} {reason}"
        for reason, number in sorted(counts.items(), key=lambda it: -it[1])
    )


def _rest(found: _Found, settings: Settings, now: datetime) -> list[str]:
    """What the lines share."""
    free, orders, events = found.disk_free, found.open_orders, found.events
    lines = []
    if free is not None:
        low = " Too little: replies are stopped." if free < settings.log.reserve else ""
        lines.append(
            f"Disk: {size_of(free)} free; replies stop below {size_of(settings.log.reserve)}.{low}"
        )
    if orders:
        kinds = ", ".join(f"{row['kind']} (line {row['line']})" for row in orders)
        lines.append(f"Orders not yet carried out: {kinds}.")
    if events:
        lines += [
            "Last events:",
            *table([_event(row, settings, now) for row in events], indent="  "),
        ]
    return lines


def _event(row: Row, settings: Settings, now: datetime) -> list[str]:
    repeated = f" ({row['count']} times)" if row["count"] > 1 else ""
    return [
        when(row["last_at"], settings.reply.time_zone, now=now),
        row["line"],
        visible(row["text"]) + repeated,
    ]
