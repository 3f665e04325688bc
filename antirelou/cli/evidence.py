"""`antirelou evidence`: what was selected, as a folder and a .zip that prove themselves, for a complaint.

Owns what is asked for and in what order the folder is filled; how is `antirelou/evidence`'s. Each export is recorded in
the log before its folder is in its place.
"""

from __future__ import annotations

import getpass
import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from antirelou import __version__
from antirelou.cli.log import REASONS
from antirelou.cli.options import (
    anchor_of,
    config_option,
    our_numbers,
    settings_of,
    time_option,
)
from antirelou.cli.output import echo, visible
from antirelou.cli.spans import bounds, unit_for
from antirelou.clock import SystemClock, Timekeeper
from antirelou.evidence.annex import annex
from antirelou.evidence.case import Case, Counts
from antirelou.evidence.folder import Folder
from antirelou.evidence.records import note_of, record_of
from antirelou.evidence.report import Report, page
from antirelou.evidence.said import LANGUAGES, Said
from antirelou.language import _, plural
from antirelou.log import Anchor, Reader, record_export
from antirelou.log.exhibits import Selected
from antirelou.log.selection import Filters
from antirelou.policy.numbers import normalise
from antirelou.settings import Settings

_BESIDE = timedelta(days=7)  # before and after are not longer than this


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the operator wants in the folder."""

    filters: Filters
    criteria: dict[str, str]
    language: str
    anchor: Anchor | None
    now: datetime


@click.command()
@config_option
@click.option(
    "--since", required=True, metavar="TIME", help="From then on, as in antirelou log."
)
@click.option(
    "--until", required=True, metavar="TIME", help="Up to then; a day is meant whole."
)
@click.option("--sender", metavar="NUMBER", help="Of this number, however written.")
@click.option(
    "--search",
    metavar="WORDS",
    help="With these words in the text; accents do not matter.",
)
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    metavar="WORD",
    help="Decided or held for it: campaign, already_told, …",
)
@click.option(
    "--anchor",
    metavar="SEQ:HEAD",
    help="A head of the chain that was kept elsewhere: the folder's chain goes that far.",
)
@click.option(
    "--language",
    type=click.Choice(sorted(LANGUAGES)),
    default="fr",
    show_default=True,
    help="Of the report.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to make; DIR.zip is the same in one file.",
)
@click.option(
    "--annex",
    "with_annex",
    is_flag=True,
    help="Also make DIR-annex.txt: what names you, the SIM and this machine.",
)
def evidence(
    config: Path,
    language: str,
    anchor: str | None,
    output: Path,
    with_annex: bool,
    **chosen: Any,
) -> None:
    """Make a folder for a complaint: a report in PDF, every message in full, and what proves that nothing was changed.

    Numbers and texts are in it whole. Nothing in it names you or this machine, unless you did, in a note or in the name
    of the line. What it holds is recorded in the log. Needs the packages fpdf2 and rapidfuzz.

    \b
    antirelou evidence --since 2026-11-20 --until 2026-11-22 --output complaint
    antirelou evidence --since yesterday --until now --reason campaign --language en --output /media/stick/raid
    antirelou verify complaint
    """
    settings, now = settings_of(config), datetime.now(UTC)
    known = None if anchor is None else anchor_of(anchor)
    filters, criteria = _filters(settings, now, chosen)
    asked = _Asked(filters, criteria, language, known, now)
    with (
        Folder(output) as folder,
        Reader.open(settings.log.path) as reader,
        reader.unchanging(),
    ):
        selected = reader.select_exhibits(filters, our_numbers(settings))
        if not selected.messages:
            raise click.UsageError(
                _(
                    "No message fits, so there is nothing to put into a folder; antirelou log takes the same options."
                )
            )
        digest = _fill(folder, reader, settings, asked, selected)
        _record(settings, output, digest, asked, list(reader.exhibit_ids()))
        if with_annex:
            _annex(reader, settings, folder, asked, digest)
        folder.place()
    echo(
        _(
            "{messages} in {folder}, and the same in {folder}.zip.",
            messages=plural(selected.messages, "message"),
            folder=visible(str(output)),
        )
    )
    echo(_("Keep the SHA-256 of its manifest elsewhere: {digest}", digest=digest))


def _filters(
    settings: Settings, now: datetime, chosen: dict[str, Any]
) -> tuple[Filters, dict[str, str]]:
    """What selects the messages; and the same as it is told in the report, but for the times."""
    zone = settings.reply.time_zone
    since = time_option(chosen["since"], "--since", now=now, zone=zone)
    until = time_option(chosen["until"], "--until", now=now, zone=zone, end=True)
    assert since is not None and until is not None
    if since >= until:
        raise click.UsageError(_("--since must be before --until."))
    sender = chosen["sender"] and normalise(chosen["sender"], settings.modem.country)
    narrower = {
        "sender": sender,
        "search": chosen["search"],
        "reason": chosen["reason"],
    }
    given = {name: value for name, value in narrower.items() if value}
    return Filters(since=since, until=until, **given), given


def _fill(
    folder: Folder,
    reader: Reader,
    settings: Settings,
    asked: _Asked,
    selected: Selected,
) -> str:
    """Write all that the folder holds; return the SHA-256 of its manifest."""
    last = _last(reader, selected, asked.anchor)
    folder.write_chain(reader.digests(selected.first, last))
    notes = [note_of(row) for row in reader.exhibited_notes()]
    folder.write_notes(notes)
    case = _case(reader, settings, asked, selected, notes)
    counts = Counts(case.spans)
    folder.write_records(map(record_of, reader.exhibits()), counts.seen)
    Report(case, counts).write(folder.path, map(record_of, reader.exhibits()))
    folder.write_text(LANGUAGES[asked.language].PAGE, page(case))
    return folder.seal()


def _annex(
    reader: Reader, settings: Settings, folder: Folder, asked: _Asked, digest: str
) -> None:
    """Write the page that is to be handed over apart."""
    machine = {
        "host": platform.node(),
        "user": os.environ.get("SUDO_USER") or getpass.getuser(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "program": __version__,
        "log": str(settings.log.path.absolute()),
        "folder": str(folder.target.absolute()),
    }
    said = Said(asked.language, settings.reply.time_zone)
    lines = [
        row | {"number": row["number"] or settings.modem.number}
        if row["line"] == settings.line
        else row
        for row in reader.lines()
    ]
    text = annex(said, digest, machine, lines, settings.operator.numbers)
    folder.write_annex(text)


def _last(reader: Reader, selected: Selected, anchor: Anchor | None) -> int:
    """The last entry of the chain that goes into the folder; up to the anchor, if that is of this chain."""
    if anchor is None:
        return selected.last
    if anchor.seq < selected.first or reader.head(anchor.seq) != anchor.head.hex():
        raise click.UsageError(
            _(
                "The anchor {entry} is before all that was selected, or the chain has another head there: antirelou verify "
                "--anchor says which.",
                entry=anchor.seq,
            )
        )
    return max(selected.last, anchor.seq)


def _case(
    reader: Reader,
    settings: Settings,
    asked: _Asked,
    selected: Selected,
    notes: list[dict[str, Any]],
) -> Case:
    since, until = asked.filters.since, asked.filters.until
    assert since is not None and until is not None
    until = min(until, max(asked.now, since + timedelta(hours=1)))
    beside = min(until - since, _BESIDE)
    spans = [(since - beside, since), (since, until), (until, until + beside)]
    unit, cut = _cut(reader, settings, since, until)
    return Case(
        made_at=asked.now,
        version=__version__,
        language=asked.language,
        zone=settings.reply.time_zone,
        since=since,
        until=until,
        criteria=asked.criteria,
        selected=selected,
        anchor=None
        if asked.anchor is None
        else (asked.anchor.seq, asked.anchor.head.hex()),
        head_before=reader.head(selected.first - 1),
        head=reader.head(selected.last),
        unit=unit,
        spans=cut,
        effects=reader.effects(spans),
        floods=reader.floods_between(since, until),
        events=reader.told_events(since, until),
        notes=notes,
    )


def _cut(
    reader: Reader, settings: Settings, since: datetime, until: datetime
) -> tuple[str, list[datetime]]:
    """The bars of the plot: of the time in which there is something to show."""
    found = reader.first_and_last()
    first, last = found if found else (since, until)
    ends = min(until, last + timedelta(seconds=1))
    begins = max(since, min(first, ends - timedelta(hours=1)))
    unit = unit_for(ends - begins)
    return unit, bounds(begins, ends, unit, settings.reply.time_zone)


def _record(
    settings: Settings, output: Path, digest: str, asked: _Asked, ids: list[int]
) -> None:
    record_export(
        settings,
        path=output.absolute(),
        manifest_digest=digest,
        since=asked.filters.since,
        until=asked.filters.until,
        message_ids=ids,
        moment=Timekeeper(SystemClock()).moment(),
    )
