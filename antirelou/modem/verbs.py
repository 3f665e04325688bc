"""`Modem`: the verbs that the daemon knows.

Owns the connection (one `Dongle` for each opening) and what a signal handler may call. Every verb answers with facts
or raises one of the errors of `facts.py`; `submit` always answers. All waiting is reading the port.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from antirelou.clock import Clock
from antirelou.modem import condition as conditions
from antirelou.modem.channel import Channel
from antirelou.modem.dongle import Dongle, Unanswered
from antirelou.modem.exchange import ESCAPE
from antirelou.modem.facts import (
    CallEnded,
    CommandRefused,
    Condition,
    DirectPdu,
    Identity,
    Indication,
    ModemLost,
    Outcome,
    StoredPdu,
    gone,
)
from antirelou.modem.inbox import Inbox, Interrupt
from antirelou.modem.initialise import identify, initialise, optional
from antirelou.modem.lines import fields
from antirelou.modem.pin import Pins
from antirelou.modem.port import OpenPort, open_serial
from antirelou.modem.storage import Storages
from antirelou.modem.submit import STOP_SECONDS, SubmitPdu, submit
from antirelou.settings import Modem as ModemSettings

# Some ignore +CHUP, some ATH unless +CVHU says otherwise, some both: +CHLD=0 refuses a waiting call, +CHLD=11 ends the
# first call there is (TS 22.030 clause 6.5.5.1). Never +CHLD=1, which would take the call.
_HANG_UP = ("AT+CHUP", "ATH", "AT+CHLD=0", "AT+CHLD=11")
_THERE = {"0", "4", "5"}  # active, incoming, waiting (TS 27.007 clause 7.18)
_MOBILE_TERMINATED, _DATA = "1", "1"


class Modem:
    """One modem and its SIM, behind one port."""

    def __init__(
        self,
        settings: ModemSettings,
        clock: Clock,
        *,
        pins: Pins,
        take_direct: Callable[[DirectPdu], None],
        open_port: OpenPort | None = None,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        """`answered` is called whenever the modem has answered something: opening one that dawdles takes minutes."""
        self._settings = settings
        self._clock = clock
        self._pins = pins
        self._inbox = Inbox(take_direct)
        self._open_port = open_port or open_serial
        self._answered = answered
        self._interrupt = Interrupt()
        self._dongle: Dongle | None = None
        self._storages: Storages | None = None

    def open(self) -> Identity:
        """Open the port, initialise modem and SIM, and say which they are.

        Takes up to 30 s while the SIM is busy. Raises `PortError`, `ModemSilent`, `SimRefused`, `CommandRefused`,
        `Stopping`; after any of these the port is closed.
        """
        self.close()
        self._inbox.hand_over()
        dongle = self._dongle = self._new_dongle()
        try:
            dongle.connect()
            dongle.initialise()
            self._storages = Storages(dongle)
            return identify(dongle)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the port; what was queued is kept for after the next opening."""
        dongle, self._dongle, self._storages = self._dongle, None, None
        if dongle is not None:
            dongle.close()

    def wait(self, seconds: float) -> list[Indication]:
        """Wait for indications; all that there are, [] after `seconds`, a wake-up, a stop, or content handed over.

        Raises `ModemLost` when the port is gone.
        """
        dongle = self._opened()
        try:
            dongle.listen(seconds)
            dongle.hand_over()
        except ModemLost:
            self._inbox.hand_over()
            raise
        return self._inbox.collect()

    def stored(self) -> list[StoredPdu]:
        """Every slot of the storages SM and ME, or of what there is instead, however badly it reads.

        Raises `ModemSilent`, `CommandRefused`, `SimRefused`, `Stopping`, `ModemLost`.
        """
        self._opened()
        assert self._storages is not None
        try:
            return self._storages.stored()
        except Unanswered:
            return self._storages.stored()  # after the line was brought back into step

    def delete(self, storage: str, index: int) -> bool:
        """Empty one slot of a storage as `stored` named it; whether it is empty now, as far as the modem says.

        Never repeated by itself: the slot may have been filled again. Raises `ModemSilent`, `Stopping`, `ModemLost`.
        """
        self._opened()
        assert self._storages is not None
        return self._storages.delete(storage, index)

    def submit(self, pdu: SubmitPdu, *, begun: bool = False) -> Outcome:
        """Submit one PDU; always answers with its fate, within 120 s of Ctrl-Z, 30 s after a stop.

        `begun`: segments of the same text have left, so that a stop lets this one leave, too, within those 30 s.
        """
        dongle, centre = self._opened(), self._settings.service_centre
        if not begun:
            return submit(dongle, pdu, centre)
        with self._interrupt.finishing(STOP_SECONDS):
            return submit(dongle, pdu, centre)

    def condition(self) -> Condition:
        """Registration, signal, network, service centre and storages; raises `ModemSilent`, `Stopping`, `ModemLost`."""
        self._opened()
        assert self._storages is not None and self._dongle is not None
        return conditions.condition(self._dongle, self._storages)

    def refuse_call(self) -> bool:
        """Refuse the call that rings, or end it if the modem took it; whether there is none any more."""
        dongle = self._opened()
        for command in _HANG_UP:
            accepted = optional(dongle, command) is not None
            for _attempt in range(3):
                there = self._is_called(dongle)
                if there is False or (there is None and accepted):
                    return True
                if there is None or not accepted:
                    break
                dongle.pause(0.5)
        return False

    def restart_radio(self) -> None:
        """Switch the radio off and on, for a modem that stopped looking for a network; raises as `stored`."""
        dongle = self._opened()
        for command in ("AT+CFUN=4", "AT+CFUN=1"):
            optional(dongle, command, 15)

    def reset(self) -> None:
        """Restart the modem (`AT+CFUN=1,1`), open or not, and close the port, which is expected to vanish.

        Written without waiting for any answer: it is for a modem that gives none. Raises `PortError`, `ModemLost`.
        """
        dongle = self._dongle = self._dongle or self._new_dongle()
        try:
            if dongle.serial is None:
                Channel.connect(dongle)
            dongle.send(ESCAPE, "ESC")
            dongle.quiet(0.3, 1.0)
            dongle.send(b"AT+CFUN=1,1\r", "AT+CFUN=1,1")
            with suppress(ModemLost):  # as it should be
                dongle.quiet(1.0, 5.0)
        finally:
            self.close()

    def stop(self) -> None:
        """End every wait, now or soon; callable from a signal handler. There is no way back."""
        if self._interrupt.stopped_at is None:
            self._interrupt.stopped_at = self._clock.boot()
        self._wake_reader()

    def wake(self) -> None:
        """End the present or the next idle wait; callable from a signal handler."""
        self._interrupt.woken = True
        self._wake_reader()

    def _wake_reader(self) -> None:
        dongle = self._dongle
        if dongle is not None:
            dongle.cancel_read()

    def _new_dongle(self) -> Dongle:
        return Dongle(
            self._settings.port,
            self._settings.baud_rate,
            clock=self._clock,
            open_port=self._open_port,
            interrupt=self._interrupt,
            inbox=self._inbox,
            initialise=lambda opened: initialise(opened, self._settings, self._pins),
            answered=self._answered,
        )

    def _opened(self) -> Dongle:
        if self._dongle is None:
            raise gone(self._settings.port)
        return self._dongle

    def _is_called(self, dongle: Dongle) -> bool | None:
        """Whether a call is there by `+CLCC`; by what was heard since where that is refused; None if nothing tells."""
        try:
            answers = dongle.exchange("AT+CLCC", 5).answered()
        except (CommandRefused, Unanswered):
            return False if CallEnded() in self._inbox.indications else None
        return any(
            len(parts := fields(answer)) > 2
            and parts[1] == _MOBILE_TERMINATED
            and parts[2] in _THERE
            and parts[3:4] != [_DATA]
            for answer in answers
        )
