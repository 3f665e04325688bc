"""What a network, or a modem, means by the number with which it refuses a text, and what to do.

The numbers are those of 3GPP TS 24.011 annex E.2 (1 to 127), TS 23.040 clause 9.2.3.22 (128 to 255), and TS 27.005
clause 3.2.5 (300 to 511); from 512 on each maker has its own.
"""

from __future__ import annotations

from antirelou.language import _

_ASK = _(
    "ask the SIM's operator whether it may send texts, and whether its plan has any"
)
_LATER = _("the network is disturbed: try again later")
_ELSEWHERE = _("try another number; if all are refused, ask the SIM's operator")
_CARD = _("see that the SIM sits well, and try it in a phone")

_CAUSES: dict[int, tuple[str, str]] = {
    1: (_("no such number"), _("check the number")),
    8: (_("barred by the SIM's operator"), _ASK),
    10: ("barred", _ASK),
    21: ("rejected", _ELSEWHERE),
    22: (_("the recipient's memory is full"), _ELSEWHERE),
    27: (_("the recipient's phone is out of order"), _ELSEWHERE),
    28: (_("the recipient is no subscriber"), _ELSEWHERE),
    29: (_("the facility is rejected"), _ASK),
    30: (_("no such subscriber"), _ELSEWHERE),
    38: (_("the network is out of order"), _LATER),
    41: (_("a temporary failure"), _LATER),
    42: ("congestion", _LATER),
    47: (_("no resources"), _LATER),
    50: (_("texts are not subscribed"), _ASK),
    69: (_("texts are not implemented"), _ASK),
    192: (_("the service centre is busy"), _LATER),
    193: (_("the service centre does not know this SIM"), _ASK),
    194: (_("the service centre is disturbed"), _LATER),
    310: (_("no SIM"), _CARD),
    311: (_("the SIM wants its PIN"), _("set modem.pin_file")),
    313: (_("the SIM fails"), _CARD),
    314: (_("the SIM is busy"), _("try again in a minute")),
    315: (_("a wrong SIM"), _CARD),
    316: (_("the SIM wants its PUK"), _("unlock it in a phone")),
    322: (_("the storage is full"), _("start the daemon, which empties it")),
    330: (
        _("no service centre"),
        _("set modem.service_centre to the SIM's operator's"),
    ),
    331: (_("no network"), _("check the antenna, and whether the plan is active")),
    332: (_("the network did not answer in time"), _("check the antenna; ") + _ASK),
    500: (
        _("a fault that the modem does not name"),
        _("try again; if it lasts, ") + _ASK,
    ),
}


def cause(number: int) -> tuple[str, str]:
    """What a cause means, and what to do about it."""
    if number in _CAUSES:
        return _CAUSES[number]
    if number < 128:
        return _("the network's own reason"), _ASK
    if number < 300:
        return _("the service centre's own reason"), _ASK
    return _("the modem's own reason"), _("look it up in its maker's manual; ") + _ASK
