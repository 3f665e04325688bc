"""What `antirelou check` says of the replies: who holds them back though the line is well, and what happened lately.

From the log alone. A limit that is used up keeps a text from being answered now; closed hours do not: a reply waits
for hours anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from antirelou.cli.check_line import Finding
from antirelou.cli.errors import TRY_AGAIN
from antirelou.cli.output import visible, when
from antirelou.language import _, labelled, plural
from antirelou.policy.hours import is_open, next_opening
from antirelou.policy.month import month_of
from antirelou.settings import Settings

LATELY = timedelta(days=1)
_MOST_EVENTS = 10
_DEAF_AFTER = timedelta(minutes=15)  # a daemon writes its row every ten minutes
_GOOD_NEWS = (
    "modem_opened",
    "configuration",
    "clock_stepped",
    "erasure",
    "erased",
    "anchor",
    "flood_began",
    "flood_ended",
    "network_home",
    "network_roaming",
    "network_sms_only",
)

Row = dict[str, Any]


def of_replies(row: Row, settings: Settings, now: datetime) -> Iterator[Finding]:
    """What holds replies back though the line is well, by the line's row."""
    if row["paused"]:
        sentence = _("Replies are paused: antirelou resume lets them leave again.")
        yield Finding("orders", False, sentence)
    held = list(_held(row, settings, now))
    if not held and not row["paused"]:
        left = settings.limits.segments_per_day - row["segments_day"]
        yield Finding(
            "replies",
            True,
            _("Nothing holds them back; {left} segments may leave today.", left=left),
        )
    for good, sentence in held:
        yield Finding("replies", good, sentence, TRY_AGAIN)


def _held(
    row: Row, settings: Settings, now: datetime
) -> Iterator[tuple[bool | None, str]]:
    zone = settings.reply.time_zone
    yield from _used_up(row, settings, now)
    gap = row["memory_gap_until"]
    if gap and datetime.fromisoformat(gap) > now:
        yield (
            False,
            _(
                "The log was restored: nobody new gets a text until {gap}, or antirelou resume --memory-gap.",
                gap=when(gap, zone)[:10],
            ),
        )
    if row["held_by"] is not None and row["state"] == "breaker":
        yield False, visible(row["sentence"])
    if row["flood"] is not None:
        since, most = when(row["flood"]["since"], zone), settings.flood.replies_per_hour
        yield (
            None,
            _(
                "A flood is on since {since}: at most {most} an hour leave, see antirelou status.",
                since=since,
                most=plural(most, "reply", "replies"),
            ),
        )
    if settings.reply.mode == "approved":
        yield (
            None,
            _('reply.mode is "approved": each waits for antirelou approve.'),
        )
    hours = settings.reply.hours
    if hours is not None and not is_open(hours, zone, now):
        opens = when(next_opening(hours, zone, now), zone, now=now)
        yield (
            None,
            _(
                "reply.hours are closed: what is due leaves from {opens} on.",
                opens=opens,
            ),
        )


def _used_up(
    row: Row, settings: Settings, now: datetime
) -> Iterator[tuple[bool | None, str]]:
    """The limits of which nothing is left."""
    limits = settings.limits
    month = month_of(now, limits.month_starts_on, settings.reply.time_zone)
    allowed = month.allowance(limits.recipients_per_month, now)
    used = (
        ("segments_per_hour", row["segments_hour"], limits.segments_per_hour),
        ("segments_per_day", row["segments_day"], limits.segments_per_day),
        ("recipients_per_day", row["recipients_day"], limits.recipients_per_day),
    )
    for name, number, most in used:
        if number >= most:
            yield (
                False,
                _(
                    "limits.{name} = {most} is used up: they wait, or raise it if the plan allows.",
                    name=name,
                    most=most,
                ),
            )
    if row["recipients_month"] >= allowed:
        sentence = _(
            "Of limits.recipients_per_month = {recipients_per_month} no more than {allowed} may be used up by "
            "now, and {recipients_month} are: they wait, or raise it if the plan allows.",
            recipients_per_month=limits.recipients_per_month,
            allowed=allowed,
            recipients_month=row["recipients_month"],
        )
        yield False, sentence


def of_daemon_alive(row: Row, pid: int, settings: Settings) -> Iterator[Finding]:
    """Whether the daemon that holds the line still says something."""
    last, zone = datetime.fromisoformat(row["updated_at"]), settings.reply.time_zone
    if datetime.now(UTC) - last <= _DEAF_AFTER:
        return
    who = _("process {pid}", pid=pid) if pid else _("some process")
    yield Finding(
        "daemon",
        False,
        _(
            "It runs ({who}) but has said nothing since {last}: systemctl restart antirelou.",
            who=who,
            last=when(last, zone),
        ),
    )


def of_events(events: list[Row], settings: Settings) -> Iterator[Finding]:
    """What happened lately that an operator should know of."""
    zone = settings.reply.time_zone
    bad = [event for event in events if event["kind"] not in _GOOD_NEWS]
    for event in bad[-_MOST_EVENTS:]:
        often = (
            _(" ({count} times)", count=event["count"]) if event["count"] > 1 else ""
        )
        last = when(event["last_at"], zone)
        yield Finding("lately", None, labelled(last, visible(event["text"]) + often))
