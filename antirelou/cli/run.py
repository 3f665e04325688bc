"""`antirelou run`: the daemon, as systemd starts it."""

from __future__ import annotations

import logging
import signal
from pathlib import Path

import click

from antirelou.cli.options import config_option
from antirelou.clock import Clock, SystemClock, Timekeeper
from antirelou.config import ConfigError, Loaded, load
from antirelou.daemon import Daemon
from antirelou.daemon.tell import start_journal
from antirelou.log import Store
from antirelou.settings import Settings

log = logging.getLogger("antirelou")


@click.command()
@config_option
@click.option("--trace", is_flag=True, help="Also tell every AT command; texts appear in it as hexadecimal.")
def run(config: Path, trace: bool) -> None:
    """Take in texts and answer them, until stopped.

    \b
    antirelou run                             as systemd starts it
    antirelou run --config ./antirelou.toml   in a terminal; Ctrl-C ends it
    """
    start_journal(debug=trace)
    loaded = load(config)
    _tell(loaded)
    clock = SystemClock()
    store = Store.open(loaded.settings, Timekeeper(clock).moment())
    try:
        _serve(loaded.settings, config, clock, store)
    finally:
        store.close(Timekeeper(clock).moment())


def _serve(settings: Settings, config: Path, clock: Clock, store: Store) -> None:
    def reload() -> Settings | None:
        """The new settings, or None with the reason why the old ones stay."""
        try:
            loaded = load(config)
        except ConfigError as error:
            log.error("The configuration is not taken, the old one stays: %s", " ".join(error.problems))
            return None
        new = loaded.settings
        if (new.line, new.log) != (settings.line, settings.log):
            log.error("The configuration is not taken, the old one stays: line and [log] change with a restart only.")
            return None
        _tell(loaded)
        log.info("The configuration was read again.")
        return new

    daemon = Daemon(settings, clock=clock, store=store, open_port=_built_in(settings, clock), reload=reload)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.stop())
    signal.signal(signal.SIGHUP, lambda *_: daemon.reload())
    log.info("antirelou starts on line %s.", settings.line)
    daemon.run()
    log.info("antirelou has stopped.")


def _built_in(settings: Settings, clock: Clock):  # type: ignore[no-untyped-def]
    """The port of the built-in dongle when `modem.port` is "simulated"; None: a real one."""
    if settings.modem.port != "simulated":
        return None
    from antirelou.simulator import Simulation

    return Simulation(clock).open_port


def _tell(loaded: Loaded) -> None:
    for warning in loaded.warnings:
        log.warning("%s", warning)
