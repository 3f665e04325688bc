"""What can be used but is probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from antirelou import sms
from antirelou.language import _
from antirelou.policy.numbers import classify
from antirelou.settings import DAY, Settings

# Above these French networks were seen to suspend lines, some for good.
_SEEN_SUSPENDED = {
    "segments_per_hour": 100,
    "segments_per_day": 500,
    "recipients_per_day": 200,
    "recipients_per_month": 200,
}


def warnings_about(settings: Settings) -> Iterator[str]:
    """Sentences about settings that are in force."""
    yield from _limits(settings)
    yield from _hours(settings)
    yield from _numbers(settings)
    for country in sorted(
        settings.reply.by_country.keys() - set(settings.reply.countries)
    ):
        yield _(
            "reply.by_country.{country} is never used: add {country!r} to reply.countries, or remove it.",
            country=country,
        )


def _limits(settings: Settings) -> Iterator[str]:
    for key, bound in _SEEN_SUSPENDED.items():
        limit = getattr(settings.limits, key)
        if limit > bound:
            yield (
                _(
                    "limits.{key} = {limit} is above {bound}, from where networks in France suspend lines, some for good: "
                    "lower it unless your operator agreed in writing.",
                    key=key,
                    limit=limit,
                    bound=bound,
                )
            )
    reply, limits = settings.reply, settings.limits
    texts = (
        *reply.texts,
        *(text for texts in reply.by_country.values() for text in texts),
        reply.distress_text,
    )
    longest = max(len(sms.compose(text).segments) for text in texts)
    for key in ("segments_per_hour", "segments_per_day"):
        if getattr(limits, key) < longest:
            yield (
                _(
                    "limits.{key} = {limit} never lets a text of {longest} segments leave: "
                    "raise the limit, or shorten the text.",
                    key=key,
                    limit=getattr(limits, key),
                    longest=longest,
                )
            )


def _hours(settings: Settings) -> Iterator[str]:
    hours = settings.reply.hours
    if hours is None:
        return
    opens, closes = (
        datetime.combine(date.min + DAY, at) for at in (hours.opens, hours.closes)
    )
    closed = (opens - closes) % DAY
    if settings.reply.expire_after <= closed:
        shut = round(closed / timedelta(hours=1), 1)
        yield (
            _(
                "reply.expire_after is not longer than the {shut:g} hours a day in which no reply leaves: replies that "
                "are due then may expire before they could leave. Make it longer, or widen reply.hours.",
                shut=shut,
            )
        )


def _numbers(settings: Settings) -> Iterator[str]:
    country = settings.modem.country
    if settings.operator.anchor_text and not settings.operator.numbers:
        yield _(
            "operator.anchor_text has no effect: write your own number into operator.numbers."
        )
    if settings.alerts.anchor and not settings.alerts.directory:
        yield _("alerts.anchor has no effect: write a directory into alerts.directory.")
    for number in settings.operator.numbers:
        kind = classify(number, country).kind
        if number == settings.modem.number:
            yield _(
                "operator.numbers has {number}, this line's own number, which is never answered: remove it there.",
                number=number,
            )
        elif not classify(number, country).replyable:
            yield _(
                "operator.numbers has {number}, no mobile number ({kind}): test answers to it may be charged or lost.",
                number=number,
                kind=kind,
            )
