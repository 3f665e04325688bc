"""Rows S, submits: how the library as shipped sends. Ours are in tests/test_modem_submit.py and test_submit_pdu.py."""

from __future__ import annotations

import pytest
from conftest import Shipped
from gsmmodem.exceptions import CommandError
from gsmmodem.pdu import encodeSmsSubmitPdu

TO = "+33639980000"


@pytest.mark.parametrize(
    ("text", "error"), [("\U0001f600", ValueError), ("ÿ", TypeError)]
)
def test_s1_an_emoji_ends_the_sending(
    shipped: Shipped, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        shipped.connected().sendSms(TO, text)
    assert shipped.simulation.network.submitted == []


def test_s2_a_backtick_is_sent_as_another_character(shipped: Shipped) -> None:
    shipped.connected().sendSms(TO, "`")
    assert [one.text for one in shipped.simulation.network.submitted] != ["`"]


def test_s3_a_modem_without_cscs_sends_no_accents_outside_gsm7(
    shipped: Shipped,
) -> None:
    shipped.fault("refused", prefix="AT+CSCS")
    shipped.fault("odd_answer", prefix="AT+CLAC", lines="+CMGS|+CMGL")
    with pytest.raises((CommandError, ValueError)):
        shipped.connected().sendSms(TO, "être œ")
    assert shipped.simulation.network.submitted == []


def test_s4_a_report_is_asked_for_although_it_was_declined(shipped: Shipped) -> None:
    shipped.connected(requestDelivery=False).sendSms(TO, "Bonjour")
    assert [
        one.status_report_request for one in shipped.simulation.network.submitted
    ] == [True]


@pytest.mark.parametrize(("number", "octet"), [("12345", 0xA1), ("BANK", 0xD0)])
def test_s5_short_numbers_are_national_and_names_are_written_to(
    number: str, octet: int
) -> None:
    [pdu] = encodeSmsSubmitPdu(number, "Bonjour", reference=0)
    octets = bytes(pdu.data)
    assert octets[octets[0] + 4] == octet


def test_s6_which_segment_failed_is_not_told(shipped: Shipped) -> None:
    modem = shipped.connected()
    write = modem.write

    def watched(data: str, *arguments: object, **options: object) -> object:
        if data.startswith("AT+CMGS") and shipped.simulation.network.submitted:
            shipped.fault("cms_error", code=500, at="ctrl_z")
        return write(data, *arguments, **options)

    modem.write = watched
    with pytest.raises(CommandError) as failed:
        modem.sendSms(TO, "a" * 400)
    assert len(shipped.simulation.network.submitted) == 1
    assert not hasattr(failed.value, "reference")


def test_s7_a_reference_with_a_time_is_an_error_after_the_text_left(
    shipped: Shipped,
) -> None:
    modem = shipped.connected()
    shipped.fault("cmgs_form", form="timestamp")
    with pytest.raises(ValueError, match="invalid literal"):
        modem.sendSms(TO, "Bonjour")
    assert len(shipped.simulation.network.submitted) == 1
