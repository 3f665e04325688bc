"""The decoder: a short message as a modem gave it, to what it says (3GPP TS 23.040 clause 9.2.2, TS 27.005).

Promises: never raises, takes a bounded time, and returns what it cannot understand as such, with the reason and all
of its octets. What is whole but odd is read, and the oddity noted; what is damaged is refused, and what could be read
of it goes with the refusal. Refuses to know storages, senders and what the texts mean.
"""

from __future__ import annotations

from dataclasses import replace

from antirelou.sms.address import read_address, service_centre_address
from antirelou.sms.coding import CODINGS
from antirelou.sms.facts import Deliver, StatusReport, Submit, Tpdu, Undecodable
from antirelou.sms.scts import OCTETS as TIME_OCTETS
from antirelou.sms.scts import Timestamp
from antirelou.sms.user_data import read_user_data

DAMAGED_TIME = "a time in it is damaged"
TRAILING = "it is followed by octets that do not belong to it"
TRAILING_JUNK = "it is followed by what is not hexadecimal"
NO_SERVICE_CENTRE = "the service centre's address is missing"

_NOISE = "\0 \t\r\n\"'"  # what modems put around and into the line
_WITHOUT_NOISE = str.maketrans("", "", _NOISE)
_HEXADECIMAL = "0123456789ABCDEFabcdef"
_MOST_CHARACTERS = 1024  # no PDU has more than 600; the rest is never looked at
_MOST_SERVICE_CENTRE_OCTETS = 12

_VALIDITY_PERIOD_OCTETS = (0, 7, 1, 7)  # by TP-VPF: none, enhanced, relative, absolute


def _only_padding(octets: bytes) -> bool:
    """A record on a SIM is filled up with FF (3GPP TS 31.102 clause 4.2.25), which some modems hand out too."""
    return not octets.strip(b"\xff")


def _deliver(octets: bytes, service_centre: str | None) -> Deliver | Undecodable:
    first = octets[0]
    read = read_address(octets, 1)
    if read is None:
        return Undecodable("the originating address is cut off or too long", octets)
    address, at = read
    end = at + 2 + TIME_OCTETS + 1
    if end > len(octets):
        return Undecodable("it ends before its user data", octets)
    coding = CODINGS[octets[at + 1]]
    user_data = read_user_data(first, coding, octets[end - 1], octets[end:])
    end += user_data.octets
    time = Timestamp(octets[at + 2 : at + 2 + TIME_OCTETS])
    problems = user_data.problems
    if time.at is None:
        problems = (*problems, DAMAGED_TIME)
    if not _only_padding(octets[end:]):
        problems = (*problems, TRAILING)
    deliver = Deliver(
        service_centre_address=service_centre,
        originating_address=address,
        protocol_identifier=octets[at],
        coding=coding,
        service_centre_time=time,
        text=user_data.text,
        data=user_data.data,
        header=user_data.header,
        more_messages=not first & 0x04,
        reply_path=bool(first & 0x80),
        tpdu=octets[:end],
        problems=problems,
    )
    return (
        Undecodable(user_data.damage, octets, deliver) if user_data.damage else deliver
    )


def _submit(octets: bytes, service_centre: str | None) -> Submit | Undecodable:
    first = octets[0]
    read = read_address(octets, 2)
    if read is None:
        return Undecodable("the destination address is cut off or too long", octets)
    address, at = read
    validity = at + 2
    end = validity + _VALIDITY_PERIOD_OCTETS[first >> 3 & 0b11] + 1
    if end > len(octets):
        return Undecodable("it ends before its user data", octets)
    coding = CODINGS[octets[at + 1]]
    user_data = read_user_data(first, coding, octets[end - 1], octets[end:])
    validity_period = octets[validity : end - 1]
    end += user_data.octets
    submit = Submit(
        service_centre_address=service_centre,
        message_reference=octets[1],
        destination_address=address,
        protocol_identifier=octets[at],
        coding=coding,
        validity_period=validity_period,
        status_report_request=bool(first & 0x20),
        text=user_data.text,
        data=user_data.data,
        header=user_data.header,
        reply_path=bool(first & 0x80),
        tpdu=octets[:end],
        problems=user_data.problems
        if _only_padding(octets[end:])
        else (*user_data.problems, TRAILING),
    )
    return Undecodable(user_data.damage, octets, submit) if user_data.damage else submit


def _status_report(
    octets: bytes, service_centre: str | None
) -> StatusReport | Undecodable:
    read = read_address(octets, 2)
    if read is None:
        return Undecodable("the recipient's address is cut off or too long", octets)
    address, at = read
    discharge = at + TIME_OCTETS
    status = discharge + TIME_OCTETS
    if status >= len(octets):
        return Undecodable("it ends before its status", octets)
    times = Timestamp(octets[at:discharge]), Timestamp(octets[discharge:status])
    # What may follow, TP-PI and what it announces (9.2.3.27), says nothing that is needed and is often wrong.
    behind = octets[status + 1 :]
    return StatusReport(
        service_centre_address=service_centre,
        message_reference=octets[1],
        recipient_address=address,
        service_centre_time=times[0],
        discharge_time=times[1],
        status=octets[status],
        tpdu=octets[: status + 1] if _only_padding(behind) else octets,
        problems=() if all(time.at for time in times) else (DAMAGED_TIME,),
    )


# By TP-MTI, network to mobile. 01 comes from a SIM that keeps what was written or sent; 11 is reserved, and processed
# like SMS-DELIVER (9.2.3.1).
_READERS = (_deliver, _submit, _status_report, _deliver)


def decode_tpdu(octets: bytes, service_centre: str | None = None) -> Tpdu | Undecodable:
    """What a bare TPDU says, without the service centre's address in front of it."""
    if not octets:
        return Undecodable("it is empty", octets)
    return _READERS[octets[0] & 0b11](octets, service_centre)


def _decode_at_form(octets: bytes) -> Tpdu | Undecodable:
    size = octets[0]
    if size > _MOST_SERVICE_CENTRE_OCTETS or size >= len(octets):
        return Undecodable(
            "the service centre's address is cut off or too long", octets
        )
    return decode_tpdu(octets[size + 1 :], service_centre_address(octets[1 : size + 1]))


def _decode_octets(octets: bytes, length: int | None) -> Tpdu | Undecodable:
    found = _decode_at_form(octets)
    # By its declared length it may be all TPDU: some modems leave out the service centre. But lengths are wrong too,
    # so that it must not make sense with one: a type of address has bit 7 set, a TP-OA's length has not.
    if length == len(octets) and (
        isinstance(found, Undecodable) or (octets[0] and octets[1] < 0x80)
    ):
        bare = decode_tpdu(octets)
        if not isinstance(bare, Undecodable):
            return replace(bare, problems=(*bare.problems, NO_SERVICE_CENTRE))
    return found


def _split_line(line: str) -> tuple[bytes, str]:
    """The octets that begin the line, and what follows them that is not whole octets in hexadecimal."""
    clean = line[:_MOST_CHARACTERS].strip(_NOISE)
    if clean.lstrip(_HEXADECIMAL):
        clean = clean.translate(_WITHOUT_NOISE)
    digits = len(clean) - len(clean.lstrip(_HEXADECIMAL))
    whole = digits & ~1
    return bytes.fromhex(clean[:whole]), clean[whole:]


def decode(octets: str | bytes, length: int | None = None) -> Tpdu | Undecodable:
    """What a short message in AT form says: the hexadecimal line as it came, or octets, service centre's length first.

    `length` is the TPDU's length as the modem declared it; it may be wrong. Noise around the line is left away. A line
    that breaks off within an octet, or goes on in something else, is read if all of the TPDU comes before that.
    """
    whole, rest = (
        (bytes(octets[:_MOST_CHARACTERS]), "")
        if not isinstance(octets, str)
        else _split_line(octets)
    )
    if not whole:
        return Undecodable("it is not hexadecimal" if rest else "it is empty", octets)
    found = _decode_octets(whole, length)
    if isinstance(found, Undecodable):
        reason = found.reason
        if len(rest) == 1 and rest in _HEXADECIMAL:
            reason = "it has an odd number of hexadecimal digits"
        elif rest:
            reason = "it is not hexadecimal throughout"
        return Undecodable(reason, octets, found.salvaged)
    if rest:
        return replace(found, problems=(*found.problems, TRAILING_JUNK))
    return found


def canonical_tpdu(octets: str | bytes, length: int | None = None) -> bytes:
    """The octets that identify a short message, however often and in whatever form it is read.

    Without the service centre's address, cut to the TPDU's own end; of what cannot be decoded, all of it, because two
    different damages must stay two messages: without the service centre's address if `length` confirms where that
    ends, and as its raw characters if it is not hexadecimal.
    """
    found = decode(octets, length)
    if not isinstance(found, Undecodable):
        return found.tpdu
    if not isinstance(octets, str):
        whole = bytes(octets)
    else:
        whole, rest = _split_line(octets)
        if rest or not whole or len(octets) > _MOST_CHARACTERS:
            return octets.encode("utf-8", "surrogatepass")
    behind = whole[whole[0] + 1 :] if whole else b""
    return behind if behind and len(behind) == length else whole
