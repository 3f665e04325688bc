"""Other projects' PDUs, segmentations and joined texts: `sms` reads them as their authors say.

Longer than 400 lines: one set of vectors, none of them left out, and every difference of opinion in one place.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from antirelou import sms
from antirelou.modem.submit_pdu import submit_pdus
from antirelou.sms.address import read_address, service_centre_address
from antirelou.sms.outgoing import split

HERE = Path(__file__).parent / "vectors"


def load(name: str) -> list[dict]:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


PDUS = [
    vector
    for name in (
        "gnokii",
        "modemmanager_3gpp",
        "node_pdu",
        "python_messaging",
        "xlab_at",
    )
    for vector in load(name)
]


def by_direction(*directions: str, error: bool = False) -> list:
    return [
        pytest.param(vector, id=f"{vector['source'].partition('::')[2]}-{number}")
        for number, vector in enumerate(PDUS)
        if vector["direction"] in directions
        and bool(vector["expect"].get("error")) is error
    ]


# Two vectors are the same PDU with its last hexadecimal digit missing: one project's lenient decoder reads all but
# the last character of its text, its strict one refuses it, and so does the second opinion. Refused here, because a
# text of which something is missing must not be answered as if it were whole; what could be read goes with the
# refusal, so that both vectors hold.
CUT_WITHIN_AN_OCTET = "test_decoding_odd_length_pdu_no_strict"


def decoded(vector: dict) -> sms.Tpdu:
    octets = bytes.fromhex(vector["pdu"] + ("0" if len(vector["pdu"]) % 2 else ""))
    found = sms.decode(vector["pdu"]) if vector["has_smsc"] else sms.decode_tpdu(octets)
    if vector["source"].endswith(CUT_WITHIN_AN_OCTET):
        assert isinstance(found, sms.Undecodable)
        found = found.salvaged
    assert found is not None and not isinstance(found, sms.Undecodable), found
    return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def local(time: sms.Timestamp) -> str:
    return time.isoformat()[:19]


def address_of(tpdu: sms.Tpdu) -> sms.Address:
    if isinstance(tpdu, sms.Deliver):
        return tpdu.originating_address
    return (
        tpdu.destination_address
        if isinstance(tpdu, sms.Submit)
        else tpdu.recipient_address
    )


def validity_minutes(octet: int) -> int:
    """TS 23.040 9.2.3.12.1."""
    if octet < 144:
        return (octet + 1) * 5
    return 12 * 60 + (octet - 143) * 30 if octet < 168 else (octet - 166) * 24 * 60


CHECKS = {
    "smsc": lambda t, v: t.service_centre_address == v,
    "smsc_digits": lambda t, v: t.service_centre_address.lstrip("+") == v,
    "address": lambda t, v: address_of(t).value == v,
    # One vector writes the + of an international number as 00.
    "address_digits": lambda t, v: (
        address_of(t).value.lstrip("+") == v.removeprefix("00")
    ),
    "text": lambda t, v: t.text == v,
    "full_text": lambda t, v: t.text in v,
    "text_of_test": lambda t, v: t.text == v,
    "text_ascii": lambda t, v: t.text == v,
    "timestamp": lambda t, v: (
        t.service_centre_time.at == instant(v)
        and t.service_centre_time.isoformat()[:19] == v[:19]
    ),
    "timestamp_utc": lambda t, v: t.service_centre_time.at == instant(v),
    "timestamp_local": lambda t, v: local(t.service_centre_time) == v,
    "discharge": lambda t, v: t.discharge_time.at == instant(v),
    "discharge_local": lambda t, v: local(t.discharge_time) == v,
    "status": lambda t, v: t.status == v,
    "mr": lambda t, v: t.message_reference == v,
    "data_hex": lambda t, v: t.data.hex().upper() == v.upper(),
    "dcs": lambda t, v: t.coding.data_coding_scheme == v,
    "pid": lambda t, v: t.protocol_identifier == v,
    "msg_class": lambda t, v: t.coding.message_class == v,
    "concatenated": lambda t, v: (
        bool(getattr(t, "header", None) and t.header.segment) is v
    ),
    "udh": lambda t, v: (
        (t.header.segment.reference, t.header.segment.count, t.header.segment.sequence)
        == (v["ref"], v["total"], v["seq"])
    ),
    "udl": lambda t, v: len(t.data) == v,
    "cmgs_length": lambda t, v: len(t.tpdu) == v,
    "status_report_request": lambda t, v: t.status_report_request is v,
    "validity_minutes": lambda t, v: validity_minutes(t.validity_period[0]) == v,
    "validity": lambda t, v: (
        validity_minutes(t.validity_period[0]) == 4 * 24 * 60
        if v == "4 days, 0:00:00"
        else local(sms.Timestamp(t.validity_period)) == v.replace(" ", "T")
    ),
    "validity_absolute": lambda t, v: sms.Timestamp(t.validity_period).at == instant(v),
}


@pytest.mark.parametrize("vector", by_direction("deliver", "submit", "status-report"))
def test_a_pdu_says_what_its_author_says(vector):
    tpdu = decoded(vector)
    assert type(tpdu) is {"deliver": sms.Deliver, "submit": sms.Submit}.get(
        vector["direction"], sms.StatusReport
    )
    for what, value in vector["expect"].items():
        assert CHECKS[what](tpdu, value), (what, value, tpdu)


@pytest.mark.parametrize(
    "vector", by_direction("deliver", "submit", "status-report", error=True)
)
def test_a_pdu_that_its_author_refuses_is_refused_with_the_reason(vector):
    found = sms.decode(vector["pdu"])
    assert isinstance(found, sms.Undecodable)
    assert found.reason and found.octets == vector["pdu"]


def test_the_reasons_tell_the_refused_vectors_apart():
    reasons = {
        v["expect"]["why"]: sms.decode(v["pdu"]).reason
        for v in PDUS
        if v["expect"].get("error")
    }
    assert reasons == {
        "insufficient data": "the user data is cut off",
        "no address": "the recipient's address is cut off or too long",
        "wrong address size": "the originating address is cut off or too long",
        "wrong user data elements size": "the user data header is longer than the user data",
        "wrong udh": "the user data header is longer than the user data",
        "odd number of hex digits": "it has an odd number of hexadecimal digits",
    }


@pytest.mark.parametrize("vector", by_direction("address-only"))
def test_an_address_is_what_its_author_says(vector):
    octets = bytes.fromhex(vector["pdu"])
    if vector["has_smsc"]:
        assert (
            service_centre_address(octets[1 : octets[0] + 1])
            == vector["expect"]["address"]
        )
    else:
        assert read_address(octets, 0)[0].value == vector["expect"]["address"]


def test_no_vector_is_left_out():
    known = {"deliver", "submit", "status-report", "address-only"}
    assert {vector["direction"] for vector in PDUS} == known


# --- where the second opinion differs ---------------------------------------------------------------------------------


def test_every_difference_of_opinion_is_decided_here():
    differing = {
        v["source"].partition("::")[2]
        for v in PDUS
        if v.get("second_opinion") not in ("agrees", None)
    }
    assert differing == {
        "sms_inbox[3] + testsuite/out.40.getsms..43",
        "TestSmsDeliver.test_decoding_odd_length_pdu_no_strict",
        "pduSubmitGsm7_EnhancedTpVp2",
    }


def vector_of(source: str) -> dict:
    return next(vector for vector in PDUS if source in vector["source"])


def test_a_status_report_with_leftovers_is_read():
    # The second opinion fails on what follows TP-ST, which nothing depends on: the report itself is whole.
    report = sms.decode(vector_of("sms_inbox[3]")["pdu"])
    assert isinstance(report, sms.StatusReport) and report.delivered


def test_a_pdu_cut_within_an_octet_is_refused_and_its_text_kept():
    # Chosen with the second opinion; see CUT_WITHIN_AN_OCTET.
    vector = vector_of(CUT_WITHIN_AN_OCTET)
    found = sms.decode(vector["pdu"])
    assert (
        isinstance(found, sms.Undecodable)
        and found.reason == "it has an odd number of hexadecimal digits"
    )
    assert found.salvaged.text == vector["expect"]["text"]


def test_an_enhanced_validity_period_always_takes_seven_octets():
    # TS 23.040 9.2.3.12.3: seven octets whatever the first of them says; the second opinion takes fewer.
    submit = sms.decode(vector_of("pduSubmitGsm7_EnhancedTpVp2")["pdu"])
    assert (
        len(submit.validity_period) == 7
        and submit.text == "This SMS is valid for 2 minutes"
    )


# --- real devices -----------------------------------------------------------------------------------------------------

TRANSCRIPTS = [
    v
    for v in load("at_transcripts")
    if "pdu" in v and "error" not in v["reference_decode"]
]


@pytest.mark.parametrize(
    "vector", TRANSCRIPTS, ids=lambda v: v["source"].rpartition(":tests/")[2]
)
def test_what_a_device_listed_reads_as_the_reference_says(vector):
    expected = vector["reference_decode"]
    tpdu = sms.decode(vector["pdu"])
    assert type(tpdu).__name__ == expected["type"].removeprefix("Sms")
    assert address_of(tpdu).value == expected["address"]
    assert address_of(tpdu).type_of_address == expected["toa"]
    assert tpdu.service_centre_address == expected["smsc"]
    for key in ("timestamp", "discharge", "mr", "status"):
        if key in expected:
            assert CHECKS[key](tpdu, expected[key])
    if not isinstance(tpdu, sms.StatusReport):
        assert tpdu.coding.data_coding_scheme == expected["dcs"]
        assert tpdu.protocol_identifier == expected["pid"]
        if "text" in expected:
            assert tpdu.text == expected["text"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("at-sms-failing/01", "the destination address is cut off or too long"),
        ("at-sms-failing/25", "the originating address is cut off or too long"),
        ("at-sms-failing/35", "the user data is cut off"),
        ("at-sms/41", "the user data is cut off"),
    ],
)
def test_what_the_reference_refuses_is_refused(source, reason):
    vector = next(v for v in load("at_transcripts") if f"{source}.dump" in v["source"])
    found = sms.decode(vector["pdu"])
    assert isinstance(found, sms.Undecodable) and found.reason == reason


def test_a_text_with_more_octets_than_it_declares_is_read_to_its_declared_end():
    # The reference refuses it; the text is whole, and so it is kept.
    vector = next(v for v in load("at_transcripts") if "at-sms/39.dump" in v["source"])
    found = sms.decode(vector["pdu"])
    assert found.text == "llamada perdida de: +34617653167 on 07/08  at  11:19."
    assert found.problems == ("it is followed by octets that do not belong to it",)


def test_a_status_report_padded_by_the_sim_is_read():
    vector = next(v for v in load("at_transcripts") if "at-sms/32.dump" in v["source"])
    found = sms.decode(vector["pdu"])
    assert isinstance(found, sms.StatusReport) and found.message_reference == 0xAB
    assert (
        sms.canonical_tpdu(vector["pdu"])
        == found.tpdu
        == bytes.fromhex(vector["pdu"].rstrip("F"))[8:]
    )


# --- joined and cut ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "vector", load("node_pdu_reassembly"), ids=lambda v: v["source"].partition("::")[2]
)
def test_segments_in_any_order_make_the_text(vector):
    delivers = [sms.decode(pdu) for pdu in vector["pdus"]]
    ordered = {deliver.header.segment.sequence: deliver for deliver in delivers}
    assert (
        sms.joined_text([ordered[sequence] for sequence in sorted(ordered)])
        == vector["expect"]["text"]
    )


SEGMENTATIONS = [vector for vector in load("segmentation") if "text" in vector]


@pytest.mark.parametrize(
    "vector", SEGMENTATIONS, ids=lambda v: v["source"].partition("::")[2]
)
def test_a_text_takes_as_many_segments_as_its_author_counts(vector):
    if (
        "alphabet" in vector
    ):  # these are of a function that cuts whatever it is given, long or not
        segments = split(vector["text"], sms.Alphabet(vector["alphabet"]))
    else:
        segments = sms.compose(vector["text"]).segments
    assert len(segments) == vector["segments"]
    assert "".join(segments) == vector["text"]


# --- encoded again ----------------------------------------------------------------------------------------------------


def plain(vector: dict) -> tuple[sms.Submit, str] | None:
    """A submit without what we never send, validity period and service centre; None if it has more that we never do."""
    submit = decoded(vector)
    octets = bytearray(submit.tpdu)
    after_address = 4 + (octets[2] + 1) // 2
    if (
        octets[after_address]
        or octets[after_address + 1] not in (0x00, 0x08)
        or octets[3] not in (0x81, 0x91)
    ):
        return None
    octets[0] &= 0xE7
    octets[1] = 0  # TP-MR is the modem's own
    del octets[after_address + 2 : after_address + 2 + len(submit.validity_period)]
    return submit, octets.hex().upper()


def whole_text(vector: dict, submit: sms.Submit) -> str | None:
    """The text to encode; None if its other segments are not among the vectors."""
    if submit.header.segment is None:
        return submit.text
    if "full_text" in vector["expect"]:
        return vector["expect"]["full_text"]
    others = {}
    for other in PDUS:
        if other["source"].partition("::")[0] == vector["source"].partition("::")[0]:
            found = decoded(other)
            if (
                found.header.segment
                and found.header.segment.reference == submit.header.segment.reference
            ):
                others[found.header.segment.sequence] = found.text
    return (
        "".join(others[key] for key in sorted(others))
        if len(others) == submit.header.segment.count
        else None
    )


def comparable() -> list:
    cases = []
    for vector in PDUS:
        if (
            vector.get("encode")
            and vector["direction"] == "submit"
            and (found := plain(vector))
        ):
            submit, expected = found
            text = whole_text(vector, submit)
            if (
                text is None or len(submit.destination_address.value) > 16
            ):  # +, and E.164's fifteen digits
                continue
            # gnokii's test has septet 1B as a character, which makes an escape pair of it and its neighbour: no text
            # gives that again, and the second segment of that test begins one character too early for us.
            count = submit.header.segment.count if submit.header.segment else 1
            if (
                b"\x1b\x1c" not in submit.data
                and len(sms.compose(text).segments) == count
            ):
                cases.append(
                    pytest.param(
                        submit,
                        expected,
                        text,
                        id=vector["source"].partition("::")[2][:60],
                    )
                )
    return cases


def test_most_submits_can_be_compared():
    assert len(comparable()) >= 20


@pytest.mark.parametrize(("submit", "expected", "text"), comparable())
def test_our_submit_is_the_one_its_author_asserts(submit, expected, text):
    segment = submit.header.segment
    pdus = submit_pdus(
        submit.destination_address.value,
        text,
        reference=segment.reference if segment else 0,
        status_report=submit.status_report_request,
    )
    ours = pdus[segment.sequence - 1 if segment else 0]
    if (
        submit.coding.alphabet is sms.Alphabet.GSM7
        and len(submit.data) % 8 == 7
        and expected.endswith("1B")
    ):
        expected = (
            expected[:-2] + "01"
        )  # xlab fills seven spare bits with a CR, as 6.1.2.3.1 says of USSD only
    assert ours.octets == "00" + expected
    assert ours.length == len(expected) // 2
