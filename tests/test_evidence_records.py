"""Records: MMS notifications, cut characters, calls; and how they go through CSV and JSON."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from typing import Any

from test_sms_mms import BODY, push

from antirelou import sms
from antirelou.evidence.records import CSV_COLUMNS, csv_of, json_of, record_of
from antirelou.simulator import pdu

PORTS = bytes([0x05, 4, 0x0B, 0x84, 0x23, 0xF0])  # WAP push: 2948 from 9200
AT = datetime(2026, 11, 22, 19, 0)


def delivered(text: str, **content: Any) -> list[str]:
    return pdu.delivers(
        "+33639980001",
        text,
        AT,
        smsc="+33609001390",
        content=pdu.Content(**content),
        reference=7,
    )


def a_row(octets: list[str], text: str | None = None, **facts: Any) -> dict[str, Any]:
    """A message as the log gives it, its short messages in the order given."""
    chain: list[dict[str, Any]] = []
    for number, one in enumerate(octets, start=1):
        of = {"id": number, "pdu": one, "service_centre_address": "+33609001390"}
        chain.append({"seq": len(chain), "kind": "deliver", "row": number, "of": of})
        read = sms.decode(one)
        if len(octets) > 1 and isinstance(read, sms.Deliver) and read.header.segment:
            place = {"segment_sequence": read.header.segment.sequence}
            of = {"id": number, "segment_text": read.text, **place}
            chain.append(
                {"seq": len(chain), "kind": "segment", "row": number, "of": of}
            )
    known: dict[str, Any] = {
        "id": 1,
        "line": "main",
        "kind": "text",
        "address": "+33639980001",
        "alphanumeric": 0,
        "received_at": "2026-11-22T18:00:00.000Z",
        "clock_unsynced": 0,
        "clock_wrong": 0,
        "service_centre_time": None,
        "text": text,
        "segments": len(octets),
        "segments_expected": len(octets),
        "complete": 1,
        "reason": "not_a_text",
        "hold": None,
        "deliveries": 1,
        "replies": [],
        "chain": chain,
    }
    return known | facts


def test_an_mms_says_sender_size_and_subject_in_any_order_of_segments() -> None:
    data = push(BODY) + bytes(100)
    octets = delivered(data.decode("latin-1"), alphabet="8bit", header=PORTS)
    assert len(octets) > 1
    for order in (octets, octets[::-1]):
        record = record_of(a_row(order, kind="mms"))
        assert record["mms"] == {
            "sender": "+33639980001",
            "size": 123456,
            "subject": "été !",
        }
        assert record["text"] is None
        cells = dict(zip(CSV_COLUMNS, next(csv.reader([csv_of(record)])), strict=True))
        assert (cells["mms_size"], cells["mms_subject"]) == ("123456", "été !")


def test_a_character_that_was_cut_in_two_is_whole_in_the_text() -> None:
    for text in ("é" * 66 + "😀" + "x" * 40, "x" * 152 + "€" + "y" * 40):
        octets = delivered(text)
        assert len(octets) == 2
        assert record_of(a_row(octets))["text"] == text
        assert record_of(a_row(octets[::-1]))["text"] == text


def test_a_text_is_no_mms_and_junk_is_nothing() -> None:
    for octets in (delivered("salut"), ["00"], ["zz"], []):
        assert record_of(a_row(octets, "salut"))["mms"] is None


def test_clock_is_told_in_a_word() -> None:
    for facts, word in (
        ({}, "synchronised"),
        ({"clock_unsynced": 1}, "unsynchronised"),
        ({"clock_unsynced": 1, "clock_wrong": 1}, "wrong"),
    ):
        assert record_of(a_row([], **facts))["clock"] == word


def test_json_is_the_exact_text_and_nothing_in_it_acts() -> None:
    text = "\x1b[2J\u202e😀\x00é\n"
    line = json_of(record_of(a_row([], text)))
    assert line.isascii() and line.isprintable()
    assert json.loads(line)["text"] == text


def test_a_withheld_number_and_a_formula_are_harmless_cells() -> None:
    record = record_of(a_row([], '=HYPERLINK("x")', address=None))
    cells = dict(zip(CSV_COLUMNS, next(csv.reader([csv_of(record)])), strict=True))
    assert cells["displayed_number"] == "withheld"
    assert cells["text"].startswith("'=")
