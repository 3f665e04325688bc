"""What one line from a modem is: final result, indication, header of a two-line indication, prompt, or plain text.

Pure: no port, no clock, no state. A line comes without its line end, control characters already dropped. Whether a
line belongs to the command under way is not known here; `channel.py` decides that. The forms are those of 3GPP TS
27.005 and 27.007 and of the families that deviate from them (Huawei, ZTE, SIMCom, Quectel, Wavecom, Sierra).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from antirelou.modem.facts import CallEnded, Indication, MemoryFull, NewMessage, Ring


@dataclass(frozen=True, slots=True)
class Final:
    """A final result code. `family` is "CMS", "CME" or ""; `cause` its number if it had one."""

    ok: bool
    said: str
    family: str = ""
    cause: int | None = None


OK = Final(True, "OK")
_CM_ERROR = re.compile(r"\+CM([ES]) ERROR:\s*(\S.*)", re.IGNORECASE)
_MODEM_ERROR = re.compile(r"MODEM ERROR:\s*\d+")
_PREFIX = re.compile(r"([+^*%$#&!@][A-Z][A-Z0-9_]*)\s*:\s*(.*)", re.IGNORECASE)
_SLOT = re.compile(r'"?([A-Z_]*)"?\s*(?:,\s*(-?\d+))?', re.IGNORECASE)

# Final for a call of ours only; we never dial, so each is most likely a caller who gave up (V.250 clause 6.3).
CALL_RESULTS = frozenset(
    {"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE", "NA"}
)
# Headers without a cause: not final by themselves, but nothing else may follow them.
_EMPTY_ERRORS = frozenset({"+CMS ERROR:", "+CME ERROR:"})

# `True`: nothing but a start of the modem says this. `False`: also said when only the SIM or the radio got ready.
_START_LINES = {
    "RDY": True,
    "APP RDY": True,
    "START": True,
    "MODEM:STARTUP": True,
    "^SYSSTART": True,
    "NORMAL POWER DOWN": True,
    "CALL READY": False,
    "SMS READY": False,
    "SMS DONE": False,
    "PB DONE": False,
    "+PBREADY": False,
}
_START_PREFIXES = {
    "*ATREADY": True,
    "^SYSSTART": True,
    "+KSUP": True,
    "+CPIN": False,
    "+CFUN": False,
    "^SIMST": False,
}

# The PDU is on the line after the header; +CBM (cell broadcast) is only told apart so that its PDU is not an answer.
TWO_LINE = frozenset({"+CMT", "+CDS", "+CBM"})


def final_result(line: str) -> Final | None:
    """The final result code that this line is, or None."""
    if line == "OK":
        return OK
    if line == "ERROR" or line == "COMMAND NOT SUPPORT" or _MODEM_ERROR.fullmatch(line):
        return Final(False, line)
    if line[:3].upper() == "+CM" and (match := _CM_ERROR.fullmatch(line)):
        cause = match[2].strip()
        number = (
            int(cause)
            if cause.isascii() and cause.isdigit() and len(cause) < 6
            else None
        )
        return Final(False, line, "CM" + match[1].upper(), number)
    return None


def tentative_result(line: str) -> Final | None:
    """An error if nothing follows: a call's result while no call is ours, or `+CMS ERROR:` without a cause."""
    if line in CALL_RESULTS or line in _EMPTY_ERRORS:
        return Final(False, line)
    return None


def split_prefix(line: str) -> tuple[str, str]:
    """(`+CMGL`, the rest) of `+CMGL: 1,…`; ("", the line) where there is no such prefix."""
    if line[0] in "+^*%$#&!@" and (match := _PREFIX.fullmatch(line)):
        return match[1].upper(), match[2]
    return "", line


def start_sign(line: str, prefix: str) -> bool | None:
    """Whether this line says that the modem started: True surely, False perhaps, None not at all."""
    if prefix in _START_PREFIXES:
        return _START_PREFIXES[prefix]
    if prefix == "+QIND":  # Quectel wraps them: +QIND: SMS DONE
        return _START_LINES.get(line.partition(":")[2].strip(' "').upper())
    return _START_LINES.get(line.upper())


def fields(rest: str) -> list[str]:
    """The comma-separated fields of an information response, without blanks and quotes, however they are paired."""
    return [field.strip().strip('"').strip() for field in rest.split(",")]


def number_of(field: str) -> int | None:
    """The decimal number that a field is, or None."""
    field = field.strip()
    digits = field.removeprefix("-")
    return (
        int(field)
        if digits.isascii() and digits.isdigit() and len(digits) < 10
        else None
    )


def indication(line: str, prefix: str, rest: str) -> Indication | None:
    """The fact that an unsolicited line states, or None if it states none that matters here."""
    if prefix in ("+CMTI", "+CDSI"):
        return _new_message(rest)
    if line == "RING" or prefix == "+CRING":
        return Ring()
    if prefix == "+CLIP":
        return _caller(rest)
    if (
        line in CALL_RESULTS
        or prefix == "^CEND"
        or line.startswith(("HANGUP:", "VOICE CALL: END"))
    ):
        return CallEnded()
    if prefix == "^SMMEMFULL":
        return MemoryFull(fields(rest)[0])
    if line.upper() == "SMS FULL" or (prefix == "+QIND" and "smsfull" in rest.lower()):
        return MemoryFull(fields(rest)[1] if prefix and "," in rest else "")
    return None


def _new_message(rest: str) -> Indication:
    match = _SLOT.match(rest.strip())
    storage = match[1].upper() if match else ""
    index = int(match[2]) if match and match[2] and len(match[2]) < 7 else -1
    # Without a slot the modem has nowhere to put it: the network keeps it until there is room.
    return NewMessage(storage, index) if index >= 0 else MemoryFull(storage)


def _caller(rest: str) -> Indication:
    parts = fields(rest)
    type_of_address = number_of(parts[1]) if len(parts) > 1 else None
    caller = parts[0]
    if (
        type_of_address == 145 and caller[:1].isdigit()
    ):  # international (TS 24.008 clause 10.5.4.7), sent without its +
        caller = "+" + caller
    return Ring(caller, type_of_address)
