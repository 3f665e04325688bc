"""Septets and the tables of TS 23.038."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
import sms_reference as reference
from hypothesis import given
from hypothesis import strategies as st

from antirelou.sms import alphabet, national

SEPTETS = st.lists(st.integers(0, 127), max_size=255)


@given(SEPTETS, st.integers(0, 160))
def test_septets_come_out_of_octets_as_they_went_in(values, skip):
    octets = reference.packed([0x55] * skip + values)
    assert list(alphabet.unpack(octets, len(values), skip=skip)) == values


def test_every_character_of_the_default_alphabet_is_read():
    for character in reference.GSM7_REPERTOIRE:
        assert alphabet.decode_septets(bytes(reference.septets(character))) == character
    assert set(alphabet.SEPTETS) == set(reference.GSM7_REPERTOIRE)
    assert {c for c, cost in alphabet.SEPTETS.items() if cost == 2} == set(
        reference.EXTENSION
    )


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        (
            b"\x1bA",
            "A",
        ),  # 6.2.1.1: not in the extension table, so the character of the main table
        (b"\x1b\x00", "@"),
        (b"\x1b\x1b", " "),  # note 1: a space until there is another extension table
        (b"\x1b\x1b\x1be", " €"),
        (b"a\x1b\x1bb", "a b"),
        (b"abc\x1b", "abc"),  # the other half never came
        (b"\x1b", ""),
    ],
)
def test_an_escape_with_nothing_behind_it_in_the_table_is_read_as_the_standard_says(
    septets, text
):
    assert alphabet.decode_septets(septets) == text


@pytest.mark.parametrize(
    ("septets", "half"),
    [
        (b"", False),
        (b"a", False),
        (b"a\x1b", True),
        (b"\x1b\x1b", False),
        (b"\x1b\x1b\x1b", True),
    ],
)
def test_an_escape_at_the_end_is_half_a_pair(septets, half):
    assert alphabet.ends_in_escape(septets) is half


# --- national tables --------------------------------------------------------------------------------------------------

SCRIPTS = {
    national.BENGALI: ("BENGALI",),
    national.GUJARATI: ("GUJARATI", "DEVANAGARI"),
    national.HINDI: ("DEVANAGARI",),
    national.KANNADA: ("KANNADA", "DEVANAGARI"),
    national.MALAYALAM: ("MALAYALAM", "DEVANAGARI"),
    national.ORIYA: ("ORIYA", "DEVANAGARI"),
    national.PUNJABI: ("GURMUKHI", "DEVANAGARI"),
    national.TAMIL: ("TAMIL", "DEVANAGARI"),
    national.TELUGU: ("TELUGU",),
    national.URDU: ("ARABIC", "EXTENDED ARABIC"),
}
LOCKING = national.locking_tables(alphabet.BASIC)
SINGLE = national.single_tables(alphabet.EXTENSION)


def foreign(characters: str) -> list[str]:
    return [
        character
        for character in characters
        if character > "\u02ff" and character != "€"
    ]


@pytest.mark.parametrize(("language", "scripts"), SCRIPTS.items())
def test_a_table_has_its_own_script_in_its_order_and_nothing_else(language, scripts):
    locking = foreign(LOCKING[language])
    single = foreign("".join(SINGLE[language].values()))
    for character in locking + single:
        assert unicodedata.name(character).startswith(scripts), hex(ord(character))
    if language != national.URDU:  # whose letters do not follow Unicode
        assert locking == sorted(locking) and len(set(locking)) == len(locking)
    assert not set(locking) & set(single)
    # What nobody can do without is where it is in all of them.
    assert LOCKING[language][0x30:0x3A] == "0123456789"
    assert LOCKING[language][0x61:0x7B] == "abcdefghijklmnopqrstuvwxyz"
    assert (
        "".join(SINGLE[language][at] for at in range(0x41, 0x5B))
        == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )


def test_spanish_has_no_locking_table_and_all_others_have_both():
    assert set(LOCKING) == set(range(1, 14)) - {national.SPANISH}
    assert set(SINGLE) == set(range(1, 14))
    assert all(len(table) == 128 for table in LOCKING.values())


def test_the_tables_are_those_that_were_compared_with_three_others():
    # Android's GsmAlphabet.java, oFono 1.31 and gsmcodecs 1.0.0 (TS 23.038 V18): see the notes in national.py. A
    # position that changes must be compared again.
    tables = (
        sorted(LOCKING.items()),
        sorted((language, sorted(table.items())) for language, table in SINGLE.items()),
    )
    assert hashlib.sha256(repr(tables).encode()).hexdigest() == (
        "b934f57949a5ee53217ec8ebea9713b1a573015238f41fbaa8c8218bb64902d9"
    )


@pytest.mark.parametrize(
    ("septets", "locking", "single", "text"),
    [
        # Turkish, A.3.1 and A.2.1
        (b"\x04 \x07 \x0b \x0c \x1c \x1d \x40 \x60", 1, 0, "€ ı Ğ ğ Ş ş İ ç"),
        (b"\x1bG\x1bI\x1bS\x1bc\x1bg\x1bi\x1bs\x1be", 0, 1, "ĞİŞçğış€"),
        # Spanish, A.2.2
        (b"\x1b\x09\x1bA\x1bI\x1bO\x1bU\x1ba\x1bi\x1bo\x1bu", 0, 2, "çÁÍÓÚáíóú"),
        # Portuguese, A.3.3 and A.2.3
        (b"n\x7bo \x09 \x16\x17\x1a \x60 \x7d", 3, 0, "não ç ^\\| ~ `"),
        (b"\x1b\x7b\x1b\x7c\x1b\x61\x1b\x7f\x1b\x05", 0, 3, "ãõÂâê"),
        # Hindi, A.3.6
        (b"\x29\x28,", 6, 0, "(),"),
        (b"\x2f\x42\x46\x5d\x23", 6, 0, "नमल\u094bठ"),
        # Both shifts, each with its own language
        (b"\x60\x1b\x09", 1, 2, "çç"),
        # Behind an escape without a character: that of the locking table in force
        (b"\x1b\x60", 1, 0, "ç"),
        # No such language: the default tables (23.038 6.2.1.2.4)
        (b"\x60\x1be", 14, 255, "¿€"),
        (b"\x60", 2, 0, "¿"),
    ],
)
def test_shifts_are_read_by_their_tables(septets, locking, single, text):
    assert alphabet.decode_septets(septets, locking=locking, single=single) == text
