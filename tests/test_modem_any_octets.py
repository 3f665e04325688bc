"""A whole session with a modem that spoils its answers in any way; `make fuzz` goes on where this ends."""

from __future__ import annotations

import fuzz_octets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_whatever_a_modem_says_ends_in_time_and_raises_only_its_own_errors(
    said: bytes,
) -> None:
    fuzz_octets.converse(said)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None), max_size=20), st.text(max_size=400))
def test_any_text_to_any_number_is_said_whole_or_refused(
    destination: str, text: str
) -> None:
    fuzz_octets.encode(destination, text)
    fuzz_octets.encode(fuzz_octets.NUMBER, text)
