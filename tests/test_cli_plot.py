"""The plot: bars as high as their counts, stacked, with nothing in it that acts."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from antirelou.cli.plot import HEIGHT, colours, drawn

WORDS = ["to_answer", "already_told", "campaign"]
SVG = "{http://www.w3.org/2000/svg}"


def bars(svg: str) -> list[tuple[str, float, float]]:
    """What each bar says, where it begins and how high it is."""
    root = ElementTree.fromstring(svg)
    return [
        (
            str(each.findtext(f"{SVG}title")),
            float(each.attrib["y"]),
            float(each.attrib["height"]),
        )
        for each in root.iter(f"{SVG}rect")
    ]


def test_bars_are_as_high_as_their_counts_and_stand_on_each_other() -> None:
    counts = {"to_answer": 30, "campaign": 10}
    (first, low, high), (second, above, height) = bars(
        drawn([("2026-11-22", counts)], WORDS, "x")
    )
    assert (first, second) == ("2026-11-22: 30 to_answer", "2026-11-22: 10 campaign")
    assert high == pytest.approx(3 * height, abs=0.05)
    assert above + height == pytest.approx(low, abs=0.05)


def test_the_highest_stays_within_the_drawing() -> None:
    for most in (3, 7, 41, 999, 200_000):
        drawing = bars(drawn([("a", {"campaign": most}), ("b", {})], WORDS, "x"))
        assert len(drawing) == 1
        assert 0 <= drawing[0][1] < HEIGHT / 2, "and is no dwarf"


def test_nothing_to_draw_is_an_empty_drawing() -> None:
    assert bars(drawn([], WORDS, "x")) == []


def test_what_is_written_in_it_is_escaped() -> None:
    svg = drawn([("<script>", {"campaign": 1})], WORDS, "</title>&")
    assert "<script>" not in svg and ElementTree.fromstring(svg) is not None


def test_each_word_has_a_colour_of_its_own() -> None:
    words = [f"word{n}" for n in range(20)]
    assert len(set(colours(words).values())) == 20
