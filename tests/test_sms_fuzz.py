"""A bounded share of `fuzz_pdus.py`, with a new seed's worth of PDUs in each figure."""

from __future__ import annotations

import time

import fuzz_pdus
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou import sms

COUNT = 10_000


def test_mutated_and_random_pdus_raise_nothing_and_take_less_than_a_millisecond():
    figures = fuzz_pdus.measure(COUNT, seed=20261122)
    assert figures.slow * 1000 <= COUNT, figures
    assert (
        0.1 < figures.undecodable / COUNT < 0.9
    )  # both ways through the decoder were taken


@pytest.mark.parametrize(
    "octets", ["0" * 1_000_000, "Z" * 1_000_000, "\0" * 1_000_000, b"\xff" * 1_000_000]
)
def test_a_line_without_end_is_only_looked_at_so_far(octets):
    started = time.thread_time()
    sms.decode(octets)
    assert time.thread_time() - started < 0.01  # seconds; to read all of it takes more


@given(st.binary(max_size=300) | st.text(max_size=300), st.none() | st.integers())
def test_anything_at_all_is_decoded_or_refused_and_has_an_identity(octets, length):
    found = sms.decode(octets, length)
    assert sms.kind(found) in {
        "text",
        "status_report",
        "voicemail",
        "mms",
        "data",
        "undecodable",
    }
    assert isinstance(sms.canonical_tpdu(octets, length), bytes)
    if isinstance(found, sms.Undecodable):
        assert found.reason and found.octets == octets
    elif isinstance(found, sms.Deliver) and found.text is not None:
        found.text.encode("utf-8")
