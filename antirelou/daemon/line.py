"""The line's present condition: its row in `lines`, its events, and one sentence for `systemctl status`.

The row is written on change and every ten minutes, so that `antirelou status` needs no modem. A state that lasts is
told once: when it begins, and when it ends.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict

from antirelou.clock import Timekeeper
from antirelou.daemon.tell import Repeats, Systemd
from antirelou.language import _
from antirelou.log import LogError, Store
from antirelou.modem import Modem
from antirelou.modem.condition import NO_NETWORK
from antirelou.modem.facts import Condition, Identity, ModemError, Registration
from antirelou.settings import Settings

log = logging.getLogger("antirelou")

_REFRESH = (
    600.0  # seconds after which the line's row is written although nothing changed
)
_LOOK = 60.0  # seconds between two looks at a line that is well: without a network nothing comes that would ask for one
_BEFORE_SUBMIT = 5.0  # how old the registration may be: what is submitted without a network is of unknown fate
_WATCH = 5.0  # seconds between two looks at a line without a network
_NEARLY_FULL = 0.8

_WELL = {
    "automatic": _("Receiving and replying."),
    "approved": _("Receiving; each reply waits for `antirelou approve`."),
    "never": _("Receiving; replies are switched off by reply.mode."),
}

_NETWORK = {
    Registration.UNKNOWN: _(
        "The modem does not tell whether it is in a network; replies are tried."
    ),
    **NO_NETWORK,
}

_NO_CENTRE = _(
    "The SIM has no service centre, so that no reply can leave: set modem.service_centre to the number that its"
    " operator names."
)


class Line:
    """What is known of one SIM in one modem, and who is told."""

    def __init__(
        self, settings: Settings, store: Store, timekeeper: Timekeeper, systemd: Systemd
    ) -> None:
        self.settings = settings
        self.disk_low = False
        self._store = store
        self._timekeeper = timekeeper
        self._systemd = systemd
        self._state, self._sentence = "starting", "Starting."
        self._condition: Condition | None = None
        self._looked = 0.0  # boot time of the last look at the condition
        self._weather = False
        self._flood: int | None = None  # the one that this process told
        self._repeats = Repeats()
        self._told: tuple[str, str, Condition | None] | None = (
            None  # what the row says, since when
        )
        self._told_at = 0.0

    @property
    def state(self) -> str:
        """One word for how the line is, as in its row."""
        return self._state

    @property
    def condition(self) -> Condition | None:
        """How the modem found the line at the last look; None while it cannot be used."""
        return self._condition

    # What happened

    def event(self, kind: str, text: str, *, level: int = logging.WARNING) -> None:
        """Keep one event, and one line in the journal; what goes on is told less and less often."""
        moment = self._timekeeper.moment()
        with self._store.transaction():
            self._store.event(kind, text, moment)
        if self._repeats.due(kind + re.sub(r"\d+", "", text), moment.boot):
            log.log(level, "%s", text)

    def opened(self, identity: Identity, condition: Condition) -> None:
        """The modem answers and is initialised."""
        self._look(condition)
        moment = self._timekeeper.moment()
        with self._store.transaction():
            known = {
                name: value
                for name, value in asdict(identity).items()
                if value is not None
            }
            self._store.update_line(moment, **known)
        model = " ".join(
            word for word in (identity.manufacturer, identity.model) if word
        ) or _("unknown model")
        self.event(
            "modem_opened",
            _("The modem answers ({model}).", model=model),
            level=logging.INFO,
        )
        if self._store.new_sim():
            self.event(
                "new_sim",
                _(
                    "Another SIM is in the modem than before: replies are held until `antirelou line accept`."
                ),
            )
        self._show()

    def lost(self, state: str, error: ModemError, *, was_open: bool) -> None:
        """The modem cannot be used; told when it begins or when the cause changes."""
        self._condition = None
        if state == self._state and not was_open:
            return
        sentence = str(error)
        self.event(state, sentence)
        self._become(state, sentence)

    def full(self, storages: Sequence[str]) -> None:
        """Tell which storages the modem calls full."""
        for storage in storages:
            self.event(
                "storage_full",
                _(
                    "Storage {storage} is full; the network waits for room.",
                    storage=storage,
                ),
            )

    def weather(self, error: LogError) -> None:
        """The log cannot be written now; the modem keeps what it has until it can."""
        if not self._weather:
            log.warning(
                _("%s Nothing is deleted from the SIM and nothing is sent until then."),
                error,
            )
            self._systemd.status(str(error))
        self._weather = True

    def stopped(self) -> None:
        """The daemon ends."""
        self._become("stopped", _("The daemon is not running."))

    # How it is

    def look_at_disk(self) -> bool:
        """Whether the disk has less free space than `log.reserve`."""
        free = shutil.disk_usage(self.settings.log.path.parent).free
        before, self.disk_low = self.disk_low, free < self.settings.log.reserve
        if self.disk_low and not before:
            self.event(
                "disk_low",
                _(
                    "The disk has less free space than log.reserve: replies stop; receiving goes on. Free some space."
                ),
            )
        return self.disk_low

    def may_submit(self, modem: Modem) -> bool:
        """Whether a submit could succeed now; looks at the network again when what is known is old."""
        self._refresh(modem, _BEFORE_SUBMIT if self._usable() else _WATCH)
        return self._usable()

    def look_again(self) -> float:
        """Seconds until the condition wants another look."""
        if self._condition is None:
            return _REFRESH
        every = _LOOK if self._usable() else _WATCH
        return max(0.0, self._looked + every - self._timekeeper.moment().boot)

    def tell(self, modem: Modem | None) -> None:
        """Bring the row and systemd up to date; writes on change and every ten minutes."""
        if self._weather:
            self._weather = False
            log.info(_("The log can be written again."))
        self._tell_flood()
        if modem is not None:
            self._refresh(modem, _LOOK if self._usable() else _WATCH)
            self._show()
        self._become(self._state, self._sentence)

    def _usable(self) -> bool:
        if self._condition is None:
            return False
        return (
            self._condition.registration.usable
            or self._condition.registration is Registration.UNKNOWN
        )

    @property
    def adrift(self) -> bool:
        """Whether the modem is in no network, and none refuses it."""
        return self._condition is not None and self._condition.registration in (
            Registration.NOT_REGISTERED,
            Registration.SEARCHING,
        )

    def _refresh(self, modem: Modem, at_most: float) -> None:
        if (
            self._looked + at_most <= self._timekeeper.moment().boot
        ):  # as `look_again` reckons, to the last bit
            self._look(modem.condition())

    def _look(self, condition: Condition) -> None:
        before, self._condition = self._condition, condition
        self._looked = self._timekeeper.moment().boot
        denied = condition.registration is Registration.DENIED
        if (before.registration if before else None) != condition.registration and (
            before or denied
        ):
            words = _NETWORK.get(
                condition.registration,
                _(
                    "Registered again ({registration}).",
                    registration=condition.registration,
                ),
            )
            self.event(f"network_{condition.registration}", words)
        if condition.service_centre == "":
            self.event("no_service_centre", _NO_CENTRE)
        for use in condition.storages:
            if use.total and use.used >= _NEARLY_FULL * use.total:
                self.event(
                    "storage_nearly_full",
                    _(
                        "Storage {storage} holds {used} of {total} messages.",
                        storage=use.storage,
                        used=use.used,
                        total=use.total,
                    ),
                )

    def _show(self) -> None:
        """Derive the state from what is known while the modem is open."""
        assert self._condition is not None
        if self._store.paused():
            state, sentence = (
                "paused",
                _("Receiving; replies are paused until `antirelou resume`."),
            )
        elif not self._usable():
            state, sentence = (
                "no_network",
                _NETWORK.get(self._condition.registration, _("No network.")),
            )
        elif self.disk_low:
            state, sentence = (
                "disk_low",
                _(
                    "Receiving; replies stopped, since the disk has less free space than log.reserve."
                ),
            )
        else:
            state, sentence = self._held_back() or (
                "ready",
                _WELL[self.settings.reply.mode],
            )
        self._state, self._sentence = state, sentence

    def _held_back(self) -> tuple[str, str] | None:
        """What holds replies back for a while, by itself."""
        now, zone = self._timekeeper.moment().at, self.settings.reply.time_zone
        until = self._store.breaker_until(now)
        if until is not None and now < until:
            return "breaker", (
                _(
                    "Receiving; the network refused several replies in a row: the next is tried at "
                    "{until:%H:%M}. If it lasts, ask the SIM's operator whether it may still send texts.",
                    until=until.astimezone(zone),
                )
            )
        flood = self._store.flood(now)
        if flood is None or self.settings.reply.mode == "never":
            return None
        return "flood", (
            _(
                "Receiving; a flood is on since {began_at:%d %b %H:%M}: at most "
                "{replies_per_hour} replies an hour leave.",
                began_at=flood.began_at.astimezone(zone),
                replies_per_hour=self.settings.flood.replies_per_hour,
            )
        )

    def _tell_flood(self) -> None:
        """Say in the journal that a flood is on, and that it is over; the events are written where it is seen."""
        moment = self._timekeeper.moment()
        self._store.end_flood(moment)
        flood = self._store.flood(moment.at)
        before, self._flood = self._flood, flood.id if flood else None
        if flood is not None and flood.id != before:
            log.warning(
                _(
                    "A flood is on since message %d: replies are held back, see antirelou status."
                ),
                flood.id,
            )
        elif flood is None and before is not None:
            log.info(_("The flood that began with message %d is over."), before)
            self._store.reconsider()

    def _become(self, state: str, sentence: str) -> None:
        self._state, self._sentence = state, sentence
        self._systemd.status(sentence)
        condition = self._condition
        boot = self._timekeeper.moment().boot
        if (
            self._told == (state, sentence, condition)
            and boot - self._told_at < _REFRESH
        ):
            return
        self._told, self._told_at = (state, sentence, condition), boot
        with self._store.transaction():
            self._store.update_line(
                self._timekeeper.moment(),
                state=state,
                sentence=sentence,
                pid=os.getpid(),
                registration=condition and condition.registration.value,
                signal=condition and condition.signal,
                network=condition and condition.network,
                service_centre=condition and (condition.service_centre or None),
                storages=condition and [asdict(use) for use in condition.storages],
            )
