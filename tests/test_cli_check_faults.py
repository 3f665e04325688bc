"""Every misfortune that the simulator can play, against `antirelou check`: it names the cause, or all is well.

Twice: looking at the modem itself, and reading what a daemon that met it has told, with a test text on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_world import write_config
from world import NOON, World

from antirelou.cli.check import findings
from antirelou.cli.check_line import Finding, of_modem
from antirelou.cli.check_send import told
from antirelou.clock import VirtualClock
from antirelou.daemon import Exhausted
from antirelou.log import Reader
from antirelou.settings import Modem
from antirelou.simulator import Simulation
from antirelou.simulator.faults import FAULTS

OPERATOR = "+33639980099"
LONG_GONE = {"unplug": {"seconds": 600}}
NO_CARD = "There is no SIM in the modem: put it in"
UNREADABLE = "The modem cannot read the SIM: clean it, try it in a phone"
NO_CENTRE = "The SIM has no service centre, so nothing can be sent: set modem."
REFUSED_US = "The network refuses this SIM: ask its operator"
FULL = "Storage SM is full; the network waits for room."
REBOOTED = "The modem started again by itself"

# fault -> item and words of the one [!!] that a look at the modem shows; with all others nothing keeps a text back
LOOK = {
    "silent": ("modem", "does not answer: unplug it and plug it in again, or set"),
    "unplug": ("port", "There is no modem at simulated: plug it in"),
    "unplug_mid_command": ("modem", "is gone", "check its plug and its power"),
    "not_reading": ("modem", "is gone", "check its plug and its power"),
    "not_a_modem": ("port", "speaks, but not as a modem: set modem.port to another"),
    "echo_only": ("port", "speaks, but not as a modem: set modem.port to another"),
    "port_busy": ("holder", "is held by another process", "stop it, or set another"),
    "stolen_octets": ("modem", "sudo fuser -v simulated tells whether"),
    "odd_answer": ("modem", "does not answer: unplug it and plug it in again"),
    "refused": ("modem", "AT+CMGF=0: ERROR", "unplug it and plug it in"),
    "sim_full": ("storages", "holds 30 of 30 messages. It is full: the network waits"),
    "sim_dropped": ("SIM", UNREADABLE),
    "sim_absent": ("SIM", NO_CARD),
    "pin": ("PIN", "The SIM asks for its PIN: set modem.pin_file, or switch"),
    "puk": ("PIN", "The SIM asks for its PUK, nothing was typed: unlock it"),
    "csca_wiped": ("service centre", NO_CENTRE),
    "registration": ("network", REFUSED_US),
    "stale_registration": ("network", "The modem searches for a network: check"),
}

# The same while a daemon runs: what stands in the row and the events that it wrote, or in the test text's fate.
NO_ANSWER = "nobody knows whether the network took it", "See whether it arrives"
TOLD: dict[str, tuple[str, ...]] = {
    **LOOK,
    "unplug_mid_command": ("lately", "is gone", "check its plug and its power"),
    "unplug_mid_submit": ("test text", *NO_ANSWER),
    "odd_answer": ("service centre", NO_CENTRE),
    "sim_full": ("lately", FULL),
    "index_minus_one": ("lately", FULL),
    "reboot": ("lately", REBOOTED),
    "reboot_on_command": ("lately", REBOOTED),
    "settings_lost": ("lately", REBOOTED),
    "undeletable_slot": ("lately", "Slot 0 of storage SM cannot be emptied"),
    "deletion_lies": ("lately", "Slot 0 of storage SM cannot be emptied"),
    "hang_after_ctrl_z": ("test text", *NO_ANSWER),
    "cmgs_form": ("test text", *NO_ANSWER),
    "cms_error": ("test text", "cause 500", "a fault that the modem does not name"),
    "cfun_4": ("lately", "The modem is in no network: check the antenna"),
    "sim_dropped": ("lately", UNREADABLE),
    "stolen_octets": ("modem", "did not answer a command", "sudo fuser -v simulated"),
    "deaf_radio": ("test text", "cause 332", "did not answer in time: check the ant"),
}

AT_OPENING = ("port_busy",)  # nothing to a daemon that has the port open


def faults(found: Iterator[Finding]) -> list[Finding]:
    return [one for one in found if one.good is False]


def looked(simulation: Simulation, clock: VirtualClock) -> Iterator[Finding]:
    return of_modem(
        Modem(port="simulated"),
        pin_refused=False,
        numbers=False,
        clock=clock,
        open_port=simulation.open_port,
    )


def names(finding: Finding, expected: tuple[str, ...]) -> bool:
    item, *words = expected
    return finding.item == item and all(one in finding.sentence for one in words)


def test_the_tables_name_faults_that_there_are() -> None:
    assert set(TOLD) | set(LOOK) <= set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_look_at_the_modem_names_the_cause(name: str) -> None:
    clock = VirtualClock(NOON)
    simulation = Simulation(clock)
    simulation.fault(name, **LONG_GONE.get(name, {}))
    found = faults(looked(simulation, clock))
    if name not in LOOK:
        assert found == []
        return
    [fault] = found
    assert names(fault, LOOK[name]), fault
    assert fault.sentence.endswith((".", "!"))


REGISTRATIONS = {
    0: "The modem is in no network: check the antenna",
    2: "The modem searches for a network: check the antenna",
    3: REFUSED_US,
}


@pytest.mark.parametrize("stat", [0, 2, 3, 4, 6, 7, 11])
def test_a_registration_is_told_by_what_it_means(stat: int) -> None:
    clock = VirtualClock(NOON)
    simulation = Simulation(clock)
    simulation.fault("registration", stat=stat)
    network = [one for one in looked(simulation, clock) if one.item == "network"]
    words = REGISTRATIONS.get(stat)
    assert network[0].good is (None if stat == 4 else words is None)
    assert words is None or network[0].sentence.startswith(words)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A daemon that runs since some minutes, with no misfortune yet."""
    world = World(
        tmp_path,
        clock=VirtualClock(datetime.now(UTC) - timedelta(seconds=300)),
        operator={"numbers": (OPERATOR,)},
    )
    operator = f'[operator]\nnumbers = ["{OPERATOR}"]\n[reply]\nhours = "always"\n'
    write_config(tmp_path, more=operator)
    world.run(20)
    return world


def trial(world: World) -> dict[str, Any]:
    with Reader.open(world.settings.log.path) as log:
        found = log.trial(OPERATOR, datetime(2026, 1, 1, tzinfo=UTC))
    assert found is not None
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_what_a_daemon_met_is_named(name: str, world: World, tmp_path: Path) -> None:
    world.simulation.fault(name, **LONG_GONE.get(name, {}))
    world.text("Salut")
    world.order("send_test", f'{{"address": "{OPERATOR}"}}')
    try:
        world.run(240)
        found = list(findings(tmp_path / "antirelou.toml", numbers=False))
    except Exhausted:  # systemd starts another; meanwhile none holds the line
        world.die()
        found = list(looked(world.simulation, world.clock))
    found.append(told(trial(world), world.settings))
    expected = TOLD.get(name)
    if expected is None or name in AT_OPENING:
        assert faults(iter(found)) == []
    else:
        assert [one for one in found if names(one, expected)], found
        assert expected[0] == "lately" or faults(iter(found))
