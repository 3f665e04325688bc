"""One cycle, and the loop around it.

`cycle` is all the work: orders, take in, join, decide, reply, tell. The daemon, the demo and the tests call the same
one. `run` is the loop: it opens the modem, calls `cycle` until nothing is left to do, waits for the next thing to
happen, and climbs the recovery ladder when the modem fails. One thread: whoever waits is whoever reads.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from antirelou.clock import Clock, Timekeeper
from antirelou.daemon import orders
from antirelou.daemon.alerts import Alerts
from antirelou.daemon.calls import Calls
from antirelou.daemon.daily import Daily
from antirelou.daemon.health import Health
from antirelou.daemon.intake import Intake
from antirelou.daemon.line import Line
from antirelou.daemon.metrics import Metrics
from antirelou.daemon.pins import Pins
from antirelou.daemon.recovery import Ladder, Radio, state_of
from antirelou.daemon.reply import Replying
from antirelou.daemon.tell import Systemd
from antirelou.language import _
from antirelou.log import LogError, LogWeather, Store
from antirelou.modem import Modem
from antirelou.modem.facts import (
    CallEnded,
    DirectPdu,
    Indication,
    LateSubmitted,
    MemoryFull,
    ModemError,
    ModemSilent,
    NewMessage,
    Rebooted,
    Ring,
    Stopping,
)
from antirelou.modem.port import OpenPort
from antirelou.settings import Settings

log = logging.getLogger("antirelou")

_SLICE = 1.0  # seconds of idle wait between two looks at the operator's orders and feeds of the watchdog
_TICK = 0.01  # seconds; less is not worth reading the port for, and the port does not wait for so little
_WEATHER = 5.0  # seconds before a full disk or a locked file is tried again

_draw = random.SystemRandom().random  # nobody should foresee when a reply leaves


class Exhausted(Exception):
    """Every rung of the ladder was tried; only a fresh process is left, which systemd starts on status 69."""

    exit_status = 69


class Daemon:
    """One line: one SIM in one modem, one row in `lines`."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        store: Store,
        open_port: OpenPort | None = None,
        draw: Callable[[], float] = _draw,
        reload: Callable[[], Settings | None] = lambda: None,
    ) -> None:
        self.settings = settings
        self.store = store
        self._clock = clock
        self._open_port = open_port
        self._reload_settings = reload
        self._timekeeper = Timekeeper(clock, store.newest_before)
        self._systemd = Systemd(clock)
        self._intake = Intake(settings, store, self._timekeeper, draw)
        self._replying = Replying(settings, store, self._timekeeper, self._systemd)
        self._calls = Calls(settings, store, self._timekeeper)
        self._line = Line(settings, store, self._timekeeper, self._systemd)
        about = (settings, store, self._timekeeper, self._line)
        self._health = Health(*about)
        self._alerts = Alerts(*about)
        self._metrics = Metrics(*about)
        self._daily = Daily(settings, store, self._timekeeper)
        self._ladder = Ladder()
        self._radio = Radio()
        self._modem = self._new_modem()
        self._is_open = False
        self._open_at = clock.boot()
        self._stopping = self._reloading = False
        self._written_down = True  # the configuration, into the log
        self._stepped = timedelta(0)  # of the clock, until that is in the log
        self._version: int | None = None  # of the log, at the last look for orders

    # The loop

    def run(self) -> None:
        """Work until `stop`. Raises `Exhausted`, and `LogError` when the log is broken rather than busy or full."""
        self._write_down()
        self._systemd.ready()
        while not self._stopping:
            self.step()
        self._end()

    def step(self) -> None:
        """One turn of the loop: open the modem if it is time, one cycle, and the wait if nothing is left to do."""
        try:
            self._turn()
        except LogWeather as weather:
            self._line.weather(weather)
            self._clock.wait(_WEATHER)
        self._systemd.alive()

    def _turn(self) -> None:
        try:
            if self._reloading:
                self._reload()
            if not self._written_down:
                self._write_down()
            if not self._is_open and self._clock.boot() >= self._open_at:
                self._open()
            again = self.cycle()
            if self._is_open:
                self._ladder.worked()
            if not again:
                self._idle()
        except Stopping:
            self._stopping = True
        except ModemError as error:
            self._lost(error)

    def stop(self) -> None:
        """End `run` soon: what can be repeated is abandoned; callable from a signal handler."""
        self._stopping = True
        self._modem.stop()
        self._clock.wake()

    def reload(self) -> None:
        """Read the configuration again before the next cycle; callable from a signal handler."""
        self._reloading = True
        self._modem.wake()
        self._clock.wake()

    # The cycle

    def cycle(self) -> bool:
        """Take in, join, decide, reply, tell; True when a reply left, so that the next cycle should not wait."""
        self._look_at_clock()
        self._obey()
        left = False
        if self._is_open:
            self._hear(self._modem.wait(0))
            self._hear(self._calls.refuse(self._modem))
            self._take_in()
            left = self._submit_one()
            self._look_for_network()
        else:
            self._calls.listened(away=True)
            if self._ripe():
                self._intake.decide()
        self._line.tell(self._modem if self._is_open else None)
        rung = self._health.look(swept=self._is_open)
        self._alerts.tell()
        self._metrics.tell(swept=self._is_open)
        self._daily.look()
        if rung:
            self._ladder.climb(rung)
            raise ModemSilent(
                _("The line does not do its work, though the modem answers.")
            )
        return left

    def _obey(self) -> None:
        """Carry out the operator's orders, if another process wrote since the last look."""
        version = self.store.data_version()
        if version != self._version and orders.carry_out(self.store, self._timekeeper):
            self.store.wake()
            self._daily.wake()
        self._version = version

    def _submit_one(self) -> bool:
        self._replying.see_disk(low=self._line.look_at_disk())
        if not self._replying.anything_to_do() or not self._line.may_submit(
            self._modem
        ):
            return False
        return self._replying.one(self._modem) or self._replying.more

    def _look_for_network(self) -> None:
        """Switch the radio off and on where the modem has found no network for a while."""
        if self._radio.due(adrift=self._line.adrift, boot=self._clock.boot()):
            self._line.event(
                "radio_restarted",
                _("The modem finds no network; its radio is switched off and on."),
            )
            self._modem.restart_radio()

    def _take_in(self) -> None:
        """One sweep: everything durable first, then the slots emptied one at a time (P1)."""
        pdus = self._modem.stored()
        self._intake.swept(pdus)
        if not pdus and not self._ripe():
            return
        for pdu, row in self._intake.take(pdus):
            self._intake.emptied(
                pdu, row, confirmed=self._modem.delete(pdu.storage, pdu.index)
            )
            self._systemd.alive()  # a full storage can take minutes to empty

    def _take_direct(self, pdu: DirectPdu) -> None:
        """Content that is in no slot: durable before the modem is told anything else."""
        self._intake.take([pdu])
        self._version = None  # what is due, and when, may be another now: idle no more

    def _ripe(self) -> bool:
        """Whether something waits for its decision that could get it now."""
        seconds = self.store.next_ripe(self._timekeeper.moment())
        return seconds is not None and seconds <= 0

    def _hear(self, indications: Sequence[Indication]) -> bool:
        """Act on indications; True when one of them says that there is something to sweep."""
        sweep, full = False, set[str]()
        for indication in indications:
            match indication:
                case Ring() | CallEnded():
                    self._calls.heard(indication)
                case LateSubmitted(message_reference):
                    self._replying.late(message_reference)
                case Rebooted(sign):
                    self._line.event(
                        "modem_rebooted",
                        _("The modem started again by itself ({sign}).", sign=sign),
                    )
                    sweep = True
                case MemoryFull(storage):
                    full.add(storage)
                    sweep = True
                case NewMessage():
                    sweep = True
        self._line.full(sorted(full))  # said again for each slot that a sweep frees
        self._calls.listened()
        return sweep

    def _idle(self) -> None:
        """Wait until an indication, the next due reply, an order, or `poll_interval`."""
        ends = self._clock.boot() + self._idle_for()
        while not self._stopping and not self._reloading:
            left = ends - self._clock.boot()
            if left <= 0:
                return
            if not self._is_open or left < _TICK:
                self._clock.wait(min(left, _SLICE))
            elif self._hear(self._modem.wait(min(left, _SLICE))):
                return
            self._systemd.alive()
            if self.store.data_version() != self._version:
                return
            call = self._calls.refuse_at() if self._is_open else None
            ends = min(ends, call) if call is not None else ends

    def _idle_for(self) -> float:
        """Seconds until something is known to be due."""
        moment = self._timekeeper.moment()
        waits = [
            self.settings.modem.poll_interval.total_seconds(),
            self._line.look_again(),
            self._daily.look_again(),
        ]
        due = self.store.next_due(moment.at)
        if due is not None:
            waits.append((due - moment.at).total_seconds())
        ripe = self.store.next_ripe(moment)
        if ripe is not None:
            waits.append(ripe)
        if not self._is_open:
            waits.append(self._open_at - moment.boot)
        return max(0.0, min(waits))

    # Opening, losing, ending

    def _new_modem(self) -> Modem:
        return Modem(
            self.settings.modem,
            self._clock,
            pins=Pins(self.store, self._timekeeper),
            take_direct=self._take_direct,
            open_port=self._open_port,
            answered=self._systemd.alive,
        )

    def _open(self) -> None:
        identity = self._modem.open()
        self._ladder.opened()
        self._line.opened(identity, self._modem.condition())
        self.store.wake()
        self._is_open = True  # not before it is written which SIM this is: another one holds replies

    def _lost(self, error: ModemError) -> None:
        """One rung up: close, and open again after a wait; restart the modem; or end the process.

        What is written into the log comes last: that may fail too.
        """
        was_open, self._is_open = self._is_open, False
        wait = self._ladder.wait_after(error)
        restart = self._ladder.restart_due(error)
        if restart:
            self._restart_modem()
        self._modem.close()
        self._open_at = self._clock.boot() + wait
        self._line.lost(state_of(error), error, was_open=was_open)
        if restart:
            self._line.event(
                "modem_restarted",
                _(
                    "The modem, or its SIM, does not answer; it is restarted (AT+CFUN=1,1)."
                ),
            )
        if self._ladder.exhausted:
            self._end()
            raise Exhausted(
                _(
                    "The modem could not be recovered ({error}) A fresh process will try.",
                    error=error,
                )
            ) from error

    def _restart_modem(self) -> None:
        self._ladder.restarted = True
        try:
            self._modem.reset()
        except ModemError as error:
            log.debug("not restarted: %s", error)

    def _reload(self) -> None:
        """Take the new configuration, or go on with the old one."""
        self._reloading = False
        self._systemd.reloading()
        settings = self._reload_settings()
        if settings is not None:
            reopen = settings.modem != self.settings.modem
            self.settings = settings
            for part in (
                *(self._intake, self._replying, self._calls, self._line),
                *(self._health, self._alerts, self._metrics, self._daily),
            ):
                part.settings = settings
            if reopen:
                self._modem.close()
                self._is_open, self._modem = False, self._new_modem()
                self._open_at = self._clock.boot()
        self._systemd.ready()
        self._written_down = False

    def _write_down(self) -> None:
        """Tell the log of the new configuration; until it can be written nothing else is done either."""
        self.store.configured(self.settings, self._timekeeper.moment())
        self.store.reconsider()
        self._written_down = True

    def _end(self) -> None:
        self._systemd.stopping()
        self._modem.close()
        try:
            self._replying.write_outcome()
            self._intake.write_deletions()
            self._line.stopped()
        except (
            LogError
        ) as error:  # the log is closed below whatever became of its last row
            log.warning("%s", error)

    def _look_at_clock(self) -> None:
        """Record a step of the wall clock, and shift this boot's queued replies with it."""
        self._stepped += self._timekeeper.step() or timedelta(0)
        if self._stepped:
            with self.store.transaction():
                moment = self._timekeeper.moment()
                shifted = self.store.shift_queued(
                    self._clock.boot_id, self._stepped, moment
                )
                self.store.leapt(self._stepped, moment)
            seconds, self._stepped = (
                round(self._stepped / timedelta(seconds=1)),
                timedelta(0),
            )
            self._line.event(
                "clock_stepped",
                _(
                    "The clock stepped by {seconds} s; {shifted} queued replies moved with it.",
                    seconds=seconds,
                    shifted=shifted,
                ),
            )
