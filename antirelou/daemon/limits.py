"""A limit that holds replies back is an event: which, since when, how many wait, and what to do.

Told once a day for each limit, in the log and in the journal; by the log, so that a restart does not tell it again.
"""

from __future__ import annotations

import logging

from antirelou.clock import Moment
from antirelou.language import _, plural
from antirelou.log import Store
from antirelou.policy import Later
from antirelou.settings import Settings

log = logging.getLogger("antirelou")

_ROOM = _(
    "They leave as there is room again, or are dropped after reply.expire_after. antirelou drop takes back those that are "
    "not worth it; raise the limit only if the SIM's operator lets you."
)
_PACE = _("The month's pace keeps some for each of its later days. ")
_FLOOD = _(
    "antirelou status shows the flood; antirelou block --top 20 --since 2h and antirelou drop take replies to raiders "
    "out, so that what may leave goes to others."
)
_REMEDIES = {
    "limits.recipients_per_month": _PACE + _ROOM,
    "flood.replies_per_hour": _FLOOD,
    "flood.recipients": _FLOOD,
}


def tell_limit(store: Store, settings: Settings, later: Later, moment: Moment) -> None:
    """Keep an event, and a line in the journal, if it is a limit that a reply waits for, and none of the last day."""
    limit = later.limit
    if limit is None or store.limit_told(limit, moment.at):
        return
    section, key = limit.split(".")
    value = getattr(getattr(settings, section), key)
    waiting = store.due_replies(moment.at)
    since = moment.at.astimezone(settings.reply.time_zone)
    sentence = _(
        "{limit} = {value} holds replies back since {since:%d %b %H:%M}: "
        "{due}, {next}. {remedy}",
        limit=limit,
        value=value,
        since=since,
        due=plural(waiting, "is due", "are due"),
        next=_next(later, value, settings),
        remedy=_REMEDIES.get(limit, _ROOM),
    )
    store.tell_limit(limit, sentence, moment, {"limit": limit, "waiting": waiting})
    log.warning("%s", sentence)


def _next(later: Later, value: int, settings: Settings) -> str:
    """When the next reply may leave."""
    if later.limit == "flood.recipients" or not value:
        return _(
            "and the next may leave when the flood is over, to those who did not write in it"
        )
    if later.until is None:
        return _(
            "and a text of more segments than that never leaves: raise the limit, or shorten the text"
        )
    until = later.until.astimezone(settings.reply.time_zone)
    return _("and the next may leave from {until:%d %b %H:%M} on", until=until)
