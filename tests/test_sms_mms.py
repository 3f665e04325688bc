"""MMS notifications: who, how much, about what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou.sms import MmsNotification, mms_notification
from antirelou.sms.mms import is_mms_push

TYPE = b"application/vnd.wap.mms-message\0"
BODY = (
    b"\x8c\x82"  # m-notification-ind
    b"\x98T1234\0"  # transaction
    b"\x8d\x92"  # version 1.2
    b"\x89\x18\x80+33639980001/TYPE=PLMN\0"
    b"\x96\x0a\xea\x7f\xc3\xa9t\xc3\xa9 !\0"  # subject, UTF-8, quoted
    b"\x8a\x80"
    b"\x8e\x03\x01\xe2\x40"
    b"\x88\x05\x81\x03\x03\xf4\x80"
    b"\x83http://mms.example/1\0"
)


def push(body: bytes, media_type: bytes = TYPE, headers: bytes = b"\xaf\x84") -> bytes:
    return (
        bytes([0x42, 0x06, len(media_type) + len(headers)])
        + media_type
        + headers
        + body
    )


@pytest.mark.parametrize(
    "media_type",
    [
        TYPE,
        TYPE.upper(),
        b"\xbe",
        b"\x01\xbe",
        bytes([len(TYPE)]) + TYPE if len(TYPE) < 31 else b"\x1f\x20" + TYPE,
    ],
)
def test_a_notification_says_who_how_much_and_about_what(media_type):
    assert mms_notification(push(BODY, media_type)) == MmsNotification(
        "+33639980001", 123456, "été !"
    )


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (b"Coucou\0", "Coucou"),
        (b"\x07\xea\xc3\xa9t\xc3\xa9\0", "été"),
        (b"\x05\x84\xe9t\xe9\0", "été"),  # ISO 8859-1
        (b"\x08\x02\x03\xe8\x00\xe9\x00t\0", "ét"),  # UCS-2: character set 1000
        (b"\0", None),
    ],
)
def test_a_subject_is_read_in_its_character_set(subject, text):
    assert mms_notification(push(b"\x8c\x82\x96" + subject)).subject == text


def test_an_inserted_address_and_missing_fields_are_none():
    assert mms_notification(push(b"\x8c\x82\x89\x01\x81")) == MmsNotification(
        None, None, None
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"\x01", b"\x01\x06\x00", push(BODY, b"\xae"), push(BODY)[:2] + b"\xff" * 9],
)
def test_what_is_no_mms_is_none(data):
    assert mms_notification(data) is None and not is_mms_push(data)


def test_another_mms_message_is_no_notification():
    assert mms_notification(push(b"\x8c\x84")) is None and is_mms_push(
        push(b"\x8c\x84")
    )


@given(st.binary(max_size=60), st.integers(0, 120))
def test_damage_never_raises(noise, at):
    whole = push(BODY)
    mms_notification(noise)
    mms_notification(whole[:at])
    mms_notification(push(b"\x8c\x82" + noise))
    mms_notification(whole[:at] + noise + whole[at + len(noise) :])
