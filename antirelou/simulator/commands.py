"""Which command is done by whom, and which need the card."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from antirelou.simulator import (
    commands_general,
    commands_network,
    commands_storage,
    commands_submit,
)
from antirelou.simulator.parser import Answer, Command, Refused

if TYPE_CHECKING:
    from antirelou.simulator.modem import Modem

TABLE: dict[str, Callable[[Modem, Command], Answer]] = {
    **commands_general.TABLE,
    **commands_network.TABLE,
    **commands_storage.TABLE,
    **commands_submit.TABLE,
}
_MESSAGES = {
    "+CMGL",
    "+CMGR",
    "+CMGD",
    "+CMGS",
    "+CMGW",
    "+CMSS",
    "+CPMS",
    "+CSCA",
    "+CNMI",
    "+CSMP",
    "+CMMS",
}
_CARD = {
    "+CIMI",
    "+CNUM",
    "+CPBR",
    "+CPBS",
    "+CUSD",
    "^ICCID",
    "+CCID",
    "+CICCID",
    "+QCCID",
    "+ZGETICCID",
}


def execute(modem: Modem, command: Command) -> Answer:
    """Do one command; `Refused` is its error."""
    name = command.name
    if name in _MESSAGES:
        _check_card(modem, "CMS")
    elif name in _CARD:
        _check_card(modem, "CME")
    known = TABLE.get(name)
    if known is None:
        return _unknown(modem, command)
    return known(modem, command)


def card_trouble(modem: Modem) -> tuple[int, int] | None:
    """What is wrong with the card, as (CME, CMS) causes, or None."""
    sim = modem.simulation.sim
    if not sim.present:
        return 10, 310
    if sim.failed:
        return 13, 313
    if modem.simulation.time < sim.busy_until:
        return 14, 314
    state = sim.state
    if state == "READY":
        return None
    return {"SIM PIN": (11, 311), "SIM PUK": (12, 316)}.get(state, (13, 313))


def _check_card(modem: Modem, family: str) -> None:
    trouble = card_trouble(modem)
    if trouble:
        raise Refused(family, trouble[0] if family == "CME" else trouble[1])


def _unknown(modem: Modem, command: Command) -> Answer:
    voice = modem.voice
    if command.name == voice.pin_tries:
        return commands_general.pin_tries(modem, command)
    if command.name == voice.iccid:
        _check_card(modem, "CME")
        return [voice.iccid_form.format(modem.simulation.sim.iccid)]
    if command.name == voice.hush:
        if command.op == "=":
            modem.hush(command.argument.startswith("0"))
        return None
    if command.name in voice.vendor:
        return None
    if command.name == "+CLAC":
        return _list_all(modem)
    raise Refused(voice.unknown)


def _list_all(modem: Modem) -> Answer:
    """`+CLAC`: every command that is known, in the family's form."""
    voice = modem.voice
    names = sorted({*TABLE, *voice.vendor, voice.pin_tries, voice.iccid} - {"D", ""})
    if voice.clac == "refused":
        raise Refused("CME", 4)
    if voice.clac == "one line":
        return ["+CLAC: " + ",".join(names)]
    return names
