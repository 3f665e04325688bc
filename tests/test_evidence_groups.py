"""Groups of near-identical texts: what is one text, what is not, and what a hostile crowd of texts costs."""

from __future__ import annotations

import random
import string
import sys

import pytest

from antirelou.evidence.groups import NoRapidfuzz, grouped

PASTED = "Bande de nazes, on va vous faire fermer votre numéro !"


def texts(*written: str) -> list[list[str]]:
    """Which of these texts are one, each group as the places of its texts."""
    groups = grouped((text, place) for place, text in enumerate(written))
    return [[written[place] for place in sorted(group.senders)] for group in groups]


@pytest.mark.parametrize(
    "other",
    [
        PASTED.upper(),
        PASTED.replace("é", "e"),
        PASTED.replace(" ", "  ") + "\n",
        PASTED.replace(" ", ""),
        f"🤬🤬 {PASTED} 💩",
        PASTED.replace("nazes", "naze").replace("votre", "vottre"),
        PASTED.replace("fermer", "fremer"),
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in PASTED),
    ],
)
def test_these_are_the_same_text(other: str) -> None:
    assert texts(PASTED, other) == [[PASTED, other]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("salut", "salop"),
        ("oui", "non"),
        ("Bonjour, c'est Marie", "Bonsoir, c'est Pauline"),
        (PASTED, "Bande de nazes"),
        ("💩", "🌹"),
        ("", "a"),
    ],
)
def test_these_are_two_texts(one: str, other: str) -> None:
    assert texts(one, other) == [[one], [other]]


def test_emoji_alone_are_one_text_however_often_repeated() -> None:
    assert texts("💩💩💩", "💩 💩") == [["💩💩💩", "💩 💩"]]


def test_a_group_knows_how_often_it_came_from_whom_and_in_how_many_ways() -> None:
    (group,) = grouped([(PASTED, 1), (PASTED.upper(), 2), (PASTED, 1), (PASTED, None)])
    assert (group.text, group.messages, group.variants) == (PASTED, 4, 2)
    assert group.senders == {1: 2, 2: 1, None: 1}


def test_the_commonest_text_leads_and_the_largest_group_is_first() -> None:
    groups = grouped([("abcdefghijkl", 1), *[("abcdefghijkm", 2)] * 3, ("zzz", 3)])
    assert [group.text for group in groups] == ["abcdefghijkm", "zzz"]


def test_groups_do_not_creep_from_one_text_to_another() -> None:
    steps = ["a" * n + "b" * (24 - n) for n in range(25)]
    assert len(grouped((text, 1) for text in steps)) > 2


def test_what_is_like_a_text_is_found_among_thousands() -> None:
    draw = random.Random(7)
    many = [" ".join(_words(draw, 12)) for _ in range(3000)]
    changed = [_changed(draw, text) for text in many]
    groups = grouped([(text, 0) for text in many] + [(text, 1) for text in changed])
    assert len(groups) == len(many)
    assert all(group.senders == {0: 1, 1: 1} for group in groups)


def test_a_megabyte_of_emoji_is_one_text() -> None:
    assert len(grouped([("🤬💩" * 250_000, 1), ("🤬💩" * 250_000, 2)])) == 1


def test_without_rapidfuzz_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    with pytest.raises(NoRapidfuzz, match="pip install rapidfuzz"):
        grouped([("salut", 1)])


def _words(draw: random.Random, number: int) -> list[str]:
    return ["".join(draw.choices(string.ascii_lowercase, k=6)) for _ in range(number)]


def _changed(draw: random.Random, text: str) -> str:
    """The same with an accent, an emoji, another case and three letters changed."""
    letters = list(text)
    for place in draw.sample(range(len(letters)), 3):
        letters[place] = draw.choice(string.ascii_lowercase)
    return f"É{''.join(letters).upper()} 😀"
