"""Commands about the network and calls: registration, signal, operator, hanging up (3GPP TS 27.007 clauses 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from antirelou.simulator import text_mode
from antirelou.simulator.parser import Answer, Command, Refused

if TYPE_CHECKING:
    from antirelou.simulator.modem import Modem


def _registration(modem: Modem, command: Command) -> Answer:
    name = command.name
    if command.op == "=?":
        return [f"{name}: (0-2)"]
    if command.op == "=":
        [modem.settings[name]] = command.integers(0)
        return None
    registration = (
        modem.registration
        if modem.functionality == 1 and modem.simulation.sim.present
        else 0
    )
    odd = (
        modem.simulation.faults.get("creg_form")
        if modem.simulation.faults.active
        else None
    )
    if odd:
        return _odd_registration(name, modem.settings[name], registration, odd["form"])
    place = (
        ',"5E25","0012C8F1",7'
        if modem.settings[name] == 2 and registration in (1, 5)
        else ""
    )
    return [f"{name}: {modem.settings[name]},{registration}{place}"]


def _odd_registration(name: str, asked: int, registration: int, form: str) -> list[str]:
    """The odd forms of `+CREG` that gammu's and ModemManager's tests keep from real modems."""
    forms = {
        "short": f"{name}: {registration}",
        "spaces": f"{name}: {asked}, {registration}, E006B, ABE0016",
        "mismatched": f'{name}: 2,{registration},"0B,"0100701",7',
        "zeros": f'{name}:002,{registration:03d},"18d8","ffff"',
        "empty": f"{name}: ",
    }
    return [forms[form]]


def _signal(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return ["+CSQ: (0-31,99),(99)"]
    lost = modem.functionality != 1 or (
        modem.simulation.faults.active
        and modem.simulation.faults.fire("no_signal") is not None
    )
    return ["+CSQ: 99,99" if lost else "+CSQ: 18,99"]


def _operator(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return ['+COPS: (2,"F SIMU","SIMU","20801",2),,(0-4),(0-2)']
    if command.op == "=":
        mode, form, *_ = command.integers(0, modem.settings["+COPS"], 0, 0)
        if mode == 3:
            modem.settings["+COPS"] = form
        return None
    if modem.registration not in (1, 5, 6, 7) or modem.functionality != 1:
        return ["+COPS: 0"]
    form = modem.settings["+COPS"]
    shown = _in_set(modem, modem.simulation.network.name) if form < 2 else "20801"
    return [f'+COPS: 0,{form},"{shown}",2']


def _own_number(modem: Modem, command: Command) -> Answer:
    number = modem.simulation.sim.own_number
    return [f'+CNUM: "","{_in_set(modem, number)}",145'] if number else None


def _hang_up(modem: Modem, command: Command) -> Answer:
    modem.calls.refuse(command.name)
    return None


def _hold(modem: Modem, command: Command) -> Answer:
    """0 refuses a call that waits, 11 ends the first call, 1 takes the one that waits (27.007 clause 7.13)."""
    values = command.values() if command.op == "=" else []
    if values in (["0"], ["11"]):
        modem.calls.refuse(command.name)
    elif values == ["1"]:
        return _answer(modem, command)
    return None


def _answer(modem: Modem, command: Command) -> Answer:
    if not modem.calls.answer():
        raise Refused("NO CARRIER")
    return None


def _dial(modem: Modem, command: Command) -> Answer:
    raise Refused("NO CARRIER")


def _calls(modem: Modem, command: Command) -> Answer:
    return modem.calls.listed()


def _ussd(modem: Modem, command: Command) -> Answer:
    if command.op == "?":
        return ["+CUSD: 0"]
    values = command.values() if command.op == "=" else []
    if len(values) > 1 and values[1]:
        modem.indicate(
            f'+CUSD: 0,"{_in_set(modem, "Votre credit est de 1,00 EUR")}",15'
        )
    return None


def _attached(modem: Modem, command: Command) -> Answer:
    return [f"+CGATT: {int(modem.on_air())}"] if command.op == "?" else None


def _in_set(modem: Modem, text: str) -> str:
    """A text in the character set that `+CSCS` chose (27.007 clause 5.5)."""
    return text_mode.as_ucs2(text) if modem.settings["+CSCS"] == "UCS2" else text


TABLE: dict[str, Callable[[Modem, Command], Answer]] = {
    "+CREG": _registration,
    "+CGREG": _registration,
    "+CEREG": _registration,
    "+CSQ": _signal,
    "+COPS": _operator,
    "+CNUM": _own_number,
    "+CHUP": _hang_up,
    "H": _hang_up,
    "+CHLD": _hold,
    "A": _answer,
    "D": _dial,
    "+CLCC": _calls,
    "+CUSD": _ussd,
    "+CGATT": _attached,
}
