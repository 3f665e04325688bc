"""PINs: what became of each, kept in the log."""

from __future__ import annotations

from antirelou.clock import Timekeeper
from antirelou.log import Store, Verdict


class Pins:
    """What became of each PIN, kept in the log so that a power cut forgets nothing (P9)."""

    def __init__(self, store: Store, timekeeper: Timekeeper) -> None:
        self._store = store
        self._timekeeper = timekeeper

    def verdict(self, pin: str) -> str | None:
        """What is known of this PIN: trying, good, refused, or None."""
        return self._store.pin_verdict(pin)

    def record(self, pin: str, verdict: str) -> None:
        """Make it durable before returning."""
        with self._store.transaction():
            self._store.record_pin(pin, Verdict(verdict), self._timekeeper.moment())
