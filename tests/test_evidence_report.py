"""The report: rendered by another program, read back, and looked at; hostile texts break nothing in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cli_world import INSISTER, STRANGER, Run
from evidence_world import exported, own_copy

from antirelou.evidence import english, french, in_full
from antirelou.evidence.case import Case, Counts
from antirelou.evidence.glyphs import Glyphs
from antirelou.evidence.records import Record
from antirelou.evidence.report import Report
from antirelou.evidence.sheet import Sheet
from antirelou.log.effects import TOLD_EVENTS, Effects
from antirelou.log.exhibits import Selected
from antirelou.policy.facts import HoldReason, Kind, NeverReason, Reason

pytest_plugins = ["cli_fixtures"]

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
BIDI = "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u05d0\u05d1 \u0627\u0644"
CONTROL = "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029\ufeff\x00"
MARKS = "Z" + "\u0301" * 300
EMOJI = "🤬💩👩‍👩‍👧‍👦🇫🇷" * 2000

poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None and "CI" not in os.environ,
    reason="needs pdftotext and pdftoppm, of Debian's poppler-utils",
)


@pytest.fixture
def at(at: Path, tmp_path: Path) -> Path:
    return own_copy(at, tmp_path / "log")


def read(path: Path) -> str:
    """The text of a PDF, as poppler reads it."""
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert not done.stderr, done.stderr
    return done.stdout.decode()


def drawn(path: Path, directory: Path) -> list[list[bytes]]:
    """Each page as lines of grey points, twelve an inch."""
    subprocess.run(
        ["pdftoppm", "-gray", "-r", "12", str(path), str(directory / "page")],
        check=True,
        timeout=120,
    )
    pages = []
    for page in sorted(directory.glob("page*.pgm")):
        _, size, _, points = page.read_bytes().split(b"\n", 3)
        wide = int(size.split()[0])
        pages.append([points[n : n + wide] for n in range(0, len(points), wide)])
    return pages


def a_case(**facts: Any) -> Case:
    since, until = NOW - timedelta(hours=4), NOW
    spans = [since + timedelta(hours=n) for n in range(5)]
    known: dict[str, Any] = {
        "made_at": NOW,
        "version": "0",
        "language": "fr",
        "zone": ZoneInfo("Europe/Paris"),
        "since": since,
        "until": until,
        "criteria": {},
        "selected": Selected(messages=1, erased=0, notes=0, first=1, last=2),
        "anchor": None,
        "head_before": "0" * 64,
        "head": "1" * 64,
        "unit": "hour",
        "spans": spans,
        "effects": [Effects(since, until) for _ in range(3)],
        "floods": [],
        "events": [],
        "notes": [],
    }
    return Case(**known | facts)


def a_record(number: int, text: str | None, **facts: Any) -> Record:
    opening = {"seq": number, "kind": "deliver", "head": "a" * 64}
    known: Record = {
        "id": number,
        "line": "main",
        "kind": "text",
        "displayed_number": INSISTER,
        "text": text,
        "network_time": "2026-11-22T18:00:00+01:00",
        "received_at": "2026-11-22T17:00:03.000Z",
        "clock": "synchronised",
        "service_centre": ["+33609001390"],
        "segments": 1,
        "segments_expected": 1,
        "deliveries": 1,
        "reason": "campaign",
        "hold": None,
        "replies": [],
        "mms": None,
        "pdus": ["0791"],
        "chain": [opening],
    }
    return known | facts


def reported(directory: Path, records: list[Record], **facts: Any) -> Path:
    """The report of these records."""
    case = a_case(**facts)
    counts = Counts(case.spans)
    for record in records:
        counts.seen(record)
    Report(case, counts).write(directory, records)
    return directory / "rapport.pdf"


# What it says


@poppler
def test_all_that_a_court_asks_for_can_be_read_in_it(
    run: Run, at: Path, tmp_path: Path
) -> None:
    run(at, "note", "Le numéro a été posté sur un forum", "--at", "1h")
    said = read(exported(run, at, tmp_path / "folder") / "rapport.pdf")
    for words in (
        *("Ce qu'est ce service", "Période et totaux", "Chronologie", "Sommaire"),
        *("Numéros affichés, par nombre de messages", "Textes, regroupés"),
        *("Effets sur le service", "Notifications de MMS", "Comment vérifier"),
        *("Ce qui ne peut pas être prouvé", "Relevé intégral des messages"),
        *("Le numéro a été posté sur un forum", "Salut, c'est moi. Tu dors"),
        *("horloge synchronisée", "Centre de messages", "SHA-256 du PDU"),
        *("rien n'y est dit garanti", STRANGER, "⟨U+202E⟩evil⟨U+202C⟩"),
    ):
        assert words in said, words
    pages = re.findall(r"(\d+)/(\d+)\n", said)
    assert len(pages) == int(pages[0][1]) - 1  # the cover has no number
    assert [int(page) for page, _ in pages] == list(range(2, len(pages) + 2))


@poppler
def test_it_is_in_english_on_demand(run: Run, at: Path, tmp_path: Path) -> None:
    folder = exported(run, at, tmp_path / "folder", "--language", "en")
    said = read(folder / "report.pdf")
    assert "What cannot be proved" in said and "Every message in full" in said
    assert "Comment" not in said


def test_both_languages_have_the_same_words() -> None:
    for table in ("WORDS", "KINDS", "REASONS", "EVENTS", "STATES"):
        one, other = getattr(french, table), getattr(english, table)
        assert list(one) == list(other)
        for name in one:
            assert one[name].count("{") == other[name].count("{"), name


def test_every_stable_word_has_a_meaning() -> None:
    reasons = {str(word) for kind in (Reason, HoldReason, NeverReason) for word in kind}
    assert reasons <= french.REASONS.keys()
    assert {str(kind) for kind in Kind} <= french.KINDS.keys()
    assert set(TOLD_EVENTS) == french.EVENTS.keys()


# How it looks


@poppler
def test_no_page_is_empty_and_nothing_is_written_over_its_edge(tmp_path: Path) -> None:
    texts = [f"Bonjour {n} " * (1 + n % 30) for n in range(200)]
    records = [a_record(n, text) for n, text in enumerate(texts, start=1)]
    pages = drawn(reported(tmp_path, records), tmp_path)
    assert len(pages) > 20
    for place, lines in enumerate(pages):
        body = b"".join(lines[8:130])
        assert min(body) < 200, f"page {place + 1} is empty"
        edge = b"".join(line[:7] + line[-7:] for line in lines)
        assert min(edge) > 240, f"page {place + 1} is written over its edge"


@poppler
@pytest.mark.parametrize(
    "text",
    [BIDI, CONTROL, MARKS, EMOJI, "x" * 70_000, "", " "],
    ids=["bidi", "control", "marks", "emoji", "long", "empty", "blank"],
)
def test_hostile_texts_break_nothing(tmp_path: Path, text: str) -> None:
    around = [a_record(1, "avant"), a_record(2, text), a_record(3, "après")]
    said = read(reported(tmp_path, around))
    assert "avant" in said and "après" in said
    assert not [c for c in "\u202e\u202c\u2066\u2069\u200f" if c in said]


@poppler
def test_hostile_senders_notes_and_subjects_break_nothing(tmp_path: Path) -> None:
    for hostile in (BIDI, CONTROL, MARKS):
        mms = {"sender": hostile, "size": None, "subject": hostile * 20}
        note = {"id": 1, "at": NOW.isoformat(), "observed_at": NOW.isoformat()}
        note |= {"text": hostile, "file_name": hostile, "file_digest": "0" * 64}
        record = a_record(1, hostile, displayed_number=hostile, mms=mms)
        path = reported(tmp_path, [record], notes=[note], criteria={"search": hostile})
        assert "Observation 1" in read(path)
        path.unlink()


def test_what_the_font_lacks_is_named_and_counted() -> None:
    sheet = Sheet("x", language="fr-FR", made_at=NOW)
    shown = sheet.glyphs.line("a🤬🤬é\u202eœ⟨😀")
    assert shown == "a⟨U+1F92C×2⟩é⟨U+202E⟩œ⟨U+27E8⟩😀"
    assert sheet.glyphs.replaced == {"🤬": 2, "\u202e": 1, "⟨": 1}


def test_french_needs_no_replacement() -> None:
    sheet = Sheet("x", language="fr-FR", made_at=NOW)
    text = "ÀÂÄÆÇÉÈÊËÎÏÔŒÙÛÜŸ àâäæçéèêëîïôœùûüÿ «\u00a0»\u202f;’‘“”–—…€°²№ß"
    assert sheet.glyphs.line(text) == text


def test_lines_are_broken_where_they_fit_and_lose_nothing() -> None:
    sheet = Sheet("x", language="fr-FR", made_at=NOW)
    for text in ("mot " * 200, "x" * 500, "a  b   c " * 50, "un " + "long" * 200):
        lines = sheet.wrapped(text, "text", 9, 80)
        assert all(sheet.width(line, "text", 9) <= 80 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_marks_never_climb_over_other_lines() -> None:
    shown = Glyphs(set(range(0x10000))).line(MARKS)
    assert shown.count("\u0301") <= 3 and "U+0301" in shown


# How much


def test_more_messages_than_a_volume_holds_go_into_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_full, "A_VOLUME", 20)
    records = [a_record(n, f"texte {n}") for n in range(1, 52)]
    reported(tmp_path, records)
    names = sorted(path.name for path in tmp_path.iterdir())
    volumes = [f"messages-{n:03}.pdf" for n in range(1, 4)]
    assert names == [*volumes, "rapport.pdf"]


def test_the_same_export_gives_the_same_octets(tmp_path: Path) -> None:
    records = [a_record(n, f"texte {n} 🤬") for n in range(1, 9)]
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one = reported(tmp_path / "one", records)
    assert one.read_bytes() == reported(tmp_path / "other", records).read_bytes()


def test_effects_of_a_time_to_come_are_not_told_as_nothing(tmp_path: Path) -> None:
    case = a_case()
    later = replace(case.effects[2], since=NOW + timedelta(hours=1))
    effects = [*case.effects[:2], later]
    assert reported(tmp_path, [a_record(1, "x")], effects=effects).exists()
