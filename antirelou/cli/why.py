"""`antirelou why`: one message's whole story, in sentences.

Tells what is stored, and puts beside each reason the figures that it rests on. Stored facts of a sender (told,
blocked) are those of now, and are said so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
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
    displayed,
    echo,
    json_line,
    masked,
    paragraphs,
    plural,
    visible,
    when,
)
from antirelou.cli.reasons import decision, fate
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
            "Name one message: antirelou why ID, or antirelou why --last."
        )
    settings = settings_of(config)
    with Reader.open(settings.log.path) as reader:
        if last:
            message_id = reader.last_id()
            if message_id is None:
                echo("The log is empty: nothing was received yet.")
                return
        assert message_id is not None
        message = reader.message(message_id)
        if message is None:
            raise click.UsageError(f"There is no message {message_id} in the log.")
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
        "erased"
        if message["erased_at"]
        else masked(message["sender"] or "", numbers=numbers)
    )
    yield f"Message {message['id']}: {message['kind']} from {sender} on line {message['line']}."
    yield from _text(message)
    unsure = " (the clock was not synchronised)" if message["clock_unsynced"] else ""
    unsure += (
        " (a wrong clock, as the operator declared)" if message["clock_wrong"] else ""
    )
    sent = (
        f"; sent {message['service_centre_time']} by its service centre's clock"
        * bool(message["service_centre_time"])
    )
    yield f"Received {when(message['received_at'], zone)}{unsure}{visible(sent)}."
    yield from _segments(message, settings, numbers=numbers)
    if message["details"] is not None:
        yield f"Details: {json_line(message['details'] if numbers else _without_numbers(message['details']))}"
    yield from _sender(message, settings)
    yield decision(message, settings)
    for reply in message["replies"]:
        yield from _reply(reply, settings)
    if events:
        yield "Meanwhile on the line:"
    for row in events:
        repeated = f" ({row['count']} times)" if row["count"] > 1 else ""
        yield f"  {when(row['at'], zone)}  {visible(row['text'])}{repeated}"


def _text(message: Row) -> Iterator[str]:
    """The text, each line behind a bar, so that none can pass for one of ours."""
    if message["text"] is not None:
        for line in paragraphs(message["text"]):
            yield f"  | {line}"
    elif message["erased_at"]:
        yield f"  The text was erased ({message['erased_at'][:10]})."


def _segments(message: Row, settings: Settings, *, numbers: bool) -> Iterator[str]:
    """How it came: whole or in segments, from which slots, how often."""
    if message["segments_expected"] > 1:
        here = {row["segment_sequence"] for row in message["delivers"]}
        missing = [
            str(n) for n in range(1, message["segments_expected"] + 1) if n not in here
        ]
        lacks = (
            f"; missing: {', '.join(missing)}" if missing and len(missing) <= 20 else ""
        )
        yield f"It came in {message['segments']} of {plural(message['segments_expected'], 'segment')}{lacks}."
    for row in message["delivers"]:
        yield "  " + _deliver(row, settings, numbers=numbers)


def _deliver(row: Row, settings: Settings, *, numbers: bool) -> str:
    zone = settings.reply.time_zone
    name = (
        f"Segment {row['segment_sequence']}"
        if row["segment_sequence"] is not None
        else "It"
    )
    place = (
        f"in {visible(row['storage'])}, slot {row['slot']}"
        if row["storage"]
        else "handed over directly"
    )
    gone = (
        f", deleted there {when(row['deleted_at'], zone)}"
        if row["deleted_at"]
        else ", not deleted there yet"
    )
    told = [f"{name} was found {place}{gone if row['storage'] else ''}"]
    if row["service_centre_address"]:
        told.append(
            f"by way of service centre {masked(row['service_centre_address'], numbers=numbers)}"
        )
    if row["deliveries"] > 1:
        told.append(
            f"delivered {row['deliveries']} times, last {when(row['last_delivered_at'], zone)}"
        )
    if row["error"]:
        told.append(f"not decodable: {visible(row['error'])}")
    return "; ".join(told) + "."


def _sender(message: Row, settings: Settings) -> Iterator[str]:
    facts, zone = message["sender_facts"], settings.reply.time_zone
    if facts is None:
        return
    told = [
        f"It is this sender's message {message['sender_messages']}; the first came {when(facts['first_at'], zone)}"
    ]
    if facts["told"]:
        told.append(
            f"by now {plural(facts['told'], 'automatic text')} left to it, last {when(facts['last_told_at'], zone)}"
        )
    if facts["blocked_at"]:
        told.append(f"it was blocked {when(facts['blocked_at'], zone)}")
    if facts["opted_out_at"]:
        told.append(f"it opted out {when(facts['opted_out_at'], zone)}")
    yield "; ".join(told) + "."


def _reply(reply: Row, settings: Settings) -> Iterator[str]:
    """A reply and its fate."""
    zone = settings.reply.time_zone
    yield f"Reply {reply['id']} ({reply['purpose']}, {plural(reply['segments'], 'segment')}): {fate(reply, settings)}"
    for line in paragraphs(reply["text"] or ""):
        yield f"  | {line}"
    yield (
        f"  Queued {when(reply['queued_at'], zone)}, due {when(reply['due_at'], zone)}, "
        f"to be dropped {when(reply['expires_at'], zone)} if it had not left by then."
    )
    if reply["later_messages"]:
        yield f"  Its recipient wrote {plural(reply['later_messages'], 'message')} more while it waited."
    if reply["approved_at"]:
        yield f"  The operator approved it {when(reply['approved_at'], zone)}."
    for row in reply["submits"]:
        yield "  " + _submit(row, settings)


def _submit(row: Row, settings: Settings) -> str:
    zone = settings.reply.time_zone
    told = [f"Attempt {row['attempt']}, segment {row['sequence']}: {row['state']}"]
    if row["ended_at"] or row["marked_at"]:
        told[0] += f" {when(row['ended_at'] or row['marked_at'], zone)}"
    if row["message_reference"] is not None:
        told.append(f"reference {row['message_reference']}")
    if row["cms_error"] is not None:
        told.append(f"cause {row['cms_error']}")
    if row["said"]:
        told.append(f"the modem said {visible(row['said'])}")
    if row["mended_at"]:
        told.append(f"its acceptance came late, {when(row['mended_at'], zone)}")
    if row["reported_at"]:
        told.append(
            f"the network reported status {row['report_status']} {when(row['reported_at'], zone)}"
        )
    return ", ".join(told) + "."
