"""What each stable word of a decision, a hold and a reply means, in a sentence with the figures that it rests on.

The word is what was stored then, and what is counted in rows is counted as it was then; the configuration's figures, and
what is known of the sender, are those of now.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from antirelou.cli.output import duration, plural, visible, when
from antirelou.policy.decide import CAMPAIGN_SENDERS, MOST_TEXTS, TESTS_A_DAY
from antirelou.policy.facts import HoldReason, LaterReason, NeverReason, Reason
from antirelou.policy.numbers import classify
from antirelou.policy.words import CAMPAIGN_LENGTH
from antirelou.settings import Settings

Row = dict[str, Any]
Explain = Callable[[Row, Settings], str]


def decision(message: Row, settings: Settings) -> str:
    """The decision on a message, or why there is none yet, in a sentence."""
    zone = settings.reply.time_zone
    if message["reason"] is None and message["hold"] is not None:
        return f"Held ({message['hold']}): {_HOLDS.get(message['hold'], 'the decision waits')}."
    if message["reason"] is None:
        waits = (
            "the rest of it is awaited for 10 minutes"
            if not message["complete"]
            else "the daemon will decide soon"
        )
        return f"Not decided yet: {waits}."
    explain = _REASONS.get(message["reason"])
    because = (
        explain(message, settings)
        if explain
        else "it has no explanation in this version"
    )
    silent = (
        _SILENT if message["reason"] in _ANSWERED and not message["replies"] else ""
    )
    return f"Decided {when(message['decided_at'], zone)}: {message['reason']}: {because}.{silent}"


def fate(reply: Row, settings: Settings) -> str:
    """A reply's state and what it means, in a sentence."""
    state, zone = str(reply["state"]), settings.reply.time_zone
    if state == "submitted":
        reference = ", ".join(str(number) for number in reply["message_references"])
        return f"submitted {when(reply['submitted_at'], zone)}, accepted by the network (reference {reference})."
    if state in ("queued", "dropped"):
        return f"{state}{_because(reply, settings)}."
    cause = f" (cause {reply['cms_error']})" if reply["cms_error"] is not None else ""
    return f"{state}{cause}: {_STATES.get(state, 'it has no explanation in this version')}."


def _because(reply: Row, settings: Settings) -> str:
    """Why a reply waits, or was dropped."""
    zone = settings.reply.time_zone
    reason = reply["reason"]
    if reason is None:
        return (
            f", not due before {when(reply['due_at'], zone)}"
            if reply["state"] == "queued"
            else ""
        )
    explain = _WAITING.get(reason) or _DROPPED.get(reason)
    until = reply["postponed_until"] if reply["state"] == "queued" else None
    again = f"; it is looked at again {when(until, zone)}" if until else ""
    return f" ({reason})" + (f": {explain(settings)}" if explain else "") + again


def _age(message: Row) -> str:
    """How old a message was when it was received, by its service centre's clock."""
    sent = message["service_centre_time"]
    if sent is None:
        return "at an unknown time"
    late = datetime.fromisoformat(message["received_at"]) - datetime.fromisoformat(sent)
    return f"{visible(sent)}, {duration(late)} before it was received"


def _not_a_text(message: Row, settings: Settings) -> str:
    if message["kind"] == "call":
        return "calls are answered only with calls.reply, and if the caller wrote before, or called 10 minutes before or earlier"
    return f"it is not what a person wrote, but {message['kind']}"


def _unreplyable(message: Row, settings: Settings) -> str:
    if message["sender"] is None:
        return "its sender has no number that a text could go to"
    kind = classify(
        message["sender"], settings.modem.country, message["alphanumeric"]
    ).kind
    return f"its sender ({kind}) has no number that a text could go to, or none that should be written to"


def _country(message: Row, settings: Settings) -> str:
    number = message["sender"]
    found = classify(number, settings.modem.country).country if number else None
    return f"its sender's number is of {found or 'no country'}, and reply.countries has {_listed(settings)}"


def _already_told(message: Row, settings: Settings) -> str:
    told, texts = message["rested_on"]["told"], len(settings.reply.texts)
    return f"{plural(told, 'automatic text')} had left to this number by then; {plural(texts, 'text')} is all it gets"


def _pending(message: Row, settings: Settings) -> str:
    waited = message["rested_on"]
    which = (
        f"reply {waited['reply']}, to message {waited['of_message']},"
        if waited
        else "a reply to this number"
    )
    return f"{which} was waiting already, and answers this one too"


def _loop(message: Row, settings: Settings) -> str:
    facts = message["rested_on"]
    since = f", and {plural(facts['since_reply'], 'message')} since a reply left to it"
    return (
        f"its sender repeats itself as a machine does: this text {plural(facts['same_text'], 'time')} within an hour"
        + since * bool(facts["since_reply"])
    )


def _campaign(message: Row, settings: Settings) -> str:
    return (
        f"{plural(message['rested_on']['numbers'], 'number')} had sent this text of {CAMPAIGN_LENGTH} characters or more "
        f"within a day; from {CAMPAIGN_SENDERS} on it is taken for a pasted one"
    )


def _since_then(name: str, what: str) -> Explain:
    """A reason that lies with the sender, since when."""

    def explain(message: Row, settings: Settings) -> str:
        at = (message["sender_facts"] or {}).get(name)
        since = f" ({when(at, settings.reply.time_zone)})" if at else ""
        return f"{what}{since}"

    return explain


def _distress(message: Row, settings: Settings) -> str:
    return "it holds one of reply.distress_words: no lesson" + (
        ", but reply.distress_text at once, once a number"
        if settings.reply.distress_text
        else ""
    )


def _listed(settings: Settings) -> str:
    return ", ".join(settings.reply.countries)


_ANSWERED = (Reason.TO_ANSWER, Reason.TEST, Reason.DISTRESS)
_SILENT = " No reply was queued: reply.mode was \"never\", or no more was allowed to this number."  # fmt: skip

_REASONS: dict[str, Explain] = {
    Reason.NOT_A_TEXT: _not_a_text,
    Reason.OWN_NUMBER: lambda message, settings: "it came from this SIM's own number",
    Reason.TEST: lambda message, settings: (
        f"it came from one of operator.numbers, answered after {duration(settings.operator.test_delay)}, "
        f"at most {TESTS_A_DAY} times a day"
    ),
    Reason.BEFORE_SERVICE: lambda message, settings: (
        f"it was sent {_age(message)}, well before this line first started "
        f"({when(message['first_start_at'], settings.reply.time_zone)})"
    ),
    Reason.STALE: lambda message, settings: (
        f"it was sent {_age(message)}; reply.stale_after is {duration(settings.reply.stale_after)}"
    ),
    Reason.UNREPLYABLE: _unreplyable,
    Reason.COUNTRY: _country,
    Reason.BLOCKED: _since_then("blocked_at", "the operator blocked its sender"),
    Reason.OPTED_OUT: _since_then(
        "opted_out_at", "its sender asked not to be written to"
    ),
    Reason.DISTRESS: _distress,
    Reason.ALREADY_TOLD: _already_told,
    Reason.LOOP: _loop,
    Reason.CAMPAIGN: _campaign,
    Reason.PENDING: _pending,
    Reason.TO_ANSWER: lambda message, settings: (
        f"nothing spoke against an answer, {_after(settings)} later"
    ),
}


def _after(settings: Settings) -> str:
    delay, spread = settings.reply.delay, settings.reply.delay_spread
    return (
        f"{duration(delay)} to {duration(delay + spread)}"
        if spread
        else duration(delay)
    )


_HOLDS: dict[str, str] = {
    HoldReason.PAUSED: "replies are paused until antirelou resume",
    HoldReason.CLOCK_BEHIND: "the clock is behind what the log knows; set it, or antirelou resume --clock",
    HoldReason.NEW_SIM: "another SIM is in the modem until antirelou line accept",
}

_STATES: dict[str, str] = {
    "submitting": "it is being handed to the modem now",
    "refused": "the network refused it; it is not sent again",
    "partial": "the network took some of its segments and refused others; it is not sent again",
    "unknown": "nobody knows whether the network took it; it is never sent again by itself, and counts as sent",
}

_DROPPED: dict[str, Callable[[Settings], str]] = {
    NeverReason.FLOODER: lambda settings: (
        f"its recipient wrote more than reply.patience = {plural(settings.reply.patience, 'message')} meanwhile, or more "
        f"than flood.patience = {settings.flood.patience} in a flood"
    ),
    NeverReason.CAMPAIGN: lambda settings: (
        "the text it answers turned out to be pasted by several numbers"
    ),
    NeverReason.BLOCKED: lambda settings: "the operator blocked its recipient",
    NeverReason.OPTED_OUT: lambda settings: "its recipient asked not to be written to",
    NeverReason.EXPIRED: lambda settings: (
        f"it could not leave within reply.expire_after = {duration(settings.reply.expire_after)} of its due time"
    ),
    NeverReason.DISTRESS: lambda settings: (
        "its recipient has cried for help since, and a lesson would hurt"
    ),
    NeverReason.UNREPLYABLE: lambda settings: (
        "its recipient is no number that a text can be sent to"
    ),
    NeverReason.DROPPED: lambda settings: "the operator took it back",
    NeverReason.ALREADY_TOLD: lambda settings: (
        f"no number ever gets more than {MOST_TEXTS} automatic texts"
    ),
}

_WAITING: dict[str, Callable[[Settings], str]] = {
    LaterReason.OUTSIDE_HOURS: lambda settings: "replies leave within reply.hours only",
    LaterReason.PAUSED: lambda settings: _HOLDS[HoldReason.PAUSED],
    LaterReason.AWAITING_APPROVAL: lambda settings: (
        'reply.mode is "approved", so it waits for antirelou approve'
    ),
    LaterReason.HOURLY_LIMIT: lambda settings: (
        f"limits.segments_per_hour = {settings.limits.segments_per_hour} is used up"
    ),
    LaterReason.DAILY_LIMIT: lambda settings: (
        f"limits.segments_per_day = {settings.limits.segments_per_day} is used up"
    ),
    LaterReason.RECIPIENTS_LIMIT: lambda settings: (
        f"limits.recipients_per_day = {settings.limits.recipients_per_day} is used up, or as much of "
        f"recipients_per_month = {settings.limits.recipients_per_month} as the month allows by now"
    ),
    LaterReason.MEMORY_GAP: lambda settings: (
        "the log was restored from a backup, and nobody knows who got a text since; until the next billing day, or "
        "antirelou resume --memory-gap"
    ),
    LaterReason.FLOOD: lambda settings: (
        f"a flood is on, or it answers a message that came in one: {plural(settings.flood.replies_per_hour, 'reply', 'replies')} "
        f"an hour may leave, to {plural(settings.flood.recipients, 'number')} a flood"
    ),
    LaterReason.BREAKER: lambda settings: (
        "the network, or the SIM, refused several replies in a row"
    ),
    LaterReason.DISK_LOW: lambda settings: (
        "the disk has less free space than log.reserve"
    ),
    LaterReason.CLOCK_BEHIND: lambda settings: _HOLDS[HoldReason.CLOCK_BEHIND],
    LaterReason.NEW_SIM: lambda settings: _HOLDS[HoldReason.NEW_SIM],
}
