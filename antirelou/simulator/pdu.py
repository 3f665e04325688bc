"""Short messages as octets (3GPP TS 23.040), written by the simulated network and read back from what it was given.

Shares no code with the decoder under test. `deliver` and `status_report` write what a service centre sends,
`read` understands what a modem must understand of any of the three, loosely: it is no validator.
All PDUs are upper case hexadecimal in the AT form, the service centre's address first (3GPP TS 27.005 clause 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from antirelou.simulator import alphabet

DELIVER, SUBMIT, STATUS_REPORT = 0, 1, 2
_DIGITS = "0123456789*#abc"


class Malformed(ValueError):
    """The octets are no short message."""


@dataclass(frozen=True, slots=True)
class Content:
    """How one short message looks inside, for those who order an unusual one."""

    data_coding_scheme: int | None = None
    protocol_identifier: int = 0
    message_class: int | None = None
    alphabet: str | None = (
        None  # "gsm7", "ucs2", "8bit"; None: the smallest that holds the text
    )
    header: bytes = b""  # further information elements of the user data header
    zone_quarters: int = (
        4  # quarter hours east of Greenwich that the service centre writes
    )
    type_of_address: int | None = None
    more_to_come: bool = False


def semi_octets(digits: str) -> str:
    """Digits, nibbles swapped, an odd count filled with F (clause 9.1.2.3)."""
    nibbles = "".join(f"{_DIGITS.index(digit):X}" for digit in digits) + "F" * (
        len(digits) % 2
    )
    return "".join(
        nibbles[place + 1] + nibbles[place] for place in range(0, len(nibbles), 2)
    )


def address(number: str, type_of_address: int | None = None) -> str:
    """TP-OA or TP-DA: length in semi-octets, type, value (clause 9.1.2.5); what is no number is alphanumeric."""
    digits = number.removeprefix("+")
    if all(digit in _DIGITS for digit in digits):
        kind = (
            type_of_address
            if type_of_address is not None
            else (0x91 if number.startswith("+") else 0x81)
        )
        return f"{len(digits):02X}{kind:02X}{semi_octets(digits)}"
    packed = alphabet.pack(b"".join(alphabet.septets_of(number)))
    length = (7 * len(b"".join(alphabet.septets_of(number))) + 3) // 4
    return f"{length:02X}{0xD0 if type_of_address is None else type_of_address:02X}{packed.hex().upper()}"


def service_centre(number: str) -> str:
    """The service centre's address in front of a TPDU: length in octets, type, value; "00" for none."""
    digits = number.lstrip("+")
    if not digits:
        return "00"
    value = ("91" if number.startswith("+") else "81") + semi_octets(digits)
    return f"{len(value) // 2:02X}{value}"


def timestamp(local: datetime, zone_quarters: int) -> str:
    """Seven semi-octet pairs (clause 9.2.3.11); `local` is the time in that zone."""
    zone = abs(zone_quarters)
    tens, ones = divmod(zone, 10)
    sign = 0x8 if zone_quarters < 0 else 0
    return semi_octets(local.strftime("%y%m%d%H%M%S")) + f"{ones:X}{tens | sign:X}"


def split(
    text: str, kind: str, header_length: int, reference_octets: int
) -> list[bytes]:
    """The user data of each segment, as septets or octets, never breaking an escape or a surrogate pair."""
    if kind == "gsm7":
        units = alphabet.septets_of(text)
        whole, room = 160, lambda header: 160 - (8 * header + 6) // 7
    else:
        encoding = "utf-16-be" if kind == "ucs2" else "latin-1"
        units = [
            character.encode(encoding, "surrogatepass" if kind == "ucs2" else "replace")
            for character in text
        ]
        whole, room = 140, lambda header: 140 - header
    if header_length:
        whole = room(header_length + 1)
    if sum(map(len, units)) <= whole:
        return [b"".join(units)]
    limit = room(header_length + 1 + 4 + reference_octets)
    segments, current = [], b""
    for unit in units:
        if len(current) + len(unit) > limit:
            segments.append(current)
            current = b""
        current += unit
    return [*segments, current]


def coding(content: Content, kind: str) -> int:
    """The data coding scheme for an alphabet and a class (3GPP TS 23.038 clause 4)."""
    if content.data_coding_scheme is not None:
        return content.data_coding_scheme
    group = {"gsm7": 0x00, "8bit": 0x04, "ucs2": 0x08}[kind]
    return (
        group if content.message_class is None else group | 0x10 | content.message_class
    )


def kind_of(text: str, content: Content) -> str:
    """The alphabet that `text` is written in."""
    return content.alphabet or ("gsm7" if alphabet.representable(text) else "ucs2")


def user_data(data: bytes, kind: str, header: bytes) -> str:
    """TP-UDL and TP-UD, with the header's length and fill bits in front where there is a header (clause 9.2.3.24)."""
    whole = bytes([len(header)]) + header if header else b""
    if kind != "gsm7":
        return f"{len(whole) + len(data):02X}{(whole + data).hex().upper()}"
    fill = -8 * len(whole) % 7
    septets = (8 * len(whole) + fill) // 7 + len(data)
    return f"{septets:02X}{(whole + alphabet.pack(data, fill)).hex().upper()}"


def delivers(
    sender: str,
    text: str,
    local: datetime,
    *,
    smsc: str,
    content: Content,
    reference: int,
    reference_bits: int = 8,
) -> list[str]:
    """One SMS-DELIVER a segment, in order (clause 9.2.2.1); `local` is the service centre's time in its zone."""
    kind = kind_of(text, content)
    parts = split(text, kind, len(content.header), reference_bits // 8)
    out = []
    for sequence, data in enumerate(parts, 1):
        header = content.header
        if len(parts) > 1:
            mark = (
                bytes([0x08, 4, reference >> 8 & 0xFF])
                if reference_bits == 16
                else bytes([0x00, 3])
            )
            header = (
                mark
                + bytes([reference & 0xFF, len(parts) % 256, sequence % 256])
                + header
            )
        first = (
            DELIVER | (0 if content.more_to_come else 0x04) | (0x40 if header else 0)
        )
        out.append(
            f"{service_centre(smsc)}{first:02X}{address(sender, content.type_of_address)}"
            f"{content.protocol_identifier:02X}{coding(content, kind):02X}"
            f"{timestamp(local, content.zone_quarters)}{user_data(data, kind, header)}"
        )
    return out


def status_report(
    recipient: str,
    message_reference: int,
    local: datetime,
    *,
    smsc: str,
    status: int = 0,
    zone_quarters: int = 4,
) -> str:
    """One SMS-STATUS-REPORT (clause 9.2.2.3)."""
    moment = timestamp(local, zone_quarters)
    return f"{service_centre(smsc)}06{message_reference:02X}{address(recipient)}{moment}{moment}{status:02X}"
