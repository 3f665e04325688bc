"""Whether and what to answer: one message, one decision, one reason.

The reasons stand in `REASONS` in their order and the first that applies wins. Holds come before them and are no
decision: the message is asked about again later. Only what is no text is decided in spite of a hold, for nothing that
may change could ever make it a text. Pure: what is known comes in `History`, time and chance are arguments.

Promised: no number but the operator's own is ever planned a third automatic text (P12). In doubt: silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from antirelou.policy.facts import (
    Decision,
    History,
    Hold,
    HoldReason,
    Kind,
    Planned,
    Purpose,
    Reason,
    Received,
)
from antirelou.policy.numbers import Verdict, classify
from antirelou.policy.words import CAMPAIGN_LENGTH, cries_for_help, normalise
from antirelou.settings import Settings

MOST_TEXTS = (
    2  # automatic texts to a number over its whole life, of whatever purpose but test
)
TESTS_A_DAY = 5
CAMPAIGN_SENDERS = 3  # from as many numbers, the same text is a pasted one
BEFORE_SERVICE = timedelta(
    hours=14
)  # no zone is further from UTC: a time that names none may be off by that
_SAME_TEXT = 3  # times in an hour: a machine repeats itself
_BURST = 5  # messages in five minutes after a reply left: a machine answers it


@dataclass(frozen=True, slots=True)
class Case:
    """All that one decision rests on."""

    message: Received
    history: History
    settings: Settings
    now: datetime

    @property
    def verdict(self) -> Verdict:
        message = self.message
        return classify(
            message.sender, self.settings.modem.country, message.alphanumeric
        )

    @property
    def wrote_at(self) -> datetime:
        """When it was sent, as far as is known: a call, or a damaged time, has only the time of its arrival."""
        return self.message.service_centre_time or self.message.received_at

    @property
    def texts(self) -> tuple[str, ...]:
        reply = self.settings.reply
        return reply.by_country.get(self.verdict.country or "", reply.texts)

    @property
    def lessons_told(self) -> int:
        return max(0, self.history.told - self.history.distress_told)


def decide(
    message: Received,
    history: History,
    settings: Settings,
    now: datetime,
    *,
    draw: float,
) -> Decision | Hold:
    """Give the first reason that applies, with the reply to queue if there is to be one.

    `draw` (0 to 1) is this message's share of `delay_spread`. With `mode = "never"` reasons are the same, replies none.
    """
    case = Case(message, history, settings, now)
    if _not_a_text(case):
        return Decision(Reason.NOT_A_TEXT)
    for hold, holds in HOLDS:
        if holds(history):
            return Hold(hold)
    reason = next(
        (reason for reason, applies in REASONS if applies(case)), Reason.TO_ANSWER
    )
    if settings.reply.mode == "never" or reason not in _REPLIES:
        return Decision(reason)
    return Decision(reason, _REPLIES[reason](case, draw))


def is_distress(message: Received, settings: Settings) -> bool:
    """Whether somebody cries for help, by the operator's words."""
    return cries_for_help(message.text, settings.reply.distress_words)


def _not_a_text(case: Case) -> bool:
    kind = case.message.kind
    if kind is Kind.CALL:
        return not (case.settings.calls.reply and case.history.caller_insists)
    return kind not in (Kind.TEXT, Kind.SELF_TEST)


def _own_number(case: Case) -> bool:
    own = case.settings.modem.number
    return case.message.kind is Kind.SELF_TEST or (
        own != "" and case.message.sender == own
    )


def _test(case: Case) -> bool:
    return (
        not case.message.alphanumeric
        and case.message.sender in case.settings.operator.numbers
    )


def _already_told(case: Case) -> bool:
    return case.history.told >= MOST_TEXTS or case.lessons_told >= len(case.texts)


def _loop(case: Case) -> bool:
    return (
        case.history.same_text_in_hour >= _SAME_TEXT
        or case.history.since_reply_in_five_minutes > _BURST
    )


def _campaign(case: Case) -> bool:
    return (
        case.history.campaign_senders >= CAMPAIGN_SENDERS
        and len(normalise(case.message.text)) >= CAMPAIGN_LENGTH
    )


def _pending(case: Case) -> bool:
    """A reply is on its way, or left after this was received: the next text answers what was written since."""
    left = case.history.last_told_at
    return case.history.queued or (
        left is not None and case.message.received_at <= left
    )


HOLDS: tuple[tuple[HoldReason, Callable[[History], bool]], ...] = (
    (HoldReason.PAUSED, lambda history: history.paused),
    (HoldReason.CLOCK_BEHIND, lambda history: history.clock_behind),
    (HoldReason.NEW_SIM, lambda history: history.new_sim),
)

REASONS: tuple[tuple[Reason, Callable[[Case], bool]], ...] = (
    (Reason.NOT_A_TEXT, _not_a_text),
    (Reason.OWN_NUMBER, _own_number),
    (Reason.TEST, _test),
    (
        Reason.BEFORE_SERVICE,
        lambda case: case.wrote_at < case.history.first_start - BEFORE_SERVICE,
    ),
    (
        Reason.STALE,
        lambda case: case.now - case.wrote_at > case.settings.reply.stale_after,
    ),
    (Reason.UNREPLYABLE, lambda case: not case.verdict.replyable),
    (
        Reason.COUNTRY,
        lambda case: case.verdict.country not in case.settings.reply.countries,
    ),
    (Reason.BLOCKED, lambda case: case.history.blocked),
    (Reason.OPTED_OUT, lambda case: case.history.opted_out),
    (Reason.DISTRESS, lambda case: is_distress(case.message, case.settings)),
    (Reason.ALREADY_TOLD, _already_told),
    (Reason.LOOP, _loop),
    (Reason.CAMPAIGN, _campaign),
    (Reason.PENDING, _pending),
)


def _lesson(case: Case, draw: float) -> Planned:
    reply = case.settings.reply
    after = reply.delay + draw * reply.delay_spread
    return _plan(case, case.texts[case.lessons_told], Purpose.LESSON, after)


def _test_answer(case: Case, draw: float) -> Planned | None:
    if case.history.tests_today >= TESTS_A_DAY:
        return None
    return _plan(
        case,
        case.settings.reply.texts[0],
        Purpose.TEST,
        case.settings.operator.test_delay,
    )


def _distress_text(case: Case, draw: float) -> Planned | None:
    """Once a number, and never as its third text; where to find help does not wait."""
    text, history = case.settings.reply.distress_text, case.history
    if (
        not text
        or history.distress_told
        or history.distress_queued
        or history.told >= MOST_TEXTS
    ):
        return None
    return _plan(case, text, Purpose.DISTRESS, timedelta(0))


def _plan(case: Case, text: str, purpose: Purpose, after: timedelta) -> Planned:
    due_at = case.message.received_at + after
    return Planned(text, purpose, due_at, due_at + case.settings.reply.expire_after)


_REPLIES: dict[Reason, Callable[[Case, float], Planned | None]] = {
    Reason.TEST: _test_answer,
    Reason.DISTRESS: _distress_text,
    Reason.TO_ANSWER: _lesson,
}
