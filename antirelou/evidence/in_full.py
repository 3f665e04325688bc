"""Every selected message in full: a block each, text first to the eye, what proves it below.

More than a volume holds goes into the next one, so that neither a reader nor this machine has to hold them all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count, islice
from pathlib import Path

from antirelou.evidence.glyphs import name_of
from antirelou.evidence.records import Record, pdu_digest
from antirelou.evidence.said import Said
from antirelou.evidence.sheet import ACCENT, GREY, LEFT, PALE, RIGHT, Column, Sheet

A_VOLUME = 2500  # messages
_WIDE = RIGHT - LEFT
_STEP, _SMALL = 4.4, 3.3  # of a line of text, and of small print
_NAMES = 30.0  # the column of names


def blocks(sheet: Sheet, said: Said, records: Iterable[Record]) -> None:
    """Write messages."""
    for record in records:
        _block(sheet, said, record)


def _block(sheet: Sheet, said: Said, record: Record) -> None:
    sheet.room(34)
    _title(sheet, said, record)
    _text(sheet, said, record)
    for name, value, mono in _facts(said, record):
        _fact(sheet, name, value, mono=mono)
    sheet.gap(4.5)


def _title(sheet: Sheet, said: Said, record: Record) -> None:
    """A band with the message's number in the log, the displayed number, and when it came."""
    sheet.pdf.set_fill_color(*PALE)
    sheet.pdf.rect(LEFT, sheet.y, _WIDE, 6, style="F")
    number = record["displayed_number"] or said("withheld")
    sheet.style("bold", 9, ACCENT)
    sheet.put(LEFT + 2, sheet.y + 4.2, said("message", str(record["id"])))
    sheet.style("bold", 9)
    sheet.put(LEFT + 42, sheet.y + 4.2, sheet.glyphs.line(number)[:40])
    sheet.style("text", 8.5)
    sheet.put(RIGHT - 2, sheet.y + 4.2, said.when(record["received_at"]), right=True)
    sheet.gap(8)


def _text(sheet: Sheet, said: Said, record: Record) -> None:
    """The text with a bar beside it; of what has none, what it is."""
    if record["text"] is None:
        kind = said.word("KINDS", record["kind"])
        sheet.paragraph(f"{said('no_text')} {kind}", colour=GREY, indent=5)
        return
    sheet.pdf.set_draw_color(*ACCENT)
    sheet.pdf.set_line_width(0.6)
    for line in sheet.glyphs.lines(record["text"]):
        for piece in sheet.wrapped(line, "text", 9.5, _WIDE - 8):
            sheet.room(_STEP)
            if sheet.y < 23:  # a new page has forgotten the bar's colour and width
                sheet.pdf.set_draw_color(*ACCENT)
                sheet.pdf.set_line_width(0.6)
            sheet.style("text", 9.5)
            sheet.pdf.line(LEFT + 2, sheet.y, LEFT + 2, sheet.y + _STEP)
            sheet.put(LEFT + 5, sheet.y + 3.3, piece)
            sheet.gap(_STEP)
    sheet.gap(1.5)


def _facts(said: Said, record: Record) -> Iterator[tuple[str, str, bool]]:
    """Names and values; whether a value is octets."""
    yield said("network_time"), said.network(record["network_time"]), False
    clock = said(f"clock_{record['clock']}")
    yield said("received"), f"{said.when(record['received_at'])}, {clock}", False
    if record["service_centre"]:
        yield said("centre"), ", ".join(record["service_centre"]), False
    yield said("kind"), _kind(said, record), False
    decision = record["reason"] or record["hold"] or "undecided"
    meaning = said.word("REASONS", decision)
    yield said("decision"), f"{decision} ({meaning}){_replies(said, record)}", False
    for pdu in record["pdus"]:
        yield said("pdu"), pdu or "\u2013", True
        yield said("digest"), pdu_digest(pdu), True
    for opening in record["chain"]:
        entry = said("entry", str(opening["seq"]), opening["head"])
        yield f"{said('entries')}, {opening['kind']}", entry, True


def _kind(said: Said, record: Record) -> str:
    parts = [said.word("KINDS", record["kind"])]
    if record["segments_expected"] > 1:
        parts.append(
            said("of_segments", record["segments"], record["segments_expected"])
        )
    if record["deliveries"] > 1:
        parts.append(said("deliveries", record["deliveries"]))
    return ", ".join(parts)


def _replies(said: Said, record: Record) -> str:
    states = [
        said.word("STATES", reply["state"])
        + (f" {said.when(reply['submitted_at'])}" if reply["submitted_at"] else "")
        for reply in record["replies"]
    ]
    return f". {said('reply')}: {', '.join(states)}" if states else ""


def _fact(sheet: Sheet, name: str, value: str, *, mono: bool) -> None:
    face, size = ("mono", 6.5) if mono else ("text", 7.5)
    for place, line in enumerate(
        sheet.wrapped(sheet.glyphs.line(value), face, size, _WIDE - _NAMES - 5)
    ):
        sheet.room(_SMALL)
        if not place:
            sheet.style("text", 7.5, GREY)
            sheet.put(LEFT + 5, sheet.y + 2.5, name)
        sheet.style(face, size)
        sheet.put(LEFT + 5 + _NAMES, sheet.y + 2.5, line)
        sheet.gap(_SMALL)


def signs(sheet: Sheet, said: Said) -> None:
    """The signs that this file replaced, with their names; nothing if it replaced none."""
    if not sheet.glyphs.replaced:
        return
    sheet.chapter(said("signs"))
    sheet.paragraph(said("signs_said"))
    rows = [
        (f"U+{ord(sign):04X}", name_of(sign) or said("nameless"), said.figure(number))
        for sign, number in sheet.glyphs.replaced.most_common()
    ]
    columns = (
        Column(said("sign"), 30),
        Column(said("sign_name"), 115),
        Column(said("times"), 25, right=True),
    )
    sheet.table(columns, rows)


def volumes(
    directory: Path,
    said: Said,
    records: Iterable[Record],
    made_at: datetime,
) -> Iterator[tuple[str, int, int]]:
    """Write the messages into volumes; each as its file's name, first and last message."""
    rest = iter(records)
    for number in count(1):
        some = list(islice(rest, A_VOLUME))
        if not some:
            return
        title = said("volume_title", number)
        sheet = Sheet(title, language=said("code"), made_at=made_at)
        sheet.page()
        sheet.chapter(said("in_full"))
        sheet.paragraph(said("in_full_said"))
        blocks(sheet, said, some)
        signs(sheet, said)
        name = said.words.VOLUME.format(number)
        sheet.save(directory / name)
        yield name, some[0]["id"], some[-1]["id"]
