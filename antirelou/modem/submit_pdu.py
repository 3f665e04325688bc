"""SMS-SUBMIT for the modem: `encodeSmsSubmitPdu` of python-gsmmodem behind guards.

Owns everything that keeps the library's encoder from writing something else than was asked (its faults are named
where they are gone round), and the last guard: each PDU is read back with our own decoder and must say what was
asked, to whom, and nothing more. Refuses to know what may be sent to whom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gsmmodem.pdu import encodeSmsSubmitPdu

from antirelou import sms
from antirelou.language import _

_DESTINATION = re.compile(r"\+[1-9][0-9]{3,14}|[0-9]{3,15}")
_MOST_SEGMENTS = 255
_CACHED = 64  # segments; there are few texts to reply with, and in a raid each leaves again and again

_SUBMIT, _STATUS_REPORT, _USER_DATA_HEADER_INDICATOR = 0x01, 0x20, 0x40
_GSM7_CODING, _UCS2_CODING = 0x00, 0x08
_FIRST_OCTET_AT, _ADDRESS_AT = 1, 3
_ANYBODY = "+999"  # whom the library encodes for
_BEHIND_ANYBODY = _ADDRESS_AT + 4
_USER_DATA_AT = _BEHIND_ANYBODY + 3  # behind TP-PID, TP-DCS and TP-UDL

# Septet 0x5F is a backtick in the library's table; a form feed is an escape pair that its table lacks.
_LIBRARY_GSM7 = str.maketrans({"§": "`", "\f": "\x1b\n"})
# Both as long as the header of six octets that is written over them: a septet 0 each, the last with one bit to spare,
# which is the fill bit; and a code unit each.
_ROOM_IN_SEPTETS = "@" * 7
_ROOM_IN_UNITS = "\0" * 3


@dataclass(frozen=True, slots=True)
class SubmitPdu:
    """One segment: `octets` in hexadecimal, service centre's length first, and `length`, the TPDU's, for `+CMGS`."""

    octets: str
    length: int


def _type_of_address(destination: str) -> int:
    """International, or unknown as networks want it of national and short numbers; both in the plan of E.164."""
    return 0x91 if destination.startswith("+") else 0x81


def _address(destination: str) -> bytes:
    """Its address field (TS 23.040 clause 9.1.2.5); the library says "national" of short numbers too."""
    digits = destination.removeprefix("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(
        second + first for first, second in zip(padded[::2], padded[1::2], strict=True)
    )
    return bytes([len(digits), _type_of_address(destination)]) + bytes.fromhex(swapped)


def _library_text(
    alphabet: sms.Alphabet, segment: str, header: bytes
) -> tuple[str, bytes]:
    """What to have the library encode, and what then to write over the beginning of its user data."""
    if alphabet is sms.Alphabet.GSM7:
        return (_ROOM_IN_SEPTETS if header else "") + segment.translate(
            _LIBRARY_GSM7
        ), header
    octets = segment.encode("utf-16-be", "surrogatepass")
    # The library has no surrogates, dies of a ÿ and takes backtick and escape for GSM 7 bit. It is given code units,
    # and first a NUL, which it can only encode as UCS2.
    units = "".join(
        chr(high << 8 | low)
        for high, low in zip(octets[::2], octets[1::2], strict=True)
    )
    return (
        (_ROOM_IN_UNITS + units, header) if header else ("\0" + units[1:], octets[:2])
    )


@lru_cache(maxsize=_CACHED)
def _for_anybody(library_text: str, status_report: bool) -> bytes:
    pdus = encodeSmsSubmitPdu(
        _ANYBODY, library_text, reference=0, requestStatusReport=status_report
    )
    if len(pdus) != 1:
        raise ValueError(
            f"the encoder made {len(pdus)} PDUs of one segment; the text was not sent"
        )
    return bytes(pdus[0].data)


def _encode(
    destination: str,
    library_text: str,
    start: bytes,
    *,
    segmented: bool,
    status_report: bool,
) -> SubmitPdu:
    octets = bytearray(_for_anybody(library_text, status_report))
    if segmented:
        octets[_FIRST_OCTET_AT] |= _USER_DATA_HEADER_INDICATOR
    octets[_USER_DATA_AT : _USER_DATA_AT + len(start)] = start
    octets[_ADDRESS_AT:_BEHIND_ANYBODY] = _address(destination)
    return SubmitPdu(octets.hex().upper(), len(octets) - 1)


def _check(
    pdu: SubmitPdu,
    destination: str,
    segment: str,
    expected: sms.Segment | None,
    status_report: bool,
) -> None:
    """Refuse a PDU that does not say exactly what was asked; a wrong text must never leave."""
    read = sms.decode(pdu.octets, pdu.length)
    first_octet = (
        _SUBMIT
        | (_USER_DATA_HEADER_INDICATOR if expected else 0)
        | (_STATUS_REPORT if status_report else 0)
    )
    if not (
        isinstance(read, sms.Submit)
        and read.tpdu[0] == first_octet
        and read.destination_address
        == sms.Address(destination, _type_of_address(destination))
        and read.protocol_identifier == 0
        and read.coding.data_coding_scheme in (_GSM7_CODING, _UCS2_CODING)
        and read.header.segment == expected
        and read.text == segment
        and pdu.octets == "00" + read.tpdu.hex().upper()
        and pdu.length == len(read.tpdu)
    ):
        raise ValueError(
            "the PDU does not read back as the text that was to be sent; it was not sent"
        )


def submit_pdus(
    destination: str, text: str, *, reference: int, status_report: bool = False
) -> tuple[SubmitPdu, ...]:
    """The SMS-SUBMITs of a text, in order.

    `reference` is that of the concatenation (0 to 255, the same in all segments of one text); the message references
    are the modem's own business. ValueError, a sentence, for a destination that is no number to dial, for a text of
    more than 255 segments, and for whatever the encoder gets wrong.
    """
    if not _DESTINATION.fullmatch(destination):
        # Without the number: this sentence may reach the journal.
        raise ValueError(
            _(
                "the destination is not a number that a text can be sent to; give digits, or + and digits"
            )
        )
    if not 0 <= reference <= 255:
        raise ValueError(
            f"the concatenation reference {reference} does not fit in an octet"
        )
    composition = sms.compose(text)
    count = len(composition.segments)
    if count > _MOST_SEGMENTS:
        raise ValueError(
            _(
                "the text needs {count} segments, and a message has at most {most}; shorten it",
                count=count,
                most=_MOST_SEGMENTS,
            )
        )
    pdus = []
    for sequence, segment in enumerate(composition.segments, start=1):
        expected = (
            sms.Segment(reference, count, sequence, bits=8) if count > 1 else None
        )
        header = bytes([5, 0, 3, reference, count, sequence]) if expected else b""
        library_text, start = _library_text(composition.alphabet, segment, header)
        pdu = _encode(
            destination,
            library_text,
            start,
            segmented=bool(expected),
            status_report=status_report,
        )
        _check(pdu, destination, segment, expected, status_report)
        pdus.append(pdu)
    return tuple(pdus)
