"""Text mode (`AT+CMGF=1`), as far as programs that probe for it need it (3GPP TS 27.005 clause 3)."""

from __future__ import annotations

from antirelou.simulator.pdu import DELIVER, STATUS_REPORT, Malformed
from antirelou.simulator.reading import Read, read
from antirelou.simulator.sim import Slot

_STATUS = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")


def as_ucs2(text: str) -> str:
    """Hexadecimal UTF-16, as `+CSCS="UCS2"` writes every text."""
    return text.encode("utf-16-be", "surrogatepass").hex().upper()


def from_ucs2(shown: str) -> str:
    """The text behind hexadecimal UTF-16; what is none stays as it is."""
    try:
        return bytes.fromhex(shown).decode("utf-16-be")
    except ValueError:
        return shown


def _shown(text: str, character_set: str) -> str:
    return (
        as_ucs2(text)
        if character_set == "UCS2"
        else text.encode("latin-1", "replace").decode("latin-1")
    )


def _fields(message: Read, character_set: str) -> str:
    if message.kind == STATUS_REPORT:
        return f'6,{message.message_reference},"{message.address}",145,"{message.timestamp}","{message.timestamp}",0'
    address = _shown(message.address, character_set)
    return (
        f'"{address}",,"{message.timestamp}"'
        if message.kind == DELIVER
        else f'"{address}",'
    )


def _body(message: Read, character_set: str) -> str:
    return (
        message.data.hex().upper()
        if message.data_coding_scheme & 0x0C == 4
        else _shown(message.text, character_set)
    )


def _entry(header: str, status: int, slot: Slot, character_set: str) -> list[str]:
    try:
        message = read(slot.pdu)
    except (Malformed, IndexError):
        return [f'{header}"{_STATUS[status]}","",,""', ""]
    return [
        f'{header}"{_STATUS[status]}",{_fields(message, character_set)}',
        _body(message, character_set),
    ]


def listed(index: int, slot: Slot, character_set: str) -> list[str]:
    """The two lines of `+CMGL`."""
    return _entry(f"+CMGL: {index},", slot.status, slot, character_set)


def read_out(status: int, slot: Slot, character_set: str) -> list[str]:
    """The two lines of `+CMGR`."""
    return _entry("+CMGR: ", status, slot, character_set)


def direct(indication: str, pdu: str, character_set: str) -> str:
    """The lines of `+CMT` or `+CDS`."""
    try:
        message = read(pdu)
    except (Malformed, IndexError):
        return f'{indication}: "",,""\r\n'
    if message.kind == STATUS_REPORT:
        return f"{indication}: {_fields(message, character_set)}"
    return f"{indication}: {_fields(message, character_set)}\r\n{_body(message, character_set)}"
