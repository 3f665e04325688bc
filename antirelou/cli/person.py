"""`antirelou show` and `antirelou forget`: what is kept about one person, and that it is kept no longer.

The number is the one that the operator types: whether it is the asking person's own, `antirelou prove` helps to find out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from antirelou.cli.options import (
    config_option,
    json_option,
    numbers_option,
    settings_of,
)
from antirelou.cli.ordering import order
from antirelou.cli.orders import address_of
from antirelou.cli.output import (
    displayed,
    echo,
    json_line,
    masked,
    paragraphs,
    visible,
    when,
)
from antirelou.language import _, plural
from antirelou.log import Reader, holder
from antirelou.log.copies import copies
from antirelou.settings import Settings

_PATIENCE = 20.0  # seconds for what was taken out to leave the file
_LOOK = 0.2
_WITH_NUMBERS = (
    "pdu",
    "service_centre_address",
    "argument",
    "details",
    "said",
    "file_name",
)

Row = dict[str, Any]


@click.command()
@config_option
@click.argument("number", metavar="NUMBER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@numbers_option
def forget(config: Path, number: str, yes: bool, numbers: bool) -> None:
    """Erase what is kept about a number: texts, short messages as they came, and the number; it cannot be undone.

    That it was told, blocked or opted out stays known, by a pseudonym, so that it is not written to again. Backups keep
    what they hold. Look first: antirelou show NUMBER. Is it the number of whoever asks? antirelou prove NUMBER.

    \b
    antirelou forget "06 39 98 00 01"
    antirelou forget --yes +33639980001
    """
    settings = settings_of(config)
    address = address_of(number, settings.modem.country)
    shown = masked(address, numbers=numbers)
    if not yes:
        click.confirm(
            _("Erase all that {shown} wrote, for ever?", shown=shown),
            abort=True,
            err=True,
        )
    with Reader.open(settings.log.path) as reader:
        before = reader.last_erased(settings.line)
        exported = reader.exports_of(address, settings.log.key_file)
    order(settings, "forget", [(shown, {"address": address})])
    for one in exported:
        echo(
            _(
                "What was exported {at} to {path} still holds it.",
                at=when(one.at, settings.reply.time_zone),
                path=visible(one.path),
            )
        )
    if holder(settings.log.path, settings.line) is not None:
        echo(_left_the_file(settings, before))


@click.command()
@config_option
@click.argument("number", metavar="NUMBER")
@json_option
@numbers_option
def show(config: Path, number: str, as_json: bool, numbers: bool) -> None:
    """Show everything that is kept about a number, as an answer to whoever asks what is known of them.

    With --json all of it, one row a line; numbers, and what holds them, only with --numbers. Whether the number is that
    of whoever asks, find out first: antirelou prove NUMBER.

    \b
    antirelou show "06 39 98 00 01"
    antirelou show --json --numbers +33639980001 > answer.jsonl
    """
    settings = settings_of(config)
    address = address_of(number, settings.modem.country)
    shown = masked(address, numbers=numbers)
    with Reader.open(settings.log.path) as reader:
        empty = True
        for table, row in reader.person(address, settings.log.key_file):
            empty = False
            row = row if numbers else _hidden(table, row)
            if as_json:
                echo(json_line({"table": table, **row}))
                continue
            for sentence in _TELLS[table](row, settings.reply.time_zone):
                echo(sentence)
        if empty and not as_json:
            echo(_("Nothing is kept about {shown}.", shown=shown))


def _hidden(table: str, row: Row) -> Row:
    """A row without what holds a number."""
    address = row.get("address") and displayed(row["address"], numbers=False)
    hidden = ("text", *_WITH_NUMBERS) if table == "notes" else _WITH_NUMBERS
    without = {name: None for name in hidden if name in row}
    return row | without | ({"address": address} if table == "senders" else {})


def _sender(row: Row, zone: ZoneInfo) -> Iterator[str]:
    who = masked(row["address"], numbers=True) if row["address"] else _("Erased number")
    yield _("{who}: first {first_at}.", who=who, first_at=when(row["first_at"], zone))
    if row["told"]:
        last = when(row["last_told_at"], zone)
        yield _(
            "Told: {told}, last {last}.",
            told=plural(row["told"], "automatic text"),
            last=last,
        )
    for name, word in (("blocked_at", _("Blocked")), ("opted_out_at", _("Opted out"))):
        if row[name]:
            yield f"{word} {when(row[name], zone)}."


def _message(row: Row, zone: ZoneInfo) -> Iterator[str]:
    reason = row["reason"] or row["hold"] or "undecided"
    erased = (
        _("; erased {erased_at}", erased_at=when(row["erased_at"], zone))
        if row["erased_at"]
        else ""
    )
    yield (
        _(
            "Message {id}: {kind}, received {received_at}, {reason}{erased}.",
            id=row["id"],
            kind=row["kind"],
            received_at=when(row["received_at"], zone),
            reason=reason,
            erased=erased,
        )
    )
    for line in paragraphs(row["text"]) if row["text"] is not None else ():
        yield f"  | {line}"


def _deliver(row: Row, zone: ZoneInfo) -> Iterator[str]:
    came = when(row["received_at"], zone)
    pdu = (
        visible(row["pdu"]) if row["pdu"] else _("erased, or shown with --numbers only")
    )
    yield _(
        "Short message {id} as it came {came}: {pdu}.", id=row["id"], came=came, pdu=pdu
    )


def _reply(row: Row, zone: ZoneInfo) -> Iterator[str]:
    yield _(
        "Reply {id}: {purpose}, {state}, queued {queued_at}.",
        id=row["id"],
        purpose=row["purpose"],
        state=row["state"],
        queued_at=when(row["queued_at"], zone),
    )
    for line in paragraphs(row["text"] or ""):
        yield f"  | {line}"


def _submit(row: Row, zone: ZoneInfo) -> Iterator[str]:
    yield _(
        "Segment {sequence} of reply {reply_id}: {state}, {marked_at}.",
        sequence=row["sequence"],
        reply_id=row["reply_id"],
        state=row["state"],
        marked_at=when(row["marked_at"], zone),
    )


def _order(row: Row, zone: ZoneInfo) -> Iterator[str]:
    yield _(
        "Order {id}: {kind}, {at}.",
        id=row["id"],
        kind=visible(row["kind"]),
        at=when(row["at"], zone),
    )


def _note(row: Row, zone: ZoneInfo) -> Iterator[str]:
    yield _("Note {id} of the operator, {at}.", id=row["id"], at=when(row["at"], zone))
    shown = row["text"] or _("erased, or shown with --numbers only")
    for line in paragraphs(shown):
        yield f"  | {line}"


def _export(row: Row, zone: ZoneInfo) -> Iterator[str]:
    yield (
        _(
            "Exported as evidence {at} to {path}: erasing does not reach that file.",
            at=when(row["at"], zone),
            path=visible(row["path"]),
        )
    )


_TELLS: dict[str, Callable[[Row, ZoneInfo], Iterator[str]]] = {
    "senders": _sender,
    "messages": _message,
    "delivers": _deliver,
    "replies": _reply,
    "submits": _submit,
    "notes": _note,
    "exports": _export,
    "control": _order,
}


def _left_the_file(settings: Settings, before: int) -> str:
    """Wait until what was taken out has left the file, or say how that will be known."""
    deadline = time.monotonic() + _PATIENCE
    with Reader.open(settings.log.path) as reader:
        while time.monotonic() < deadline:
            if reader.last_erased(settings.line) > before:
                return _("Erased: nothing of it is left in the log's file.")
            time.sleep(_LOOK)
    told = _(
        "It is not yet out of the log's file: an event of kind erased will say so."
    )
    if left := copies(settings.log.path):
        told += _(
            " {left} still holds it: remove that if you do not need it, or the daemon does in time.",
            left=visible(str(left[0])),
        )
    return told
