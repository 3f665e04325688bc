"""P7: whatever a stranger wrote, no terminal, pipe or spreadsheet acts on it."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from antirelou.cli import output

ESCAPES = [
    ("a\x1b[2Jb", "a\\u001b[2Jb", "a terminal escape that clears the screen"),
    ("\x9b31m", "\\u009b31m", "the one-octet form of CSI (C1)"),
    ("\x00\x07\x08\x7f", "\\u0000\\u0007\\u0008\\u007f", "NUL, BEL, backspace, DEL"),
    ("a\nb\rc\td", "a\\nb\\rc\\td", "line ends and tabs in a view of one line"),
    ("\u202eevil\u202c", "\\u202eevil\\u202c", "right-to-left override"),
    (
        "\u2066x\u2069\u200f\u061c",
        "\\u2066x\\u2069\\u200f\\u061c",
        "isolates and marks of direction",
    ),
    ("a\u200bb\u200dc\ufeffd\u2060", "a\\u200bb\\u200dc\\ufeffd\\u2060", "zero width"),
    (
        "a\u2028b\u2029c\x85d",
        "a\\u2028b\\u2029c\\u0085d",
        "line and paragraph separators, NEL",
    ),
    ("\ud83d", "\\ud83d", "a lone surrogate, which cannot even be encoded"),
    (
        "\U000e0041\U000e0101",
        "\\U000e0041\\U000e0101",
        "tags and selectors that can carry hidden octets",
    ),
    ("\ue000\U0010ffff", "\\ue000\\U0010ffff", "private use and no character at all"),
    (
        "\u3164\u115f\u2800",
        "\\u3164\\u115f\\u2800",
        "letters that are drawn as nothing",
    ),
    ("\u0301a", "\\u0301a", "an accent that would sit on what we printed"),
    ("a" + "\u0301" * 5, "a" + "\u0301" * 3 + "\\u0301" * 2, "accents that climb"),
    (
        "\\u202e",
        "\\\\u202e",
        "an escape that the stranger typed is told from one of ours",
    ),
    (
        "Ça va ? À demain\u202f! € 😀❤️ مرحبا",
        "Ça va ? À demain\u202f! € 😀❤️ مرحبا",
        "what people write stays as it is",
    ),
]


@pytest.mark.parametrize(
    ("text", "shown", "why"), ESCAPES, ids=[why for *_, why in ESCAPES]
)
def test_visible(text: str, shown: str, why: str) -> None:
    assert output.visible(text) == shown, why


def harmless(line: str) -> bool:
    """No octet of it could act on a terminal, nor end the line, nor fail to be encoded."""
    line.encode()
    return all(
        unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        for c in line
    )


@given(st.text(st.characters(codec=None), max_size=60))
def test_no_text_at_all_reaches_a_terminal_unescaped(text: str) -> None:
    assert harmless(output.visible(text))


@given(st.text(st.characters(codec=None), max_size=60))
def test_visible_is_reversible(text: str) -> None:
    shown = output.visible(text)
    assert _unescape(shown) == text


def _unescape(shown: str) -> str:
    lengths = {"u": 4, "U": 8}
    plain = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}
    text, at = "", 0
    while at < len(shown):
        if shown[at] != "\\":
            text, at = text + shown[at], at + 1
            continue
        kind = shown[at + 1]
        digits = lengths.get(kind, 0)
        text += (
            plain[kind]
            if kind in plain
            else chr(int(shown[at + 2 : at + 2 + digits], 16))
        )
        at += 2 + digits
    return text


@given(st.text(st.characters(codec=None), max_size=60))
@example("\x7f\ud83d\U0001f600")
def test_json_is_printable_ascii_and_exact(text: str) -> None:
    line = output.json_line({"text": text})
    assert all(" " <= character <= "~" for character in line)
    assert json.loads(line)["text"].encode("utf-16", "surrogatepass") == text.encode(
        "utf-16", "surrogatepass"
    )


FORMULAS = [
    ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
    ("+33639980001", "'+33639980001"),
    ("-1+1", "'-1+1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("  =1+1", "  '=1+1"),
    ("\t=1+1", "\\t=1+1"),
    ("＝1+1", "'＝1+1"),
    ("non;=1+1", "non;'=1+1"),
    ("1+1=2", "1+1=2"),
    ('dit "non", merci', 'dit "non", merci'),
    ("a\nb", "a\\nb"),
    ("", ""),
]


@pytest.mark.parametrize(("cell", "read"), FORMULAS)
def test_no_csv_cell_begins_like_a_formula(cell: str, read: str) -> None:
    line = output.csv_line(["a", cell, "b"])
    assert next(csv.reader(io.StringIO(line), strict=True)) == ["a", read, "b"]


@given(
    st.lists(st.text(st.characters(codec=None), max_size=20), min_size=2, max_size=4)
)
def test_a_csv_record_is_one_line_with_its_cells_whatever_they_hold(
    cells: list[str],
) -> None:
    line = output.csv_line(cells)
    assert harmless(line)
    [record] = csv.reader(io.StringIO(line), strict=True)
    assert len(record) == len(cells)
    assert not any(cell.lstrip()[:1] in tuple("=+-@＝＋－＠") for cell in record)
    # A spreadsheet whose separator is the semicolon must not find a formula either.
    assert not any(
        part.lstrip()[:1] in tuple("=+-@")
        for cell in record
        for part in cell.split(";")
    )


def test_csv_writes_nothing_for_null_and_words_for_truth() -> None:
    assert output.csv_line([None, True, 3, -1]) == ",true,3,-1"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+33639980001", "+33639****01"),
        ("36105", "****"),
        ("Service", "****"),
        ("", "withheld"),
        ("0639980001", "063998****01"),
    ],
)
def test_numbers_are_masked(address: str, shown: str) -> None:
    assert output.masked(address, numbers=False) == shown


def test_a_sender_in_full_is_harmless_too() -> None:
    assert output.masked("Evil\x1b[2J", numbers=True) == "Evil\\u001b[2J"


def test_what_is_masked_is_harmless_too() -> None:
    """A name may be made of digits and line ends: GSM-7 has both."""
    assert output.masked("\n\r123456789", numbers=False) == "\\n\\r1234****89"


def test_cut_counts_columns_not_characters() -> None:
    assert output.cut("abcdef", 4) == "abc…"
    assert output.cut("😀😀😀", 4) == "😀…"
    assert output.cut("e\u0301e\u0301", 2) == "e\u0301e\u0301"
    assert all(
        output.width(output.cut("a😀" * 20, columns)) <= columns
        for columns in range(1, 40)
    )


def test_times_are_by_the_clock_on_the_wall() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert output.when("2026-07-01T10:00:00.000Z", paris) == "2026-07-01 12:00:00"
    now = datetime(2026, 7, 1, 20, tzinfo=UTC)
    assert output.when("2026-07-01T10:00:00.000Z", paris, now=now) == "12:00:00"
    assert (
        output.when("2026-06-30T10:00:00.000Z", paris, now=now) == "2026-06-30 12:00:00"
    )
    assert output.when(None, paris) == "-"


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "1.5 kB"),
        (500_000_000, "500 MB"),
        (10**13, "10.0 TB"),
    ],
)
def test_sizes(octets: int, shown: str) -> None:
    assert output.size_of(octets) == shown


def test_table_aligns_what_takes_two_columns() -> None:
    assert output.table([["😀", "x"], ["abc", "y"]]) == ["😀   x", "abc  y"]
