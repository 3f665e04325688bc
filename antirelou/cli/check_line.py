"""What `antirelou check` says of port, modem, SIM and network.

While a daemon holds the line its row in the log is read and the port is left alone; else the modem is opened here, as
the daemon opens it, but for the PIN, which is never typed. Every sentence about a fault is the modem layer's own.
"""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from antirelou.cli.check_ttys import remedies
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
from antirelou.modem.port import OpenPort, holders
from antirelou.settings import Modem as ModemSettings

SIMULATED = "simulated"
_PORTS = (
    "serial/by-id/*",
    "ttyUSB*",
    "ttyACM*",
    "ttyAMA*",
    "ttyS[0-9]",
)  # below /dev, the stable names first
_MOST_PORTS = 8
_MOST_HOLDERS = 4
_WEAK = -105  # dBm; below it texts are lost now and then

_GOOD = {
    "port": "{port} is there.",
    "permissions": "This user may open it.",
    "holder": "Nothing else has it open.",
    "modem": "A modem answers.",
    "SIM": "There is a SIM.",
}
_ITEMS = (
    "port",
    "permissions",
    "holder",
    "modem",
    "SIM",
    "PIN",
    "network",
    "service centre",
    "storages",
)
_ITEM_OF_STATE = {  # by the daemon's words for a line's state
    "modem_missing": "port",
    "modem_not_a_modem": "port",
    "modem_not_permitted": "permissions",
    "modem_busy": "holder",
    **dict.fromkeys(("sim_pin", "sim_puk", "sim_wrong_pin"), "PIN"),
    **dict.fromkeys(("sim_absent", "sim_busy", "sim_failure"), "SIM"),
}

_SHARED = " If that does not help: sudo fuser -v {port} tells whether another program reads along."

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
    error: ModemError | None = None
    direct: list[DirectPdu] = field(default_factory=list)


def of_daemon(
    settings: ModemSettings, pid: int, row: dict[str, Any], *, numbers: bool
) -> Iterator[Finding]:
    """The line as the daemon that holds it saw it last."""
    who = f"process {pid}" if pid else "a running daemon"
    good = _GOOD | {
        "holder": f"The daemon ({who}) has it open; its own last look at the modem is told here."
    }
    state = str(row["state"])
    if row["registration"] is None:
        yield from _ended(
            good,
            settings.port,
            _ITEM_OF_STATE.get(state, "modem"),
            visible(row["sentence"])
            + _SHARED.format(port=visible(settings.port))
            * (state in ("modem_lost", "modem_silent")),
        )
        return
    yield from _until("modem", good, settings.port)
    identity = Identity(
        **{
            name: row[name]
            for name in ("manufacturer", "model", "revision", "imsi", "iccid")
        }
    )
    yield from _of_identity(identity, numbers=numbers)
    if row["new_sim"]:
        yield Finding(
            "SIM",
            False,
            "It is another SIM than before, so replies are held: antirelou line accept.",
        )
    uses = tuple(
        StorageUse(use["storage"], use["used"], use["total"]) for use in row["storages"]
    )
    condition = Condition(
        Registration(row["registration"]),
        row["signal"],
        row["network"],
        row["service_centre"],
        uses,
    )
    yield from _of_condition(condition, settings, numbers=numbers)


def of_modem(
    settings: ModemSettings,
    *,
    pin_refused: bool,
    numbers: bool,
    clock: Clock | None = None,
    open_port: OpenPort | None = None,
) -> Iterator[Finding]:
    """The line as it is found by opening the modem here and now: by `clock`, and by `open_port` where it is not real."""
    path = settings.port
    good = _GOOD
    if path == SIMULATED:
        good = good | {
            "port": "The built-in dongle is simulated: no text comes or goes through it."
        }
    elif (fault := port_fault(path)) is not None:
        item, sentence = fault
        ttys = remedies() if item == "port" else ()
        yield from _ended(good, path, item, " ".join((sentence, *ttys)))
        return
    look = _look(settings, NeverTyped(pin_refused), clock or SystemClock(), open_port)
    if look.error is not None:
        item, sentence = _item(look.error), _sentence(look.error)
        shared = _SHARED.format(port=visible(path)) if item == "modem" else ""
        yield from _ended(good, path, item, f"{sentence}{shared}")
    else:
        assert look.identity is not None and look.condition is not None
        yield from _until("modem", good, path)
        yield from _of_identity(look.identity, numbers=numbers)
        yield from _of_condition(look.condition, settings, numbers=numbers)
    for pdu in look.direct:
        octets = "".join(character for character in pdu.octets if character.isalnum())
        yield Finding(
            "received",
            None,
            f"While this was checked a message came that is in no slot; keep it: {octets}",
        )


def _item(error: ModemError) -> str:
    """Which item an error speaks of."""
    if isinstance(error, PortError):
        return _ITEM_OF_STATE.get(f"modem_{error.cause}", "modem")
    if isinstance(error, SimRefused):
        return _ITEM_OF_STATE.get(f"sim_{error.state}", "SIM")
    return "modem"


def _until(item: str, good: Mapping[str, str], port: str) -> Iterator[Finding]:
    """What is good when all goes well as far as `item`."""
    for name in _ITEMS[: _ITEMS.index(item)]:
        yield Finding(name, True, good[name].format(port=visible(port)))


def _ended(
    good: Mapping[str, str], port: str, item: str, sentence: str
) -> Iterator[Finding]:
    """Good up to `item`, which is not, so that nothing after it can be checked."""
    yield from _until(item, good, port)
    yield Finding(item, False, sentence)
    for name in _ITEMS[_ITEMS.index(item) + 1 :]:
        yield Finding(name, None, "Not checked, because of what is said above.")


def port_fault(path: str) -> tuple[str, str] | None:
    """The item and the sentence that speak against the port at `path`, found without opening it; None if none do."""
    try:
        found = os.stat(path)
    except PermissionError:
        return (
            "port",
            f"This user may not look at {path}: run the check as the daemon's user, or as root.",
        )
    except OSError:
        return (
            "port",
            f"There is no modem at {path}: plug it in, or set modem.port to another name. {_ports()}",
        )
    if not stat.S_ISCHR(found.st_mode) or not _is_terminal(found.st_rdev):
        return (
            "port",
            f"{path} is not a serial port: set modem.port to the modem's own port. {_ports()}",
        )
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        return "permissions", f"This user may not open {path}: {_way_in(found)}."
    if os.path.realpath(path).startswith("/dev/pts/"):
        return None  # whoever serves a pseudo-terminal has it open too; opening it tells whether it is taken
    others = ", ".join(
        f"{visible(name)} (process {pid})"
        for pid, name in holders(path)[:_MOST_HOLDERS]
    )
    if not others:
        return None
    remedy = (
        "install the udev rule of this project, which keeps it off"
        if "ModemManager" in others
        else "stop it"
    )
    return (
        "holder",
        f"The port {path} is held by {others}: {remedy}, or set another modem.port.",
    )


def _ports() -> str:
    found = [
        str(path) for pattern in _PORTS for path in sorted(Path("/dev").glob(pattern))
    ]
    if not found:
        return "There is no serial port on this machine now."
    more = f" and {len(found) - _MOST_PORTS} more" if len(found) > _MOST_PORTS else ""
    return (
        f"Here are: {', '.join(visible(path) for path in found[:_MOST_PORTS])}{more}."
    )


def _is_terminal(device: int) -> bool:
    """Whether a character device may be a serial port; the kernel does not tell for every one."""
    subsystem = Path(f"/sys/dev/char/{os.major(device)}:{os.minor(device)}/subsystem")
    return not subsystem.exists() or subsystem.resolve().name == "tty"


def _way_in(port: os.stat_result) -> str:
    """How a user gets at a port that is not his."""
    try:
        group = grp.getgrgid(port.st_gid).gr_name
    except KeyError:
        group = ""
    if group in ("", "root") or port.st_mode & 0o060 != 0o060:
        return (
            "let a group of this user read and write it, as udev does with serial ports"
        )
    return f"add it to the group {group}, which owns the port"


def _look(
    settings: ModemSettings,
    pins: NeverTyped,
    clock: Clock,
    open_port: OpenPort | None,
) -> Look:
    """Open, ask, close."""
    look = Look()
    if open_port is None and settings.port == SIMULATED:
        from antirelou.simulator import Simulation

        open_port = Simulation(clock).open_port
    modem = Modem(
        settings, clock, pins=pins, take_direct=look.direct.append, open_port=open_port
    )
    try:
        look.identity = modem.open()
        look.condition = modem.condition()
    except ModemError as error:
        look.error = error
    finally:
        modem.close()
    return look


def _of_identity(identity: Identity, *, numbers: bool) -> Iterator[Finding]:
    model = " ".join(
        visible(word)
        for word in (identity.manufacturer, identity.model, identity.revision)
        if word
    )
    yield Finding(
        "modem", True, f"A modem answers: {model or 'it does not say which'}."
    )
    card = identity.iccid or identity.imsi
    yield Finding(
        "SIM",
        True,
        f"There is a SIM{f' ({masked(card, numbers=numbers)})' if card else ''}.",
    )
    yield Finding("PIN", True, "The SIM asks for none, or has it.")


def _of_condition(
    condition: Condition, settings: ModemSettings, *, numbers: bool
) -> Iterator[Finding]:
    signal = (
        "signal not known (if texts get lost, check the antenna)"
        if condition.signal is None
        else f"{condition.signal} dBm"
    )
    network = visible(condition.network or "network without a name")
    if condition.registration.usable:
        weak = condition.signal is not None and condition.signal < _WEAK
        advice = ", which is weak: move the dongle or its antenna" if weak else ""
        yield Finding(
            "network",
            True,
            f"Registered ({condition.registration}) with {network}, {signal}{advice}.",
        )
    elif condition.registration is Registration.UNKNOWN:
        yield Finding(
            "network",
            None,
            f"The modem does not say whether it is registered ({signal}).",
        )
    else:
        yield Finding("network", False, _NETWORKS[condition.registration])
    centre = condition.service_centre or settings.service_centre
    missing = "The SIM has no service centre, so nothing can be sent: set modem.service_centre to its operator's."
    found = (
        f"Texts leave through {masked(centre, numbers=numbers)}." if centre else missing
    )
    yield Finding("service centre", bool(centre), found)
    for use in condition.storages:
        full = use.total > 0 and use.used >= use.total
        holds = f"{use.storage} holds {use.used} of {plural(use.total, 'message')}"
        waits = " The daemon takes them in when it runs." if use.used else ""
        yield Finding(
            "storages",
            not full,
            f"{visible(holds)}.{' It is full: the network waits.' if full else ''}{waits}",
        )


def _sentence(error: ModemError) -> str:
    text = visible(str(error))
    return text if text.endswith((".", "!", "?")) else f"{text[:1].upper()}{text[1:]}."
