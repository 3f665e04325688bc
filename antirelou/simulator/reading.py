"""What the simulated modem and network read of a PDU: loosely, for a header, a text-mode line or the record.

`read` takes the AT form and raises `Malformed` where a real network would refuse; it decodes the text with the
simulator's own alphabet. It shares nothing with the decoder under test.
"""

from __future__ import annotations

from dataclasses import dataclass

from antirelou.simulator import alphabet
from antirelou.simulator.pdu import DELIVER, STATUS_REPORT, SUBMIT, Malformed

_SHOWN = "0123456789*#abc"


@dataclass(frozen=True, slots=True)
class Read:
    """One short message, read. `segment` is (reference, count, sequence) or None."""

    kind: int
    smsc: str
    address: str
    text: str
    data: bytes
    data_coding_scheme: int
    protocol_identifier: int
    first_octet: int
    tpdu_length: int
    message_reference: int | None = None
    timestamp: str = ""
    segment: tuple[int, int, int] | None = None
    validity: int | None = None
    user_data: bytes = b""  # its length, its header, its data, as they came

    @property
    def message_class(self) -> int | None:
        """The class of 3GPP TS 23.038 clause 4, or None."""
        dcs = self.data_coding_scheme
        if dcs & 0xF0 == 0xF0 or (dcs & 0x80 == 0 and dcs & 0x10):
            return dcs & 0x03
        return None


class _Cursor:
    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.place = 0

    def take(self, count: int) -> bytes:
        if self.place + count > len(self.octets):
            raise Malformed("the octets end too early")
        piece = self.octets[self.place : self.place + count]
        self.place += count
        return piece

    def octet(self) -> int:
        return self.take(1)[0]


def number(octets: bytes, kind: int, semi_octet_count: int) -> str:
    """The address as a person would write it."""
    if kind & 0x70 == 0x50:
        return alphabet.text_of(alphabet.unpack(octets, semi_octet_count * 4 // 7))
    digits = "".join(
        _SHOWN[nibble]
        for octet in octets
        for nibble in (octet & 0xF, octet >> 4)
        if nibble != 0xF
    )
    return ("+" if kind & 0x70 == 0x10 and digits else "") + digits[:semi_octet_count]


def octets_of(pdu: str) -> bytes:
    """The octets of a hexadecimal PDU."""
    try:
        return bytes.fromhex(pdu)
    except ValueError as error:
        raise Malformed("not hexadecimal") from error


def tpdu_length(pdu: str) -> int:
    """The length that an AT answer names: octets without the service centre's address; a guess for junk."""
    try:
        octets = octets_of(pdu)
    except Malformed:
        return max(0, len(pdu) // 2 - 8)
    return max(0, len(octets) - 1 - octets[0]) if octets else 0


def read(pdu: str) -> Read:
    """Read a PDU in the AT form; `Malformed` if it is none."""
    octets = octets_of(pdu)
    cursor = _Cursor(octets)
    length = cursor.octet()
    centre = cursor.take(length)
    smsc = number(centre[1:], centre[0], 2 * length) if length else ""
    tpdu = len(octets) - 1 - length
    first = cursor.octet()
    kind = first & 0x03
    if kind == SUBMIT:
        return _submit(cursor, first, smsc, tpdu)
    if kind == STATUS_REPORT:
        reference = cursor.octet()
        recipient = _address(cursor)
        stamp = _stamp(cursor.take(7))
        return Read(kind, smsc, recipient, "", b"", 0, 0, first, tpdu, reference, stamp)
    if kind != DELIVER:
        raise Malformed("a reserved message type")
    sender = _address(cursor)
    protocol, dcs = cursor.take(2)
    stamp = _stamp(cursor.take(7))
    begin = cursor.place
    text, data, segment = _user_data(cursor, first, dcs)
    whole = octets[begin : cursor.place]
    return Read(
        kind,
        smsc,
        sender,
        text,
        data,
        dcs,
        protocol,
        first,
        tpdu,
        None,
        stamp,
        segment,
        None,
        whole,
    )


def _submit(cursor: _Cursor, first: int, smsc: str, tpdu: int) -> Read:
    reference = cursor.octet()
    recipient = _address(cursor)
    protocol, dcs = cursor.take(2)
    validity_format = first >> 3 & 3
    validity = cursor.take({0: 0, 1: 7, 2: 1, 3: 7}[validity_format])
    begin = cursor.place
    text, data, segment = _user_data(cursor, first, dcs)
    if cursor.place != len(cursor.octets):
        raise Malformed("octets after the user data")
    relative = validity[0] if validity_format == 2 else None
    return Read(
        SUBMIT,
        smsc,
        recipient,
        text,
        data,
        dcs,
        protocol,
        first,
        tpdu,
        reference,
        segment=segment,
        validity=relative,
        user_data=cursor.octets[begin:],
    )


def _address(cursor: _Cursor) -> str:
    length, kind = cursor.take(2)
    return number(cursor.take((length + 1) // 2), kind, length)


def _stamp(octets: bytes) -> str:
    """As `+CMGR` writes it in text mode: yy/MM/dd,hh:mm:ss±zz."""
    pairs = [f"{octet & 0xF:X}{octet >> 4:X}" for octet in octets[:6]]
    zone = octets[6]
    quarters = f"{(zone & 0x07) * 10 + (zone >> 4):02d}"
    sign = "-" if zone & 0x08 else "+"
    return f"{pairs[0]}/{pairs[1]}/{pairs[2]},{pairs[3]}:{pairs[4]}:{pairs[5]}{sign}{quarters}"


def _alphabet(dcs: int) -> str:
    group = dcs >> 4
    if group == 0xF:
        return "8bit" if dcs & 0x04 else "gsm7"
    if group in (0xC, 0xD):
        return "gsm7"
    if group == 0xE:
        return "ucs2"
    if group < 8:
        return ("gsm7", "8bit", "ucs2", "gsm7")[dcs >> 2 & 3]
    return "gsm7"


def _user_data(
    cursor: _Cursor, first: int, dcs: int
) -> tuple[str, bytes, tuple[int, int, int] | None]:
    count = cursor.octet()
    kind = _alphabet(dcs)
    body = cursor.take((7 * count + 7) // 8 if kind == "gsm7" else count)
    header = b""
    if first & 0x40:
        if not body or body[0] + 1 > len(body):
            raise Malformed("the user data header is longer than the user data")
        header = body[: body[0] + 1]
    segment = _segment(header[1:])
    if kind == "gsm7":
        fill = -8 * len(header) % 7
        septets = (8 * len(header) + fill) // 7
        data = body[len(header) :]
        return (
            alphabet.text_of(alphabet.unpack(data, count - septets, fill)),
            data,
            segment,
        )
    data = body[len(header) :]
    if kind == "ucs2":
        return data.decode("utf-16-be", "replace"), data, segment
    return data.decode("latin-1"), data, segment


def _segment(elements: bytes) -> tuple[int, int, int] | None:
    place = 0
    while place + 2 <= len(elements):
        identifier, length = elements[place], elements[place + 1]
        value = elements[place + 2 : place + 2 + length]
        if identifier == 0x00 and len(value) == 3:
            return value[0], value[1], value[2]
        if identifier == 0x08 and len(value) == 4:
            return value[0] << 8 | value[1], value[2], value[3]
        place += 2 + length
    return None
