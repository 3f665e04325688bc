"""Faults that happen at once, and how each is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from antirelou.simulator.pdu import Content, delivers
from antirelou.simulator.sim import READ, Slot

if TYPE_CHECKING:
    from antirelou.simulator.simulation import Simulation


def happen(simulation: Simulation, name: str, arguments: dict[str, Any]) -> None:
    """Let the accident `name` happen; the other faults wait for their occasion."""
    modem, sim = simulation.modem, simulation.sim
    if name == "reboot":
        modem.reboot()
    elif name == "unplug":
        simulation.unplug(float(arguments["seconds"]))
    elif name == "endless_line":
        simulation.wire.send(
            b"^DSFLOWRPT:" + b"0000001A," * (int(arguments["octets"]) // 9)
        )
    elif name == "sim_full":
        _fill(simulation, str(arguments["storage"]))
    elif name == "undecodable_slot":
        sim.storages[arguments["storage"]].put(Slot(READ, str(arguments["octets"])))
    elif name in ("registration", "stale_registration"):
        modem.register(int(arguments["stat"]))
    elif name in _CARD:
        _card(simulation, name, arguments)
    elif name in ("text_mode_reset", "settings_lost", "cfun_4"):
        _forget(simulation, name)
    elif name == "rssi_storm":
        modem.storm()
    elif name == "echo_only":
        modem.settings["E"] = 1


_CARD = ("sim_busy", "sim_dropped", "sim_absent", "pin", "puk", "csca_wiped")


def _card(simulation: Simulation, name: str, arguments: dict[str, Any]) -> None:
    sim = simulation.sim
    if name == "sim_busy":
        sim.busy_until = simulation.time + float(arguments["seconds"])
        simulation.schedule(float(arguments["seconds"]), simulation.network.pump)
    elif name == "sim_dropped":
        sim.failed = True
    elif name == "sim_absent":
        sim.present = False
    elif name == "pin":
        sim.lock(str(arguments["pin"]))
    elif name == "puk":
        sim.lock(sim.pin or "1234")
        sim.tries = 0
    else:
        sim.service_centre = ""


def _forget(simulation: Simulation, name: str) -> None:
    modem = simulation.modem
    if name == "text_mode_reset":
        modem.settings["+CMGF"] = 1
    elif name == "settings_lost":
        modem.reset_settings()
    else:
        modem.functionality = 4


def undo(simulation: Simulation, name: str) -> None:
    """End what a fault left behind, where that can be."""
    modem, sim = simulation.modem, simulation.sim
    if name == "unplug":
        simulation.replug()
    elif name in ("registration", "stale_registration"):
        modem.register(1)
    elif name == "sim_busy":
        sim.busy_until = simulation.time
    elif name == "sim_dropped":
        sim.failed = False
    elif name == "sim_absent":
        sim.present = True
        sim.power_on()
    elif name in ("pin", "puk"):
        sim.unlock()
    elif name == "csca_wiped":
        sim.service_centre = simulation.network.service_centre
    elif name == "cfun_4":
        modem.functionality = 1
    elif name == "glued_indication":
        modem.release()


def _fill(simulation: Simulation, name: str) -> None:
    """Old messages, read long ago, in every free slot."""
    storage = simulation.sim.storages[name]
    local = simulation.wall().replace(year=simulation.wall().year - 1, day=1)
    number = 0
    while storage.free() is not None:
        number += 1
        [old] = delivers(
            f"+3363998{1000 + number % 9000:04d}",
            f"Ancien message {number}",
            local,
            smsc=simulation.network.service_centre,
            content=Content(),
            reference=0,
        )
        storage.put(Slot(READ, old))
