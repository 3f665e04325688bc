"""The demo's stage: a simulated dongle, the real daemon and a real log in a directory that goes with the demo.

What the network does and what the daemon writes into the journal is told line by line as it happens. Nothing here
decides anything: it is the daemon that an operator runs, with another port.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from antirelou.cli.output import visible
from antirelou.clock import Clock, Timekeeper
from antirelou.daemon import Daemon
from antirelou.language import _
from antirelou.log import Reader, Store
from antirelou.settings import Settings
from antirelou.simulator import Simulation

Teller = Callable[[str, str], None]  # who, what

_TRACE_WORTH_TELLING = (
    "+CMTI",
    "+CMT:",
    "AT+CMGD",
    "AT+CMGS",
    "+CMGS:",
    "RING",
    "AT+CHUP",
)


class Stage:
    """Everything that the demo needs, wired as `antirelou run` wires it."""

    def __init__(self, settings: Settings, clock: Clock, tell: Teller) -> None:
        self.settings = settings
        self.clock = clock
        self.tell = tell
        self.simulation = Simulation(clock, radio="realistic")
        self.simulation.listen(self._network)
        self.store = Store.open(settings, Timekeeper(clock).moment())
        self.daemon = Daemon(
            settings, clock=clock, store=self.store, open_port=self.simulation.open_port
        )
        ours = logging.getLogger("antirelou")
        ours.handlers[:] = [_Journal(tell)]
        ours.propagate = False
        ours.setLevel(logging.DEBUG)

    def reader(self) -> Reader:
        """The log, as every command reads it."""
        return Reader.open(self.settings.log.path)

    def close(self) -> None:
        self.store.close(Timekeeper(self.clock).moment())

    def _network(self, event: dict[str, Any]) -> None:
        match event["event"]:
            case "submitted":
                self.tell(
                    "network",
                    _(
                        "{recipient} gets: {text}",
                        recipient=event["destination"],
                        text=visible(event["text"]),
                    ),
                )
            case "unplugged":
                self.tell("dongle", _("is pulled out"))
            case "plugged":
                self.tell("dongle", _("is back"))


class _Journal(logging.Handler):
    """What the journal would show, and the AT lines that matter."""

    def __init__(self, tell: Teller) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno > logging.DEBUG:
            self._tell("journal", text)
        elif any(sign in text for sign in _TRACE_WORTH_TELLING):
            self._tell("modem", visible(text))


def settings_for(directory: Path, **reply: Any) -> Settings:
    """The default configuration with its log in `directory` and, if given, other `[reply]` values."""
    from dataclasses import replace

    from antirelou.settings import Health, Log, Modem, Reply

    path = directory / "antirelou.db"
    log = Log(path=path, key_file=path.with_name(path.name + ".key"), reserve=0)
    modem = Modem(port="simulated", number="+33639989999")
    return Settings(
        line="demo",
        modem=modem,
        log=log,
        reply=replace(Reply(), **reply),
        health=Health(self_text=None),  # the demo is about others' texts
    )
