"""Commands about stored messages and their routing (3GPP TS 27.005 clauses 3.1 to 3.4)."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from antirelou.simulator import text_mode
from antirelou.simulator.parser import Answer, Command, Later, Refused
from antirelou.simulator.sim import READ, SENT, UNREAD, UNSENT, Slot, Storage

if TYPE_CHECKING:
    from antirelou.simulator.modem import Modem

_ALL = 4
_CPMS_FORMS = {
    "bare": '"SM","SM","SM"',
    "nested": '(("SM","BM","SR"),("SM"))',
    "empty": "",
    "spaced": '("SM", "ME"), ("SM", "ME"), ("SM", "ME")',
    "mixed": '("ME","MT"),"ME",("SM")',
    "only_sm": '("SM"),("SM"),("SM")',
    "only_mt": '("MT"),("MT"),("MT")',
}


# which storage


def _memories(modem: Modem, command: Command) -> Answer:
    form = _form(modem, "cpms_form")
    if form == "refused":
        raise Refused("CMS", 302)
    offered = _CPMS_FORMS.get(form, modem.voice.cpms_test)
    if command.op == "=?":
        return [f"+CPMS: {offered}"]
    if command.op == "?":
        return [
            "+CPMS: "
            + ",".join(f'"{name}",{_usage(modem, name)}' for name in modem.memories)
        ]
    values = command.values()
    if command.op != "=" or not 1 <= len(values) <= 3:
        raise Refused("CMS", 302)
    known = re.findall(r"[A-Z]{2}", offered) or ["SM", "ME"]
    chosen = [
        value.upper() or present
        for value, present in zip(values, modem.memories, strict=False)
    ]
    if any(name not in known for name in chosen):
        raise Refused("CMS", 302)
    modem.memories[: len(chosen)] = chosen
    return ["+CPMS: " + ",".join(_usage(modem, name) for name in modem.memories)]


def _usage(modem: Modem, name: str) -> str:
    storages = _storages(modem, name)
    return f"{sum(len(storage.slots) for storage in storages)},{sum(storage.total for storage in storages)}"


def _storages(modem: Modem, name: str) -> list[Storage]:
    """MT is the modem's own storage and the card's behind it."""
    storages = modem.simulation.sim.storages
    return [storages["ME"], storages["SM"]] if name == "MT" else [storages[name]]


def _entries(modem: Modem, name: str) -> list[tuple[int, Storage, int]]:
    """(index as told, storage, index there) of every filled slot."""
    out, offset = [], 0
    for storage in _storages(modem, name):
        out += [(index + offset, storage, index) for index in sorted(storage.slots)]
        offset += storage.total
    return out


def _locate(modem: Modem, name: str, told: int) -> tuple[Storage, int]:
    offset = 0
    for storage in _storages(modem, name):
        if told - offset in storage.indices():
            return storage, told - offset
        offset += storage.total
    raise Refused("CMS", 321)


def _form(modem: Modem, name: str) -> str:
    odd = modem.simulation.faults.get(name) if modem.simulation.faults.active else None
    return odd["form"] if odd else ""


# listing and reading


def _list(modem: Modem, command: Command) -> Answer:
    text = modem.settings["+CMGF"]
    if command.op == "=?":
        return [
            '+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")'
            if text
            else "+CMGL: (0-4)"
        ]
    status = _wanted(command, bool(text))
    entries = [
        (told, storage.slots[index])
        for told, storage, index in _entries(modem, modem.memories[0])
        if status in (_ALL, storage.slots[index].status)
    ]
    if (
        not entries
        and modem.simulation.faults.active
        and modem.simulation.faults.fire("empty_is_321")
    ):
        raise Refused("CMS", 321)
    form = _form(modem, "cmgl_form")
    lines: list[str] = []
    for told, slot in reversed(entries) if form == "descending" else entries:
        if lines and modem.voice.spaced_listing:
            lines.append("")
        if text:
            lines += text_mode.listed(told, slot, modem.settings["+CSCS"])
        elif form:
            lines += _odd_entry(told, slot, form, bool(lines))
        else:
            lines += [
                f"+CMGL: {told},{slot.status},{modem.voice.alpha},{slot.length}",
                slot.pdu,
            ]
        if slot.status == UNREAD:
            slot.status = READ
    if form == "cut" and lines:
        lines[-1] = lines[-1][:-9]
    return lines


def _wanted(command: Command, text: bool) -> int:
    value = (command.values() or [""])[0]
    names = {
        "REC UNREAD": UNREAD,
        "REC READ": READ,
        "STO UNSENT": UNSENT,
        "STO SENT": SENT,
        "ALL": _ALL,
        "": UNREAD,
    }
    if text:
        if value.upper() not in names:
            raise Refused("CMS", 302)
        return names[value.upper()]
    if value not in ("", "0", "1", "2", "3", "4"):
        raise Refused("CMS", 302)
    return int(value or 0)


def _odd_entry(told: int, slot: Slot, form: str, later: bool) -> list[str]:
    """The forms of real modems: Pantech's and one line (ModemManager's tests), no space (gammu's), junk (gsmmodem's)."""
    header = f"+CMGL: {told},{slot.status},,{slot.length}"
    bare = f"+CMGL: {told},{slot.status},{slot.length}"
    if form == "one_line":
        return [f"{header} {slot.pdu}"]
    if form == "junk_line":
        return [header, slot.pdu, "AbrACaDabra"] if not later else [header, slot.pdu]
    forms = {
        "no_alpha": bare,
        "descending": bare,
        "no_space": f"+CMGL:{told},{slot.status},,{slot.length}",
    }
    return [
        forms.get(form, header),
        slot.pdu.lower() if form == "lower_case" else slot.pdu,
    ]


def _read(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return None
    storage, index = _locate(modem, modem.memories[0], command.integers(-1)[0])
    slot = storage.slots.get(index)
    if slot is None:
        if modem.voice.empty_slot_refused:
            raise Refused("CMS", 321)
        return None
    status = slot.status
    if status == UNREAD:
        slot.status = READ
    if modem.settings["+CMGF"]:
        return text_mode.read_out(status, slot, modem.settings["+CSCS"])
    return [f"+CMGR: {status},{modem.voice.alpha},{slot.length}", slot.pdu]


# deleting


def _delete(modem: Modem, command: Command) -> Answer:
    name = modem.memories[0]
    if command.op == "=?":
        told = ",".join(str(told) for told, _, _ in _entries(modem, name))
        return [f"+CMGD: ({told}),(0-4)"]
    index, flag = command.integers(-1, 0)
    if flag not in range(5):
        raise Refused("CMS", 305)
    if flag == 0:
        doomed = [_locate(modem, name, index)]
    else:
        kinds = {
            1: (READ,),
            2: (READ, SENT),
            3: (READ, SENT, UNSENT),
            4: (UNREAD, READ, SENT, UNSENT),
        }[flag]
        doomed = [
            (storage, there)
            for _, storage, there in _entries(modem, name)
            if storage.slots[there].status in kinds
        ]
    seconds = modem.simulation.radio.deletion * len(doomed)
    if seconds:
        return Later(seconds, lambda: _remove(modem, doomed))
    return _remove(modem, doomed)


def _remove(modem: Modem, doomed: list[tuple[Storage, int]]) -> Answer:
    faults = modem.simulation.faults
    for storage, index in doomed:
        if faults.active and index in storage.slots:
            facts: dict[str, str | int | float | bool | None] = {
                "storage": storage.name,
                "index": index,
            }
            if refused := faults.occasion("undeletable_slot", facts):
                raise Refused("CMS", int(refused["code"]))
            if faults.occasion("deletion_lies", facts):
                continue
        if storage.slots.pop(index, None):
            modem.simulation.tell("deleted", storage=storage.name, index=index)
    modem.simulation.network.memory_available()
    return None


# routing and the service centre


@functools.cache
def _allowed(test_form: str) -> list[set[int]]:
    """The values of each field of a `+CNMI=?` answer."""
    fields = []
    for inside in re.findall(r"\(([^)]*)\)", test_form):
        values: set[int] = set()
        for item in inside.split(","):
            low, _, high = item.partition("-")
            values |= set(range(int(low), int(high or low) + 1))
        fields.append(values)
    return fields


def _indications(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return [f"+CNMI: {modem.voice.cnmi_test}"]
    if command.op == "?":
        return ["+CNMI: " + ",".join(map(str, modem.cnmi))]
    wanted = command.integers(*modem.cnmi)
    if any(
        value not in allowed
        for value, allowed in zip(wanted, _allowed(modem.voice.cnmi_test), strict=True)
    ):
        raise Refused("CMS", 303)
    modem.cnmi = wanted
    modem.route(wanted[0], bool(wanted[4]))
    return None


def _service(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return ["+CSMS: (0,1)"]
    if command.op == "?":
        return [f"+CSMS: {modem.settings['+CSMS']},1,1,1"]
    [service] = command.integers(0)
    if service not in (0, 1):
        raise Refused("CMS", 303)
    modem.settings["+CSMS"] = service
    return ["+CSMS: 1,1,1"]


def _acknowledge(modem: Modem, command: Command) -> Answer:
    if command.op == "=?":
        return ["+CNMA: (0-2)"]
    if not modem.awaits_acknowledgement:
        raise Refused("CMS", 340)
    well = command.op == "" or command.integers(0, 0)[0] != 2
    modem.awaits_acknowledgement = False
    modem.simulation.network.acknowledged(well)
    return None


def _service_centre(modem: Modem, command: Command) -> Answer:
    sim = modem.simulation.sim
    if command.op == "=?":
        return None
    if command.op == "=":
        values = command.values()
        if not values or not re.fullmatch(r"\+?\d{0,20}", values[0]):
            raise Refused("CMS", 305)
        plus = "+" if values[1:2] == ["145"] and not values[0].startswith("+") else ""
        sim.service_centre = plus + values[0]
        return None
    form = _form(modem, "csca_form")
    if form == "refused":
        raise Refused("CMS", 330)
    shown = sim.service_centre if form != "empty" else ""
    kind = 145 if shown.startswith("+") else 129
    if form == "unquoted":
        return [f"+CSCA: {text_mode.as_ucs2(shown)},{kind}"]
    if form == "ucs2" or modem.settings["+CSCS"] == "UCS2":
        shown = text_mode.as_ucs2(shown)
    return [f'+CSCA: "{shown}",{kind}']


TABLE: dict[str, Callable[[Modem, Command], Answer]] = {
    "+CPMS": _memories,
    "+CMGL": _list,
    "+CMGR": _read,
    "+CMGD": _delete,
    "+CNMI": _indications,
    "+CSMS": _service,
    "+CNMA": _acknowledge,
    "+CSCA": _service_centre,
}
