"""What the policy reads in a text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou.policy.words import cries_for_help, normalise, opts_out

OPT_OUTS = [
    "STOP",
    "stop",
    "Stop.",
    "  sToP !!! \n",
    "🛑 STOP 🛑",
    "«\u00a0STOP\u00a0»",
    "S T O P",
    "STOP STOP STOP",
    "ＳＴＯＰ",  # full width
    "𝐒𝐓𝐎𝐏",  # mathematical bold
    "STOP\x00",
    "ARRET",
    "Arrêt",
    "ARRÊT svp",
    "arre\u0302t",  # the accent apart
    "stop svp",
    "Stop, s'il vous plaît",
    "merci d'arrêter de m'écrire",
    "stop please",
    "STOP SMS",
    "desabo",
    "Désabonnez-moi",
    "unsubscribe",
    "ne m'écrivez plus",
    "Ne m’écrivez plus.",
    "ne mecrivez plus svp merci",
    "arrêtez de m'écrire",
    "Arrête de m'envoyer des messages !",
    "laissez-moi tranquille",
    "Leave me alone",
    "Don't text me again, please",
    "no more texts",
]

NOT_OPT_OUTS = [
    ("", "nothing is no word"),
    ("!!!", "nor is punctuation"),
    ("🛑", "nor an emoji"),
    ("merci", "a courtesy alone asks for nothing"),
    ("bonjour merci", "nor do two"),
    (
        "arrête de faire la gueule, on se voit quand ?",
        "the word in a sentence means something else",
    ),
    ("Stop ou encore ?", "a question"),
    ("bus stop", "a place"),
    ("non stop", "the contrary"),
    ("je ne peux pas m'arrêter de penser à toi", "the contrary"),
    ("stopover", "another word"),
    ("ne m'écrivez plus jamais sans me dire qui vous êtes", "a longer sentence"),
    ("tu veux que j'arrête ?", "a question"),
    ("fin de soirée chez moi ?", "the word in a sentence"),
    ("STOP " * 60, "longer than anybody asks: a flooder's text"),
]


@pytest.mark.parametrize("text", OPT_OUTS)
def test_whole_message_opts_out(text: str) -> None:
    assert opts_out(text)


@pytest.mark.parametrize(("text", "why"), NOT_OPT_OUTS)
def test_word_in_something_else_does_not_opt_out(text: str, why: str) -> None:
    assert not opts_out(text), why


@given(
    st.sampled_from(OPT_OUTS),
    st.text(" \n\t.,!?…-'\"’*🛑❌", max_size=8),
    st.booleans(),
)
def test_opt_out_whatever_stands_around_it(word: str, around: str, upper: bool) -> None:
    assert opts_out(around + (word.upper() if upper else word) + around)


@given(
    st.lists(
        st.sampled_from(
            ["stop", "arret", "arrete", "arretez", "s", "merci", "mercide", "end", "x"]
        ),
        max_size=60,
    )
)
def test_opt_out_is_decided_in_no_time(pieces: list[str]) -> None:
    started = time.process_time()
    opts_out("".join(pieces))
    assert time.process_time() - started < 0.05


def test_same_text_is_the_same_however_it_is_dressed() -> None:
    assert (
        normalise("Élodie, ça va ?? 😀 C’est l’œuvre d'Ægir no 12")
        == "elodiecavacestloeuvredaegirno12"
    )
    assert (
        normalise("E\u0301LODIE\u200b CA\u00a0VA c'est L'OEUVRE d AEGIR № 12")
        == "elodiecavacestloeuvredaegirno12"
    )
    assert normalise("Straße") == normalise("STRASSE")
    assert normalise("🖕🖕🖕") == ""


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "cries", "why"),
    [
        ("Au secours !!!", True, "any case and punctuation"),
        ("AU\nSECOURS", True, "any space"),
        ("svp aidez moi il est la", True, "no hyphen"),
        ("aidez-moi", True, "as it stands in the configuration"),
        ("Il me frappe", True, "a sequence of words"),
        ("je pense au suicide", True, "in a sentence"),
        ("un film sur les suicidés", False, "another word"),
        ("le secours catholique", False, "a part of the sequence"),
        ("il me frappera l'esprit", False, "whole words only"),
        ("", False, "nothing"),
    ],
)
def test_cry_for_help(text: str, cries: bool, why: str) -> None:
    words = ("au secours", "aidez-moi", "il me frappe", "suicide")
    assert cries_for_help(text, words) is cries, why


def test_no_words_no_cry() -> None:
    assert not cries_for_help("au secours", ())
