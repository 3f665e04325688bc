"""What leaves is what was asked: the library's encoder behind its guards."""

from __future__ import annotations

import pytest
import sms_reference as reference
from hypothesis import example, given
from hypothesis import strategies as st

from antirelou import sms
from antirelou.modem import submit_pdu
from antirelou.modem.submit_pdu import SubmitPdu, _check, submit_pdus

NUMBER = "+33639980001"
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=1000)
GSM7_TEXT = st.text(reference.GSM7_REPERTOIRE, max_size=1000)


def expected(
    text: str,
    sequence: int,
    count: int,
    number: str = NUMBER,
    reference_number: int = 7,
) -> str:
    """One SMS-SUBMIT as the reference encoder writes it."""
    header = bytes([0, 3, reference_number, count, sequence]) if count > 1 else b""
    if set(text) <= set(reference.GSM7_REPERTOIRE):
        coding, (user_data, declared) = (
            0,
            reference.gsm7(reference.septets(text), header),
        )
    else:
        coding, (user_data, declared) = (
            8,
            reference.octets(text.encode("utf-16-be"), header),
        )
    tpdu = (
        bytes([0x41 if header else 0x01, 0])
        + reference.number(number)
        + bytes([0, coding, declared])
        + user_data
    )
    return "00" + tpdu.hex().upper()


def read_back(pdus: tuple[SubmitPdu, ...]) -> str:
    return sms.joined_text([sms.decode(pdu.octets, pdu.length) for pdu in pdus])


@given(ANY_TEXT, st.integers(0, 255))
@example("`ÿ§\x1b\f\0", 0)
@example("a" * 152 + "€" + "`", 255)
def test_any_text_reads_back_as_it_was(text, reference_number):
    pdus = submit_pdus(NUMBER, text, reference=reference_number)
    assert read_back(pdus) == text
    for sequence, pdu in enumerate(pdus, start=1):
        submit = sms.decode(pdu.octets, pdu.length)
        segment = (
            sms.Segment(reference_number, len(pdus), sequence, 8)
            if len(pdus) > 1
            else None
        )
        assert (
            submit.header.segment == segment
            and submit.destination_address.value == NUMBER
        )
        assert (
            not submit.status_report_request and pdu.length == len(pdu.octets) // 2 - 1
        )
        assert pdu.length <= 164  # what fits in the slot of a SIM


@given(GSM7_TEXT)
def test_a_gsm7_text_is_what_another_encoder_writes(text):
    pdus = submit_pdus(NUMBER, text, reference=7)
    segments = sms.compose(text).segments
    assert [pdu.octets for pdu in pdus] == [
        expected(segment, sequence, len(segments))
        for sequence, segment in enumerate(segments, start=1)
    ]


@pytest.mark.parametrize(
    "count", [0, 1, 69, 70, 71, 134, 135, 159, 160, 161, 306, 307, 1000]
)
@pytest.mark.parametrize(
    "character", ["a", "§", "€", "ê", "ÿ", "`", "😱", "\x1b", "\f", "@", "\0", "\r"]
)
def test_every_length_of_every_troublesome_character_reads_back(character, count):
    assert (
        read_back(submit_pdus(NUMBER, character * count, reference=0))
        == character * count
    )


@pytest.mark.parametrize("character", ["😱", "ÿ", "`", "§", "\f", "\x1b", "ê"])
def test_a_character_that_the_library_gets_wrong_is_right(character):
    assert submit_pdus(NUMBER, character, reference=0) == (
        SubmitPdu(expected(character, 1, 1), len(expected(character, 1, 1)) // 2 - 1),
    )


def test_every_character_of_the_basic_multilingual_plane_reads_back():
    characters = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000)]))
    for at in range(0, len(characters), 66):
        part = characters[at : at + 66]
        assert read_back(submit_pdus(NUMBER, "ê" + part, reference=0)) == "ê" + part


@pytest.mark.parametrize(
    ("number", "field"),
    [
        ("0639980001", "0A816093890010"),
        ("38000", "05818300F0"),
        ("+33639980001", "0B913336990800F1"),
    ],
)
def test_the_type_of_address_is_international_or_unknown(number, field):
    (pdu,) = submit_pdus(number, "a", reference=0)
    assert pdu.octets == f"000100{field}00000161"


@pytest.mark.parametrize(
    "destination",
    [
        "",
        "+",
        "BANK",
        "*100#",
        "#31#0639980001",
        "+33 6 39 98 00 01",
        "06.39.98.00.01",
        "+0639980001",
        "12",
        "++336399",
    ]
    + [
        "0" * 16,
        "+" + "3" * 16,
        "٠٦٣٩٩٨٠٠٠١",
        "0639980001\n",
        "0639980001²",
        "33639980001\x1a",
    ],
)
def test_what_is_no_number_is_refused_and_not_repeated(destination):
    with pytest.raises(ValueError, match="the destination is not a number") as refusal:
        submit_pdus(destination, "a", reference=0)
    assert len(destination) < 3 or destination not in str(refusal.value)


def test_a_status_report_is_asked_for_only_on_request():
    asked = submit_pdus(NUMBER, "ê" * 71, reference=0, status_report=True)
    assert [sms.decode(pdu.octets).status_report_request for pdu in asked] == [
        True,
        True,
    ]


@pytest.mark.parametrize("reference_number", [-1, 256])
def test_a_reference_that_is_no_octet_is_refused(reference_number):
    with pytest.raises(ValueError, match="does not fit in an octet"):
        submit_pdus(NUMBER, "a", reference=reference_number)


def test_a_text_of_more_segments_than_a_message_has_is_refused():
    assert len(submit_pdus(NUMBER, "a" * 153 * 255, reference=0)) == 255
    with pytest.raises(ValueError, match="256 segments"):
        submit_pdus(NUMBER, "a" * (153 * 255 + 1), reference=0)


@pytest.mark.parametrize("text", ["\ud83d", "a\ude31", "\ud83d\ude31"])
def test_a_text_with_lone_surrogates_is_refused(text):
    with pytest.raises(ValueError, match="does not read back"):
        submit_pdus(NUMBER, text, reference=0)


SINGLE = ("0639980001", "a text of 24 characters!", None, False)
SEGMENT = (NUMBER + "2", "ê" * 67, sms.Segment(7, 2, 1, 8), True)


@pytest.mark.parametrize("asked", [SINGLE, SEGMENT])
def test_no_bit_of_a_pdu_can_be_another_without_being_noticed(asked):
    destination, text, segment, status_report = asked
    more = "ê" * 4 if segment else ""
    pdu = submit_pdus(
        destination, text + more, reference=7, status_report=status_report
    )[0]
    _check(pdu, destination, text, segment, status_report)
    octets = bytes.fromhex(pdu.octets)
    for bit in range(8 * len(octets)):
        if bit // 8 == 2:
            continue  # TP-MR is the modem's to choose
        wrong = bytearray(octets)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match="was not sent"):
            _check(
                SubmitPdu(wrong.hex().upper(), pdu.length),
                destination,
                text,
                segment,
                status_report,
            )
    for line in (
        pdu.octets + "00",
        pdu.octets + "FF",
        pdu.octets[:-2],
        pdu.octets[:-1],
        pdu.octets + "\x1a",
    ):
        with pytest.raises(ValueError, match="was not sent"):
            _check(
                SubmitPdu(line, pdu.length), destination, text, segment, status_report
            )
    with pytest.raises(ValueError, match="was not sent"):
        _check(
            SubmitPdu(pdu.octets, pdu.length + 1),
            destination,
            text,
            segment,
            status_report,
        )


def test_a_segment_that_the_library_cuts_again_is_refused(monkeypatch):
    encode = submit_pdu.encodeSmsSubmitPdu
    monkeypatch.setattr(
        submit_pdu,
        "encodeSmsSubmitPdu",
        lambda *given, **options: 2 * encode(*given, **options),
    )
    with pytest.raises(ValueError, match="made 2 PDUs of one segment"):
        submit_pdus(NUMBER, "a text that no other test has encoded", reference=0)
