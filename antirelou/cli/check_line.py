"""What `antirelou check` says of port, modem, SIM and network.

While a daemon holds the line its row in the log is read and the port is left alone; else the modem is opened here, as
the daemon opens it, but for the PIN, which is never typed. Every sentence about a fault is the modem layer's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from antirelou.cli.check_port import port_fault
from antirelou.cli.check_ttys import remedies
from antirelou.cli.errors import UNAVAILABLE
from antirelou.cli.output import masked, visible
from antirelou.clock import Clock, SystemClock
from antirelou.language import _, marked, plural
from antirelou.modem import Modem
from antirelou.modem.condition import NO_NETWORK
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
from antirelou.modem.port import OpenPort
from antirelou.settings import Modem as ModemSettings

SIMULATED = "simulated"
_WEAK = -105  # dBm; below it texts are lost now and then

_GOOD = {
    "port": _("{port} is there."),
    "permissions": _("This user may open it."),
    "holder": _("Nothing else has it open."),
    "modem": _("A modem answers."),
    "SIM": _("There is a SIM."),
}
_ITEMS = (
    marked("port"),
    marked("permissions"),
    marked("holder"),
    marked("modem"),
    marked("SIM"),
    marked("PIN"),
    marked("network"),
    marked("service centre"),
    marked("storages"),
)
_ITEM_OF_STATE = {  # by the daemon's words for a line's state
    "modem_missing": "port",
    "modem_not_a_modem": "port",
    "modem_not_permitted": "permissions",
    "modem_busy": "holder",
    **dict.fromkeys(("sim_pin", "sim_puk", "sim_wrong_pin"), "PIN"),
    **dict.fromkeys(("sim_absent", "sim_busy", "sim_failure"), "SIM"),
}

_SHARED = _(
    " If that does not help: sudo fuser -v {port} tells whether another program reads along."
)


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
            sentence = _(
                "The SIM asks for its PIN, and one was refused before: put the right one into modem.pin_file."
            )
        else:
            sentence = _(
                "The SIM asks for its PIN; a check types none, the daemon will type the one in modem.pin_file."
            )
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
    who = _("process {pid}", pid=pid) if pid else _("a running daemon")
    good = _GOOD | {
        "holder": _(
            "The daemon ({who}) has it open; its own last look at the modem is told here.",
            who=who,
        )
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
    named = ("manufacturer", "model", "revision", "imsi", "iccid")
    identity = Identity(**{name: row[name] for name in named})
    yield from _of_identity(identity, numbers=numbers)
    if row["new_sim"]:
        sentence = _(
            "It is another SIM than before, so replies are held: antirelou line accept."
        )
        yield Finding("SIM", False, sentence)
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
            "port": _(
                "The built-in dongle is simulated: no text comes or goes through it."
            )
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
            _(
                "While this was checked a message came that is in no slot; keep it: {octets}",
                octets=octets,
            ),
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
        yield Finding(name, None, _("Not checked, because of what is said above."))


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
        "modem",
        True,
        _("A modem answers: {model}.", model=model or _("it does not say which")),
    )
    card = identity.iccid or identity.imsi
    yield Finding(
        "SIM",
        True,
        _(
            "There is a SIM{card}.",
            card=f" ({masked(card, numbers=numbers)})" if card else "",
        ),
    )
    yield Finding("PIN", True, _("The SIM asks for none, or has it."))


def _of_condition(
    condition: Condition, settings: ModemSettings, *, numbers: bool
) -> Iterator[Finding]:
    yield _of_network(condition)
    centre = condition.service_centre or settings.service_centre
    missing = _(
        "The SIM has no service centre, so nothing can be sent: set modem.service_centre to its operator's."
    )
    found = (
        _("Texts leave through {centre}.", centre=masked(centre, numbers=numbers))
        if centre
        else missing
    )
    yield Finding("service centre", bool(centre), found)
    for use in condition.storages:
        yield _of_storage(use)


def _of_network(condition: Condition) -> Finding:
    signal = (
        _("signal not known (if texts get lost, check the antenna)")
        if condition.signal is None
        else _("{signal} dBm", signal=condition.signal)
    )
    network = visible(condition.network or _("network without a name"))
    if condition.registration.usable:
        weak = condition.signal is not None and condition.signal < _WEAK
        advice = _(", which is weak: move the dongle or its antenna") if weak else ""
        sentence = _(
            "Registered ({registration}) with {network}, {signal}{advice}.",
            registration=condition.registration,
            network=network,
            signal=signal,
            advice=advice,
        )
        return Finding("network", True, sentence)
    if condition.registration is Registration.UNKNOWN:
        sentence = _(
            "The modem does not say whether it is registered ({signal}).", signal=signal
        )
        return Finding("network", None, sentence)
    return Finding("network", False, NO_NETWORK[condition.registration])


def _of_storage(use: StorageUse) -> Finding:
    full = use.total > 0 and use.used >= use.total
    holds = _(
        "{storage} holds {used} of {total}",
        storage=use.storage,
        used=use.used,
        total=plural(use.total, "message"),
    )
    stuck = _(" It is full: the network waits.") if full else ""
    waits = _(" The daemon takes them in when it runs.") if use.used else ""
    return Finding(
        "storages",
        not full,
        f"{visible(holds)}.{stuck}{waits}",
    )


def _sentence(error: ModemError) -> str:
    text = visible(str(error))
    return text if text.endswith((".", "!", "?")) else f"{text[:1].upper()}{text[1:]}."
