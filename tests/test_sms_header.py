"""User data headers, also those that contradict themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou.sms.header import Element, Ports, Segment, read_header


def header(hexadecimal: str):
    return read_header(bytes.fromhex(hexadecimal))


@pytest.mark.parametrize(
    ("octets", "segment"),
    [
        ("0003C50201", Segment(0xC5, 2, 1, 8)),
        ("0003000101", Segment(0, 1, 1, 8)),  # reference 0 is a reference
        ("080412340302", Segment(0x1234, 3, 2, 16)),
        (
            "0003C50200",
            None,
        ),  # 9.2.3.24.1: sequence 0, beyond the count, or a count of 0: ignored
        ("0003C50203", None),
        ("0003C50000", None),
        ("0002C502", None),
        ("0004C502017F", Segment(0xC5, 2, 1, 8)),  # longer than it need be
        (
            "0003C50201080412340302",
            Segment(0x1234, 3, 2, 16),
        ),  # both: the last one holds
        (
            "0003C502010003C50200",
            Segment(0xC5, 2, 1, 8),
        ),  # and one that is to be ignored does not
    ],
)
def test_concatenation_is_read_or_ignored(octets, segment):
    assert header(octets).segment == segment


def test_ports_and_shifts_are_read():
    found = header("05040B8423F0" + "240101" + "250103")
    assert found.ports == Ports(destination=2948, source=0x23F0)
    assert (found.single_shift, found.locking_shift) == (1, 3)
    assert header("0402F5E2").ports == Ports(0xF5, 0xE2)


def test_elements_that_mean_nothing_here_are_kept():
    found = header("0A03000410" + "7F00" + "2400")
    assert found.elements == (
        Element(0x0A, b"\x00\x04\x10"),
        Element(0x7F, b""),
        Element(0x24, b""),
    )
    assert found.has(0x7F) and not found.has(0x00) and found.single_shift == 0


@pytest.mark.parametrize("octets", ["00", "0003", "0003C502", "0003C5020108", "0AFF00"])
def test_a_header_whose_last_element_does_not_fit_is_none(octets):
    assert header(octets) is None


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=20)), max_size=8))
def test_elements_come_out_as_they_went_in(elements):
    octets = b"".join(
        bytes([identifier, len(data)]) + data for identifier, data in elements
    )
    assert [
        (element.identifier, element.data) for element in read_header(octets).elements
    ] == elements
