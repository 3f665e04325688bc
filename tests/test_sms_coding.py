"""The groups of the data coding scheme, TS 23.038 clause 4."""

from __future__ import annotations

import pytest

from antirelou.sms.coding import CODINGS, Alphabet, Coding, MessageWaiting

GSM7, EIGHT_BIT, UCS2 = Alphabet


@pytest.mark.parametrize(
    ("octet", "expected"),
    [
        (0x00, Coding(0x00, GSM7)),
        (0x04, Coding(0x04, EIGHT_BIT)),
        (0x08, Coding(0x08, UCS2)),
        (0x0C, Coding(0x0C, GSM7, reserved=True)),
        (
            0x03,
            Coding(0x03, GSM7),
        ),  # class bits without the bit that gives them a meaning
        (0x10, Coding(0x10, GSM7, message_class=0)),
        (0x15, Coding(0x15, EIGHT_BIT, message_class=1)),
        (0x1A, Coding(0x1A, UCS2, message_class=2)),
        (0x20, Coding(0x20, GSM7, compressed=True)),
        (0x48, Coding(0x48, UCS2, automatic_deletion=True)),
        (
            0x70,
            Coding(
                0x70, GSM7, message_class=0, automatic_deletion=True, compressed=True
            ),
        ),
        (0x80, Coding(0x80, GSM7, reserved=True)),
        (0xBF, Coding(0xBF, GSM7, reserved=True)),
        (
            0xC8,
            Coding(
                0xC8,
                GSM7,
                message_waiting=MessageWaiting("voicemail", active=True, store=False),
            ),
        ),
        (
            0xD1,
            Coding(
                0xD1,
                GSM7,
                message_waiting=MessageWaiting("fax", active=False, store=True),
            ),
        ),
        (
            0xEA,
            Coding(
                0xEA,
                UCS2,
                message_waiting=MessageWaiting("email", active=True, store=True),
            ),
        ),
        (
            0xE3,
            Coding(
                0xE3,
                UCS2,
                message_waiting=MessageWaiting("other", active=False, store=True),
            ),
        ),
        (0xF1, Coding(0xF1, GSM7, message_class=1)),
        (0xF4, Coding(0xF4, EIGHT_BIT, message_class=0)),
        (0xF7, Coding(0xF7, EIGHT_BIT, message_class=3)),
    ],
)
def test_a_data_coding_scheme_is_read_by_its_group(octet, expected):
    assert CODINGS[octet] == expected


def test_every_octet_is_a_coding_of_its_own():
    assert [coding.data_coding_scheme for coding in CODINGS] == list(range(256))
