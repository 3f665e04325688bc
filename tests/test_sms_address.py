"""Addresses of every kind a network delivers."""

from __future__ import annotations

import pytest
import sms_reference as reference
from hypothesis import given
from hypothesis import strategies as st

from antirelou.sms.address import Address, read_address, service_centre_address

GSM7_NAMES = st.text(reference.GSM7_REPERTOIRE, min_size=1, max_size=11).filter(
    lambda name: len(reference.septets(name)) <= 11 and not name.endswith("@")
)


@given(st.from_regex(r"\+[0-9]{1,20}|[0-9*#abc]{0,20}", fullmatch=True))
def test_a_number_is_read_as_it_was_written(value):
    field = reference.number(value)
    address, end = read_address(b"\x04" + field + b"\x00\x08", 1)
    assert address == Address(value, field[1]) and not address.alphanumeric
    assert end == 1 + len(field)


@given(GSM7_NAMES)
def test_a_name_is_read_as_it_was_written(name):
    field = reference.name(name)
    address, end = read_address(field, 0)
    assert address.value == name and address.alphanumeric and end == len(field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (
            "0ED0C2773D7FAE9701",
            "Bouygue",
        ),  # its length counts whole octets, so an eighth septet of spare bits
        ("0DD0C2773D7FAE9701", "Bouygue"),
        ("0ED0C2773D7FAE97E7", "Bouygues"),  # and eight real ones
        ("00D0", ""),
        ("0091", ""),
        ("0081", ""),
        ("038136F1", "631"),
        ("0381F1F6", "16"),  # a filler where none belongs
        ("0481A1B2", "1*2#"),
    ],
)
def test_odd_fields_are_read(field, value):
    found = read_address(bytes.fromhex(field), 0)
    assert found is not None and found[0].value == value and found[1] == len(field) // 2


@pytest.mark.parametrize(
    "field",
    [
        "",
        "0B",
        "0B91",
        "0B9133",
        "0B913399089000",
        "1591000000000000000000000000",
        "FF91",
    ],
)
def test_a_field_without_its_octets_or_with_too_many_is_refused(field):
    assert read_address(bytes.fromhex(field), 0) is None


def test_the_type_of_address_is_taken_apart():
    assert (Address("", 0x91).type_of_number, Address("", 0x91).numbering_plan) == (
        1,
        1,
    )
    assert (Address("", 0xD0).type_of_number, Address("", 0xD0).numbering_plan) == (
        5,
        0,
    )
    assert str(Address("+33639980001", 0x91)) == "+33639980001"


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("913306090031F0", "+33609000130"),
        ("8100", "00"),
        ("91", None),
        ("", None),
        ("91F0", "+0"),
    ],
)
def test_the_service_centre_has_its_address_or_none(octets, value):
    assert service_centre_address(bytes.fromhex(octets)) == value
