"""`antirelou stats`: how much came, from how many, what was decided, what left; texts only if they are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from antirelou.cli import stats_texts
from antirelou.cli.options import (
    config_option,
    json_option,
    numbers_option,
    our_numbers,
    settings_of,
    time_option,
)
from antirelou.cli.output import columns, echo, json_line, table, when
from antirelou.cli.spans import MOST, UNITS, bounds, label, unit_for, usual_start
from antirelou.language import _, labelled, marked, plural
from antirelou.log import Reader
from antirelou.settings import Settings

_FIGURES = (marked("messages"), marked("senders"), marked("calls"), marked("replies"))
_LEAST_BAR, _LONGEST_BAR = 8, 100  # columns
_EIGHTHS = " ▏▎▍▌▋▊▉"  # of a full block

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the operator wants counted."""

    bounds: list[datetime]
    unit: str
    line: str | None
    ours: list[str]  # addresses that do not count


@click.command()
@config_option
@click.option(
    "--since",
    metavar="TIME",
    help="From then on: 2h, 30d, yesterday, 2026-11-22; else 24 hours, 30 days or 12 months.",
)
@click.option("--until", metavar="TIME", help="Up to then; a day is meant to its end.")
@click.option(
    "--by",
    "unit",
    type=click.Choice(UNITS),
    help="What to count in; else by how long the time is.",
)
@click.option("--line", "line_name", metavar="NAME", help="Of this line; else of all.")
@click.option(
    "--texts",
    is_flag=True,
    help="Also show the texts, near-identical ones as one; expect insults.",
)
@json_option
@numbers_option
def stats(
    config: Path,
    since: str | None,
    until: str | None,
    unit: str | None,
    line_name: str | None,
    texts: bool,
    as_json: bool,
    numbers: bool,
) -> None:
    """Count messages, senders, calls and replies by hour, day or month, and the reasons of the decisions.

    Your own phones (operator.numbers) are left out. Through a pipe, each figure is a line of its own, with tabs.

    \b
    antirelou stats
    antirelou stats --since yesterday --by hour
    antirelou stats --since 2026-01-01 --by month --json
    antirelou stats --since yesterday --texts --numbers
    """
    settings, now = settings_of(config), datetime.now(UTC)
    asked = _asked(settings, now, since, until, unit, line_name)
    with Reader.open(settings.log.path) as reader:
        found = reader.stats(asked.bounds, line=asked.line, ours=asked.ours)
        if texts:
            found["groups"] = _groups(reader, asked, numbers=numbers)
    if as_json:
        echo(json_line(_head(asked, settings) | found))
        return
    width = columns()
    shown = (
        _records(found, asked, settings)
        if width is None
        else _screen(found, asked, settings, width, numbers=numbers)
    )
    for text in shown:
        echo(text)


def _groups(reader: Reader, asked: _Asked, *, numbers: bool) -> list[Row]:
    return stats_texts.groups_of(
        reader,
        asked.bounds[0],
        asked.bounds[-1],
        line=asked.line,
        ours=asked.ours,
        numbers=numbers,
    )


def _asked(
    settings: Settings,
    now: datetime,
    since: str | None,
    until: str | None,
    unit: str | None,
    line: str | None,
) -> _Asked:
    zone = settings.reply.time_zone
    ends = time_option(until, "--until", now=now, zone=zone, end=True) or now
    begins = time_option(since, "--since", now=now, zone=zone)
    if begins is None:
        unit = unit or "day"
        begins = usual_start(min(ends, now), unit, zone)
    if begins >= ends:
        raise click.UsageError(
            _(
                "Nothing lies between {begins} and {ends}: --since must be before --until.",
                begins=when(begins, zone),
                ends=when(ends, zone),
            )
        )
    unit = unit or unit_for(ends - begins)
    cut = bounds(begins, ends, unit, zone)
    if len(cut) > MOST + 1:
        raise click.UsageError(
            _(
                "That is more than {most}: choose a longer unit with --by, or a later --since.",
                most=_most(unit),
            )
        )
    return _Asked(cut, unit, line, our_numbers(settings))


def _most(unit: str) -> str:
    """`2,000 hours`."""
    if unit == "hour":
        return plural(MOST, "hour")
    return plural(MOST, "day") if unit == "day" else plural(MOST, "month")


def _head(asked: _Asked, settings: Settings) -> Row:
    return {"line": asked.line, "by": asked.unit}


def _records(found: Row, asked: _Asked, settings: Settings) -> Iterator[str]:
    """One record a line, for a pipe: what it is of, which one, and its figures."""
    zone = settings.reply.time_zone
    for row in found["periods"]:
        name = label(datetime.fromisoformat(row["since"]), asked.unit, zone)
        figures = [str(row[figure]) for figure in _FIGURES]
        yield "\t".join([asked.unit, name, *figures])
    yield "\t".join(["total", "", *(str(found[figure]) for figure in _FIGURES)])
    for kind, counts in (
        ("reason", found["reasons"]),
        ("reply", found["states"]),
        ("dropped", found["dropped"]),
    ):
        for word, number in counts.items():
            yield f"{kind}\t{word}\t{number}"
    yield from stats_texts.records(found.get("groups", []))


def _screen(
    found: Row, asked: _Asked, settings: Settings, width: int, *, numbers: bool
) -> Iterator[str]:
    """The same for a terminal."""
    zone = settings.reply.time_zone
    of_line = _(" on line {line}", line=asked.line) if asked.line else ""
    yield _(
        "{since} to {until}{of_line}",
        since=when(asked.bounds[0], zone),
        until=when(asked.bounds[-1], zone),
        of_line=of_line,
    )
    yield from table(_totals(found), indent="  ")
    yield ""
    rows = [["", *map(_, _FIGURES)]]
    for row in found["periods"]:
        name = label(datetime.fromisoformat(row["since"]), asked.unit, zone)
        rows.append([name, *(f"{row[figure]:,}" for figure in _FIGURES)])
    yield from _chart(rows, [row["messages"] for row in found["periods"]], width)
    if "groups" in found:
        yield from stats_texts.screen(found["groups"], width, numbers=numbers)


def _totals(found: Row) -> list[list[str]]:
    came = _(
        "{messages} from {senders}",
        messages=plural(found["messages"], "message"),
        senders=plural(found["senders"], "sender"),
    )
    of_them = f"{plural(found['texts'], 'text')}, {plural(found['calls'], 'call')}"
    cells = [[_("Received"), labelled(came, of_them)]]
    cells.append([_("Left"), plural(found["replies"], "reply", "replies")])
    for title, name in (
        (_("Decided"), "reasons"),
        (_("Replies"), "states"),
        (_("Dropped"), "dropped"),
    ):
        if found[name]:
            counted = (f"{number:,} {word}" for word, number in found[name].items())
            cells.append([title, ", ".join(counted)])
    return cells


def _chart(rows: list[list[str]], values: list[int], width: int) -> Iterator[str]:
    """Columns of figures with a bar for each but the first; no bars where there is no room."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in rows
    ]
    room = min(_LONGEST_BAR, width - len(lines[0]) - 2)
    most = max(values, default=0)
    if room < _LEAST_BAR or not most:
        yield from (line[:width].rstrip() for line in lines)
        return
    yield lines[0]
    for line, value in zip(lines[1:], values, strict=True):
        yield f"{line}  {bar(value, most, room)}".rstrip()


def bar(value: int, most: int, room: int) -> str:
    """A bar of at most `room` columns; whatever is not nothing shows."""
    eighths = -(-value * room * 8 // most)
    if "utf" not in (sys.stdout.encoding or "").lower():
        return "#" * -(-eighths // 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
