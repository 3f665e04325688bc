"""`antirelou demo`: the real daemon on a simulated dongle; no hardware, no configuration, no root."""

from __future__ import annotations

import os
import select
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from antirelou.cli.output import visible
from antirelou.cli.stage import Stage, settings_for
from antirelou.clock import SystemClock
from antirelou.language import _

_HELP = _("""\
You are the texter. A line that you type is a text to the number, from +33639980001;
  +33639980002 Salut !   is a text from another number, or from anybody (36179, BANQUE)
  /call +33639980003     calls the number
  /unplug                pulls the dongle out for five seconds
  /log   /status         what the operator sees
  /quit                  ends (Ctrl-D too)
Two hours are four seconds here; nights are left out.""")

_MEMORY = "/dev/shm"


@click.command()
@click.option(
    "--raid",
    is_flag=True,
    help="Watch 300 numbers send 2,000 texts in an evening; ends by itself.",
)
def demo(raid: bool) -> None:
    """Play texter against a simulated modem; needs nothing.

    \b
    antirelou demo                on a terminal: you write, and see what becomes of it
    antirelou demo </dev/null     a short story that ends by itself
    antirelou demo --raid         an evening's raid in some seconds
    """
    # A raid is thousands of commits, and none of them need outlive the demo: in memory, where there is some.
    memory = _MEMORY if raid and os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="antirelou-demo-", dir=memory) as name:
        directory = Path(name)
        if raid:
            from antirelou.cli.demo_raid import play_raid

            play_raid(directory)
            return
        if sys.stdin.isatty():
            _play(directory)
        else:
            from antirelou.cli.demo_story import tell_story

            tell_story(directory)
        click.echo(_("\n-- What `antirelou log --limit 12` shows, numbers masked:"))
        _show(directory, "log", "--limit", "12")


class ListeningClock(SystemClock):
    """The machine's clock, whose waits also end when a line is typed: one thread, nothing polled."""

    def __init__(self, said: Callable[[str | None], None]) -> None:
        super().__init__()
        self._said = said
        self._typed = b""

    def wait(self, seconds: float) -> None:
        stdin = sys.stdin.fileno()
        if self._listening and select.select(
            [self._woken, stdin], [], [], max(0.0, seconds)
        )[0] == [stdin]:
            self._read(stdin)
        else:
            super().wait(0.0 if self._listening else seconds)

    _listening = True

    def _read(self, stdin: int) -> None:
        octets = os.read(stdin, 65536)
        if not octets:
            self._listening = False
            self._said(None)
            return
        *lines, self._typed = (self._typed + octets).split(b"\n")
        for line in lines:
            self._said(line.decode("utf-8", "replace").rstrip("\r"))


def _play(directory: Path) -> None:
    def tell(who: str, what: str) -> None:
        click.echo(
            f"{clock.now().astimezone():%H:%M:%S}  {click.style(f'{who:8}', fg=_COLOURS.get(who))}  {what}"
        )

    clock = ListeningClock(lambda line: _obey(stage, line))
    settings = settings_for(
        directory,
        delay=timedelta(seconds=4),
        delay_spread=timedelta(seconds=2),
        hours=None,
    )
    stage = Stage(settings, clock, tell)
    click.echo(_HELP + "\n")
    try:
        stage.daemon.run()
    except KeyboardInterrupt:
        click.echo()
    finally:
        stage.close()


_COLOURS = {
    "texter": "cyan",
    "network": "green",
    "modem": "bright_black",
    "dongle": "yellow",
}


def _obey(stage: Stage, line: str | None) -> None:
    """Do what was typed."""
    word, _space, rest = (line or "").strip().partition(" ")
    if line is None or word == "/quit":
        stage.daemon.stop()
    elif word == "/call":
        stage.simulation.network.call(rest or "+33639980001")
    elif word == "/unplug":
        stage.simulation.fault("unplug", seconds=5)
    elif word in ("/log", "/status"):
        _show(stage.settings.log.path.parent, word[1:])
    elif word.startswith("/"):
        click.echo(_HELP)
    elif line.strip():
        sender, text = (
            (word, rest) if rest and _is_sender(word) else ("+33639980001", line)
        )
        stage.tell(
            "texter",
            _("{sender} writes: {text}", sender=visible(sender), text=visible(text)),
        )
        stage.simulation.network.text(sender, text)


def _is_sender(word: str) -> bool:
    return word.lstrip("+").isdigit() or (
        word.isalpha() and word.isupper() and word.isascii() and len(word) > 4
    )


def _show(directory: Path, *command: str) -> None:
    """Run a real command over the demo's log."""
    from antirelou.cli import group

    configuration = directory / "antirelou.toml"
    configuration.write_text(
        f'line = "demo"\n[modem]\nport = "simulated"\n[log]\npath = "{directory}/antirelou.db"\nreserve = "0MB"\n',
        encoding="utf-8",
    )
    group.main([*command, "--config", str(configuration)], standalone_mode=False)
