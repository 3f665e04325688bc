"""What a short message is for, one line a case."""

from __future__ import annotations

import pytest
import sms_reference as reference

from antirelou import sms

TEXT = reference.septets("Salut")
MMS_PUSH = (
    bytes([1, 6, 34]) + b"application/vnd.wap.mms-message\0" + b"\xaf\x84" + b"\x8c\x82"
)
SERVICE_INDICATION = bytes([1, 6, 4, 3, 0xAE, 0x81, 0xEA]) + b"\x02\x05"


def gsm7(header: str = "", coding: int = 0, protocol: int = 0) -> bytes:
    user_data, declared = reference.gsm7(TEXT, bytes.fromhex(header))
    return reference.deliver(
        user_data,
        declared,
        first=0x44 if header else 0x04,
        coding=coding,
        protocol=protocol,
    )


def data(
    octets: bytes = b"\x01\x02", header: str = "", coding: int = 0x04, protocol: int = 0
) -> bytes:
    user_data, declared = reference.octets(octets, bytes.fromhex(header))
    return reference.deliver(
        user_data,
        declared,
        first=0x44 if header else 0x04,
        coding=coding,
        protocol=protocol,
    )


PORT_2948 = "05040B8423F0"

CASES = [
    ("text", gsm7(), "a text"),
    ("text", gsm7(coding=0x10), "class 0"),
    ("text", gsm7(coding=0xF1), "class 1, other group"),
    ("text", gsm7(coding=0x12), "class 2, kept on the SIM, is still read"),
    ("text", data("é".encode("utf-16-be"), coding=0x08), "UCS2"),
    ("text", reference.deliver(b"", 0), "empty"),
    ("text", gsm7("0003070201"), "a segment"),
    ("text", gsm7("0A03000410"), "EMS formatting"),
    ("text", gsm7("250101"), "a national table"),
    ("text", gsm7("2200"), "reply address element"),
    ("text", gsm7(protocol=0x41), "replaces an earlier one"),
    ("text", gsm7(protocol=0xFF), "nonsense protocol identifier"),
    ("text", gsm7(coding=0x80), "reserved coding"),
    (
        "text",
        reference.deliver(b"\x31", 1, sender=reference.name("SFR")),
        "senders are for others to judge",
    ),
    ("voicemail", gsm7(coding=0xC8), "waiting, discard"),
    ("voicemail", gsm7(coding=0xD8), "waiting, store: its text is the operator's"),
    ("voicemail", data("é".encode("utf-16-be"), coding=0xE0), "waiting, UCS2"),
    ("voicemail", gsm7(coding=0xC0), "no more waiting"),
    ("voicemail", gsm7("01020001"), "special SMS message indication"),
    ("voicemail", gsm7("2300"), "enhanced voice mail"),
    ("voicemail", gsm7(protocol=0x5F), "return call message"),
    ("voicemail", data(header="01028003"), "indication with data"),
    ("mms", data(MMS_PUSH, PORT_2948), "notification"),
    (
        "mms",
        data(bytes([1, 6, 2, 0xBE, 0, 0x8C, 0x82]), PORT_2948),
        "well-known media type",
    ),
    (
        "mms",
        data(b"\x00" * 9, "0003070202" + PORT_2948),
        "the second segment has no beginning",
    ),
    ("data", data(SERVICE_INDICATION, PORT_2948), "another WAP push"),
    ("data", data(b"\x00" * 9, "0003070201" + PORT_2948), "the first segment has one"),
    ("data", data(MMS_PUSH, "0504FFFF0000"), "another port"),
    ("data", data(MMS_PUSH), "no port"),
    (
        "data",
        data(b"Hello", coding=0x04),
        "eight bits are not for reading, even if they can be",
    ),
    ("data", data(coding=0xF5), "eight bits, other group"),
    ("data", gsm7("0402F500"), "a text for a port"),
    ("data", gsm7(protocol=0x40), "type 0"),
    ("data", data(protocol=0x7F, coding=0xF6), "SIM data download"),
    ("data", gsm7(protocol=0x7D), "terminal data download"),
    ("data", gsm7("7000"), "SIM toolkit security header"),
    ("data", gsm7("0902AAAA"), "wireless control message"),
    ("data", gsm7(coding=0x20), "compressed"),
    ("data", bytes.fromhex("0001000A81609389001000000131"), "a stored submit"),
    (
        "status_report",
        bytes.fromhex("0006180B913336990800F1621122010000406211220100014000"),
        "status report",
    ),
    ("undecodable", b"\x00\x04", "damaged"),
    ("undecodable", gsm7()[:-1], "cut off"),
]


@pytest.mark.parametrize(
    ("kind", "pdu", "why"), CASES, ids=[why for _, _, why in CASES]
)
def test_kind(kind, pdu, why):
    assert sms.kind(sms.decode(pdu)) == kind
