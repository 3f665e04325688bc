"""Alphabet, septets, segments; typography."""

from __future__ import annotations

import pytest
import sms_reference as reference
from hypothesis import given
from hypothesis import strategies as st

from antirelou.settings import DISTRESS, LESSON
from antirelou.sms import Alphabet, compose, typographic
from antirelou.sms.outgoing import split

GSM7_TEXT = st.text(reference.GSM7_REPERTOIRE, max_size=1000)
UNICODE_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@given(GSM7_TEXT)
def test_a_gsm7_text_costs_its_septets_and_is_cut_as_late_as_possible(text):
    composition = compose(text)
    septets = len(reference.septets(text))
    assert (
        composition.alphabet is Alphabet.GSM7
        and composition.units == septets
        and not composition.forcing
    )
    assert "".join(composition.segments) == text
    costs = [len(reference.septets(segment)) for segment in composition.segments]
    if septets <= 160:
        assert len(costs) == 1
        return
    assert all(cost <= 153 for cost in costs)
    for segment, following in zip(
        composition.segments, composition.segments[1:], strict=False
    ):
        assert (
            len(reference.septets(segment + following[0])) > 153
        )  # no room was left unused


@given(UNICODE_TEXT)
def test_a_ucs2_text_costs_its_code_units_and_no_surrogate_pair_is_cut(text):
    text += "ê"
    composition = compose(text)
    units = len(text.encode("utf-16-be")) // 2
    assert composition.alphabet is Alphabet.UCS2 and composition.units == units
    assert "".join(composition.segments) == text
    costs = [len(segment.encode("utf-16-be")) // 2 for segment in composition.segments]
    assert len(costs) == 1 if units <= 70 else all(0 < cost <= 67 for cost in costs)


@pytest.mark.parametrize(
    ("text", "units", "segments"),
    [
        ("", 0, 1),
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("a" * 158 + "€", 160, 1),
        ("a" * 159 + "€", 161, 2),
        ("a" * 306, 306, 2),
        ("a" * 152 + "€" + "a" * 152, 306, 3),  # the pair does not fit in septet 153
        ("ê" * 70, 70, 1),
        ("ê" * 71, 71, 2),
        ("ê" * 134, 134, 2),
        ("😱" * 35, 70, 1),
        ("😱" * 36, 72, 2),
        ("ê" * 66 + "😱" + "ê" * 66, 134, 3),
    ],
)
def test_the_boundaries(text, units, segments):
    composition = compose(text)
    assert (composition.units, len(composition.segments)) == (units, segments)


def test_the_characters_that_cost_are_named_with_their_places():
    composition = compose("a€ê^ç")
    assert composition.forcing == ((2, "ê"), (4, "ç"))
    assert composition.extension == ((1, "€"), (3, "^"))
    assert compose("\x1b`").forcing == ((0, "\x1b"), (1, "`"))


FAMILY = "👩\u200d👩\u200d👦"


@pytest.mark.parametrize("cluster", ["e\u0301", FAMILY, "👍🏽", "🇫🇷", "☺\ufe0f"])
@pytest.mark.parametrize("before", range(58, 68))
def test_what_is_seen_as_one_character_is_kept_together_where_it_costs_nothing(
    before, cluster
):
    text = "ê" * before + cluster + "ê" * 20
    assert any(cluster in segment for segment in compose(text).segments)


def test_a_segment_more_is_too_much_for_a_cluster():
    text = (
        "ê" * 66 + "e\u0301" + "ê" * 66
    )  # 134 units: two segments, if the accent goes to the second
    assert [len(segment) for segment in compose(text).segments] == [67, 67]


def test_a_cluster_without_end_is_cut():
    text = "e" + "\u0301" * 200
    segments = split(text, Alphabet.UCS2)
    assert "".join(segments) == text and max(map(len, segments)) == 67


def test_two_flags_are_two():
    assert [len(segment) for segment in compose("ê" * 63 + "🇫🇷" + "🇬🇧").segments] == [
        65,
        2,
    ]


@pytest.mark.parametrize("text", [LESSON, DISTRESS])
def test_the_texts_of_the_default_configuration_are_gsm7_as_they_are(text):
    assert typographic(text) == (text, ())
    assert compose(text).alphabet is Alphabet.GSM7 and len(compose(text).segments) == 1


# --- typography -------------------------------------------------------------------------------------------------------


def test_typography_is_replaced_and_each_replacement_told():
    text, changes = typographic("C’est «\u00a0non\u00a0»… Ma sœur\u202f!")
    assert text == 'C\'est " non "... Ma soeur !'
    assert changes == (
        (1, "’", "'"),
        (6, "«", '"'),
        (7, "\u00a0", " "),
        (11, "\u00a0", " "),
        (12, "»", '"'),
        (13, "…", "..."),
        (19, "œ", "oe"),
        (22, "\u202f", " "),
    )
    assert compose(text).alphabet is Alphabet.GSM7


def test_letters_stay_what_they_are():
    assert typographic("forêt, reçois, §, €, 😱") == ("forêt, reçois, §, €, 😱", ())


def test_an_accent_that_stands_apart_is_put_on_its_letter_if_that_has_a_septet():
    assert typographic("e\u0301te\u0301 fore\u0302t") == (
        "été fore\u0302t",
        ((0, "e\u0301", "é"), (3, "e\u0301", "é")),
    )


def test_every_replacement_has_septets_and_every_replaced_character_had_none():
    from antirelou.sms.outgoing import _EQUIVALENTS

    for old, new in _EQUIVALENTS.items():
        assert compose(old).alphabet is Alphabet.UCS2, hex(ord(old))
        assert compose(new).alphabet is Alphabet.GSM7, hex(ord(old))


@given(UNICODE_TEXT)
def test_a_replaced_text_needs_no_second_replacement(text):
    once, _ = typographic(text)
    assert typographic(once) == (once, ())
