"""A log that the real daemon filled from a simulated dongle, for the tests of the commands; see cli_fixtures."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from world import World

from antirelou.clock import Timekeeper, VirtualClock

INSISTER, TWICE, STRANGER, QUITTER = (f"+3363998000{n}" for n in range(1, 5))
HOSTILE = "=1+1\x1b[2J\x07\u202eevil\u202c\u200b\r\nid 99 to_answer\tx,\"y\" 'z'; DROP TABLE messages; $(reboot) \x00 😀é"
NUMBERS = (INSISTER, TWICE, STRANGER, QUITTER)
SECRETS = (*NUMBERS, *(number.replace("+33", "0") for number in NUMBERS))


_ACTING = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


@dataclass
class Told:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Told]


def write_config(directory: Path, *, port: str = "simulated", more: str = "") -> Path:
    path = directory / "antirelou.toml"
    path.write_text(
        f'[modem]\nport = "{port}"\n[log]\npath = "{directory / "antirelou.db"}"\nreserve = "1kB"\n{more}',
        encoding="utf-8",
    )
    return path


def filled(directory: Path) -> World:
    """A lesson, a hostile text in segments, a short code, an opt-out, and a reply that waits; the daemon has ended."""
    world = World(
        directory,
        clock=VirtualClock(datetime.now(UTC) - timedelta(hours=1)),
        reply={"delay": timedelta(0), "delay_spread": timedelta(0)},
    )
    world.text("Salut, c'est moi. Tu dors\u202f?", INSISTER)
    world.run(60)
    world.text(HOSTILE, STRANGER)
    world.text("Votre code est 1234", "36105")
    world.text("Stop !", QUITTER)
    world.run(60)
    world.order("pause")
    world.text("Bonjour toi", TWICE)
    world.run(60)
    world.store.close(Timekeeper(world.clock).moment())
    write_config(directory)
    return world


def harmless(out: str) -> bool:
    """Nothing in it acts on a terminal, but for the line ends and tabs that are ours."""
    return not [
        c for c in out if unicodedata.category(c) in _ACTING and c not in "\n\t\r"
    ]
