"""`antirelou why`: one message's whole story, in sentences.

Tells what is stored, and puts beside each reason the figures that it rests on. Stored facts of a sender (told,
blocked) are those of now, and are said so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
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
from antirelou.cli.output import (
    displayed,
    echo,
    json_line,
    masked,
    paragraphs,
    visible,
    when,
)
from antirelou.cli.reasons import decision, fate
from antirelou.language import _, clauses, plural
from antirelou.log import Reader
from antirelou.settings import Settings

_EVENTS = 10

Row = dict[str, Any]


@click.command()
@config_option
@click.argument("message_id", required=False, type=int, metavar="[ID]")
@click.option("--last", is_flag=True, help="The newest message.")
@json_option
@numbers_option
def why(
    config: Path, message_id: int | None, last: bool, as_json: bool, numbers: bool
) -> None:
    """Tell the whole story of one message: how it came, what was decided and why, what became of the reply.

    ID is a message's, as `antirelou log` shows it.

    \b
    antirelou why 41
    antirelou why --last
    """
    if (message_id is None) != last:
        raise click.UsageError(
            _("Name one message: antirelou why ID, or antirelou why --last.")
        )
    settings = settings_of(config)
    with Reader.open(settings.log.path) as reader:
        if last:
            message_id = reader.last_id()
            if message_id is None:
                echo(_("The log is empty: nothing was received yet."))
                return
        assert message_id is not None
        message = reader.message(message_id)
        if message is None:
            raise click.UsageError(
                _("There is no message {message_id} in the log.", message_id=message_id)
            )
        since, until = _told_over(message)
        events = reader.meanwhile(message["line"], since, until, _EVENTS)
    if as_json:
        echo(json_line(_hidden(message, numbers=numbers) | {"events": events}))
        return
    for sentence in _story(message, events, settings, numbers=numbers):
        echo(sentence)


def _told_over(message: Row) -> tuple[datetime, datetime | None]:
    """From when to when the story goes: from the message's arrival until the last thing was settled."""
    ends = [reply["ended_at"] for reply in message["replies"]]
    ends = ends or [message["decided_at"]]
    end = None if None in ends else datetime.fromisoformat(max(ends))
    return datetime.fromisoformat(message["received_at"]), end


def _hidden(message: Row, *, numbers: bool) -> Row:
    """The message without what would tell its sender's number, unless numbers are asked for."""
    if numbers:
        return message
    delivers = [
        {
            **row,
            "pdu": None,
            "service_centre_address": _masked_or_none(row["service_centre_address"]),
        }
        for row in message["delivers"]
    ]
    details = _without_numbers(message["details"])
    return {
        **message,
        "sender": _masked_or_none(message["sender"]),
        "delivers": delivers,
        "details": details,
    }


def _masked_or_none(address: str | None) -> str | None:
    return address and displayed(address, numbers=False)


def _without_numbers(details: Any) -> Any:
    """Details with every number in them masked."""
    match details:
        case dict():
            return {name: _without_numbers(value) for name, value in details.items()}
        case list():
            return [_without_numbers(value) for value in details]
        case str() if details.removeprefix("+").isdigit():
            return displayed(details, numbers=False)
    return details


def _story(
    message: Row, events: list[Row], settings: Settings, *, numbers: bool
) -> Iterator[str]:
    zone = settings.reply.time_zone
    sender = (
        _("erased")
        if message["erased_at"]
        else masked(message["sender"] or "", numbers=numbers)
    )
    yield _(
        "Message {id}: {kind} from {sender} on line {line}.",
        id=message["id"],
        kind=message["kind"],
        sender=sender,
        line=message["line"],
    )
    yield from _text(message)
    yield _received(message, zone)
    yield from _segments(message, settings, numbers=numbers)
    if message["details"] is not None:
        yield _(
            "Details: {details}",
            details=json_line(
                message["details"] if numbers else _without_numbers(message["details"])
            ),
        )
    yield from _sender(message, settings)
    yield decision(message, settings)
    for reply in message["replies"]:
        yield from _reply(reply, settings)
    if events:
        yield _("Meanwhile on the line:")
    for row in events:
        repeated = _(" ({count} times)", count=row["count"]) if row["count"] > 1 else ""
        yield f"  {when(row['at'], zone)}  {visible(row['text'])}{repeated}"


def _received(message: Row, zone: ZoneInfo) -> str:
    """When it came, and when its service centre says that it was sent."""
    told = _("Received {at}", at=when(message["received_at"], zone))
    if message["clock_unsynced"]:
        told += _(" (the clock was not synchronised)")
    if message["clock_wrong"]:
        told += _(" (a wrong clock, as the operator declared)")
    if message["service_centre_time"]:
        sent = visible(message["service_centre_time"])
        told += _("; sent {sent} by its service centre's clock", sent=sent)
    return f"{told}."


def _text(message: Row) -> Iterator[str]:
    """The text, each line behind a bar, so that none can pass for one of ours."""
    if message["text"] is not None:
        for line in paragraphs(message["text"]):
            yield f"  | {line}"
    elif message["erased_at"]:
        yield _(
            "  The text was erased ({erased_at}).", erased_at=message["erased_at"][:10]
        )


def _segments(message: Row, settings: Settings, *, numbers: bool) -> Iterator[str]:
    """How it came: whole or in segments, from which slots, how often."""
    if message["segments_expected"] > 1:
        here = {row["segment_sequence"] for row in message["delivers"]}
        missing = [
            str(n) for n in range(1, message["segments_expected"] + 1) if n not in here
        ]
        lacks = (
            _("; missing: {missing}", missing=", ".join(missing))
            if missing and len(missing) <= 20
            else ""
        )
        yield _(
            "It came in {segments} of {segments_expected}{lacks}.",
            segments=message["segments"],
            segments_expected=plural(message["segments_expected"], "segment"),
            lacks=lacks,
        )
    for row in message["delivers"]:
        yield "  " + _deliver(row, settings, numbers=numbers)


def _place(row: Row, zone: ZoneInfo) -> str:
    """Where it was found, and whether it is still there."""
    if not row["storage"]:
        return _("handed over directly")
    place = _(
        "in {storage}, slot {slot}", storage=visible(row["storage"]), slot=row["slot"]
    )
    if row["deleted_at"]:
        at = when(row["deleted_at"], zone)
        return place + _(", deleted there {at}", at=at)
    return place + _(", not deleted there yet")


def _deliver(row: Row, settings: Settings, *, numbers: bool) -> str:
    zone = settings.reply.time_zone
    name = (
        _("It")
        if row["segment_sequence"] is None
        else _("Segment {number}", number=row["segment_sequence"])
    )
    told = [_("{name} was found {place}", name=name, place=_place(row, zone))]
    if row["service_centre_address"]:
        centre = masked(row["service_centre_address"], numbers=numbers)
        told.append(_("by way of service centre {centre}", centre=centre))
    if row["deliveries"] > 1:
        last = when(row["last_delivered_at"], zone)
        told.append(
            _(
                "delivered {times} times, last {last}",
                times=row["deliveries"],
                last=last,
            )
        )
    if row["error"]:
        told.append(_("not decodable: {error}", error=visible(row["error"])))
    return clauses(*told) + "."


def _sender(message: Row, settings: Settings) -> Iterator[str]:
    facts, zone = message["sender_facts"], settings.reply.time_zone
    if facts is None:
        return
    told = [
        _(
            "It is this sender's message {sender_messages}; the first came {first_at}",
            sender_messages=message["sender_messages"],
            first_at=when(facts["first_at"], zone),
        )
    ]
    if facts["told"]:
        told.append(
            _(
                "by now {told} left to it, last {last_told_at}",
                told=plural(facts["told"], "automatic text"),
                last_told_at=when(facts["last_told_at"], zone),
            )
        )
    if facts["blocked_at"]:
        told.append(
            _("it was blocked {blocked_at}", blocked_at=when(facts["blocked_at"], zone))
        )
    if facts["opted_out_at"]:
        told.append(
            _(
                "it opted out {opted_out_at}",
                opted_out_at=when(facts["opted_out_at"], zone),
            )
        )
    yield clauses(*told) + "."


def _reply(reply: Row, settings: Settings) -> Iterator[str]:
    """A reply and its fate."""
    zone = settings.reply.time_zone
    yield _(
        "Reply {id} ({purpose}, {segments}): {fate}",
        id=reply["id"],
        purpose=reply["purpose"],
        segments=plural(reply["segments"], "segment"),
        fate=fate(reply, settings),
    )
    for line in paragraphs(reply["text"] or ""):
        yield f"  | {line}"
    yield (
        _(
            "  Queued {queued_at}, due {due_at}, "
            "to be dropped {expires_at} if it had not left by then.",
            queued_at=when(reply["queued_at"], zone),
            due_at=when(reply["due_at"], zone),
            expires_at=when(reply["expires_at"], zone),
        )
    )
    if reply["later_messages"]:
        yield _(
            "  Its recipient wrote {later_messages} more while it waited.",
            later_messages=plural(reply["later_messages"], "message"),
        )
    if reply["approved_at"]:
        yield _(
            "  The operator approved it {approved_at}.",
            approved_at=when(reply["approved_at"], zone),
        )
    for row in reply["submits"]:
        yield "  " + _submit(row, settings)


def _submit(row: Row, settings: Settings) -> str:
    zone = settings.reply.time_zone
    told = [
        _(
            "Attempt {attempt}, segment {sequence}: {state}",
            attempt=row["attempt"],
            sequence=row["sequence"],
            state=row["state"],
        )
    ]
    if row["ended_at"] or row["marked_at"]:
        told[0] += f" {when(row['ended_at'] or row['marked_at'], zone)}"
    if row["message_reference"] is not None:
        told.append(
            _(
                "reference {message_reference}",
                message_reference=row["message_reference"],
            )
        )
    if row["cms_error"] is not None:
        told.append(_("cause {cms_error}", cms_error=row["cms_error"]))
    if row["said"]:
        told.append(_("the modem said {said}", said=visible(row["said"])))
    if row["mended_at"]:
        told.append(
            _(
                "its acceptance came late, {mended_at}",
                mended_at=when(row["mended_at"], zone),
            )
        )
    if row["reported_at"]:
        told.append(
            _(
                "the network reported status {report_status} {reported_at}",
                report_status=row["report_status"],
                reported_at=when(row["reported_at"], zone),
            )
        )
    return ", ".join(told) + "."
