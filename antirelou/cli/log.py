"""`antirelou log`: what was received, and what became of it.

Chooses what is shown and in which of four forms: a table for a terminal, one record a line for a pipe, JSON, CSV.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from antirelou.cli.options import (
    config_option,
    json_option,
    numbers_option,
    settings_of,
    time_option,
)
from antirelou.cli.output import (
    columns,
    csv_line,
    cut,
    displayed,
    echo,
    json_line,
    masked,
    table,
    visible,
    when,
)
from antirelou.language import _
from antirelou.log import Reader, State
from antirelou.policy.facts import HoldReason, Kind, Reason
from antirelou.policy.numbers import normalise
from antirelou.settings import Settings

_LOOK = 500  # milliseconds between two looks at the file while following
_LEAST_TEXT = 20  # columns for the text in however narrow a terminal
REASONS = [str(word) for words in (Reason, HoldReason) for word in words]
_CSV = [
    *(
        "id",
        "line",
        "received_at",
        "service_centre_time",
        "sender",
        "kind",
        "text",
        "segments",
        "segments_expected",
    ),
    *("complete", "deliveries", "reason", "hold"),
    *(
        "reply_states",
        "reply_reasons",
        "reply_texts",
        "reply_due_at",
        "reply_submitted_at",
    ),
]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """How rows are to be shown."""

    form: str
    numbers: bool
    zone: ZoneInfo
    now: datetime
    columns: int | None


@click.command()
@config_option
@click.option(
    "--since",
    metavar="TIME",
    help="From then on: 2h, 3d, today, yesterday, 2026-11-22, '2026-11-22 18:30'.",
)
@click.option("--until", metavar="TIME", help="Up to then; a day is meant to its end.")
@click.option("--sender", metavar="NUMBER", help="Of this number, however written.")
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    metavar="WORD",
    help="Decided or held for it: to_answer, stale, paused, …",
)
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in Kind]),
    metavar="WORD",
    help="text, call, mms, …",
)
@click.option(
    "--state",
    type=click.Choice([str(state) for state in State]),
    metavar="WORD",
    help="With a reply in this state: queued, submitted, …",
)
@click.option(
    "--search",
    metavar="WORDS",
    help="With these words in the text; accents do not matter.",
)
@click.option(
    "--line", "line_name", metavar="NAME", help="Received on this line; else on all."
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="The newest so many.",
)
@click.option("--follow", is_flag=True, help="Go on with what comes in, until Ctrl-C.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="CSV (RFC 4180), times in UTC.")
@numbers_option
def log(
    config: Path,
    limit: int,
    follow: bool,
    as_json: bool,
    as_csv: bool,
    numbers: bool,
    **filters: Any,
) -> None:
    """Show what was received and what became of it, oldest first.

    Texts are shown with escapes in place of whatever could act on a terminal. In CSV, a cell that begins like a
    formula gets an apostrophe in front. Numbers are masked.

    \b
    antirelou log --since yesterday --reason to_answer
    antirelou log --follow --json
    antirelou log --sender "06 39 98 00 01" --csv --limit 100000 > texts.csv
    """
    if as_json and as_csv:
        raise click.UsageError(_("Choose one of --json and --csv."))
    if follow and filters["until"] is not None:
        raise click.UsageError(
            _("--follow goes on for ever; it cannot be combined with --until.")
        )
    settings, now = settings_of(config), datetime.now(UTC)
    form = "json" if as_json else "csv" if as_csv else "plain"
    shown = Shown(form, numbers, settings.reply.time_zone, now, columns())
    asked = _asked(settings, now, filters)
    with Reader.open(settings.log.path) as reader:
        _show(reader, shown, asked, limit=limit, follow=follow)


def _asked(settings: Settings, now: datetime, filters: Row) -> Row:
    """The filters as `Reader.messages` takes them."""
    zone = settings.reply.time_zone
    return {
        "since": time_option(filters["since"], "--since", now=now, zone=zone),
        "until": time_option(filters["until"], "--until", now=now, zone=zone, end=True),
        "sender": normalise(filters["sender"], settings.modem.country)
        if filters["sender"]
        else None,
        "line": filters["line_name"],
        **{name: filters[name] for name in ("reason", "kind", "state", "search")},
    }


def _show(
    reader: Reader, shown: Shown, asked: Row, *, limit: int, follow: bool
) -> None:
    if shown.form == "csv":
        echo(csv_line(_CSV), end="\r\n")
    last = reader.last_id() or 0
    rows = reader.messages(**asked, limit=limit)
    _print(rows, shown)
    if not follow:
        return
    last = max([last, *(row["id"] for row in rows)])
    for _change in _changes(reader):
        rows = reader.messages(**asked, limit=None, after_id=last)
        _print(rows, shown)
        last = max([last, *(row["id"] for row in rows)])


def _changes(reader: Reader) -> Iterator[None]:
    """Each time that the file was written; ends when whoever reads our output went away."""
    gone = select.poll()
    gone.register(
        sys.stdout.fileno(), 0
    )  # asks for nothing, so only hang-ups and errors are told
    version = reader.data_version()
    yield
    while not gone.poll(_LOOK):
        seen, version = version, reader.data_version()
        if seen != version:
            yield


def _print(rows: list[Row], shown: Shown) -> None:
    if shown.form == "plain" and shown.columns is not None:
        for line in _table(rows, shown, shown.columns):
            echo(line)
        return
    line_of: Callable[[Row, Shown], str] = {
        "json": _json,
        "csv": _csv,
        "plain": _plain,
    }[shown.form]
    for row in rows:
        echo(line_of(row, shown), end="\r\n" if shown.form == "csv" else "\n")


def _json(row: Row, shown: Shown) -> str:
    sender = row["sender"] and displayed(row["sender"], numbers=shown.numbers)
    return json_line(row | {"sender": sender})


def _csv(row: Row, shown: Shown) -> str:
    replies = row["replies"]
    joined = {
        "sender": displayed(row["sender"] or "", numbers=shown.numbers),
        "reply_states": " ".join(reply["state"] for reply in replies),
        "reply_reasons": " ".join(reply["reason"] or "none" for reply in replies),
        "reply_texts": "\n".join(reply["text"] or "" for reply in replies),
        "reply_due_at": " ".join(reply["due_at"] for reply in replies),
        "reply_submitted_at": " ".join(
            reply["submitted_at"] or "none" for reply in replies
        ),
    }
    return csv_line((row | joined)[name] for name in _CSV)


def _plain(row: Row, shown: Shown) -> str:
    return "\t".join([*_cells(row, shown), visible(row["text"] or "")])


def _table(rows: list[Row], shown: Shown, width: int) -> list[str]:
    lines = table([[*_cells(row, shown), visible(row["text"] or "")] for row in rows])
    return [cut(line, max(width, _LEAST_TEXT)) for line in lines]


def _cells(row: Row, shown: Shown) -> list[str]:
    """All columns but the text."""
    local = when(row["received_at"], shown.zone)
    return [
        str(row["id"]),
        local,
        _sender(row, shown),
        row["kind"],
        verdict(row),
        fate(row, shown.zone),
    ]


def _sender(row: Row, shown: Shown) -> str:
    return masked(row["sender"] or "", numbers=shown.numbers)


def verdict(row: Row) -> str:
    """The reason of a decision, or why there is none yet."""
    if row["reason"]:
        return str(row["reason"])
    return f"held: {row['hold']}" if row["hold"] else "undecided"


def fate(row: Row, zone: ZoneInfo) -> str:
    """The states of a message's replies, with when or why."""
    return "; ".join(_reply(reply, zone) for reply in row["replies"]) or "no reply"


def _reply(reply: Row, zone: ZoneInfo) -> str:
    state = str(reply["state"])
    if state == "queued":
        return f"queued for {when(reply['due_at'], zone)}" + (
            f" ({reply['reason']})" if reply["reason"] else ""
        )
    if state == "submitted" and reply["submitted_at"]:
        return f"submitted {when(reply['submitted_at'], zone)}"
    return f"{state} ({reply['reason']})" if reply["reason"] else state
