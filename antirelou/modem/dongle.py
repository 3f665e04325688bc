"""python-gsmmodem-new, stood on: its `GsmModem` over our channel.

`GsmModem` always calls `super().connect()` and `super().write()`, so `Channel`, which stands after it in the method
resolution order, takes the place of its whole input and output. `connect` and `write` are overridden whole as well:
the library's own would sleep, recurse without bound and type a PIN by themselves. What remains of it in use are its
properties that ask one question each. One object serves one connection (the library remembers the SIM of the last).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gsmmodem.exceptions import CmeError, CmsError, CommandError, TimeoutException
from gsmmodem.modem import GsmModem

from antirelou.clock import Clock
from antirelou.language import _
from antirelou.modem.channel import Channel
from antirelou.modem.exchange import ESCAPE, Exchange
from antirelou.modem.facts import (
    CommandRefused,
    ModemError,
    ModemSilent,
    PortError,
    Rebooted,
    Stopping,
    gone,
)
from antirelou.modem.inbox import Inbox, Interrupt
from antirelou.modem.lines import final_result, split_prefix
from antirelou.modem.port import OpenPort
from antirelou.modem.trace import shortened

START_SECONDS = 60.0  # the chatter of one start lasts this long at most; a later `SMS Ready` is another start
SAME_START_SECONDS = 20.0  # within which two sure signs speak of one start
START_LIMIT = 3  # initialisations in a row that a new start may spoil

log = logging.getLogger("antirelou.modem")


class Unanswered(ModemSilent):
    """One command was not answered in its time; the line is resynchronised before the next."""


class SettingsLost(ModemError):
    """What the modem was told before this command may not hold any more; begin again. Never leaves this package."""


class Dongle(GsmModem, Channel):
    """One connection to one modem."""

    def __init__(
        self,
        port: str,
        baud_rate: int,
        *,
        clock: Clock,
        open_port: OpenPort,
        interrupt: Interrupt,
        inbox: Inbox,
        initialise: Callable[[Dongle], None],
        answered: Callable[[], None],
    ) -> None:
        super().__init__(
            port,
            baud_rate,
            clock=clock,
            open_port=open_port,
            interrupt=interrupt,
            inbox=inbox,
            answered=answered,
        )
        self.storage: str | None = (
            None  # the first memory of +CPMS as far as it is surely known
        )
        self.epoch = (
            0  # counts what may have changed the modem's settings behind our back
        )
        self.starts = 0  # of the modem, seen from here; what was in a slot before need not be there after
        self.answered_at = clock.boot()
        self.lacked_centre = (
            False  # the last submit was refused for want of a service centre
        )
        self._initialise = initialise
        self._settings_lost = False
        self._preparing = True  # until the first initialisation is done
        self._echo_off = False
        self._echo_seen_at: float | None = None
        self._seemed_modem = False
        self._started_at = clock.boot()

    # What the library would do by itself

    def connect(self) -> None:
        """Open the port and find a modem that answers behind it; raises `PortError`, `ModemSilent`."""
        Channel.connect(self)
        # The first AT may only wake it up; V1, for somebody may have left it answering in digits.
        for command, patience in (("AT", 1.0), ("AT", 1.5), ("ATV1", 2.0), ("AT", 2.0)):
            self.send(ESCAPE, "ESC")
            self.quiet(0.2, 1.0)
            if self.probe(command, patience):
                self.resynchronise(answered=True)
                return
        if self.heard_octets and not self._seemed_modem:
            raise PortError(
                "not_a_modem",
                _(
                    "What is at {port} speaks, but not as a modem: set modem.port to another port of the same"
                    " device, and check modem.baud_rate.",
                    port=self.port,
                ),
            )
        raise ModemSilent(
            _(
                "The modem at {port} does not answer: unplug it and plug it in again, or set modem.port to another"
                " port of the same device.",
                port=self.port,
            )
        )

    def write(
        self,
        data: str,
        waitForResponse: bool = True,
        timeout: float = 10,
        parseError: bool = True,
        writeTerm: str = "\r",
        expectedResponseTermSeq: str | None = None,
    ) -> list[str]:
        """The library's primitive, for its properties: `ask`, with the library's exceptions."""
        try:
            return [*self.ask(data, timeout), "OK"]
        except CommandRefused as refused:
            if not parseError:
                return [refused.said]
            if refused.cause is None:
                raise CommandError(data) from refused
            raise (CmsError if refused.family == "CMS" else CmeError)(
                data, refused.cause
            ) from refused
        except Unanswered as unanswered:
            raise TimeoutException([]) from unanswered

    # Ours

    def ask(
        self,
        command: str,
        seconds: float = 10.0,
        *,
        silence: float | None = None,
        settle: float | None = None,
        as_of: int | None = None,
    ) -> list[str]:
        """The lines of the answer to one command that can be repeated.

        `as_of`: the epoch that the command relies on. Raises `CommandRefused`, `Unanswered`, `SettingsLost`,
        `Stopping`, `ModemLost`.
        """
        return self.exchange(
            command, seconds, silence=silence, settle=settle, as_of=as_of
        ).lines

    def exchange(
        self,
        command: str,
        seconds: float = 10.0,
        *,
        silence: float | None = None,
        settle: float | None = None,
        as_of: int | None = None,
    ) -> Exchange:
        """`ask`, with the whole exchange as the answer."""
        self.prepare()
        if as_of is not None and as_of != self.epoch:
            raise SettingsLost(_("The modem's settings may have changed."))
        exchange = self.start(command, settle=settle)
        try:
            self.until(exchange, seconds, silence=silence)
        finally:
            self.finish(exchange)
        final = exchange.final
        if final is None:
            if settle is not None and exchange.lines:
                return exchange
            if self.interrupt.stopped_at is not None:
                raise Stopping(_("A stop was asked for."))
            raise Unanswered(
                _(
                    "The modem did not answer a command ({command}).",
                    command=shortened(command),
                )
            )
        if not final.ok:
            raise CommandRefused(
                shortened(command), final.said, final.family, final.cause
            )
        return exchange

    def prepare(self) -> None:
        """Make ready for a command: the line in step, the settings made."""
        if self.serial is None:
            raise gone(self.port)
        if self.interrupt.stopped_at is not None:
            raise Stopping(_("A stop was asked for."))
        self.drain()
        if not self.in_step:
            self.resynchronise()
        if self._settings_lost and not self._preparing:
            self.initialise()

    def initialise(self) -> None:
        """Make all settings, again from the first if the modem starts meanwhile; what was known is forgotten."""
        self._preparing = True
        try:
            for _attempt in range(START_LIMIT):
                self._settings_lost = False
                self.forget()
                try:
                    self._initialise(self)
                except ModemError:
                    if not self._settings_lost:
                        self._settings_lost = True
                        raise
                if not self._settings_lost:
                    return
            raise ModemSilent(
                _(
                    "The modem at {port} starts again and again: check its power supply, a hub of its own helps.",
                    port=self.port,
                )
            )
        finally:
            self._preparing = False

    def forget(self) -> None:
        """What was known of the modem's settings is not known any more."""
        self.epoch += 1
        self.storage = None
        self._echo_off = False

    def finish(self, exchange: Exchange) -> None:
        Channel.finish(self, exchange)
        if not self.in_step:
            self.forget_storage()
        elif exchange.final is not None:
            self.answered_at = self.clock.boot()
            if exchange.command.startswith("ATE0"):
                self._echo_off = False
            elif not exchange.echoed:
                self._echo_off = True
            elif self._echo_off:
                self._echo_is_back()

    def _echo_is_back(self) -> None:
        """Echo after `ATE0`: the modem started unseen. Not more than once a minute; some echo now and then."""
        now, before = self.clock.boot(), self._echo_seen_at
        if before is None or now - before > START_SECONDS:
            self._echo_seen_at = now
            self.started("echo", True)

    def forget_storage(self) -> None:
        """The storage that is selected is in doubt."""
        self.epoch += 1
        self.storage = None

    def started(self, line: str, sure: bool) -> None:
        """The modem said, or showed, that it started: the settings are lost, and one start is told once."""
        now = self.clock.boot()
        if self._preparing and not sure:
            return  # of the radio that was just switched on, or the SIM that was just unlocked
        recent = now - self._started_at < (
            SAME_START_SECONDS if sure else START_SECONDS
        )
        already_known = self._settings_lost or self._preparing or recent
        self._settings_lost = True
        self.starts += 1
        self.forget_storage()
        if not already_known:
            self.inbox.queue(Rebooted(line))
        if not already_known or sure:
            self._started_at = now

    def _sort(self, line: str) -> None:
        if not self._seemed_modem:
            self._seemed_modem = bool(final_result(line)) or split_prefix(line)[0][
                :1
            ] in ("+", "^", "*")
        Channel._sort(self, line)
