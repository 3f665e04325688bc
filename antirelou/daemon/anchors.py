"""Anchors: once a day the head of the chain goes into the journal and, if configured, to an alert and to the operator.

Neither needs a network of the daemon's own: an alert is a file, which another unit hands to a command; a text to the
operator's own phone is a reply to nothing, counted in segments like every text.
"""

from __future__ import annotations

import logging

from antirelou import sms
from antirelou.clock import Timekeeper
from antirelou.language import _
from antirelou.log import Store
from antirelou.policy import Purpose
from antirelou.settings import DAY, Settings

log = logging.getLogger("antirelou")


def tell_head(settings: Settings, store: Store, timekeeper: Timekeeper) -> None:
    """Tell the head of the chain wherever it is due."""
    head, moment = store.chain_head(), timekeeper.moment()
    if not head:
        return
    log.info(_("The head of the chain is %s"), head)
    if settings.alerts.anchor:
        store.anchor_alert(DAY, moment)
    every, numbers = settings.operator.anchor_text, settings.operator.numbers
    if every and numbers and store.anchor_text_is_due(numbers[0], every, moment.at):
        text = f"antirelou {settings.line} {head}"
        segments = len(sms.compose(text).segments)
        store.queue_ordered(
            numbers[0], text, Purpose.ANCHOR, moment, segments=segments, within=DAY
        )
