"""The decoder on whole short messages: what is whole is read, what is damaged is refused with what it still says.

Longer than 400 lines: one table of what is odd and one of what is damaged; the line between them is the claim.
"""

from __future__ import annotations

import pytest
import sms_reference as reference
from hypothesis import given
from hypothesis import strategies as st

from antirelou import sms

GSM7_TEXT = st.text(reference.GSM7_REPERTOIRE, max_size=160)
UNICODE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
HEADERS = st.lists(st.binary(min_size=0, max_size=20), max_size=4).map(
    lambda elements: b"".join(
        bytes([0x0A + at, len(data)]) + data for at, data in enumerate(elements)
    )
)


def gsm7_pdu(text: str, header: bytes = b"", **fields) -> bytes:
    user_data, declared = reference.gsm7(reference.septets(text), header)
    return reference.deliver(
        user_data, declared, first=0x44 if header else 0x04, **fields
    )


def ucs2_pdu(text: str, header: bytes = b"", **fields) -> bytes:
    user_data, declared = reference.octets(text.encode("utf-16-be"), header)
    return reference.deliver(
        user_data, declared, first=0x44 if header else 0x04, coding=0x08, **fields
    )


# --- what goes in comes out -------------------------------------------------------------------------------------------


@given(GSM7_TEXT.filter(lambda text: len(reference.septets(text)) <= 160), HEADERS)
def test_a_gsm7_text_behind_a_header_of_any_length_is_read(text, header):
    deliver = sms.decode(gsm7_pdu(text, header))
    assert deliver.text == text and deliver.header.segment is None
    assert sum(len(element.data) + 2 for element in deliver.header.elements) == len(
        header
    )


@given(UNICODE_TEXT, HEADERS)
def test_a_ucs2_text_behind_a_header_of_any_length_is_read(text, header):
    deliver = sms.decode(ucs2_pdu(text, header).hex())
    assert deliver.text == text


@given(st.binary(max_size=140))
def test_data_is_read_as_it_is(data):
    user_data, declared = reference.octets(data)
    deliver = sms.decode(reference.deliver(user_data, declared, coding=0x04))
    assert deliver.data == data and deliver.coding.alphabet is sms.Alphabet.EIGHT_BIT


@pytest.mark.parametrize("length", range(161))
def test_a_text_of_every_length_keeps_its_last_character(length):
    for (
        character
    ) in "@z\r":  # septet 0 is what a decoder that counts octets takes for padding
        text = "a" * (length - 1) + character if length else ""
        assert sms.decode(gsm7_pdu(text)).text == text


def test_every_field_has_its_place():
    pdu = reference.deliver(
        b"\x31",
        1,
        sender=reference.number("+33639980001"),
        coding=0x11,
        protocol=0x41,
        first=0x80,
        time=bytes.fromhex("62112201000040"),
        centre="+33609001390",
    )
    deliver = sms.decode(pdu)
    assert deliver == sms.Deliver(
        service_centre_address="+33609001390",
        originating_address=sms.Address("+33639980001", 0x91),
        protocol_identifier=0x41,
        coding=sms.Coding(0x11, sms.Alphabet.GSM7, message_class=1),
        service_centre_time=sms.Timestamp(bytes.fromhex("62112201000040")),
        text="1",
        data=b"1",
        header=sms.UserDataHeader(),
        more_messages=True,
        reply_path=True,
        tpdu=pdu[8:],
        problems=(),
    )


def test_a_reserved_type_is_processed_as_a_deliver():
    # TS 23.040 9.2.3.1: TP-MTI 11.
    assert sms.decode(reference.deliver(b"\x31", 1, first=0x07)).text == "1"


@pytest.mark.parametrize("centre", ["", "+33609001390", "0609001390"])
def test_the_service_centre_is_kept_or_absent(centre):
    assert sms.decode(
        reference.deliver(b"\x31", 1, centre=centre)
    ).service_centre_address == (centre or None)


@pytest.mark.parametrize(
    ("element", "text"),
    [("240101", "Ş"), ("250103", "ª"), ("240101250101", "Ş")],
)
def test_shifts_of_the_header_choose_the_tables(element, text):
    septets = [0x1B, 0x53] if element.startswith("24") else [0x12]
    user_data, declared = reference.gsm7(septets, bytes.fromhex(element))
    assert sms.decode(reference.deliver(user_data, declared, first=0x44)).text == text


# --- odd, but whole ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("D83D", "\ufffd"),
        ("0041D83D0042", "A\ufffdB"),
        ("DE31D83D", "\ufffd\ufffd"),
        ("D83DDE31", "😱"),
        ("D83DD83DDE31", "\ufffd😱"),
        ("0000FEFF", "\0\ufeff"),
        ("004100", "A"),
    ],
)
def test_surrogates_are_joined_and_lone_ones_replaced(octets, text):
    user_data, declared = reference.octets(bytes.fromhex(octets))
    deliver = sms.decode(reference.deliver(user_data, declared, coding=0x08))
    assert deliver.text == text
    deliver.text.encode("utf-8")  # the log can store it


@pytest.mark.parametrize(
    ("pdu", "problem"),
    [
        (
            gsm7_pdu("abc") + b"\x00\x41",
            "it is followed by octets that do not belong to it",
        ),
        (gsm7_pdu("abc", time=b"\xff" * 7), "a time in it is damaged"),
        (
            gsm7_pdu("abc", coding=0x8F),
            "the data coding scheme is reserved; read as the default alphabet",
        ),
        (
            reference.deliver(b"\x61\x62\x63", 3, coding=0x20),
            "the text is compressed (TS 23.042) and not read",
        ),
        (gsm7_pdu("abc") + b"\xff" * 20, None),  # the SIM's own padding
        (
            reference.deliver(*reference.gsm7([0x61, 0x1B])),
            "the text ends within an escape pair",
        ),
        (
            reference.deliver(*reference.octets(b"\0a\0"), coding=0x08),
            "the text ends within a character",
        ),
        (
            reference.deliver(*reference.octets(b"\0a" * 71), coding=0x08),
            "the user data is longer than a short message has room for",
        ),
        (
            reference.deliver(*reference.gsm7([0x61] * 170)),
            "the user data is longer than a short message has room for",
        ),
        (
            reference.deliver(
                *reference.gsm7([0x61], bytes.fromhex("0003C502")), first=0x44
            ),
            "the user data header contradicts itself and is ignored",
        ),
    ],
)
def test_what_is_odd_is_read_and_said(pdu, problem):
    deliver = sms.decode(pdu)
    assert isinstance(deliver, sms.Deliver)
    assert deliver.problems == ((problem,) if problem else ())
    assert (
        deliver.text is None
        if deliver.coding.compressed
        else deliver.text.startswith("a")
    )


@pytest.mark.parametrize(
    "line",
    [
        "{}\r\n",
        "  {} ",
        '{}"',
        "\0{}\0\0",
        "{}FFFFFF",
        "{}F",  # half an octet too much
        "{} OK",
        "{}ZZ",
    ],
)
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_noise_around_the_line_changes_neither_text_nor_identity(line, case):
    pdu = gsm7_pdu("Salut, ca va pas du tout")
    noisy = line.format(case(pdu.hex()))
    assert sms.decode(noisy).text == "Salut, ca va pas du tout"
    assert sms.canonical_tpdu(noisy) == sms.canonical_tpdu(pdu) == pdu[8:]


def test_noise_within_the_line_changes_neither():
    pdu = gsm7_pdu("bonsoir")
    noisy = "\0 ".join(pdu.hex())
    assert sms.decode(noisy).text == "bonsoir" and sms.canonical_tpdu(noisy) == pdu[8:]


def test_a_wrong_length_changes_nothing():
    pdu = gsm7_pdu("bonsoir")
    for length in (None, 0, -1, 5, len(pdu) - 8, len(pdu), 999):
        assert sms.decode(pdu.hex(), length).text == "bonsoir"
        assert sms.canonical_tpdu(pdu.hex(), length) == pdu[8:]


def test_a_pdu_without_a_service_centre_is_read_when_its_length_says_so():
    pdu = gsm7_pdu("bonsoir")
    found = sms.decode(pdu[8:].hex(), len(pdu) - 8)
    assert found.text == "bonsoir" and found.problems == (
        "the service centre's address is missing",
    )
    assert sms.canonical_tpdu(pdu[8:].hex(), len(pdu) - 8) == pdu[8:]


def test_the_same_short_message_through_another_service_centre_is_the_same():
    one, other = gsm7_pdu("bonsoir"), gsm7_pdu("bonsoir", centre="+33695000695")
    assert sms.canonical_tpdu(one) == sms.canonical_tpdu(other)


# --- damaged ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("", "it is empty"),
        ("\0\r\n", "it is empty"),
        ("Zut", "it is not hexadecimal"),
        ("é" * 10, "it is not hexadecimal"),
        (b"", "it is empty"),
        ("0", "it is not hexadecimal"),
        ("07", "the service centre's address is cut off or too long"),
        ("0791336090", "the service centre's address is cut off or too long"),
        ("0D91" + "33" * 40, "the service centre's address is cut off or too long"),
        ("0004", "the originating address is cut off or too long"),
        ("00040B913336", "the originating address is cut off or too long"),
        ("00040B913336990800F1" + "0000", "it ends before its user data"),
        ("0002", "the recipient's address is cut off or too long"),
        ("0002070B913336990800F162", "it ends before its status"),
        ("0001", "the destination address is cut off or too long"),
        ("0001000B913336990800F10000", "it ends before its user data"),
    ],
)
def test_what_cannot_be_understood_comes_back_with_the_reason_and_itself(
    octets, reason
):
    found = sms.decode(octets)
    assert isinstance(found, sms.Undecodable)
    assert (found.reason, found.octets) == (reason, octets)


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_text_that_is_cut_off_is_refused_and_what_is_left_of_it_kept(cut):
    pdu = gsm7_pdu("Tu reponds pas ? Alors !")
    found = sms.decode(pdu.hex()[: -2 * cut])
    assert (
        isinstance(found, sms.Undecodable)
        and found.reason == "the user data is cut off"
    )
    assert found.salvaged.originating_address.value == "+33639980001"
    assert found.salvaged.text and "Tu reponds pas ? Alors !".startswith(
        found.salvaged.text
    )
    odd = sms.decode(pdu.hex()[: -2 * cut + 1])
    assert (
        odd.reason == "it has an odd number of hexadecimal digits"
        and odd.salvaged == found.salvaged
    )


def test_junk_within_the_line_is_refused_and_what_is_before_it_kept():
    line = gsm7_pdu("Tu reponds pas ?").hex()
    found = sms.decode(line[:-8] + "JUNK" + line[-4:])
    assert (
        found.reason == "it is not hexadecimal throughout"
        and found.salvaged.text.startswith("Tu reponds")
    )


def test_a_header_longer_than_the_text_is_refused_and_the_text_read_without_it():
    user_data, declared = reference.gsm7(reference.septets("Flute"))
    found = sms.decode(reference.deliver(user_data, declared, first=0x44))
    assert found.reason == "the user data header is longer than the user data"
    assert (
        found.salvaged.text == "Flute" and found.salvaged.header == sms.UserDataHeader()
    )


def test_two_damages_are_two_messages():
    pdu = gsm7_pdu("Tu reponds pas ?").hex().upper()
    damaged = [pdu[:at] for at in range(len(pdu))]
    damaged += [pdu[:at] + "X" + pdu[at + 1 :] for at in range(len(pdu))]
    damaged += ["", "\0", "é", "É", "zut"]
    keys = {sms.canonical_tpdu(line, 26) for line in damaged}
    assert len(keys) == len(set(damaged))


def test_junk_is_its_own_characters():
    assert sms.canonical_tpdu("Zut !") == b"Zut !"
    assert sms.canonical_tpdu("\udcff") == "\udcff".encode("utf-8", "surrogatepass")
    assert sms.canonical_tpdu(b"") == b""


def test_a_damaged_tpdu_is_without_its_service_centre_where_the_length_confirms_it():
    damaged = gsm7_pdu("Tu reponds pas ?")[:-2]
    assert sms.canonical_tpdu(damaged.hex(), len(damaged) - 8) == damaged[8:]
    assert sms.canonical_tpdu(damaged.hex()) == damaged


# --- status reports and stored submits --------------------------------------------------------------------------------

REPORT = "06180B913336990800F1" + "62112201000040" + "62112201000140" + "{}"


@pytest.mark.parametrize(
    ("status", "delivered", "final"),
    [
        ("00", True, True),
        ("02", True, True),
        ("30", False, False),
        ("46", False, True),
        ("63", False, True),
    ],
)
def test_a_status_report_says_what_became_of_a_submit(status, delivered, final):
    report = sms.decode("00" + REPORT.format(status))
    assert isinstance(report, sms.StatusReport)
    assert (report.message_reference, report.recipient_address.value) == (
        0x18,
        "+33639980001",
    )
    assert report.service_centre_time.isoformat() == "2026-11-22T10:00:00+01:00"
    assert report.discharge_time.isoformat() == "2026-11-22T10:00:10+01:00"
    assert (report.delivered, report.final) == (delivered, final)
    assert report.tpdu == bytes.fromhex(REPORT.format(status))


def test_what_follows_the_status_is_part_of_the_report_unless_it_is_padding():
    report = bytes.fromhex(REPORT.format("00"))
    assert sms.canonical_tpdu(b"\0" + report + b"\x01\x00") == report + b"\x01\x00"
    assert sms.canonical_tpdu(b"\0" + report + b"\xff\xff") == report


def test_a_status_report_with_damaged_times_is_read():
    report = sms.decode("00" + REPORT.format("00").replace("62112201000140", "FF" * 7))
    assert report.discharge_time.at is None and report.problems == (
        "a time in it is damaged",
    )


@pytest.mark.parametrize(
    ("first", "period"),
    [("01", ""), ("11", "AA"), ("09", "01" * 7), ("19", "62112201000040")],
)
def test_a_submit_is_read_with_any_validity_period(first, period):
    submit = sms.decode(f"00{first}000A8160938900100000{period}0131")
    assert isinstance(submit, sms.Submit)
    assert (submit.destination_address.value, submit.text) == ("0639980001", "1")
    assert submit.validity_period.hex().upper() == period and submit.problems == ()


# --- joined -----------------------------------------------------------------------------------------------------------


def segment(data: bytes, sequence: int, count: int, coding: int = 0x08) -> sms.Deliver:
    user_data, declared = reference.octets(data, bytes([0, 3, 7, count, sequence]))
    return sms.decode(reference.deliver(user_data, declared, first=0x44, coding=coding))


@pytest.mark.parametrize("cut", range(9))
def test_a_character_cut_by_its_sender_is_whole_again(cut):
    octets = "a😱é".encode("utf-16-be")
    assert (
        sms.joined_text([segment(octets[:cut], 1, 2), segment(octets[cut:], 2, 2)])
        == "a😱é"
    )


def test_an_escape_pair_cut_by_its_sender_is_whole_again():
    septets = reference.septets("a€b")
    parts = []
    for sequence, values in enumerate((septets[:2], septets[2:]), start=1):
        user_data, declared = reference.gsm7(values, bytes([0, 3, 7, 2, sequence]))
        parts.append(sms.decode(reference.deliver(user_data, declared, first=0x44)))
    assert sms.joined_text(parts) == "a€b"


def test_segments_of_different_alphabets_are_joined():
    user_data, declared = reference.gsm7(
        reference.septets("abc"), bytes([0, 3, 7, 3, 1])
    )
    first = sms.decode(reference.deliver(user_data, declared, first=0x44))
    data = segment(b"xyz", 3, 3, coding=0x04)
    assert (
        sms.joined_text([first, segment("😱".encode("utf-16-be"), 2, 3), data])
        == "abc😱xyz"
    )
    assert sms.joined_text([segment(b"\x00\x01", 1, 1, coding=0x04)]) == ""
    assert sms.joined_text([]) == ""


def test_an_octet_too_many_in_one_segment_does_not_shift_the_next():
    assert sms.joined_text([segment(b"\0a\0", 1, 2), segment(b"\0b", 2, 2)]) == "ab"
