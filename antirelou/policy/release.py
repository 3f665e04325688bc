"""Whether a due reply leaves now, later or never.

Asked in the transaction that marks the submit, with everything counted from stored rows: no limit is ever passed (P4)
and no number but the operator's own gets a third automatic text (P12). A reply is reserved whole: all its segments
must fit into what is left. What forbids it for ever is asked first, so that nothing waits in vain.

Which rules bind which purpose stands in the tables: where to find help waits for neither hours nor approval, but for
every limit; a code that proves whose a number is waits for both, ordered as it is; a test answer, a text of the line to itself, or an anchor counts as segments only. A pause binds all of them, a
blocked or an opted-out number all but the last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from antirelou.policy.decide import CAMPAIGN_SENDERS, MOST_TEXTS
from antirelou.policy.facts import (
    Go,
    Later,
    LaterReason,
    Never,
    NeverReason,
    Purpose,
    Queued,
    Release,
    Reserve,
)
from antirelou.policy.hours import is_open, next_opening
from antirelou.policy.month import month_of
from antirelou.settings import DAY, HOUR, Settings

ALL = frozenset(Purpose)
TO_OTHERS = ALL - {
    Purpose.SELF_TEST
}  # whoever forges the line's own number stops nothing
TO_STRANGERS = frozenset({Purpose.LESSON, Purpose.DISTRESS, Purpose.PROOF})
BY_DAY = frozenset({Purpose.LESSON, Purpose.PROOF, Purpose.ANCHOR})
LESSON_ONLY = frozenset({Purpose.LESSON})
HELP_ONLY = frozenset({Purpose.DISTRESS})


@dataclass(frozen=True, slots=True)
class Asked:
    """All that one release rests on."""

    reply: Queued
    reserve: Reserve
    settings: Settings
    now: datetime


def release(
    reply: Queued, reserve: Reserve, settings: Settings, now: datetime
) -> Release:
    """Give Go, or the first reason for which the reply waits or is dropped."""
    asked = Asked(reply, reserve, settings, now)
    for reason, bound, forbids in NEVER:
        if reply.purpose in bound and forbids(asked):
            return Never(reason)
    for bound, waits in LATER:
        later = waits(asked) if reply.purpose in bound else None
        if later is not None:
            return later
    return Go()


def _flooder(asked: Asked) -> bool:
    in_flood = asked.reserve.in_flood
    patience = (
        asked.settings.flood.patience if in_flood else asked.settings.reply.patience
    )
    return asked.reserve.messages_since > patience


def _outside_hours(asked: Asked) -> Later | None:
    hours, zone = asked.settings.reply.hours, asked.settings.reply.time_zone
    if hours is None or is_open(hours, zone, asked.now):
        return None
    return Later(LaterReason.OUTSIDE_HOURS, next_opening(hours, zone, asked.now))


def _paused(asked: Asked) -> Later | None:
    return Later(LaterReason.PAUSED) if asked.reserve.paused else None


def _awaiting_approval(asked: Asked) -> Later | None:
    if asked.settings.reply.mode == "automatic" or asked.reply.approved:
        return None
    return Later(LaterReason.AWAITING_APPROVAL, whole_line=False)


def _hourly_limit(asked: Asked) -> Later | None:
    left = asked.settings.limits.segments_per_hour - asked.reserve.segments_hour
    if asked.reply.segments <= left:
        return None
    oldest = asked.reserve.oldest_in_hour
    return Later(
        LaterReason.HOURLY_LIMIT,
        oldest + HOUR if oldest else None,
        whole_line=left < 1,
        limit="limits.segments_per_hour",
    )


def _daily_limit(asked: Asked) -> Later | None:
    left = asked.settings.limits.segments_per_day - asked.reserve.segments_day
    if asked.reply.segments <= left:
        return None
    oldest = asked.reserve.oldest_in_day
    return Later(
        LaterReason.DAILY_LIMIT,
        oldest + DAY if oldest else None,
        whole_line=left < 1,
        limit="limits.segments_per_day",
    )


def _recipients_limit(asked: Asked) -> Later | None:
    """The day's, and the month's at its pace. A number that counts already costs nothing more; so others may leave."""
    reserve, limits, now = asked.reserve, asked.settings.limits, asked.now
    full: dict[str, datetime | None] = {}  # until when
    if (
        not reserve.recipient_in_day
        and reserve.recipients_day >= limits.recipients_per_day
    ):
        oldest = reserve.oldest_in_day
        full["limits.recipients_per_day"] = oldest + DAY if oldest else None
    month = month_of(now, limits.month_starts_on, asked.settings.reply.time_zone)
    used = reserve.recipients_month
    if not reserve.recipient_in_month and used >= month.allowance(
        limits.recipients_per_month, now
    ):
        full["limits.recipients_per_month"] = month.allows(
            limits.recipients_per_month, used + 1
        )
    if not full:
        return None
    last = max(full, key=lambda limit: full[limit] or now)
    return Later(LaterReason.RECIPIENTS_LIMIT, full[last], whole_line=False, limit=last)


def _memory_gap(asked: Asked) -> Later | None:
    """After a restore nobody knows who got a text since the backup: only those whom it counts already may get one."""
    until = asked.reserve.memory_gap_until
    if until is None or asked.now >= until or asked.reserve.recipient_in_month:
        return None
    return Later(LaterReason.MEMORY_GAP, until, whole_line=False)


def _flood(asked: Asked) -> Later | None:
    """What a flood may cost. Replies to what came before or after it may leave once it is over."""
    reserve, flood = asked.reserve, asked.settings.flood
    if not reserve.in_flood:
        return None
    if not reserve.recipient_in_flood and reserve.flood_recipients >= flood.recipients:
        return Later(
            LaterReason.FLOOD,
            asked.now + HOUR,
            whole_line=False,
            limit="flood.recipients",
        )
    if reserve.flood_replies_hour >= flood.replies_per_hour:
        return Later(
            LaterReason.FLOOD,
            (reserve.oldest_in_flood_hour or asked.now) + HOUR,
            whole_line=False,
            limit="flood.replies_per_hour",
        )
    return None


def _breaker(asked: Asked) -> Later | None:
    until = asked.reserve.breaker_until
    return (
        Later(LaterReason.BREAKER, until)
        if until is not None and asked.now < until
        else None
    )


def _disk_low(asked: Asked) -> Later | None:
    return Later(LaterReason.DISK_LOW) if asked.reserve.disk_low else None


def _clock_behind(asked: Asked) -> Later | None:
    return Later(LaterReason.CLOCK_BEHIND) if asked.reserve.clock_behind else None


def _new_sim(asked: Asked) -> Later | None:
    return Later(LaterReason.NEW_SIM) if asked.reserve.new_sim else None


NEVER: tuple[tuple[NeverReason, frozenset[Purpose], Callable[[Asked], bool]], ...] = (
    (NeverReason.FLOODER, TO_STRANGERS, _flooder),
    (
        NeverReason.CAMPAIGN,
        TO_STRANGERS,
        lambda asked: asked.reserve.campaign_senders >= CAMPAIGN_SENDERS,
    ),
    (NeverReason.BLOCKED, TO_OTHERS, lambda asked: asked.reserve.blocked),
    (NeverReason.OPTED_OUT, TO_OTHERS, lambda asked: asked.reserve.opted_out),
    (NeverReason.EXPIRED, ALL, lambda asked: asked.now >= asked.reply.expires_at),
    (
        NeverReason.ALREADY_TOLD,
        TO_STRANGERS,
        lambda asked: asked.reserve.told >= MOST_TEXTS,
    ),
    (NeverReason.ALREADY_TOLD, HELP_ONLY, lambda asked: asked.reserve.distress_told),
)

LATER: tuple[tuple[frozenset[Purpose], Callable[[Asked], Later | None]], ...] = (
    (BY_DAY, _outside_hours),
    (ALL, _paused),
    (LESSON_ONLY, _awaiting_approval),
    (ALL, _hourly_limit),
    (ALL, _daily_limit),
    (TO_STRANGERS, _recipients_limit),
    (TO_STRANGERS, _memory_gap),
    (TO_STRANGERS, _flood),
    (ALL, _breaker),
    (ALL, _disk_low),
    (ALL, _clock_behind),
    (ALL, _new_sim),
)
