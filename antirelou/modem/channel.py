"""The AT channel: octets into lines, lines into the answer of the exchange under way or into indications.

Replaces the input and output of gsmmodem's `SerialComms` whole: the one that waits is the one that reads, so there is
no thread and no lock. Promises: an indication is never lost and never part of an answer, an answer never belongs to
another command (`in_step`; after any silence `resynchronise.py` comes first), content (`+CMT`, `+CDS`) is handed over
before the next command is written, and memory stays bounded whatever the modem sends. Refuses to know what a command
means; that is for the verbs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from gsmmodem.serial_comms import SerialComms

from antirelou.clock import Clock
from antirelou.language import _
from antirelou.modem.exchange import Exchange
from antirelou.modem.facts import (
    DirectPdu,
    LateSubmitted,
    ModemLost,
    Stopping,
    gone,
)
from antirelou.modem.inbox import Header, Inbox, Interrupt
from antirelou.modem.lines import (
    TWO_LINE,
    fields,
    final_result,
    indication,
    number_of,
    split_prefix,
    start_sign,
)
from antirelou.modem.port import (
    PORT_ERRORS,
    TICK,
    WRITE_TIMEOUT_SECONDS,
    OpenPort,
    Port,
    open_or_explain,
)
from antirelou.modem.resynchronise import RESYNC_SECONDS, bring_into_step
from antirelou.modem.trace import shortened

# After a stop is asked for, what can be repeated is given up this soon: within 2 s, with a reserve.
ABANDON_SECONDS = 1.5
HEADER_SECONDS = 2.0  # how long the PDU line of a +CMT may lag behind its header
LOST_SECONDS = 1.0  # for an answer that was under way when the modem started
_WHOLE = 2.0  # seconds; longer waits are cut, and gone on with: another timeout sets up the whole port
LINE_LIMIT = 8192  # octets; the longest line known is +CLAC on one line, some 4,000
CONTENT_LIMIT = 10_000  # +CMT within one exchange; 120 s of radio carry some dozens

# Everything below a blank but CR and LF: NUL from a start, flow control, the echo of ESC and Ctrl-Z.
_NOISE = bytes(set(range(0x20)) - set(b"\r\n\t")) + b"\x7f"

log = logging.getLogger("antirelou.modem")


class Channel(SerialComms):
    """One open port and the lines on it."""

    def __init__(
        self,
        port: str,
        baudrate: int,
        notifyCallbackFunc: object = None,  # gsmmodem's; never called
        *,
        clock: Clock,
        open_port: OpenPort,
        interrupt: Interrupt,
        inbox: Inbox,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(port, baudrate)
        self.serial: Port | None = None
        self.clock = clock
        self.interrupt = interrupt
        self.inbox = inbox
        self.in_step = True
        self.late_submit = (
            False  # a submit's fate is unknown, and its +CMGS may still come
        )
        self.heard_octets = 0
        self._open_port = open_port
        self._answered = answered
        self._partial = b""
        self._skipping = False
        self._running: Exchange | None = None
        self._header: Header | None = None

    def connect(self) -> None:
        """Open the port; raises `PortError`."""
        self.serial = open_or_explain(self._open_port, self.port, self.baudrate)
        self.serial.write_timeout = WRITE_TIMEOUT_SECONDS
        self.alive = True

    def close(self) -> None:
        """Close the port, having read what had come; idempotent, and deaf to a port that is gone already."""
        self.alive = False
        port, self.serial = self.serial, None
        if port is None:
            return
        try:
            self._feed(port.read(port.in_waiting))
        except PORT_ERRORS as error:
            log.debug("the last octets of %s: %s", self.port, error)
        self._flush_header(
            self._partial.decode("ascii", "replace")
        )  # what there is of it
        try:
            port.close()
        except PORT_ERRORS as error:
            log.debug("closing %s: %s", self.port, error)

    def cancel_read(self) -> None:
        """End the present or next read; callable from a signal handler."""
        port = self.serial
        if port is not None:
            port.cancel_read()

    # One exchange

    def start(
        self, command: str, *, prompt: bool = False, settle: float | None = None
    ) -> Exchange:
        """Write a command; its answer is collected from now on. Content that has come is handed over first."""
        if not command.isascii() or not command.isprintable():
            raise ValueError("a control character in an AT command")
        self.hand_over()
        exchange = Exchange.of(command, self.clock.boot(), prompt=prompt, settle=settle)
        if prompt:
            self._partial = self._partial.lstrip(
                b"> "
            )  # a prompt that nobody asked for
        self._running = exchange
        self.send(command.encode("ascii") + b"\r", command)
        return exchange

    def until(
        self,
        exchange: Exchange,
        seconds: float,
        *,
        silence: float | None = None,
        grace: float = ABANDON_SECONDS,
    ) -> None:
        """Read until the exchange is over, or `seconds` have passed, or `silence` seconds without progress."""
        deadline = self.clock.boot() + seconds
        while not exchange.over:
            now = self.clock.boot()
            end = (
                deadline if silence is None else min(deadline, exchange.heard + silence)
            )
            if exchange.settles_at is not None:
                end = min(end, exchange.settles_at)
            if exchange.lost_at is not None:
                end = min(end, exchange.lost_at + LOST_SECONDS)
            if self.interrupt.stopped_at is not None:
                end = min(end, self.interrupt.stopped_at + grace)
            if self.interrupt.finish_by is not None:
                end = min(end, self.interrupt.finish_by)
            if end - now < TICK:
                break
            self.take(end - now)
        if exchange.final is None:
            exchange.final = exchange.tentative

    def finish(self, exchange: Exchange) -> None:
        """End the exchange; what comes now is nobody's answer. Out of step unless its answer came."""
        self.let_go()
        if exchange.final is None or exchange.final is exchange.tentative:
            self.in_step = False
        else:
            self._answered()

    def let_go(self) -> None:
        """No exchange is under way any more; whether the line is in step is for the caller to say."""
        self._running = None

    def send(self, data: bytes, shown: str) -> None:
        """Write octets; `shown` is what the trace may say of them."""
        if log.isEnabledFor(logging.DEBUG):
            log.debug("> %s", shortened(shown))
        if self.serial is None:
            raise gone(self.port)
        try:
            self.serial.write(data)
        except PORT_ERRORS as error:
            raise self.lose(error) from error

    # Reading

    def take(self, seconds: float) -> bool:
        """Read what is there, or wait up to `seconds` for the first octet, less if that is long; False if nothing came."""
        port = self.serial
        if port is None:
            raise gone(self.port)
        try:
            waiting = port.in_waiting
            if waiting:
                data = port.read(waiting)
            elif seconds < TICK:
                return False
            else:
                seconds = float(int(seconds)) if seconds > _WHOLE else seconds
                if port.timeout != seconds:
                    port.timeout = seconds
                data = port.read(1)
                if data and (waiting := port.in_waiting):
                    data += port.read(waiting)
        except PORT_ERRORS as error:
            raise self.lose(error) from error
        if not data:  # the deadline, or cancel_read
            return False
        self._feed(data)
        return True

    def drain(self) -> None:
        """Sort what has come already, without waiting; bounded against a modem that never stops."""
        for _attempt in range(64):
            if not self.take(0):
                return

    def pause(self, seconds: float) -> None:
        """Let `seconds` pass, reading; raises `Stopping` when a stop is asked for."""
        deadline = self.clock.boot() + seconds
        while (left := deadline - self.clock.boot()) >= TICK:
            if self.interrupt.stopped_at is not None:
                raise Stopping(_("A stop was asked for."))
            self.take(left)

    def listen(self, seconds: float) -> None:
        """The idle wait: until an indication or content, or a wake-up, or `seconds` have passed."""
        deadline = self.clock.boot() + seconds
        self.drain()
        while not self.inbox.indications and not self.inbox.direct:
            if self.interrupt.woken or self.interrupt.stopped_at is not None:
                break
            now = self.clock.boot()
            end = deadline
            if self._header is not None:
                end = min(deadline, self._header.since + HEADER_SECONDS)
            if end - now < TICK:
                if self._header is None or end == deadline:
                    break
                self._flush_header()
                continue
            self.take(end - now)
        self.interrupt.woken = False

    def hand_over(self) -> None:
        """Give content away, waiting for the rest of what has begun to come."""
        while (
            self._header is not None
            and (left := self._header.since + HEADER_SECONDS - self.clock.boot())
            >= TICK
        ):
            self.take(left)
        self._flush_header()
        self.inbox.hand_over()

    def lose(self, error: Exception) -> ModemLost:
        """The port is gone: close it, and the error to raise."""
        log.debug("the port %s failed: %s", self.port, error)
        why = getattr(error, "strerror", None) or error
        self.close()
        return ModemLost(
            _(
                "The modem at {port} is gone ({why}): check its plug and its power.",
                port=self.port,
                why=why,
            )
        )

    # A line that may be out of step

    def resynchronise(
        self, within: float = RESYNC_SECONDS, *, answered: bool = False
    ) -> None:
        """Leave any prompt and ask until an answer is surely ours; raises `ModemSilent`, `Stopping`."""
        bring_into_step(self, within, answered=answered)
        self._answered()

    def probe(self, command: str, seconds: float) -> bool:
        """Whether anything at all ends this command within `seconds`; for a line that may be out of step."""
        exchange = self.start(command)
        try:
            self.until(exchange, seconds)
        finally:
            self.let_go()
        return exchange.final is not None

    def quiet(self, seconds: float, at_most: float) -> None:
        """Read until nothing came for `seconds`, at most `at_most` seconds (some modems never fall silent)."""
        deadline = self.clock.boot() + at_most
        while deadline - (now := self.clock.boot()) >= TICK:
            until = min(deadline, now + seconds)
            while (left := until - self.clock.boot()) >= TICK:
                if self.take(left):
                    break
            else:
                return

    # Sorting

    def _feed(self, data: bytes) -> None:
        self.heard_octets += len(data)
        data = data.translate(None, _NOISE)
        if self._skipping:
            ends = [at for at in (data.find(b"\r"), data.find(b"\n")) if at >= 0]
            if not ends:
                return
            self._skipping, data = False, data[min(ends) :]
        data = self._partial + data
        if b"\r" in data or b"\n" in data:
            *lines, data = data.replace(b"\r", b"\n").split(b"\n")
            self._partial = b""
            for octets in lines:
                if line := octets.decode("ascii", "replace").strip():
                    self._sort(line)
        elif self._running is not None:
            self._running.heard = self.clock.boot()
        self._partial = data
        if len(data) > LINE_LIMIT:
            self._partial, self._skipping = b"", True
            self._sort(data[:LINE_LIMIT].decode("ascii", "replace"))
        if self._running is not None and self._running.prompt_due:
            self._partial = self._running.take_prompt(self._partial)

    def _sort(self, line: str) -> None:
        exchange = self._running
        if exchange is not None and exchange.final is not None:
            exchange = None
        if log.isEnabledFor(logging.DEBUG):
            log.debug("< %s", shortened(line))
        if exchange is not None and not (line := exchange.without_echo(line)):
            return
        prefix, rest = split_prefix(line)
        if self._header is not None and self._takes_pdu(line, prefix):
            return
        if exchange is not None and exchange.take(line, prefix, self.clock.boot()):
            return
        self._unsolicited(line, prefix, rest)

    def _unsolicited(self, line: str, prefix: str, rest: str) -> None:
        if prefix in TWO_LINE:
            self._flush_header()
            told = fields(rest)
            self._header = Header(
                prefix,
                number_of(told[-1]),
                rest if len(told) > 2 else "",
                self.clock.boot(),
            )
            if self._header.text_mode:
                self.started("text mode", False)
        elif prefix == "+CMGS":
            if (
                self.late_submit
                and (reference := number_of(fields(rest)[0])) is not None
            ):
                self.late_submit = False
                self.inbox.queue(LateSubmitted(reference))
        elif (sure := start_sign(line, prefix)) is not None:
            if sure and self._running is not None:
                self._running.lost_at = self.clock.boot()
            self.started(line, sure)
        elif (fact := indication(line, prefix, rest)) is not None:
            self.inbox.queue(fact)

    def started(self, line: str, sure: bool) -> None:
        """The modem said that it started; for whoever has settings to lose."""

    def _takes_pdu(self, line: str, prefix: str) -> bool:
        """Whether the line is the PDU that a header announced: anything that is nothing else."""
        if (
            prefix
            or final_result(line)
            or start_sign(line, prefix) is not None
            or indication(line, "", "")
        ):
            return False
        self._flush_header(line)
        return True

    def _flush_header(self, octets: str = "") -> None:
        header, self._header = self._header, None
        if (
            header is None
            or header.prefix == "+CBM"
            or len(self.inbox.direct) >= CONTENT_LIMIT
        ):
            return
        octets = (
            f"{header.text_mode} {octets}" if header.text_mode else octets.strip('" ')
        )
        self.inbox.direct.append(DirectPdu(header.prefix, header.length, octets))
