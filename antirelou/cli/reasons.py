"""What each stable word of a decision, a hold and a reply means, in a sentence with the figures that it rests on.

The word is what was stored then, and what is counted in rows is counted as it was then; the configuration's figures, and
what is known of the sender, are those of now.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from antirelou.cli.output import duration, visible, when
from antirelou.language import _, labelled, plural
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
        waits = _HOLDS.get(message["hold"], _("the decision waits"))
        return _("Held ({hold}): {waits}.", hold=message["hold"], waits=waits)
    if message["reason"] is None:
        waits = (
            _("the rest of it is awaited for 10 minutes")
            if not message["complete"]
            else _("the daemon will decide soon")
        )
        return _("Not decided yet: {waits}.", waits=waits)
    explain = _REASONS.get(message["reason"])
    because = (
        explain(message, settings)
        if explain
        else _("it has no explanation in this version")
    )
    silent = (
        _SILENT if message["reason"] in _ANSWERED and not message["replies"] else ""
    )
    return _(
        "Decided {decided_at}: {reason}: {because}.{silent}",
        decided_at=when(message["decided_at"], zone),
        reason=message["reason"],
        because=because,
        silent=silent,
    )


def fate(reply: Row, settings: Settings) -> str:
    """A reply's state and what it means, in a sentence."""
    state, zone = str(reply["state"]), settings.reply.time_zone
    if state == "submitted":
        reference = ", ".join(str(number) for number in reply["message_references"])
        return _(
            "submitted {submitted_at}, accepted by the network (reference {reference}).",
            submitted_at=when(reply["submitted_at"], zone),
            reference=reference,
        )
    if state in ("queued", "dropped"):
        return f"{state}{_because(reply, settings)}."
    cause = (
        _(" (cause {cms_error})", cms_error=reply["cms_error"])
        if reply["cms_error"] is not None
        else ""
    )
    means = _STATES.get(state, _("it has no explanation in this version"))
    return labelled(f"{state}{cause}", f"{means}.")


def _because(reply: Row, settings: Settings) -> str:
    """Why a reply waits, or was dropped."""
    zone = settings.reply.time_zone
    reason = reply["reason"]
    if reason is None:
        return (
            _(", not due before {due_at}", due_at=when(reply["due_at"], zone))
            if reply["state"] == "queued"
            else ""
        )
    explain = _WAITING.get(reason) or _DROPPED.get(reason)
    until = reply["postponed_until"] if reply["state"] == "queued" else None
    again = (
        _("; it is looked at again {until}", until=when(until, zone)) if until else ""
    )
    if explain is None:
        return f" ({reason}){again}"
    return labelled(f" ({reason})", explain(settings)) + again


def _age(message: Row) -> str:
    """How old a message was when it was received, by its service centre's clock."""
    sent = message["service_centre_time"]
    if sent is None:
        return _("at an unknown time")
    late = datetime.fromisoformat(message["received_at"]) - datetime.fromisoformat(sent)
    return _(
        "{sent}, {late} before it was received", sent=visible(sent), late=duration(late)
    )


def _not_a_text(message: Row, settings: Settings) -> str:
    if message["kind"] == "call":
        return _(
            "calls are answered only with calls.reply, and if the caller wrote before, or called 10 minutes before or earlier"
        )
    return _("it is not what a person wrote, but {kind}", kind=message["kind"])


def _unreplyable(message: Row, settings: Settings) -> str:
    if message["sender"] is None:
        return _("its sender has no number that a text could go to")
    kind = classify(
        message["sender"], settings.modem.country, message["alphanumeric"]
    ).kind
    return _(
        "its sender ({kind}) has no number that a text could go to, or none that should be written to",
        kind=kind,
    )


def _country(message: Row, settings: Settings) -> str:
    number = message["sender"]
    found = classify(number, settings.modem.country).country if number else None
    return _(
        "its sender's number is of {found}, and reply.countries has {countries}",
        found=found or _("no country"),
        countries=_listed(settings),
    )


def _already_told(message: Row, settings: Settings) -> str:
    told, texts = message["rested_on"]["told"], len(settings.reply.texts)
    return _(
        "{told} had left to this number by then; {texts} is all it gets",
        told=plural(told, "automatic text"),
        texts=plural(texts, "text"),
    )


def _pending(message: Row, settings: Settings) -> str:
    waited = message["rested_on"]
    which = (
        _(
            "reply {reply}, to message {of_message},",
            reply=waited["reply"],
            of_message=waited["of_message"],
        )
        if waited
        else _("a reply to this number")
    )
    return _("{which} was waiting already, and answers this one too", which=which)


def _loop(message: Row, settings: Settings) -> str:
    facts = message["rested_on"]
    since = _(
        ", and {since_reply} since a reply left to it",
        since_reply=plural(facts["since_reply"], "message"),
    )
    return _(
        "its sender repeats itself as a machine does: this text {same_text} within an hour",
        same_text=plural(facts["same_text"], "time"),
    ) + since * bool(facts["since_reply"])


def _campaign(message: Row, settings: Settings) -> str:
    return _(
        "{numbers} had sent this text of {length} characters or more "
        "within a day; from {most} on it is taken for a pasted one",
        numbers=plural(message["rested_on"]["numbers"], "number"),
        length=CAMPAIGN_LENGTH,
        most=CAMPAIGN_SENDERS,
    )


def _since_then(name: str, what: str) -> Explain:
    """A reason that lies with the sender, since when."""

    def explain(message: Row, settings: Settings) -> str:
        at = (message["sender_facts"] or {}).get(name)
        since = f" ({when(at, settings.reply.time_zone)})" if at else ""
        return f"{what}{since}"

    return explain


def _distress(message: Row, settings: Settings) -> str:
    return _("it holds one of reply.distress_words: no lesson") + (
        _(", but reply.distress_text at once, once a number")
        if settings.reply.distress_text
        else ""
    )


def _listed(settings: Settings) -> str:
    return ", ".join(settings.reply.countries)


_ANSWERED = (Reason.TO_ANSWER, Reason.TEST, Reason.DISTRESS)
_SILENT = _(' No reply was queued: reply.mode was "never", or no more was allowed to this number.')  # fmt: skip

_REASONS: dict[str, Explain] = {
    Reason.NOT_A_TEXT: _not_a_text,
    Reason.OWN_NUMBER: lambda message, settings: _(
        "it came from this SIM's own number"
    ),
    Reason.TEST: lambda message, settings: _(
        "it came from one of operator.numbers, answered after {test_delay}, "
        "at most {tests} times a day",
        test_delay=duration(settings.operator.test_delay),
        tests=TESTS_A_DAY,
    ),
    Reason.BEFORE_SERVICE: lambda message, settings: _(
        "it was sent {age}, well before this line first started ({first_start_at})",
        age=_age(message),
        first_start_at=when(message["first_start_at"], settings.reply.time_zone),
    ),
    Reason.STALE: lambda message, settings: _(
        "it was sent {age}; reply.stale_after is {stale_after}",
        age=_age(message),
        stale_after=duration(settings.reply.stale_after),
    ),
    Reason.UNREPLYABLE: _unreplyable,
    Reason.COUNTRY: _country,
    Reason.BLOCKED: _since_then("blocked_at", _("the operator blocked its sender")),
    Reason.OPTED_OUT: _since_then(
        "opted_out_at", _("its sender asked not to be written to")
    ),
    Reason.DISTRESS: _distress,
    Reason.ALREADY_TOLD: _already_told,
    Reason.LOOP: _loop,
    Reason.CAMPAIGN: _campaign,
    Reason.PENDING: _pending,
    Reason.TO_ANSWER: lambda message, settings: _(
        "nothing spoke against an answer, {after} later", after=_after(settings)
    ),
}


def _after(settings: Settings) -> str:
    delay, spread = settings.reply.delay, settings.reply.delay_spread
    return (
        _(
            "{least} to {most}",
            least=duration(delay),
            most=duration(delay + spread),
        )
        if spread
        else duration(delay)
    )


_HOLDS: dict[str, str] = {
    HoldReason.PAUSED: _("replies are paused until antirelou resume"),
    HoldReason.CLOCK_BEHIND: _(
        "the clock is behind what the log knows; set it, or antirelou resume --clock"
    ),
    HoldReason.NEW_SIM: _("another SIM is in the modem until antirelou line accept"),
}

_STATES: dict[str, str] = {
    "submitting": _("it is being handed to the modem now"),
    "refused": _("the network refused it; it is not sent again"),
    "partial": _(
        "the network took some of its segments and refused others; it is not sent again"
    ),
    "unknown": _(
        "nobody knows whether the network took it; it is never sent again by itself, and counts as sent"
    ),
}

_DROPPED: dict[str, Callable[[Settings], str]] = {
    NeverReason.FLOODER: lambda settings: _(
        "its recipient wrote more than reply.patience = {patience} meanwhile, or more "
        "than flood.patience = {in_flood} in a flood",
        patience=plural(settings.reply.patience, "message"),
        in_flood=settings.flood.patience,
    ),
    NeverReason.CAMPAIGN: lambda settings: _(
        "the text it answers turned out to be pasted by several numbers"
    ),
    NeverReason.BLOCKED: lambda settings: _("the operator blocked its recipient"),
    NeverReason.OPTED_OUT: lambda settings: _(
        "its recipient asked not to be written to"
    ),
    NeverReason.EXPIRED: lambda settings: _(
        "it could not leave within reply.expire_after = {expire_after} of its due time",
        expire_after=duration(settings.reply.expire_after),
    ),
    NeverReason.DISTRESS: lambda settings: _(
        "its recipient has cried for help since, and a lesson would hurt"
    ),
    NeverReason.UNREPLYABLE: lambda settings: _(
        "its recipient is no number that a text can be sent to"
    ),
    NeverReason.DROPPED: lambda settings: _("the operator took it back"),
    NeverReason.ALREADY_TOLD: lambda settings: _(
        "no number ever gets more than {most} automatic texts",
        most=MOST_TEXTS,
    ),
}

_WAITING: dict[str, Callable[[Settings], str]] = {
    LaterReason.OUTSIDE_HOURS: lambda settings: _(
        "replies leave within reply.hours only"
    ),
    LaterReason.PAUSED: lambda settings: _HOLDS[HoldReason.PAUSED],
    LaterReason.AWAITING_APPROVAL: lambda settings: _(
        'reply.mode is "approved", so it waits for antirelou approve'
    ),
    LaterReason.HOURLY_LIMIT: lambda settings: _(
        "limits.segments_per_hour = {segments_per_hour} is used up",
        segments_per_hour=settings.limits.segments_per_hour,
    ),
    LaterReason.DAILY_LIMIT: lambda settings: _(
        "limits.segments_per_day = {segments_per_day} is used up",
        segments_per_day=settings.limits.segments_per_day,
    ),
    LaterReason.RECIPIENTS_LIMIT: lambda settings: _(
        "limits.recipients_per_day = {recipients_per_day} is used up, or as much of "
        "recipients_per_month = {recipients_per_month} as the month allows by now",
        recipients_per_day=settings.limits.recipients_per_day,
        recipients_per_month=settings.limits.recipients_per_month,
    ),
    LaterReason.MEMORY_GAP: lambda settings: _(
        "the log was restored from a backup, and nobody knows who got a text since; until the next billing day, or "
        "antirelou resume --memory-gap"
    ),
    LaterReason.FLOOD: lambda settings: _(
        "a flood is on, or it answers a message that came in one: {replies_per_hour} "
        "an hour may leave, to {recipients} a flood",
        replies_per_hour=plural(settings.flood.replies_per_hour, "reply", "replies"),
        recipients=plural(settings.flood.recipients, "number"),
    ),
    LaterReason.BREAKER: lambda settings: _(
        "the network, or the SIM, refused several replies in a row"
    ),
    LaterReason.DISK_LOW: lambda settings: _(
        "the disk has less free space than log.reserve"
    ),
    LaterReason.CLOCK_BEHIND: lambda settings: _HOLDS[HoldReason.CLOCK_BEHIND],
    LaterReason.NEW_SIM: lambda settings: _HOLDS[HoldReason.NEW_SIM],
}
