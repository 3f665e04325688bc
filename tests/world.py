"""One small world for tests of the whole: a virtual clock, a simulated dongle, a real log and the real daemon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from opened import opened

from antirelou.clock import Timekeeper, VirtualClock
from antirelou.daemon import Daemon
from antirelou.log import Reader, Store, give_order
from antirelou.settings import Log, Modem, Reply, Settings
from antirelou.simulator import Simulation

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # 13:00 in Paris
NUMBER = "+33639980001"
OTHER = "+33639980002"


def settings_in(directory: Path, **sections: Any) -> Settings:
    """Answer at once, at any hour; `sections` replaces values of a section: reply={"delay": …}."""
    path = directory / "antirelou.db"
    settings = Settings(
        modem=Modem(port="simulated"),
        log=Log(path=path, key_file=Path(f"{path}.key"), reserve=0),
        reply=replace(
            Reply(), delay=timedelta(0), delay_spread=timedelta(0), hours=None
        ),
    )
    for section, values in sections.items():
        old = getattr(settings, section)
        settings = replace(
            settings,
            **{section: replace(old, **values) if isinstance(values, dict) else values},
        )
    return settings


class World:
    """Everything that one line needs, on a clock that only moves when somebody waits."""

    def __init__(
        self,
        directory: Path,
        *,
        clock: VirtualClock | None = None,
        simulation: Any = None,
        **sections: Any,
    ):
        self.settings = settings_in(directory, **sections)
        self.clock = clock or VirtualClock(NOON)
        self.simulation: Simulation = simulation or Simulation(self.clock)
        self.reload: Callable[[], Settings | None] = lambda: None
        self.start()

    def start(self) -> None:
        """Start a daemon, as systemd would."""
        self.store = opened(Store.open(self.settings, Timekeeper(self.clock).moment()))
        self.daemon = Daemon(
            self.settings,
            clock=self.clock,
            store=self.store,
            open_port=self.simulation.open_port,
            draw=lambda: 0.5,
            reload=lambda: self.reload(),
        )

    def die(self) -> None:
        """End the daemon as SIGKILL would: nothing more is written; the lock is let go."""
        self.store.close()

    def run(self, seconds: float = 60.0) -> None:
        """Let at least so much time pass with the daemon at work."""
        until = self.clock.boot() + seconds
        while self.clock.boot() < until:
            self.daemon.step()

    def text(self, words: str, sender: str = NUMBER, **how: Any) -> None:
        self.simulation.network.text(sender, words, **how)

    def text_pdu(self, words: str, sender: str = NUMBER) -> list[str]:
        """As `text`; return the PDUs, to have them delivered again."""
        return self.simulation.network.text(sender, words)

    def messages(self) -> list[dict[str, Any]]:
        with Reader.open(self.settings.log.path) as log:
            return log.messages(limit=None)

    def reasons(self) -> list[str | None]:
        return [message["reason"] for message in self.messages()]

    def events(self) -> list[str]:
        with Reader.open(self.settings.log.path) as log:
            return [event["kind"] for event in log.events(1000)]

    @property
    def sent(self) -> list[tuple[str, str]]:
        """What the network accepted: destination and text."""
        return [
            (one.destination, one.text) for one in self.simulation.network.submitted
        ]

    def order(self, kind: str, argument: str = "{}") -> None:
        """An order, as another process writes it."""
        give_order(self.settings, kind, argument, Timekeeper(self.clock).moment())
