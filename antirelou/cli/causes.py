"""What a network, or a modem, means by the number with which it refuses a text, and what to do.

The numbers are those of 3GPP TS 24.011 annex E.2 (1 to 127), TS 23.040 clause 9.2.3.22 (128 to 255), and TS 27.005
clause 3.2.5 (300 to 511); from 512 on each maker has its own.
"""

from __future__ import annotations

_ASK = "ask the SIM's operator whether it may send texts, and whether its plan has any"
_LATER = "the network is disturbed: try again later"
_ELSEWHERE = "try another number; if all are refused, ask the SIM's operator"
_CARD = "see that the SIM sits well, and try it in a phone"

_CAUSES: dict[int, tuple[str, str]] = {
    1: ("no such number", "check the number"),
    8: ("barred by the SIM's operator", _ASK),
    10: ("barred", _ASK),
    21: ("rejected", _ELSEWHERE),
    22: ("the recipient's memory is full", _ELSEWHERE),
    27: ("the recipient's phone is out of order", _ELSEWHERE),
    28: ("the recipient is no subscriber", _ELSEWHERE),
    29: ("the facility is rejected", _ASK),
    30: ("no such subscriber", _ELSEWHERE),
    38: ("the network is out of order", _LATER),
    41: ("a temporary failure", _LATER),
    42: ("congestion", _LATER),
    47: ("no resources", _LATER),
    50: ("texts are not subscribed", _ASK),
    69: ("texts are not implemented", _ASK),
    192: ("the service centre is busy", _LATER),
    193: ("the service centre does not know this SIM", _ASK),
    194: ("the service centre is disturbed", _LATER),
    310: ("no SIM", _CARD),
    311: ("the SIM wants its PIN", "set modem.pin_file"),
    313: ("the SIM fails", _CARD),
    314: ("the SIM is busy", "try again in a minute"),
    315: ("a wrong SIM", _CARD),
    316: ("the SIM wants its PUK", "unlock it in a phone"),
    322: ("the storage is full", "start the daemon, which empties it"),
    330: ("no service centre", "set modem.service_centre to the SIM's operator's"),
    331: ("no network", "check the antenna, and whether the plan is active"),
    332: ("the network did not answer in time", "check the antenna; " + _ASK),
    500: ("a fault that the modem does not name", "try again; if it lasts, " + _ASK),
}


def cause(number: int) -> tuple[str, str]:
    """What a cause means, and what to do about it."""
    if number in _CAUSES:
        return _CAUSES[number]
    if number < 128:
        return "the network's own reason", _ASK
    if number < 300:
        return "the service centre's own reason", _ASK
    return "the modem's own reason", "look it up in its maker's manual; " + _ASK
