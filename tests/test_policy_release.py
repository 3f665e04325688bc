"""A due reply leaves now, later or never: a line a case, with its why, at every boundary.

Longer than 400 lines: one table for never and one for later, read side by side; their order is the claim.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou.policy.facts import (
    Go,
    Later,
    LaterReason,
    Never,
    NeverReason,
    Purpose,
    Queued,
    Reserve,
)
from antirelou.policy.month import month_of
from antirelou.policy.release import release
from antirelou.settings import Flood, Limits, Reply, Settings

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = Settings(
    reply=Reply(patience=30),
    limits=Limits(
        segments_per_hour=30,
        segments_per_day=150,
        recipients_per_day=20,
        recipients_per_month=200,
    ),
    flood=Flood(patience=5, replies_per_hour=6, recipients=20),
)
APPROVED_MODE = replace(SETTINGS, reply=replace(SETTINGS.reply, mode="approved"))
REPLY = Queued("+33639980001", Purpose.LESSON, 1, NOON - HOUR, NOON + 35 * HOUR)

GO = Go()
Facts = dict[str, Any]
NEVER_CASES: list[tuple[Facts, Facts, NeverReason | None, str]] = [
    ({}, {"messages_since": 30}, None, "as many as patience bears"),
    ({}, {"messages_since": 31}, NeverReason.FLOODER, "one more"),
    ({}, {"messages_since": 5, "in_flood": True}, None, "less patience in a flood"),
    ({}, {"messages_since": 6, "in_flood": True}, NeverReason.FLOODER, "one more"),
    (
        {},
        {"messages_since": 31, "campaign_senders": 3},
        NeverReason.FLOODER,
        "flooder goes before campaign",
    ),
    ({}, {"campaign_senders": 2}, None, "two friends"),
    ({}, {"campaign_senders": 3}, NeverReason.CAMPAIGN, "pasted meanwhile"),
    (
        {},
        {"campaign_senders": 3, "blocked": True},
        NeverReason.CAMPAIGN,
        "campaign goes before blocked",
    ),
    (
        {},
        {"blocked": True, "opted_out": True},
        NeverReason.BLOCKED,
        "blocked goes before opted_out",
    ),
    ({}, {"opted_out": True}, NeverReason.OPTED_OUT, "asked for no more meanwhile"),
    (
        {"expires_at": NOON - SECOND},
        {"opted_out": True},
        NeverReason.OPTED_OUT,
        "opted_out goes before expired",
    ),
    ({"expires_at": NOON + SECOND}, {}, None, "the last moment"),
    ({"expires_at": NOON}, {}, NeverReason.EXPIRED, "too late"),
    (
        {"expires_at": NOON},
        {"paused": True, "segments_hour": 99},
        NeverReason.EXPIRED,
        "nothing waits in vain",
    ),
    ({}, {"told": 1}, None, "the second text"),
    ({}, {"told": 2}, NeverReason.ALREADY_TOLD, "never a third"),
    ({}, {"told": 1, "distress_told": True}, None, "help was no lesson"),
    ({"purpose": Purpose.DISTRESS}, {"told": 1}, None, "nor a lesson help"),
    (
        {"purpose": Purpose.DISTRESS},
        {"told": 1, "distress_told": True},
        NeverReason.ALREADY_TOLD,
        "help once a number",
    ),
]


@pytest.mark.parametrize(("reply", "reserve", "reason", "why"), NEVER_CASES)
def test_never(
    reply: Facts, reserve: Facts, reason: NeverReason | None, why: str
) -> None:
    expected = GO if reason is None else Never(reason)
    assert (
        release(replace(REPLY, **reply), Reserve(**reserve), SETTINGS, NOON) == expected
    ), why


OLDEST = NOON - timedelta(minutes=50)
MONTH_END = datetime(2026, 11, 30, 23, tzinfo=UTC)  # midnight in Paris
LAST = MONTH_END - 4 * HOUR  # the last evening of the month
FRESH = {"expires_at": LAST + DAY}
HOURLY, DAILY = "limits.segments_per_hour", "limits.segments_per_day"
PEOPLE_A_DAY, PEOPLE_A_MONTH = (
    "limits.recipients_per_day",
    "limits.recipients_per_month",
)
FLOOD_AN_HOUR, A_FLOOD = "flood.replies_per_hour", "flood.recipients"
LATER_CASES: list[tuple[Facts, Facts, Settings, datetime, Later | Go, str]] = [
    ({}, {}, SETTINGS, NOON, GO, "nothing in its way"),
    (
        {},
        {"paused": True},
        SETTINGS,
        NIGHT,
        Later(LaterReason.OUTSIDE_HOURS, datetime(2026, 11, 23, 8, tzinfo=UTC)),
        "outside_hours goes before paused, and says until when",
    ),
    ({}, {}, replace(SETTINGS, reply=Reply(hours=None)), NIGHT, GO, "always"),
    (
        {},
        {"paused": True},
        APPROVED_MODE,
        NOON,
        Later(LaterReason.PAUSED),
        "paused goes before awaiting_approval",
    ),
    (
        {},
        {"segments_hour": 30},
        APPROVED_MODE,
        NOON,
        Later(LaterReason.AWAITING_APPROVAL, whole_line=False),
        "another may be approved; awaiting_approval goes before hourly_limit",
    ),
    ({"approved": True}, {}, APPROVED_MODE, NOON, GO, "the operator said yes"),
    ({}, {"segments_hour": 29}, SETTINGS, NOON, GO, "the last segment of the hour"),
    (
        {},
        {"segments_hour": 30, "oldest_in_hour": OLDEST, "segments_day": 150},
        SETTINGS,
        NOON,
        Later(LaterReason.HOURLY_LIMIT, OLDEST + HOUR, limit=HOURLY),
        "the hour is full until its oldest segment falls out; hourly_limit goes before daily_limit",
    ),
    ({"segments": 2}, {"segments_hour": 28}, SETTINGS, NOON, GO, "a whole reply fits"),
    (
        {"segments": 2},
        {"segments_hour": 29},
        SETTINGS,
        NOON,
        Later(LaterReason.HOURLY_LIMIT, whole_line=False, limit=HOURLY),
        "half a reply does not, a shorter one may",
    ),
    (
        {},
        {"segments_hour": 31},
        SETTINGS,
        NOON,
        Later(LaterReason.HOURLY_LIMIT, limit=HOURLY),
        "the limit was lowered meanwhile",
    ),
    ({}, {"segments_day": 149}, SETTINGS, NOON, GO, "the last segment of the day"),
    (
        {},
        {"segments_day": 150, "oldest_in_day": OLDEST, "recipients_day": 20},
        SETTINGS,
        NOON,
        Later(LaterReason.DAILY_LIMIT, OLDEST + DAY, limit=DAILY),
        "the day is full; daily_limit goes before recipients_limit",
    ),
    (
        {"segments": 2},
        {"segments_day": 149},
        SETTINGS,
        NOON,
        Later(LaterReason.DAILY_LIMIT, whole_line=False, limit=DAILY),
        "half a reply",
    ),
    ({}, {"recipients_day": 19}, SETTINGS, NOON, GO, "the last person of the day"),
    (
        {},
        {"recipients_day": 20},
        SETTINGS,
        NOON,
        Later(LaterReason.RECIPIENTS_LIMIT, whole_line=False, limit=PEOPLE_A_DAY),
        "one person too many; who counts already may have a second text",
    ),
    (
        {},
        {"recipients_day": 20, "recipient_in_day": True},
        SETTINGS,
        NOON,
        GO,
        "who counts already",
    ),
    (
        {},
        {"recipients_day": 20, "oldest_in_day": OLDEST},
        SETTINGS,
        NOON,
        Later(
            LaterReason.RECIPIENTS_LIMIT,
            OLDEST + DAY,
            whole_line=False,
            limit=PEOPLE_A_DAY,
        ),
        "no sooner than the day's oldest segment falls out",
    ),
    (
        {},
        {"recipients_month": 149},
        SETTINGS,
        NOON,
        GO,
        "21.5 of 30 days: 143.6 of 200, and 6.7 for a day: 150.3",
    ),
    (
        {},
        {"recipients_month": 150},
        SETTINGS,
        NOON,
        Later(
            LaterReason.RECIPIENTS_LIMIT,
            datetime(2026, 11, 22, 14, 36, tzinfo=UTC),
            whole_line=False,
            limit=PEOPLE_A_MONTH,
        ),
        "the month's pace, until the 151st is due",
    ),
    (
        FRESH,
        {"recipients_month": 199},
        SETTINGS,
        LAST,
        GO,
        "the last person of the month",
    ),
    (
        FRESH,
        {"recipients_month": 200},
        SETTINGS,
        LAST,
        Later(
            LaterReason.RECIPIENTS_LIMIT,
            MONTH_END,
            whole_line=False,
            limit=PEOPLE_A_MONTH,
        ),
        "the month is full",
    ),
    (
        {},
        {"recipients_month": 200, "recipients_day": 20, "oldest_in_day": OLDEST},
        SETTINGS,
        NOON,
        Later(
            LaterReason.RECIPIENTS_LIMIT,
            MONTH_END,
            whole_line=False,
            limit=PEOPLE_A_MONTH,
        ),
        "day and month are full: the later of the two",
    ),
    (
        {},
        {"recipients_month": 200, "recipient_in_month": True},
        SETTINGS,
        NOON,
        GO,
        "who counts already this month",
    ),
    (
        FRESH,
        {"recipients_month": 200, "recipient_in_day": True},
        SETTINGS,
        LAST,
        Later(
            LaterReason.RECIPIENTS_LIMIT,
            MONTH_END,
            whole_line=False,
            limit=PEOPLE_A_MONTH,
        ),
        "told yesterday evening, before the month began: a new person of this month",
    ),
    (
        {},
        {"memory_gap_until": MONTH_END},
        SETTINGS,
        NOON,
        Later(LaterReason.MEMORY_GAP, MONTH_END, whole_line=False),
        "after a restore: nobody knows who got a text since the backup",
    ),
    (
        {},
        {"memory_gap_until": MONTH_END, "recipient_in_month": True},
        SETTINGS,
        NOON,
        GO,
        "who counts already this month",
    ),
    ({}, {"memory_gap_until": NOON}, SETTINGS, NOON, GO, "a new month"),
    (
        {"purpose": Purpose.TEST},
        {"memory_gap_until": MONTH_END},
        SETTINGS,
        NOON,
        GO,
        "a test is nobody's",
    ),
    (
        {},
        {"flood_replies_hour": 6, "flood_recipients": 20},
        SETTINGS,
        NOON,
        GO,
        "no flood, no price",
    ),
    (
        {},
        {"in_flood": True, "flood_replies_hour": 5, "flood_recipients": 19},
        SETTINGS,
        NOON,
        GO,
        "within its price",
    ),
    (
        {},
        {
            "in_flood": True,
            "flood_replies_hour": 6,
            "oldest_in_flood_hour": OLDEST,
            "breaker_until": NOON + SECOND,
        },
        SETTINGS,
        NOON,
        Later(LaterReason.FLOOD, OLDEST + HOUR, whole_line=False, limit=FLOOD_AN_HOUR),
        "enough this hour, until the oldest falls out; flood goes before breaker",
    ),
    (
        {},
        {"in_flood": True},
        replace(SETTINGS, flood=Flood(replies_per_hour=0)),
        NOON,
        Later(LaterReason.FLOOD, NOON + HOUR, whole_line=False, limit=FLOOD_AN_HOUR),
        "nothing at all leaves in a flood",
    ),
    (
        {},
        {"in_flood": True, "flood_recipients": 20},
        SETTINGS,
        NOON,
        Later(LaterReason.FLOOD, NOON + HOUR, whole_line=False, limit=A_FLOOD),
        "enough people in this flood",
    ),
    (
        {},
        {"in_flood": True, "flood_recipients": 20, "recipient_in_flood": True},
        SETTINGS,
        NOON,
        GO,
        "who counts already in this flood",
    ),
    (
        {},
        {"breaker_until": NOON + SECOND, "disk_low": True},
        SETTINGS,
        NOON,
        Later(LaterReason.BREAKER, NOON + SECOND),
        "the network refuses; breaker goes before disk_low",
    ),
    ({}, {"breaker_until": NOON}, SETTINGS, NOON, GO, "tried again"),
    (
        {},
        {"disk_low": True, "clock_behind": True},
        SETTINGS,
        NOON,
        Later(LaterReason.DISK_LOW),
        "no room to log it",
    ),
    (
        {},
        {"clock_behind": True, "new_sim": True},
        SETTINGS,
        NOON,
        Later(LaterReason.CLOCK_BEHIND),
        "no true time",
    ),
    (
        {},
        {"new_sim": True},
        SETTINGS,
        NOON,
        Later(LaterReason.NEW_SIM),
        "another SIM's limits",
    ),
]


@pytest.mark.parametrize(
    ("reply", "reserve", "settings", "now", "expected", "why"), LATER_CASES
)
def test_later(
    reply: Facts,
    reserve: Facts,
    settings: Settings,
    now: datetime,
    expected: Later | Go,
    why: str,
) -> None:
    assert (
        release(replace(REPLY, **reply), Reserve(**reserve), settings, now) == expected
    ), why


PURPOSES: list[tuple[Facts, Settings, datetime, bool, bool, str]] = [
    ({}, SETTINGS, NIGHT, True, True, "neither help nor a test waits for the morning"),
    ({}, APPROVED_MODE, NOON, True, True, "nor for approval"),
    ({"paused": True}, SETTINGS, NOON, False, False, "a pause is a pause"),
    ({"segments_hour": 30}, SETTINGS, NOON, False, False, "segments are segments"),
    ({"segments_day": 150}, SETTINGS, NOON, False, False, "all day"),
    (
        {"recipients_day": 20},
        SETTINGS,
        NOON,
        False,
        True,
        "the operator is no stranger",
    ),
    ({"recipients_month": 200}, SETTINGS, NOON, False, True, "all month"),
    (
        {"in_flood": True, "flood_recipients": 20},
        SETTINGS,
        NOON,
        False,
        True,
        "5,000 cries for help are a flood",
    ),
    ({"campaign_senders": 3}, SETTINGS, NOON, False, True, "the operator may paste"),
    ({"messages_since": 99}, SETTINGS, NOON, False, True, "and write a lot"),
    ({"told": 2}, SETTINGS, NOON, False, True, "a test is repeatable"),
    ({"blocked": True}, SETTINGS, NOON, False, False, "blocked is blocked"),
    ({"opted_out": True}, SETTINGS, NOON, False, False, "STOP is STOP, for ever"),
    (
        {"breaker_until": NOON + DAY},
        SETTINGS,
        NOON,
        False,
        False,
        "the network refuses them too",
    ),
    (
        {"disk_low": True},
        SETTINGS,
        NOON,
        False,
        False,
        "nothing is sent that cannot be logged",
    ),
    ({"clock_behind": True}, SETTINGS, NOON, False, False, "limits need a true time"),
    ({"new_sim": True}, SETTINGS, NOON, False, False, "another SIM"),
]


@pytest.mark.parametrize(
    ("reserve", "settings", "now", "help_goes", "test_goes", "why"), PURPOSES
)
def test_what_binds_help_and_tests(
    reserve: Facts,
    settings: Settings,
    now: datetime,
    help_goes: bool,
    test_goes: bool,
    why: str,
) -> None:
    for purpose, goes in ((Purpose.DISTRESS, help_goes), (Purpose.TEST, test_goes)):
        answer = release(
            replace(REPLY, purpose=purpose), Reserve(**reserve), settings, now
        )
        assert isinstance(answer, Go) is goes, f"{purpose}: {why}"


@pytest.mark.parametrize("purpose", Purpose)
def test_every_reply_expires(purpose: Purpose) -> None:
    assert release(
        replace(REPLY, purpose=purpose), Reserve(), SETTINGS, REPLY.expires_at
    ) == Never(NeverReason.EXPIRED)


RESERVES = st.builds(
    Reserve,
    segments_hour=st.integers(0, 12),
    segments_day=st.integers(0, 24),
    recipients_day=st.integers(0, 6),
    recipients_month=st.integers(0, 12),
    recipient_in_day=st.booleans(),
    recipient_in_month=st.booleans(),
    told=st.integers(0, 3),
    blocked=st.booleans(),
    opted_out=st.booleans(),
    paused=st.booleans(),
    breaker_until=st.sampled_from([None, NOON - SECOND, NOON + SECOND]),
    in_flood=st.booleans(),
    flood_replies_hour=st.integers(0, 8),
    flood_recipients=st.integers(0, 8),
    recipient_in_flood=st.booleans(),
)
LIMITS = st.builds(
    Limits,
    segments_per_hour=st.integers(1, 10),
    segments_per_day=st.integers(1, 20),
    recipients_per_day=st.integers(1, 5),
    recipients_per_month=st.integers(1, 10),
)


@given(st.integers(1, 4), RESERVES, LIMITS, st.sampled_from([NOON, NIGHT]))
def test_a_code_leaves_where_a_lesson_would_that_the_operator_approved(
    segments: int, reserve: Reserve, limits: Limits, now: datetime
) -> None:
    settings = replace(APPROVED_MODE, limits=limits)
    lesson = replace(REPLY, segments=segments, approved=True)
    code = replace(lesson, purpose=Purpose.PROOF)
    assert release(code, reserve, settings, now) == release(
        lesson, reserve, settings, now
    )


@given(st.sampled_from(Purpose), st.integers(1, 4), RESERVES, LIMITS)
def test_no_limit_is_ever_passed(
    purpose: Purpose, segments: int, reserve: Reserve, limits: Limits
) -> None:
    settings = replace(
        SETTINGS, limits=limits, flood=Flood(replies_per_hour=3, recipients=5)
    )
    reply = replace(REPLY, purpose=purpose, segments=segments)
    if not isinstance(release(reply, reserve, settings, NOON), Go):
        return
    assert reserve.segments_hour + segments <= limits.segments_per_hour
    assert reserve.segments_day + segments <= limits.segments_per_day
    assert not reserve.paused
    if purpose is not Purpose.SELF_TEST:  # to the line's own number, which refuses none
        assert not (reserve.blocked or reserve.opted_out)
    if purpose in (
        Purpose.TEST,
        Purpose.SELF_TEST,
        Purpose.ANCHOR,
    ):  # nobody else's number
        return
    assert (
        reserve.recipient_in_day or reserve.recipients_day < limits.recipients_per_day
    )
    month = month_of(NOON, limits.month_starts_on, settings.reply.time_zone)
    assert reserve.recipient_in_month or reserve.recipients_month < month.allowance(
        limits.recipients_per_month, NOON
    )
    assert reserve.told < 2
    if reserve.in_flood:
        assert reserve.flood_replies_hour < 3
        assert reserve.recipient_in_flood or reserve.flood_recipients < 5
