"""Commands about the modem itself: who it is, its settings, power, PIN (3GPP TS 27.007 clauses 5 to 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from antirelou.simulator.parser import Answer, Command, Refused

if TYPE_CHECKING:
    from antirelou.simulator.modem import Modem

_SETTINGS = {  # name -> values allowed
    "+CMEE": (0, 1, 2),
    "+CMGF": (0, 1),
    "+CSDH": (0, 1),
    "+CMMS": (0, 1, 2),
    "+CLIP": (0, 1),
    "+CRC": (0, 1),
    "+CVHU": (0, 1, 2),
}
_TEXTS = {"+CSSN": "(0,1),(0,1)", "+CSMP": "", "+CPBS": '("SM","ME")'}
_CHARACTER_SETS = ("GSM", "IRA", "UCS2")


def _nothing(modem: Modem, command: Command) -> Answer:
    return None


def _echo(modem: Modem, command: Command) -> Answer:
    modem.settings[command.name] = 1 if command.argument == "1" else 0
    return None


def _reset(modem: Modem, command: Command) -> Answer:
    modem.reset_settings()
    return None


def _information(modem: Modem, command: Command) -> Answer:
    return list(modem.voice.information)


def _identity(attribute: str, prefix: str = "") -> Callable[[Modem, Command], Answer]:
    def tell(modem: Modem, command: Command) -> Answer:
        return (
            None if command.op == "=?" else [prefix + getattr(modem.voice, attribute)]
        )

    return tell


def _imsi(modem: Modem, command: Command) -> Answer:
    return None if command.op == "=?" else [modem.simulation.sim.imsi]


def _setting(modem: Modem, command: Command) -> Answer:
    name, allowed = command.name, _SETTINGS[command.name]
    if command.op == "?":
        shown = f"{modem.settings[name]},1" if name == "+CLIP" else modem.settings[name]
        return [f"{name}: {shown}"]
    if command.op == "=?":
        return [f"{name}: ({','.join(map(str, allowed))})"]
    [value] = command.integers(0)
    if value not in allowed:
        raise Refused("CME", 50)
    modem.settings[name] = value
    return None


def _text_setting(modem: Modem, command: Command) -> Answer:
    name = command.name
    if command.op == "?":
        return [f"{name}: {modem.settings[name]}"]
    if command.op == "=?":
        return [f"{name}: {_TEXTS[name]}"] if _TEXTS[name] else None
    wanted = command.argument.replace('"', "")
    if name == "+CPBS" and wanted not in modem.simulation.sim.phone_book:
        raise Refused("CME", 3)
    modem.settings[name] = wanted
    if name == "+CSMP" and modem.simulation.faults.fire("csmp_wipes_csca"):
        modem.simulation.sim.service_centre = ""
    return None


def _character_set(modem: Modem, command: Command) -> Answer:
    if command.op == "?":
        return [f'+CSCS: "{modem.settings["+CSCS"]}"']
    if command.op == "=?":
        return ["+CSCS: (" + ",".join(f'"{name}"' for name in _CHARACTER_SETS) + ")"]
    wanted = (command.values() or [""])[0].upper()
    if wanted not in _CHARACTER_SETS:
        raise Refused("CME", 50)
    modem.settings["+CSCS"] = wanted
    return None


def _functionality(modem: Modem, command: Command) -> Answer:
    if command.op == "?":
        return [f"+CFUN: {modem.functionality}"]
    if command.op == "=?":
        return ["+CFUN: (0,1,4,7),(0,1)"]
    level, reset = command.integers(1, 0)
    if level not in (0, 1, 4, 5, 6, 7):
        raise Refused("CME", 50)
    if reset or level == 6:
        modem.reset_soon()
        return None
    if level != 1:
        modem.radio_off()
    if level == 0:
        modem.card_off()
    modem.functionality = level
    modem.simulation.network.pump()
    return None


def _pin(modem: Modem, command: Command) -> Answer:
    sim = modem.simulation.sim
    if command.op == "=?":
        return None
    if not sim.present:
        raise Refused("CME", 10)
    if sim.failed or sim.state == "BLOCKED":
        raise Refused("CME", 13)
    if modem.simulation.time < sim.busy_until:
        raise Refused("CME", 14)
    if command.op == "?":
        return [f"+CPIN: {sim.state}"]
    values = command.values()
    if sim.state == "SIM PIN" and len(values) == 1:
        if sim.enter_pin(values[0]):
            modem.card_ready()
            return None
        raise Refused("CME", 12 if sim.tries == 0 else 16)
    if sim.state == "SIM PUK":
        if len(values) == 2 and sim.enter_puk(*values):
            modem.card_ready()
            return None
        raise Refused("CME", 16 if len(values) == 2 else 12)
    raise Refused("CME", 3)


def pin_tries(modem: Modem, command: Command) -> Answer:
    """The tries left, in the form of each family."""
    sim, name = modem.simulation.sim, command.name
    if not sim.present:
        raise Refused("CME", 10)
    pins, puks = sim.tries, sim.puk_tries
    if name == "^CPIN":
        asked = sim.state == "SIM PUK"
        return [f"^CPIN: {sim.state},{puks if asked else pins},{puks},{pins},10,3"]
    if name == "+SPIC":
        return [f"+SPIC: {pins},{puks},3,10"]
    if name == "+QPINC":
        return [f'+QPINC: "SC",{pins},{puks}', '+QPINC: "P2",3,10']
    if name == "+ZPINPUK":
        return [f"+ZPINPUK: {pins},{puks}"]
    return [
        f"+CPINR: SIM PIN,{pins},3",
        f"+CPINR: SIM PUK,{puks},10",
        "+CPINR: SIM PIN2,3,3",
    ]


def _lock(modem: Modem, command: Command) -> Answer:
    """`+CLCK="SC",2`: whether the card asks for its PIN."""
    values = command.values()
    if command.op == "=" and values[:1] == ["SC"] and values[1:2] == ["2"]:
        return [f"+CLCK: {0 if modem.simulation.sim.pin is None else 1}"]
    raise Refused("CME", 3)


def _battery(modem: Modem, command: Command) -> Answer:
    return ["+CBC: 0,100"]


def _clock(modem: Modem, command: Command) -> Answer:
    if command.op == "?":
        return [modem.simulation.wall().strftime('+CCLK: "%y/%m/%d,%H:%M:%S+00"')]
    return None


def _phone_book(modem: Modem, command: Command) -> Answer:
    book = modem.simulation.sim.phone_book[modem.settings["+CPBS"]]
    if command.op == "=?":
        return ["+CPBR: (1-250),40,18"]
    first, last = command.integers(1, 0)
    chosen = sorted(index for index in book if first <= index <= (last or first))
    return [
        f'+CPBR: {index},"{book[index][1]}",145,"{book[index][0]}"' for index in chosen
    ]


def _capabilities(modem: Modem, command: Command) -> Answer:
    return ["+GCAP: +CGSM,+DS"]


TABLE: dict[str, Callable[[Modem, Command], Answer]] = {
    "": _nothing,
    "E": _echo,
    "V": _echo,
    "Q": _echo,
    "Z": _reset,
    "&F": _reset,
    "&C": _nothing,
    "&D": _nothing,
    "&W": _nothing,
    "&K": _nothing,
    "X": _nothing,
    "L": _nothing,
    "M": _nothing,
    "S": _nothing,
    "S0": _nothing,
    "S3": _nothing,
    "S4": _nothing,
    "S5": _nothing,
    "S7": _nothing,
    "I": _information,
    "+CGMI": _identity("manufacturer"),
    "+GMI": _identity("manufacturer"),
    "+CGMM": _identity("model"),
    "+GMM": _identity("model"),
    "+CGMR": _identity("revision"),
    "+GMR": _identity("revision"),
    "+CGSN": _identity("imei"),
    "+GSN": _identity("imei"),
    "+GCAP": _capabilities,
    "+CIMI": _imsi,
    **dict.fromkeys(_SETTINGS, _setting),
    **dict.fromkeys(_TEXTS, _text_setting),
    "+CSCS": _character_set,
    "+CFUN": _functionality,
    "+CPIN": _pin,
    "+CLCK": _lock,
    "+CBC": _battery,
    "+CCLK": _clock,
    "+CPBR": _phone_book,
    "+IFC": _nothing,
    "+ICF": _nothing,
    "+IPR": _nothing,
}
