"""What a modem is told before it is used, and again after it started by itself.

Every step is optional but `AT+CMGF=0`: a modem that refuses one does without it, since every sweep lists the SIM
anyway. Nothing here is written to the modem's own non-volatile memory. Owns which service centre the SIM gets, and
who modem and SIM are.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from gsmmodem.exceptions import CommandError, TimeoutException

from antirelou.modem.dongle import Dongle, Unanswered
from antirelou.modem.facts import CommandRefused, Identity
from antirelou.modem.lines import fields
from antirelou.modem.pin import BUSY_SECONDS, Pins, refused, state_of, unlock
from antirelou.settings import Modem as ModemSettings

# New messages are told, not pushed (mt=1); reports come directly (ds=1), since the storage that ds=2 uses may be one
# that nobody lists. Some claim ds=1 and accept only 2, some know no mode 2, some want fewer numbers.
_INDICATIONS = (
    "2,1,0,1,0",
    "2,1,0,2,0",
    "2,1,0,0,0",
    "2,1,2,1,0",
    "2,1,2,0,0",
    "1,1,0,1,0",
    "1,1,0,0,0",
    "2,1",
    "1,1",
)
_STEPS_AFTER_PIN = (
    'AT+CSCS="GSM"',  # names and numbers in letters, should somebody have left UCS-2 on
    "AT+CSMS=0",  # no +CNMA is owed for a +CMT
    "AT+CLIP=1",
    "AT+CVHU=0",  # ATH ends calls
    "ATS0=0",  # no call is taken by itself: one that lasts keeps texts out
    "AT+COPS=3,0",
)
_SERVICE_CENTRE = re.compile(r"\+?\d{3,20}")
_UCS2 = re.compile(r"(?:00[2-3][0-9A-Fa-f])+")

log = logging.getLogger("antirelou.modem")


def initialise(dongle: Dongle, settings: ModemSettings, pins: Pins) -> None:
    """Make all settings; raises `SimRefused`, `CommandRefused` (only for `AT+CMGF=0`), `ModemSilent`."""
    for command in ("ATE0", "ATV1", "AT+CMEE=1"):
        optional(dongle, command)
    switch_on(dongle)
    unlock(dongle, settings.pin_file, pins)
    optional(
        dongle, "AT^CURC=0"
    )  # Huawei: ^RSSI and its like several times a second starve a slow reader
    _pdu_mode(dongle)
    for command in _STEPS_AFTER_PIN:
        optional(dongle, command)
    has_service_centre(dongle, settings.service_centre)
    for value in _INDICATIONS:
        if optional(dongle, f"AT+CNMI={value}") is not None:
            return


def optional(dongle: Dongle, command: str, seconds: float = 5.0) -> list[str] | None:
    """What follows the command's own prefix in its answer, or None when it is refused or not answered."""
    try:
        return dongle.exchange(command, seconds).answered()
    except (CommandRefused, Unanswered) as error:
        log.debug("%s", error)
        return None


def identify(dongle: Dongle) -> Identity:
    """Which modem and which SIM these are."""
    return Identity(
        manufacturer=_name(lambda: dongle.manufacturer),
        model=_name(lambda: dongle.model),
        revision=_name(lambda: dongle.revision),
        imei=_digits(_name(lambda: dongle.imei), 14),
        imsi=_digits(_name(lambda: dongle.imsi), 6),
        iccid=_iccid(dongle),
    )


def service_centre(dongle: Dongle) -> str | None:
    """The SIM's service centre, "" if it has none, None if the modem does not say."""
    try:
        answers = dongle.exchange("AT+CSCA?", 10).answered()
    except CommandRefused as error:
        return "" if error.cause == 330 else None  # 330: service centre address unknown
    except Unanswered:
        return None
    if not answers:
        return None
    number = fields(answers[-1])[0]
    if len(number) >= 8 and _UCS2.fullmatch(
        number
    ):  # the SIM's letters are told in UCS-2
        number = bytes.fromhex(number).decode("utf-16-be")
    return number


def switch_on(dongle: Dongle) -> None:
    """Some come up with the radio off (`+CFUN: 4`); `+CFUN` without a value, or none, is left alone."""
    answers = optional(dongle, "AT+CFUN?")
    if (
        answers
        and fields(answers[-1])[0].isdigit()
        and int(fields(answers[-1])[0]) != 1
    ):
        optional(dongle, "AT+CFUN=1", 15)


def _pdu_mode(dongle: Dongle) -> None:
    """`AT+CMGF=0`, which must succeed; refused by some until the SIM is ready, so it is asked for a while."""
    deadline = dongle.clock.boot() + BUSY_SECONDS
    while True:
        try:
            dongle.ask("AT+CMGF=0")
            return
        except CommandRefused as error:
            if state := state_of(error):
                raise refused(state) from error
            if dongle.clock.boot() >= deadline:
                raise
        dongle.pause(1.0)


def has_service_centre(dongle: Dongle, wanted: str) -> bool:
    """Whether the SIM has a service centre, or takes `wanted` for one; True where the modem does not tell."""
    if service_centre(dongle) != "":
        return True
    number = wanted.replace(" ", "")
    if not _SERVICE_CENTRE.fullmatch(number):
        return False
    kind = 145 if number.startswith("+") else 129
    return optional(dongle, f'AT+CSCA="{number}",{kind}', 10) is not None


def _name(ask: Callable[[], str | None]) -> str | None:
    """One of the library's properties, without prefix, quotes and the `OK` that it takes for a name."""
    try:
        said = ask() or ""
    except (CommandError, TimeoutException, IndexError):
        return None
    said = re.sub(r"^[+^][A-Z]+:\s*", "", said).strip().strip('"').strip()
    return said[:100] if said and said != "OK" else None


def _digits(said: str | None, least: int) -> str | None:
    match = re.search(rf"\d{{{least},20}}", said or "")
    return match[0] if match else None


def _iccid(dongle: Dongle) -> str | None:
    """The SIM's own number; 19 or 20 digits, the last ones of some SIMs hexadecimal, padded with F."""
    for command in (
        "AT+CCID",
        "AT^ICCID?",
        "AT+ICCID",
        "AT+CICCID",
        "AT+QCCID",
        "AT+ZGETICCID",
        "AT+CCID?",
    ):
        try:
            lines = dongle.ask(command, 5)
        except (CommandRefused, Unanswered):
            continue
        for line in lines:
            if match := re.search(
                r"(?<![0-9A-F])(89[0-9]{15,18}[0-9A-F]{0,3})(?![0-9A-F])", line.upper()
            ):
                return match[1].rstrip("F")
    return None
