"""What `antirelou check` says of port, modem, SIM and network.

While a daemon holds the line its row in the log is read and the port is left alone; else the modem is opened here, as
the daemon opens it, but for the PIN, which is never typed. Every sentence about a fault is the modem layer's own.
"""

from __future__ import annotations

import grp
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from antirelou.cli.errors import UNAVAILABLE
from antirelou.cli.output import masked, plural, visible
from antirelou.clock import Clock, SystemClock
from antirelou.modem import Modem
from antirelou.modem.facts import (
    Condition,
    DirectPdu,
    Identity,
    ModemError,
    PortError,
    Registration,
    SimRefused,
    StorageUse,
)
from antirelou.modem.port import holders
from antirelou.settings import Modem as ModemSettings

SIMULATED = "simulated"
_PORTS = ("serial/by-id/*", "ttyUSB*", "ttyACM*", "ttyAMA*", "ttyS[0-9]")  # below /dev, the stable names first
_MOST_PORTS = 8
_WEAK = -105  # dBm; below it texts are lost now and then

_NETWORKS = {
    Registration.DENIED: "The network refuses this SIM: ask its operator whether it is active and not barred.",
    Registration.SEARCHING: "The modem searches for a network: check the antenna and where the dongle stands.",
    Registration.NOT_REGISTERED: "The modem is in no network: check the antenna, the SIM and its plan.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One item. `good`: True, False, or None where it was not checked or only deserves a look."""

    item: str
    good: bool | None
    sentence: str
    exit_status: int = UNAVAILABLE


@dataclass(slots=True)
class NeverTyped:
    """PINs for a check: it types none. `refused`: the log knows of a PIN that the SIM refused."""

    refused: bool

    def verdict(self, pin: str) -> str | None:
        return None

    def record(self, pin: str, verdict: str) -> None:
        if verdict != "trying":
            return
        if self.refused:
            sentence = "The SIM asks for its PIN, and one was refused before: put the right one into modem.pin_file."
        else:
            sentence = "The SIM asks for its PIN; a check types none, the daemon will type the one in modem.pin_file."
        raise SimRefused("pin", sentence)


@dataclass(slots=True)
class Look:
    """What was seen of a modem; `error` is what ended the look."""

    identity: Identity | None = None
    condition: Condition | None = None
    held: int | None = None
    error: ModemError | None = None
    direct: list[DirectPdu] = field(default_factory=list)


def of_daemon(settings: ModemSettings, pid: int, row: dict[str, Any], *, numbers: bool) -> Iterator[Finding]:
    """The line as the daemon that holds it sees it."""
    who = f"process {pid}" if pid else "a running daemon"
    yield Finding("port", True, f"{settings.port} is in the hands of the daemon ({who}); its last look is told here.")
    if row["registration"] is None:
        state = str(row["state"])
        item = "SIM" if state.startswith("sim_") else "modem"
        yield Finding(item, False, visible(row["sentence"]))
        yield from _not_checked("SIM" if item == "modem" else "modem", "network", "service centre", "storages")
        return
    identity = Identity(**{name: row.get(name) for name in ("manufacturer", "model", "revision", "imsi", "iccid")})
    yield from _of_identity(identity, numbers=numbers)
    if row.get("accepted_iccid") and row.get("iccid") and row["accepted_iccid"] != row["iccid"]:
        yield Finding("SIM", False, "It is another SIM than before, so replies are held: antirelou line accept.")
    uses = row["storages"] or []
    uses = json.loads(uses) if isinstance(uses, str) else uses
    yield from _of_condition(
        Condition(
            Registration(row["registration"]),
            row["signal"],
            row["network"],
            row["service_centre"],
            tuple(StorageUse(use["storage"], use["used"], use["total"]) for use in uses),
        ),
        settings,
    )


def of_modem(settings: ModemSettings, *, pin_refused: bool, numbers: bool) -> Iterator[Finding]:
    """The line as it is found by opening the modem here and now."""
    fault = None if settings.port == SIMULATED else port_fault(settings.port)
    if fault is not None:
        yield Finding("port", False, fault)
        yield from _not_checked("modem", "SIM", "network", "service centre", "storages")
        return
    look = _look(settings, NeverTyped(pin_refused))
    if isinstance(look.error, PortError):
        yield Finding("port", False, _sentence(look.error))
        yield from _not_checked("modem", "SIM", "network", "service centre", "storages")
        return
    yield Finding("port", True, f"{settings.port} can be opened, and nothing else holds it.")
    yield from _of_look(look, settings, numbers=numbers)
    for pdu in look.direct:
        octets = "".join(character for character in pdu.octets if character.isalnum())
        yield Finding("received", None, f"While this was checked a message came that is in no slot; keep it: {octets}")


def _of_look(look: Look, settings: ModemSettings, *, numbers: bool) -> Iterator[Finding]:
    """From the modem upwards, as far as the look came."""
    if isinstance(look.error, SimRefused):
        yield Finding("modem", True, "A modem answers.")
        yield Finding("SIM", False, _sentence(look.error))
        yield from _not_checked("network", "service centre", "storages")
    elif look.error is not None:
        yield Finding("modem", False, _sentence(look.error))
        yield from _not_checked("SIM", "network", "service centre", "storages")
    else:
        assert look.identity is not None and look.condition is not None
        yield from _of_identity(look.identity, numbers=numbers)
        yield from _of_condition(look.condition, settings)


def port_fault(path: str) -> str | None:
    """Why the port at `path` cannot be used, found without opening it; None if nothing speaks against it."""
    try:
        mode = os.stat(path).st_mode
    except PermissionError:
        return f"This user may not look at {path}: run the check as the user of the daemon, or as root."
    except OSError:
        return f"There is no modem at {path}: plug it in, or set modem.port to another name. {_ports()}"
    if not stat.S_ISCHR(mode):
        return f"{path} is not a serial port: set modem.port to the modem's own port. {_ports()}"
    if not os.access(path, os.R_OK | os.W_OK):
        return f"This user may not open {path}: add it to the group {_group(path)}, which owns the port."
    others = ", ".join(f"{visible(name)} (process {pid})" for pid, name in holders(path))
    if "ModemManager" in others:
        return f"The port {path} is held by {others}: install the udev rule of this project, which keeps it off."
    return f"The port {path} is held by {others}: stop it, or set another modem.port." if others else None


def _ports() -> str:
    found = [str(path) for pattern in _PORTS for path in sorted(Path("/dev").glob(pattern))]
    if not found:
        return "There is no serial port on this machine now."
    more = f" and {len(found) - _MOST_PORTS} more" if len(found) > _MOST_PORTS else ""
    return f"Here are: {', '.join(visible(path) for path in found[:_MOST_PORTS])}{more}."


def _group(path: str) -> str:
    try:
        return grp.getgrgid(os.stat(path).st_gid).gr_name
    except (OSError, KeyError):
        return "dialout"


def _look(settings: ModemSettings, pins: NeverTyped) -> Look:
    """Open, ask, close."""
    look = Look()
    clock = SystemClock()
    open_port = _open_port(settings, clock)
    modem = Modem(settings, clock, pins=pins, take_direct=look.direct.append, open_port=open_port)
    try:
        look.identity = modem.open()
        look.condition = modem.condition()
    except ModemError as error:
        look.error = error
    finally:
        modem.close()
    return look


def _open_port(settings: ModemSettings, clock: Clock) -> Callable[[str, int], Any] | None:
    if settings.port != SIMULATED:
        return None
    from antirelou.simulator import Simulation

    return Simulation(clock).open_port


def _of_identity(identity: Identity, *, numbers: bool) -> Iterator[Finding]:
    model = " ".join(visible(word) for word in (identity.manufacturer, identity.model, identity.revision) if word)
    yield Finding("modem", True, f"A modem answers: {model or 'it does not say which'}.")
    card = identity.iccid or identity.imsi
    yield Finding("SIM", True, f"The SIM is ready{f' ({masked(card, numbers=numbers)})' if card else ''}.")


def _of_condition(condition: Condition, settings: ModemSettings) -> Iterator[Finding]:
    signal = "signal not known" if condition.signal is None else f"{condition.signal} dBm"
    network = visible(condition.network or "network without a name")
    if condition.registration.usable:
        weak = condition.signal is not None and condition.signal < _WEAK
        advice = ", which is weak: move the dongle or its antenna" if weak else ""
        yield Finding("network", True, f"Registered ({condition.registration}) with {network}, {signal}{advice}.")
    elif condition.registration is Registration.UNKNOWN:
        yield Finding("network", None, f"The modem does not say whether it is registered ({signal}).")
    else:
        yield Finding("network", False, _NETWORKS[condition.registration])
    centre = condition.service_centre or settings.service_centre
    missing = "The SIM has no service centre, so nothing can be sent: set modem.service_centre to its operator's."
    yield Finding("service centre", bool(centre), f"Texts leave through {visible(centre)}." if centre else missing)
    for use in condition.storages:
        full = use.total > 0 and use.used >= use.total
        holds = f"{use.storage} holds {use.used} of {plural(use.total, 'message')}"
        waits = " The daemon takes them in when it runs." if use.used else ""
        yield Finding("storages", not full, f"{visible(holds)}.{' It is full: the network waits.' if full else ''}{waits}")


def _not_checked(*items: str) -> Iterator[Finding]:
    for item in items:
        yield Finding(item, None, "Not checked, because of what is said above.")


def _sentence(error: ModemError) -> str:
    text = visible(str(error))
    return text if text.endswith((".", "!", "?")) else f"{text[:1].upper()}{text[1:]}."
