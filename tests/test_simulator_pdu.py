"""The simulator's own PDUs: against PDUs seen on real phones, and against arithmetic done by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from antirelou.simulator import alphabet
from antirelou.simulator.pdu import (
    Content,
    Malformed,
    address,
    delivers,
    service_centre,
    status_report,
    timestamp,
)
from antirelou.simulator.reading import read, tpdu_length

WHEN = datetime(2026, 11, 22, 11, 0, 0)
CENTRE = "+33639980099"


def test_septets_are_packed_as_in_the_standard() -> None:
    packed = alphabet.pack(b"".join(alphabet.septets_of("hellohello")))
    assert (
        packed.hex().upper() == "E8329BFD4697D9EC37"
    )  # the example that every introduction gives
    assert alphabet.text_of(alphabet.unpack(packed, 10)) == "hellohello"


def test_every_character_of_the_alphabet_survives_packing() -> None:
    text = "".join(alphabet._SEPTETS)
    septets = b"".join(alphabet.septets_of(text))
    for fill in range(7):
        assert (
            alphabet.text_of(
                alphabet.unpack(alphabet.pack(septets, fill), len(septets), fill)
            )
            == text
        )


@pytest.mark.parametrize(
    ("number", "octets"),
    [
        (
            "+46708251358",
            "0B916407281553F8",
        ),  # 3GPP TS 23.040 reads like this; seen on real phones
        ("12345", "05812143F5"),
        ("0639980001", "0A816093890010"),
        ("*100#", "05811A00FB"),
        ("hello", "09D0E8329BFD06"),  # 35 bits are 9 useful semi-octets
        ("", "0081"),
    ],
)
def test_addresses(number: str, octets: str) -> None:
    assert address(number) == octets


def test_alphanumeric_addresses_come_back() -> None:
    [pdu] = delivers("Amélie", "x", WHEN, smsc=CENTRE, content=Content(), reference=0)
    assert read(pdu).address == "Amélie"


def test_time_zones_are_signed_quarter_hours() -> None:
    assert timestamp(WHEN, 4) == "62112211000040"
    assert timestamp(WHEN, -14)[-2:] == "49"
    assert timestamp(WHEN, 23)[-2:] == "32"


def test_service_centre_may_be_missing() -> None:
    assert service_centre("") == "00"
    assert service_centre("+33639980099") == "07913336990890F9"


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("a" * 160, [160]),
        ("a" * 161, [153, 8]),
        ("a" * 152 + "€" + "a" * 8, [152, 9]),  # the escape pair is not broken
        ("é" * 306, [153, 153]),
        ("ê" * 70, [70]),
        ("ê" * 71, [67, 4]),
        ("ê" * 66 + "😀" + "ê" * 4, [66, 5]),  # nor is the surrogate pair
    ],
)
def test_segments_are_filled_to_the_brim_and_nothing_is_broken(
    text: str, sizes: list[int]
) -> None:
    pdus = delivers(
        "+33639980001", text, WHEN, smsc=CENTRE, content=Content(), reference=7
    )
    texts = [read(pdu).text for pdu in pdus]
    assert "".join(texts) == text
    assert list(map(len, texts)) == sizes


def test_sixteen_bit_references_take_one_octet_more() -> None:
    pdus = delivers(
        "+33639980001",
        "a" * 161,
        WHEN,
        smsc=CENTRE,
        content=Content(),
        reference=0xABCD,
        reference_bits=16,
    )
    assert [read(pdu).segment for pdu in pdus] == [(0xABCD, 2, 1), (0xABCD, 2, 2)]
    assert len(read(pdus[0]).text) == 152


def test_a_class_and_an_alphabet_make_the_coding_scheme() -> None:
    content = Content(message_class=0)
    [pdu] = delivers(
        "+33639980001", "ê", WHEN, smsc=CENTRE, content=content, reference=0
    )
    assert read(pdu).data_coding_scheme == 0x18
    assert read(pdu).message_class == 0


def test_a_real_deliver_is_read() -> None:
    # gammu tests/at-sms/12.dump
    message = read(
        "0791261229064012040C912622192340800000700191218253820CE130681C5E97E12072190D"
    )
    assert (message.address, message.smsc, message.text) == (
        "+622291320408",
        "+622192600421",
        "aa cakep deh",
    )
    assert message.timestamp == "07/10/19,12:28:35+28"
    assert message.tpdu_length == 30


def test_a_real_submit_is_read() -> None:
    # gammu tests/at-sms/28.dump
    pdu = (
        "07915141991321F311000B914161787734F800F1FF32EE7A2B0D72A7DBE9B10BE4ACB7C36950DA3D2ECBC7A07918640F9341E432082E4F"
        "B7CBF331A82C97BFE56917"
    )
    message = read(pdu)
    assert (message.address, message.message_class) == ("+14168777438", 1)
    assert message.text == "nu-i nimic. Numai incerc sa vad de primesc errori."


def test_a_real_status_report_is_read() -> None:
    # gammu tests/at-sms/34.dump
    message = read(
        "07911614786007F006060B911634092142F4019071011000040190710110450400060000"
    )
    assert (message.address, message.message_reference) == ("+61439012244", 6)


def test_a_status_report_names_what_was_submitted() -> None:
    message = read(status_report("+33639980002", 200, WHEN, smsc=CENTRE))
    assert (message.kind, message.address, message.message_reference) == (
        2,
        "+33639980002",
        200,
    )


@pytest.mark.parametrize(
    "junk", ["", "07", "0BD0p2608>381p", "0791", "FF" * 20, "0001000B9133"]
)
def test_junk_is_refused_by_one_exception(junk: str) -> None:
    with pytest.raises(Malformed):
        read(junk)
    assert tpdu_length(junk) >= 0
