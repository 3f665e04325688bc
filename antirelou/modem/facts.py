"""What the modem tells the daemon: facts, and errors named by who must act.

Nothing here knows serial, AT or gsmmodem, so that the daemon can read these without importing a driver.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from antirelou.language import _


@dataclass(frozen=True, slots=True)
class StoredPdu:
    """One slot of `+CMGL`, kept even when it cannot be decoded. `octets` is the line as it came, hexadecimal or not."""

    storage: str
    index: int
    status: int | None
    length: int | None
    octets: str


@dataclass(frozen=True, slots=True)
class DirectPdu:
    """A `+CMT` or `+CDS`: content that is in no slot, so it must be durable before the next command is written."""

    indication: str
    length: int | None
    octets: str


@dataclass(frozen=True, slots=True)
class NewMessage:
    """`+CMTI` or `+CDSI`: a hint that a slot was filled."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True)
class Ring:
    """`RING`, `+CRING`, or `+CLIP` with the caller's number ("" withheld, None not told yet)."""

    caller: str | None = None
    type_of_address: int | None = None


@dataclass(frozen=True, slots=True)
class CallEnded:
    """`NO CARRIER`, `^CEND`: whoever called has gone."""


@dataclass(frozen=True, slots=True)
class MemoryFull:
    """`^SMMEMFULL` and its like, or `+CMTI` without a slot: the network is waiting for room."""

    storage: str


@dataclass(frozen=True, slots=True)
class Rebooted:
    """The modem started again by itself; it has been, or will be before the next command, initialised again."""

    sign: str


@dataclass(frozen=True, slots=True)
class LateSubmitted:
    """A `+CMGS` that came after its submit was given up, on the same open port, with no other submit since."""

    message_reference: int


Indication = NewMessage | Ring | CallEnded | MemoryFull | Rebooted | LateSubmitted


class Fate(StrEnum):
    """What became of one SMS-SUBMIT. `NOT_LEFT`: surely never accepted; the others are after Ctrl-Z."""

    NOT_LEFT = "not_left"
    SUBMITTED = "submitted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one submit. `cms_error` is the cause after `+CMS ERROR:`, `said` the modem's own words."""

    fate: Fate
    message_reference: int | None = None
    cms_error: int | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which modem and which SIM these are; None where the modem would not say."""

    manufacturer: str | None = None
    model: str | None = None
    revision: str | None = None
    imei: str | None = None
    imsi: str | None = None
    iccid: str | None = None


@dataclass(frozen=True, slots=True)
class StorageUse:
    storage: str
    used: int
    total: int


class Registration(StrEnum):
    """`+CREG`, `+CGREG`, `+CEREG` taken together (3GPP TS 27.007 clause 7.2)."""

    HOME = "home"
    ROAMING = "roaming"
    SMS_ONLY = "sms_only"
    SEARCHING = "searching"
    DENIED = "denied"
    NOT_REGISTERED = "not_registered"
    UNKNOWN = "unknown"

    @property
    def usable(self) -> bool:
        """Whether texts can come and go."""
        return self in (Registration.HOME, Registration.ROAMING, Registration.SMS_ONLY)


@dataclass(frozen=True, slots=True)
class Condition:
    """How the line is. `signal` is in dBm, None when not known; `service_centre` is "" where the SIM has none."""

    registration: Registration
    signal: int | None
    network: str | None
    service_centre: str | None
    storages: tuple[StorageUse, ...]


class ModemError(Exception):
    """Base of the modem's errors; `str()` is a sentence for the operator: what, which value, what to do."""


class ModemLost(ModemError):
    """The port is gone or never answered: reopen."""


def gone(port: str) -> ModemLost:
    """The port was closed, or its modem is no more."""
    return ModemLost(
        _("The modem at {port} is gone: check its plug and its power.", port=port)
    )


class PortError(ModemLost):
    """The port cannot be opened. `cause` is one of missing, busy, not_permitted, not_a_modem."""

    def __init__(self, cause: str, sentence: str) -> None:
        super().__init__(sentence)
        self.cause = cause


class ModemSilent(ModemLost):
    """A command was not answered, and resynchronising did not help."""


class CommandRefused(ModemError):
    """A final result code other than OK. `family` is "CMS", "CME" or ""; `cause` its number if it had one."""

    def __init__(
        self, command: str, said: str, family: str = "", cause: int | None = None
    ) -> None:
        super().__init__(
            _(
                "The modem refuses a command that it must know ({command}: {said}): unplug it and plug it in again, or set "
                "modem.port to another port of the same device.",
                command=command,
                said=said,
            )
        )
        self.command = command
        self.said = said
        self.family = family
        self.cause = cause


class SimRefused(ModemError):
    """The SIM cannot be used until the operator acts. `state`: absent, busy, pin, puk, wrong_pin, failure."""

    def __init__(self, state: str, sentence: str) -> None:
        super().__init__(sentence)
        self.state = state


class Stopping(ModemError):
    """A stop was asked for while something that can be repeated was under way."""
