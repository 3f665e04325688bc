"""A simulated dongle on a virtual clock, and how the tests of the simulator talk to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from antirelou.clock import VirtualClock
from antirelou.simulator import Port, Simulation

SUBMIT = "0001000B913336990800F200000441E19008"  # "ABCD" to +33639980002
DELIVER = "07913336990890F9040B913336990800F10000621122110000400441E19008"

Check = Callable[[Simulation, Port], None]
CHECKS: dict[
    str, tuple[str, Check]
] = {}  # fault -> the family to show it with, and how


def dongle(
    voice: str = "generic", *, setup: str = "", **settings: Any
) -> tuple[Simulation, Port]:
    """A dongle and its opened port; `setup` is typed, and its answer thrown away."""
    simulation = Simulation(
        VirtualClock(datetime(2026, 11, 22, 10, tzinfo=UTC)), voice=voice, **settings
    )
    return simulation, reopen(simulation, setup)


def reopen(simulation: Simulation, setup: str = "") -> Port:
    port = simulation.open_port()
    port.timeout = 0
    if setup:
        ask(port, setup)
    return port


def send(port: Port, typed: bytes) -> bytes:
    """Type octets; what comes back at once."""
    port.write(typed)
    return port.read(1 << 20)


def heard(port: Port) -> str:
    """What has come, its line ends shown as |."""
    return port.read(1 << 20).decode("latin-1").strip().replace("\r\n", "|")


def ask(port: Port, command: str) -> str:
    """Type a command; its answer, line ends shown as |."""
    port.write(command.encode() + b"\r")
    return heard(port)


def submit(port: Port, octets: str = SUBMIT) -> str:
    """Submit a PDU without service centre; the answer after Ctrl-Z."""
    ask(port, f"AT+CMGS={len(octets) // 2 - 1}")
    port.write(octets.encode() + b"\x1a")
    return heard(port)


def pass_seconds(simulation: Simulation, seconds: float) -> None:
    simulation.clock.wait(seconds)
    simulation.run_due()


def shows(name: str, voice: str = "generic") -> Callable[[Check], Check]:
    """Mark a function as the one that shows what a fault does."""

    def keep(check: Check) -> Check:
        CHECKS[name] = voice, check
        return check

    return keep
