"""Commands that give a message to the modem: `+CMGS`, `+CMSS`, `+CMGW` (3GPP TS 27.005 clauses 3.5 and 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from antirelou.simulator import pdu as writing
from antirelou.simulator import text_mode
from antirelou.simulator.parser import (
    Answer,
    Command,
    Later,
    Odd,
    Prompt,
    Refused,
    Silence,
)
from antirelou.simulator.pdu import SUBMIT, Malformed
from antirelou.simulator.reading import Read, read
from antirelou.simulator.sim import SENT, UNSENT, Slot

if TYPE_CHECKING:
    from antirelou.simulator.modem import Modem

_SHORTEST, _LONGEST = 7, 164  # octets of a TPDU
_GIVE_UP_SECONDS = 30.0  # until a modem that reaches no network says so


def _submit(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return None
    if command.op != "=":
        raise Refused("CMS", 302)
    faults = modem.simulation.faults
    if faults.active:
        if error := faults.occasion("cms_error", {"at": "prompt"}):
            raise Refused("CMS", int(error["code"]))
        if faults.fire("chatter_during_submit"):
            modem.dialogue.interject(list(modem.voice.submit_chatter))
        if call := faults.fire("call_during_submit"):
            modem.simulation.network.call(call["number"])
            modem.interject_held()
    if modem.settings["+CMGF"]:
        return Prompt(lambda text: _send(modem, _text_pdu(modem, command, text)))
    length = _length(command.values()[:1])
    return Prompt(lambda text: _send(modem, _octets(text, length)))


def _length(values: list[str]) -> int:
    if (
        not values
        or not values[0].isdecimal()
        or not _SHORTEST <= int(values[0]) <= _LONGEST
    ):
        raise Refused("CMS", 304)
    return int(values[0])


def _octets(text: str, length: int) -> str:
    """The PDU as typed, if it has the length that was named."""
    octets = "".join(text.split()).upper()
    try:
        raw = bytes.fromhex(octets)
    except ValueError as error:
        raise Refused("CMS", 304) from error
    if not raw or len(raw) - 1 - raw[0] != length:
        raise Refused("CMS", 304)
    return octets


def _text_pdu(modem: Modem, command: Command, text: str) -> str:
    """What text mode makes of a number and a text."""
    number = (command.values() or [""])[0]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if modem.settings["+CSCS"] == "UCS2":
        number, text = text_mode.from_ucs2(number), text_mode.from_ucs2(text)
    if not number.lstrip("+").isdecimal():
        raise Refused("CMS", 305)
    kind = writing.kind_of(text, writing.Content())
    [data, *more] = writing.split(text, kind, 0, 1)
    if more:
        raise Refused("CMS", 305)
    scheme = {"gsm7": 0, "ucs2": 8}[kind]
    return f"001100{writing.address(number)}00{scheme:02X}A7{writing.user_data(data, kind, b'')}"


def _read(octets: str) -> Read:
    try:
        message = read(octets)
    except (Malformed, IndexError) as error:
        raise Refused("CMS", 304) from error
    if message.kind != SUBMIT:
        raise Refused("CMS", 304)
    return message


def _send(modem: Modem, octets: str, said: str = "+CMGS") -> Answer:
    """A PDU is complete: on the way to the network, and what becomes of it."""
    simulation = modem.simulation
    faults = simulation.faults
    if faults.active and (error := faults.occasion("cms_error", {"at": "ctrl_z"})):
        raise Refused("CMS", int(error["code"]))
    message = _read(octets)
    if faults.active and (trouble := _trouble(modem, octets, message, said)):
        return trouble
    seconds = simulation.radio.submit
    if seconds:
        return Later(seconds, lambda: _accepted(modem, octets, message, said))
    return _accepted(modem, octets, message, said)


def _trouble(modem: Modem, octets: str, message: Read, said: str) -> Answer:
    """The faults between Ctrl-Z and the answer."""
    simulation, faults = modem.simulation, modem.simulation.faults
    if gone := faults.fire("unplug_mid_submit"):
        if gone["accepted"]:
            simulation.network.submit(octets, message)
        simulation.unplug(gone["seconds"])
        return Silence()
    if hang := faults.fire("hang_after_ctrl_z"):
        if hang["accepted"]:
            simulation.network.submit(octets, message)
        return Silence()
    if late := faults.fire("late_cmgs"):
        answer = _accepted(modem, octets, message, said)
        return Later(float(late["seconds"]), lambda: answer)
    if faults.fire("deaf_radio"):
        return Later(_GIVE_UP_SECONDS, lambda: _refuse(332))
    if faults.get("chatter_during_submit") is not None:
        modem.dialogue.interject(list(modem.voice.submit_chatter))
    return None


def _refuse(code: int) -> Answer:
    raise Refused("CMS", code)


def _accepted(modem: Modem, octets: str, message: Read, said: str) -> Answer:
    simulation = modem.simulation
    if not modem.on_air():
        raise Refused("CMS", 331)
    if not message.smsc and not simulation.sim.service_centre:
        raise Refused("CMS", 330)
    reference = simulation.network.submit(octets, message)
    odd = simulation.faults.fire("cmgs_form") if simulation.faults.active else None
    if odd is None:
        return [f"{said}: {reference}"]
    return {
        "no_reference": Odd([], "OK"),
        "no_ok": Odd([f"{said}: {reference}"], ""),
        "timestamp": Odd([f'{said}: {reference},"24/01/03,12:00:00+04"'], "OK"),
        "no_space": Odd([f"{said}:{reference}"], "OK"),
        "error": Odd([], "ERROR"),
        "text": Odd([], "+CMS ERROR: network timeout"),
        "empty_error": Odd([], "+CMS ERROR:"),
    }[odd["form"]]


def _write(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return None
    values = command.values()
    if modem.settings["+CMGF"]:
        return Prompt(
            lambda text: _keep(modem, _text_pdu(modem, command, text), UNSENT)
        )
    length = _length(values[:1])
    status = (
        int(values[1]) if values[1:2] and values[1] in ("0", "1", "2", "3") else UNSENT
    )
    return Prompt(lambda text: _keep(modem, _octets(text, length), status))


def _keep(modem: Modem, octets: str, status: int) -> Answer:
    index = modem.storage(modem.memories[1]).put(Slot(status, octets))
    if index is None:
        raise Refused("CMS", 322)
    return [f"+CMGW: {index}"]


def _send_stored(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return None
    values = command.values()
    slot = (
        modem.storage(modem.memories[1]).slots.get(int(values[0]))
        if values and values[0].isdecimal()
        else None
    )
    if slot is None:
        raise Refused("CMS", 321)
    slot.status = SENT
    return _send(modem, slot.pdu, "+CMSS")


TABLE: dict[str, Callable[[Modem, Command], Answer]] = {
    "+CMGS": _submit,
    "+CMSS": _send_stored,
    "+CMGW": _write,
}
