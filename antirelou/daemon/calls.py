"""Calls: rung for a while, refused, logged.

A call that rings blocks reception on most modems, so from the third call in ten minutes on it is refused at once.
"""

from __future__ import annotations

import logging
from collections import deque

from antirelou.clock import Timekeeper
from antirelou.log import Store
from antirelou.modem import Modem
from antirelou.modem.facts import CallEnded, Ring
from antirelou.policy import normalise
from antirelou.settings import Settings

log = logging.getLogger("antirelou")

_LATELY = 600.0  # seconds
_PATIENT_CALLS = 2  # in that time; the next one is refused at once
_NEW_CALL_AFTER = 10.0  # seconds without a RING: networks ring every 3 to 6 s


class Calls:
    """The call that is ringing now, and when to refuse it."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper
    ) -> None:
        self.settings = settings
        self._store = store
        self._timekeeper = timekeeper
        self._since: float | None = (
            None  # boot time of the first RING of the present call
        )
        self._last_ring = 0.0
        self._caller: str | None = None
        self._recent: deque[float] = deque(maxlen=_PATIENT_CALLS)

    def heard(self, indication: Ring | CallEnded) -> None:
        """Note a `RING`, `+CLIP` or the end of a call; a call that ended by itself is logged too."""
        boot = self._timekeeper.moment().boot
        if isinstance(indication, CallEnded):
            self._end("ended by the caller")
            return
        if self._since is not None and boot - self._last_ring > _NEW_CALL_AFTER:
            self._end("ended by the caller")
        if self._since is None:
            self._since, self._caller = boot, None
        self._last_ring = boot
        self._caller = (
            indication.caller if indication.caller is not None else self._caller
        )

    def refuse_at(self) -> float | None:
        """The boot time at which the present call is to be refused; None when nobody calls."""
        if self._since is None:
            return None
        lately = [boot for boot in self._recent if self._since - boot < _LATELY]
        at_once = len(lately) >= _PATIENT_CALLS
        return (
            self._since
            if at_once
            else self._since + self.settings.calls.ring.total_seconds()
        )

    def refuse(self, modem: Modem) -> None:
        """Refuse the present call if its time has come."""
        at = self.refuse_at()
        if at is None or self._timekeeper.moment().boot < at:
            return
        refused = modem.refuse_call()
        self._end("refused" if refused else "the modem would not refuse it")

    def _end(self, how: str) -> None:
        if self._since is None:
            return
        moment = self._timekeeper.moment()
        caller = normalise(self._caller or "", self.settings.modem.country)
        with self._store.transaction():
            row = self._store.add_call(caller, moment)
        log.info("call %d: %s", row, how)
        self._recent.append(self._since)
        self._since = None
