"""Tells: the journal, systemd, and the line's row.

One line in the journal per thing that happened, none per thing that did not. Lines name row ids, never a stranger's
text or number (P7). The watchdog is fed by what ended, never by a timer: whoever finishes an exchange, a commit or a
slice of the idle wait calls `alive`.
"""

from __future__ import annotations

import logging
import os
from typing import ClassVar

from sdnotify import SystemdNotifier

from antirelou.clock import Clock

log = logging.getLogger("antirelou")

_NO_BREAK = "\u00a0"  # a space, as French has it before a colon; Python does not call it printable

HOUR, DAY = 3600.0, 86400.0  # seconds
_WATCHDOG_EVERY = 10.0  # seconds at most; a datagram for each exchange would be waste


class Systemd:
    """The service manager's notification socket; does nothing where there is none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._notifier = SystemdNotifier() if os.environ.get("NOTIFY_SOCKET") else None
        self._fed = 0.0
        self._feed_every = min(
            _WATCHDOG_EVERY, int(os.environ.get("WATCHDOG_USEC") or 1e9) / 1e6 / 4
        )
        self._status = ""

    def ready(self) -> None:
        self._say("READY=1")

    def reloading(self) -> None:
        self._say("RELOADING=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog, every ten seconds at most, or four times in what systemd waits if that is less."""
        if self._notifier and self._clock.boot() - self._fed >= self._feed_every:
            self._fed = self._clock.boot()
            self._say("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """Show one sentence in `systemctl status`, when it changed."""
        if sentence != self._status:
            self._status = sentence
            self._say(f"STATUS={printable(sentence)}")

    def _say(self, words: str) -> None:
        if self._notifier:
            self._notifier.notify(
                words.encode().decode("latin-1")
            )  # which it encodes as Latin-1; systemd wants UTF-8


class Repeats:
    """When a line that comes again and again is told: at once, an hour later, two more, four more, then once a day.

    What did not happen for a day is news again. Kept for this process only: the next one's journal may be another boot's.
    """

    def __init__(self) -> None:
        self._told: dict[str, tuple[float, float, float]] = {}  # last, next, then

    def due(self, key: str, boot: float) -> bool:
        """Whether the line is to be told now, at `boot` seconds."""
        last, again, wait = self._told.get(key, (0.0, 0.0, 0.0))
        if not wait or boot - last > DAY:
            again, wait = boot, HOUR
        due = boot >= again
        if due:
            again, wait = boot + wait, min(2 * wait, DAY)
        self._told[key] = (boot, again, wait)
        return due


def printable(sentence: str) -> str:
    """The sentence on one line, with whatever could act on a terminal or begin another line as an escape."""
    if sentence.isprintable():
        return sentence
    return "".join(
        each if each.isprintable() or each == _NO_BREAK else ascii(each)[1:-1]
        for each in sentence
    )


def is_journal(descriptor: int) -> bool:
    """Whether a descriptor leads to the journal; JOURNAL_STREAM alone is inherited by whatever a desktop starts."""
    try:
        file = os.fstat(descriptor)
    except OSError:  # it was closed
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{file.st_dev}:{file.st_ino}"


class OneLine(logging.Formatter):
    """One record, one line."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


class JournalFormatter(OneLine):
    """Puts systemd's priority in front of each line, so that `journalctl -p warning` works."""

    _PRIORITY: ClassVar[dict[int, int]] = {
        logging.DEBUG: 7,
        logging.INFO: 6,
        logging.WARNING: 4,
        logging.ERROR: 3,
        logging.CRITICAL: 2,
    }

    def format(self, record: logging.LogRecord) -> str:
        return f"<{self._PRIORITY.get(record.levelno, 6)}>{super().format(record)}"


def start_journal(*, debug: bool = False) -> None:
    """Send our log lines to standard error, with priorities when systemd reads them."""
    stream = logging.StreamHandler()
    plain = OneLine("%(asctime)s %(message)s", datefmt="%H:%M:%S")
    stream.setFormatter(JournalFormatter("%(message)s") if is_journal(2) else plain)
    ours = logging.getLogger("antirelou")
    ours.handlers[:] = [stream]
    ours.propagate = False
    ours.setLevel(logging.DEBUG if debug else logging.INFO)
