"""TP-DCS: the data coding scheme's groups (3GPP TS 23.038 clause 4), as a table of all 256 octets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Alphabet(StrEnum):
    GSM7 = "gsm7"
    EIGHT_BIT = "8bit"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class MessageWaiting:
    """A message waiting indication: what waits, whether any does, and whether the short message itself is kept."""

    indication: str  # voicemail, fax, email, other
    active: bool
    store: bool


@dataclass(frozen=True, slots=True)
class Coding:
    """What one octet of TP-DCS says."""

    data_coding_scheme: int
    alphabet: Alphabet
    message_class: int | None = None
    message_waiting: MessageWaiting | None = None
    automatic_deletion: bool = False
    compressed: bool = False
    reserved: bool = (
        False  # of no defined meaning: read as the default alphabet, as clause 4 says
    )


_GENERAL = (Alphabet.GSM7, Alphabet.EIGHT_BIT, Alphabet.UCS2, Alphabet.GSM7)
_WAITING = ("voicemail", "fax", "email", "other")


def _coding(octet: int) -> Coding:
    group = octet >> 4
    if group < 0b1000:
        return Coding(
            octet,
            _GENERAL[octet >> 2 & 0b11],
            message_class=octet & 0b11 if octet & 0x10 else None,
            automatic_deletion=group >= 0b0100,
            compressed=bool(octet & 0x20),
            reserved=octet & 0b1100 == 0b1100,
        )
    if group < 0b1100:
        return Coding(octet, Alphabet.GSM7, reserved=True)
    if group == 0b1111:
        return Coding(
            octet,
            Alphabet.EIGHT_BIT if octet & 0b100 else Alphabet.GSM7,
            message_class=octet & 0b11,
        )
    waiting = MessageWaiting(
        _WAITING[octet & 0b11], active=bool(octet & 0b1000), store=group != 0b1100
    )
    return Coding(
        octet,
        Alphabet.UCS2 if group == 0b1110 else Alphabet.GSM7,
        message_waiting=waiting,
    )


CODINGS = tuple(_coding(octet) for octet in range(256))
