"""The debug trace tells what was exchanged, and nobody's number, text or PIN."""

from __future__ import annotations

import logging

import pytest
from modem_stage import NUMBER, PDU, Stage

from antirelou.modem.trace import shortened


def test_pin_number_and_pdu_are_not_shown() -> None:
    assert shortened('AT+CPIN="1234"') == "AT+CPIN=****"
    assert shortened('+CLIP: "+33639980001",145') == '+CLIP: "+33639****01",145'
    assert shortened("0791" + "AB" * 30) == "0791...(64)"
    assert shortened("caf\u202e\x1b[2J") == "caf\\u202e?[2J"


def test_a_whole_conversation_shows_no_number_and_no_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "antirelou.modem"):
        stage = Stage()
    assert "AT+CMGF=0" in caplog.text
    with caplog.at_level(logging.DEBUG, "antirelou.modem"):
        stage.network.text(NUMBER, "secret")
        [pdu] = stage.modem.stored()
        stage.modem.submit(PDU)
        stage.network.call(NUMBER)
        stage.modem.wait(1)
    assert (
        NUMBER not in caplog.text
        and pdu.octets not in caplog.text
        and PDU.octets not in caplog.text
    )


def test_nothing_is_said_above_debug(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "antirelou.modem"):
        Stage().modem.stored()
    assert not caplog.records
