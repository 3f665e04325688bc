"""What a short message is, in the words of 3GPP TS 23.040: frozen values, and what could not be understood.

`problems` says what was put up with; `Undecodable` is what could not be, with all that can be known of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from antirelou.sms.address import Address
from antirelou.sms.coding import Coding
from antirelou.sms.header import UserDataHeader
from antirelou.sms.scts import Timestamp


@dataclass(frozen=True, slots=True)
class Deliver:
    """SMS-DELIVER, network to us.

    `text` is None where there is none: data, or compressed. For 8-bit data it is a preview, and only if all of it can
    be printed. `data` is the user data behind its header: octets, or one septet an octet. `tpdu` ends where the
    TPDU itself says.
    """

    service_centre_address: str | None
    originating_address: Address
    protocol_identifier: int
    coding: Coding
    service_centre_time: Timestamp
    text: str | None
    data: bytes
    header: UserDataHeader
    more_messages: bool
    reply_path: bool
    tpdu: bytes
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submit:
    """SMS-SUBMIT, us to the network; also drafts and sent texts that a SIM keeps. `validity_period` as it came."""

    service_centre_address: str | None
    message_reference: int
    destination_address: Address
    protocol_identifier: int
    coding: Coding
    validity_period: bytes
    status_report_request: bool
    text: str | None
    data: bytes
    header: UserDataHeader
    reply_path: bool
    tpdu: bytes
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusReport:
    """SMS-STATUS-REPORT: what became of a submit, by its message reference. `status` is TP-ST (9.2.3.15)."""

    service_centre_address: str | None
    message_reference: int
    recipient_address: Address
    service_centre_time: Timestamp
    discharge_time: Timestamp
    status: int
    tpdu: bytes
    problems: tuple[str, ...] = ()

    @property
    def delivered(self) -> bool:
        """The short message reached the recipient, or the service centre counts it as such."""
        return self.status < 0x20

    @property
    def final(self) -> bool:
        """The service centre does not try any more; 0x20 to 0x3F mean that it still does."""
        return not 0x20 <= self.status < 0x40


Tpdu = Deliver | Submit | StatusReport


@dataclass(frozen=True, slots=True)
class Undecodable:
    """What cannot be understood: why, the octets as they came, and what of it could be read in spite of that."""

    reason: str
    octets: str | bytes
    salvaged: Tpdu | None = None
