"""Tells: the journal, systemd, and the line's row.

One line in the journal per thing that happened, none per thing that did not. Lines name row ids, never a stranger's
text or number (P7). The watchdog is fed by what ended, never by a timer: whoever finishes an exchange, a commit or a
slice of the idle wait calls `alive`.
"""

from __future__ import annotations

import logging
import os

from sdnotify import SystemdNotifier

from antirelou.clock import Clock

log = logging.getLogger("antirelou")

_WATCHDOG_EVERY = 10.0  # seconds; systemd waits for 300, and a datagram for each exchange would be waste


class Systemd:
    """The service manager's notification socket; does nothing where there is none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._notifier = SystemdNotifier() if os.environ.get("NOTIFY_SOCKET") else None
        self._fed = 0.0
        self._status = ""

    def ready(self) -> None:
        self._say("READY=1")

    def reloading(self) -> None:
        self._say("RELOADING=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog, at most every ten seconds."""
        if self._notifier and self._clock.boot() - self._fed >= _WATCHDOG_EVERY:
            self._fed = self._clock.boot()
            self._say("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """Show one sentence in `systemctl status`, when it changed."""
        if sentence != self._status:
            self._status = sentence
            self._say(f"STATUS={sentence}")

    def _say(self, words: str) -> None:
        if self._notifier:
            self._notifier.notify(words)


class JournalFormatter(logging.Formatter):
    """Puts systemd's priority in front of each line, so that `journalctl -p warning` works."""

    _PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}

    def format(self, record: logging.LogRecord) -> str:
        return f"<{self._PRIORITY.get(record.levelno, 6)}>{super().format(record)}"


def start_journal(*, debug: bool = False) -> None:
    """Send our log lines to standard error, with priorities when systemd reads them."""
    stream = logging.StreamHandler()
    under_systemd = "JOURNAL_STREAM" in os.environ
    plain = logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S")
    stream.setFormatter(JournalFormatter("%(message)s") if under_systemd else plain)
    ours = logging.getLogger("antirelou")
    ours.handlers[:] = [stream]
    ours.propagate = False
    ours.setLevel(logging.DEBUG if debug else logging.INFO)
