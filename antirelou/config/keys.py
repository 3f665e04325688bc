"""Every key of the configuration, and how it is read."""

from __future__ import annotations

from antirelou.config import values
from antirelou.config.values import Reader
from antirelou.language import _

_AT_LEAST_ONE = values.whole(1)
_LIMIT = values.whole(1, otherwise=_('set reply.mode = "never" to send nothing'))

_SECTIONS: dict[str, dict[str, Reader]] = {
    "modem": {
        "port": values.filled,
        "baud_rate": _AT_LEAST_ONE,
        "country": values.country,
        "pin_file": values.string,
        "service_centre": values.empty_or(values.service_centre),
        "poll_interval": values.some_time,
    },
    "log": {
        "path": values.path,
        "key_file": values.empty_or(values.path),
        "reserve": values.size,
    },
    "reply": {
        "mode": values.choice("automatic", "approved", "never"),
        "texts": values.texts,
        "delay": values.duration,
        "delay_spread": values.duration,
        "hours": values.hours,
        "time_zone": values.zone,
        "expire_after": values.some_time,
        "stale_after": values.some_time,
        "patience": values.whole(0),
        "max_segments": values.whole(1, 255),
        "countries": values.countries,
        "distress_words": values.every(values.word_to_find, _("words")),
        "distress_text": values.string,
        "status_report": values.boolean,
        "by_country": values.texts_by_country,
    },
    "limits": {
        "segments_per_hour": _LIMIT,
        "segments_per_day": _LIMIT,
        "recipients_per_day": _LIMIT,
        "recipients_per_month": _LIMIT,
        "month_starts_on": values.whole(1, 28),
    },
    "flood": {
        "messages": _AT_LEAST_ONE,
        "window": values.some_time,
        "quiet": values.some_time,
        "per_sender": _AT_LEAST_ONE,
        "patience": values.whole(0),
        "replies_per_hour": values.whole(0),
        "recipients": values.whole(
            1, otherwise=_("set flood.replies_per_hour = 0 to send nothing in a flood")
        ),
    },
    "calls": {"ring": values.duration, "reply": values.boolean},
    "operator": {
        "test_delay": values.duration,
        "anchor_text": values.some_time_or_never,
    },
    "health": {"self_text": values.some_time_or_never},
    "privacy": {
        "erase_after": values.some_time,
        "erase_raid_after": values.some_time,
        "forget_senders_after": values.some_time,
        "controller": values.string,
        "contact": values.string,
    },
    "metrics": {"file": values.empty_or(values.absolute)},
    "alerts": {
        "directory": values.empty_or(values.absolute),
        "anchor": values.boolean,
    },
}


def sections(home: str) -> dict[str, dict[str, Reader]]:
    """Sections, their keys and readers; numbers written nationally are of the country `home`."""
    number = values.number(home)
    return {
        **_SECTIONS,
        "modem": {**_SECTIONS["modem"], "number": values.empty_or(number)},
        "operator": {
            **_SECTIONS["operator"],
            "numbers": values.every(number, _("numbers")),
        },
    }
