"""Anchoring: the head of the chain is told where whoever may write the file cannot, so that a cut tail shows.

When it was told last is in the rows of what told it, so that a restart tells nothing twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.language import _
from antirelou.log import chain
from antirelou.log.line import Condition
from antirelou.log.times import stamp
from antirelou.settings import HOUR

_ALERT = "anchor"
_SLACK = HOUR  # one looks once a day only, and not at the same second


class Anchoring(Condition):
    """The daemon's reads and writes about anchors."""

    def anchor_alert(self, every: timedelta, moment: Moment) -> None:
        """Make the head of the chain an event, which is an alert, unless that was done so lately."""
        told = self._db.value(
            "SELECT max(at) FROM events INDEXED BY events_repeat WHERE line = ? AND kind = ?",
            [self.line, _ALERT],
        )
        if _is_due(told, every, moment.at):
            head = self.chain_head()
            self.event(
                _ALERT,
                _(
                    "The head of the chain is {head}: keep it, antirelou verify --anchor checks against it.",
                    head=head,
                ),
                moment,
            )

    def anchor_text_is_due(self, number: str, every: timedelta, now: datetime) -> bool:
        """Whether no anchor was queued for a number so lately."""
        told = self._db.value(
            "SELECT max(queued_at) FROM replies INDEXED BY replies_sender"
            " WHERE sender_id = ? AND line = ? AND purpose = 'anchor'",
            [self._known_sender(number), self.line],
        )
        return _is_due(told, every, now)

    def chain_head(self) -> str:
        """Return the chain's head with its entry, "" if there is none."""
        seq, head = chain.end(self._db)
        return f"{seq}:{head.hex()}" if seq else ""


def _is_due(told: str | None, every: timedelta, now: datetime) -> bool:
    return told is None or not stamp(now - every + _SLACK) < told <= stamp(now)
