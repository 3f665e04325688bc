"""`antirelou run`: the daemon, as systemd starts it."""

from __future__ import annotations

import logging
import signal
from functools import cache
from pathlib import Path

import click

from antirelou.cli.options import config_option
from antirelou.clock import Clock, SystemClock, Timekeeper
from antirelou.config import ConfigError, Loaded, load
from antirelou.daemon import Daemon
from antirelou.daemon.tell import start_journal
from antirelou.language import _
from antirelou.log import LogError, Store
from antirelou.modem.port import OpenPort, Port, open_serial
from antirelou.settings import Settings

log = logging.getLogger("antirelou")


@click.command()
@config_option
@click.option(
    "--trace",
    is_flag=True,
    help="Also tell every AT command; texts appear in it as hexadecimal.",
)
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
        _close(store, clock)


def _close(store: Store, clock: Clock) -> None:
    """Let go of the log; that the end cannot be written into it is no reason for another exit status."""
    try:
        store.close(Timekeeper(clock).moment())
    except LogError as error:
        log.warning("%s", error)


def _serve(settings: Settings, config: Path, clock: Clock, store: Store) -> None:
    def reload() -> Settings | None:
        """The new settings, or None with the reason why the old ones stay."""
        try:
            loaded = load(config)
        except ConfigError as error:
            log.error(
                _("The configuration is not taken, the old one stays: %s"),
                " ".join(error.problems),
            )
            return None
        new = loaded.settings
        if (new.line, new.log) != (settings.line, settings.log):
            log.error(
                _(
                    "The configuration is not taken, the old one stays: line and [log] change with a restart only."
                )
            )
            return None
        _tell(loaded)
        log.info(_("The configuration was read again."))
        return new

    daemon = Daemon(
        settings, clock=clock, store=store, open_port=_opener(clock), reload=reload
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.stop())
    signal.signal(signal.SIGHUP, lambda *_: daemon.reload())
    log.info(_("antirelou starts on line %s."), settings.line)
    daemon.run()
    log.info(_("antirelou has stopped."))


def _opener(clock: Clock) -> OpenPort:
    """Opens the port that `modem.port` names; "simulated" is the built-in dongle, made when it is first asked for."""

    @cache
    def built_in() -> OpenPort:
        from antirelou.simulator import Simulation

        return Simulation(clock).open_port

    def open_port(path: str, baud_rate: int) -> Port:
        return (
            built_in()(path, baud_rate)
            if path == "simulated"
            else open_serial(path, baud_rate)
        )

    return open_port


def _tell(loaded: Loaded) -> None:
    for warning in loaded.warnings:
        log.warning("%s", warning)
