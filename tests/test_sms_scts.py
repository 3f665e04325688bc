"""Service centre times: zones, damage, centuries."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import sms_reference as reference
from hypothesis import given
from hypothesis import strategies as st

from antirelou.sms.scts import Timestamp


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2089, 12, 31)).map(
        lambda at: at.replace(microsecond=0)
    ),
    st.integers(-79, 79),
)
def test_a_time_is_read_in_its_own_zone(local, quarters):
    zone = bytearray(reference.semi_octets(f"{abs(quarters):02}"))
    zone[0] |= 0x08 if quarters < 0 else 0
    time = Timestamp(
        reference.semi_octets(local.strftime("%y%m%d%H%M%S")) + bytes(zone)
    )
    expected = local.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert time.at == expected and time.at.utcoffset() == expected.utcoffset()
    assert datetime.fromisoformat(time.isoformat()) == expected


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("62112201000040", "2026-11-22T10:00:00+01:00"),
        ("62112201000048", "2026-11-22T10:00:00-01:00"),
        ("62112201000032", "2026-11-22T10:00:00+05:45"),
        ("62112201000069", "2026-11-22T10:00:00-04:00"),
        ("99211332955500", "1999-12-31T23:59:55+00:00"),
    ],
)
def test_zones_have_a_sign_and_quarter_hours(raw, iso):
    assert Timestamp(bytes.fromhex(raw)).isoformat() == iso


@pytest.mark.parametrize(
    "raw",
    [
        "FFFFFFFFFFFFFF",
        "00000000000000",
        "62312201000040",  # month 13
        "62112201000640",  # second 60
        "62111301000040",  # day 31 in November
        "6211220100F040",
        "621122010000F0",  # zone: a filler
        "621122010000A0",  # zone: no digit
        "A2112201000040",
    ],
)
def test_a_damaged_time_is_none_and_its_octets_stay(raw):
    time = Timestamp(bytes.fromhex(raw))
    assert (
        time.at is None and time.isoformat() is None and time.raw.hex().upper() == raw
    )


@given(st.binary(min_size=7, max_size=7))
def test_any_seven_octets_are_a_time_or_none(raw):
    at = Timestamp(raw).at
    assert at is None or at.tzinfo is not None
