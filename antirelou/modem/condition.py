"""How the line is: registration, signal, network; all from one question each that may be refused."""

from __future__ import annotations

from gsmmodem.exceptions import CommandError, TimeoutException

from antirelou.language import _
from antirelou.modem.dongle import Dongle
from antirelou.modem.facts import Condition, Registration
from antirelou.modem.initialise import optional, service_centre, switch_on
from antirelou.modem.lines import fields, number_of
from antirelou.modem.storage import Storages

# 3GPP TS 27.007 clause 7.2. 11 is "attached for restricted local operator services", with which SIMCom's A7670 names
# its ordinary registration in LTE-only networks: texts come and go.
_STATES = {
    0: Registration.NOT_REGISTERED,
    1: Registration.HOME,
    2: Registration.SEARCHING,
    3: Registration.DENIED,
    4: Registration.UNKNOWN,
    5: Registration.ROAMING,
    6: Registration.SMS_ONLY,
    7: Registration.SMS_ONLY,
    8: Registration.NOT_REGISTERED,  # emergency calls only
    9: Registration.HOME,
    10: Registration.ROAMING,
    11: Registration.SMS_ONLY,
}
# Of the three answers the first in this order counts: one usable registration suffices, and a denial explains the rest.
_ORDER = (
    Registration.HOME,
    Registration.ROAMING,
    Registration.SMS_ONLY,
    Registration.DENIED,
    Registration.SEARCHING,
    Registration.NOT_REGISTERED,
    Registration.UNKNOWN,
)

NO_NETWORK = {
    Registration.DENIED: _(
        "The network refuses this SIM: ask its operator whether it is active and not barred."
    ),
    Registration.SEARCHING: _(
        "The modem searches for a network: check the antenna and where the dongle stands."
    ),
    Registration.NOT_REGISTERED: _(
        "The modem is in no network: check the antenna, the SIM and its plan."
    ),
}


def condition(dongle: Dongle, storages: Storages) -> Condition:
    """The line's condition; what the modem does not tell is None."""
    told = [
        registration(optional(dongle, f"AT+{name}?") or [])
        for name in ("CREG", "CGREG", "CEREG")
    ]
    if not {Registration.HOME, Registration.ROAMING, Registration.SMS_ONLY} & {*told}:
        switch_on(dongle)  # some switch the radio off by themselves
    return Condition(
        registration=next(
            state for state in _ORDER if state in (*told, Registration.UNKNOWN)
        ),
        signal=_signal(dongle),
        network=_network(dongle),
        service_centre=service_centre(dongle),
        storages=storages.uses(),
    )


def registration(answers: list[str]) -> Registration:
    """The registration in `+CREG: <n>,<stat>[,…]`, or in its unsolicited form `<stat>[,…]`."""
    for answer in reversed(answers):
        parts = answer.split(",")
        first = number_of(parts[0])
        second = number_of(parts[1]) if len(parts) > 1 else None
        # An area code has four hexadecimal digits, quoted or not; a state has one or two, or is padded like <n> is.
        if second is not None and (
            len(parts[1].strip()) < 4 or len(parts[0].strip()) > 1
        ):
            first = second
        if first is not None:
            return _STATES.get(first, Registration.UNKNOWN)
    return Registration.UNKNOWN


def _signal(dongle: Dongle) -> int | None:
    """dBm: -113 + 2 a step of `+CSQ` (TS 27.007 clause 8.5), else `+CESQ`'s RSRP, -141 + 1 a step (clause 8.69)."""
    try:
        steps = dongle.signalStrength
    except (CommandError, TimeoutException):
        steps = -1
    if 0 <= steps <= 31:
        return -113 + 2 * int(steps)
    answers = optional(dongle, "AT+CESQ")
    rsrp = number_of((fields(answers[-1]) if answers else [""])[-1])
    return -141 + rsrp if rsrp is not None and rsrp <= 97 else None


def _network(dongle: Dongle) -> str | None:
    try:
        name = dongle.networkName
    except (CommandError, TimeoutException):
        return None
    return str(name)[:40] if name else None
