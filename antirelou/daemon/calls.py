"""Calls: rung for a while, refused, logged.

A call that rings blocks reception on most modems: in a flood, and from the third call in ten minutes on, it is refused
as soon as its number is known. How many there were is asked of the log, so that a restart changes nothing. One call is
one row, however long it rings and whatever the modem does with it. Whether a caller is answered is the policy's.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from antirelou.clock import Timekeeper
from antirelou.language import _
from antirelou.log import Store
from antirelou.modem import Modem
from antirelou.modem.facts import CallEnded, Indication, Ring
from antirelou.policy import normalise
from antirelou.settings import Settings

log = logging.getLogger("antirelou")

_PATIENT_CALLS = 2  # in ten minutes; the next one is refused at once
_NUMBER_WITHIN = 1.0  # seconds after the first RING; +CLIP follows it
_SILENCE = 10.0  # seconds without a RING end a call: networks ring every 3 to 6 s
_AWAY = 60.0  # while the modem is away: it may be back before a call ends
_AGAIN = 5.0  # seconds until a modem that would not refuse is told again


class Calls:
    """The call that is there now, and when to refuse it."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper
    ) -> None:
        self.settings = settings
        self._store = store
        self._timekeeper = timekeeper
        self._began: float | None = None  # boot time of its first RING
        self._last_ring = self._refuse_at = 0.0
        self._caller: str | None = None  # "" withheld, None not told yet
        self._disobeyed = False

    def heard(self, indication: Ring | CallEnded) -> None:
        """Note a `RING`, `+CLIP` or the end of a call; a call that ended by itself is logged too."""
        if isinstance(indication, CallEnded) or self._is_another(indication):
            self._end(_("ended by the caller"))
        if isinstance(indication, CallEnded):
            return
        boot = self._timekeeper.moment().boot
        if self._began is None:
            self._begin(boot)
        self._last_ring = boot
        if indication.caller is not None:
            self._caller = indication.caller

    def listened(self, *, away: bool = False) -> None:
        """Everything that was heard until now was noted: a call that is silent for a while has ended."""
        silent = self._timekeeper.moment().boot - self._last_ring
        if silent > (_AWAY if away else _SILENCE):
            self._end(_("the modem went away") if away else _("ended by the caller"))

    def refuse_at(self) -> float | None:
        """The boot time at which the present call is to be refused; None when nobody calls."""
        if self._began is None:
            return None
        if self._caller is None:
            return max(self._refuse_at, self._began + _NUMBER_WITHIN)
        return self._refuse_at

    def refuse(self, modem: Modem) -> Sequence[Indication]:
        """Refuse the present call if its time has come; return what was heard meanwhile and is not about it."""
        at = self.refuse_at()
        if at is None or self._timekeeper.moment().boot < at:
            return ()
        if not modem.refuse_call():
            self._tell_disobeyed()
            return ()
        heard, caller = modem.wait(0), self._caller
        self._end("refused")
        return _without(caller, heard)

    def _is_another(self, ring: Ring) -> bool:
        """Whether it is the next caller's, although nothing was heard of the present call's end."""
        return None not in (self._caller, ring.caller) and self._caller != ring.caller

    def _begin(self, boot: float) -> None:
        at = self._timekeeper.moment().at
        at_once = (
            self._store.flood(at) is not None
            or self._store.calls_lately(at, _PATIENT_CALLS) == _PATIENT_CALLS
        )
        ring = self.settings.calls.ring.total_seconds()
        self._refuse_at = boot if at_once else boot + ring
        self._began, self._caller, self._disobeyed = boot, None, False

    def _tell_disobeyed(self) -> None:
        moment = self._timekeeper.moment()
        self._refuse_at = moment.boot + _AGAIN
        if self._disobeyed:
            return
        self._disobeyed = True
        sentence = _(
            "The modem does not refuse calls, and while one rings no text may come in: have calls to this SIM barred by "
            "its operator, or use another modem."
        )
        with self._store.transaction():
            noted = self._store.event("call_not_refused", sentence, moment)
        if noted.count == 1:
            log.warning("%s", sentence)

    def _end(self, how: str) -> None:
        """Log the present call, if there is one."""
        if self._began is None:
            return
        how = _("the modem would not refuse it") if self._disobeyed else how
        caller = normalise(self._caller or "", self.settings.modem.country)
        with self._store.transaction():
            row = self._store.add_call(caller, self._timekeeper.moment())
        log.info(_("call %d: %s"), row, how)
        self._began = None


def _without(caller: str | None, heard: Sequence[Indication]) -> list[Indication]:
    """What was heard, but for what a call that was refused meanwhile still said."""
    left: list[Indication] = []
    another = False
    for one in heard:
        if isinstance(one, Ring):
            another = another or one.caller not in (None, caller)
        if another or not isinstance(one, Ring | CallEnded):
            left.append(one)
    return left
