"""`antirelou text`: the price of a text, and what it is made of."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import Run, harmless, write_config

pytest_plugins = ["cli_fixtures"]

# The trap of 2017: two segments in the default alphabet, five with one typographic apostrophe that is not replaced.
LONG = (
    "Si une femme vous dit non, il est inutile d'insister ; apprenez a respecter la liberte des femmes. "
    * 3
)

PRICES = [
    ("Bonjour", "GSM-7, 7 septets of 160: 1 segment."),
    ("a" * 160, "GSM-7, 160 septets of 160: 1 segment."),
    ("a" * 161, "GSM-7, 161 septets of 2 × 153: 2 segments."),
    ("€" * 80, "GSM-7, 160 septets of 160: 1 segment."),
    ("ê" * 70, "UCS-2, 70 UTF-16 units of 70: 1 segment."),
    ("😀" * 36, "UCS-2, 72 UTF-16 units of 2 × 67: 2 segments."),
    ("", "GSM-7, 0 septets of 160: 1 segment."),
]


@pytest.mark.parametrize(("text", "price"), PRICES, ids=[price for _, price in PRICES])
def test_prices(text: str, price: str, run: Run, at: Path) -> None:
    assert run(at, "text", text).lines[1].strip() == price


def test_what_was_replaced_is_named_with_its_place(run: Run, at: Path) -> None:
    told = run(at, "text", "L’été… «\u00a0non\u00a0»")
    assert told.lines[0] == 'text: L\'été... " non "'
    assert (
        "Replaced: ’ by ' at 2, … by ... at 6, « by \" at 8, U+00A0 by a space at 9"
        in told.out
    )


def test_replacing_says_what_it_saved(run: Run, at: Path) -> None:
    told = run(at, "text", LONG.replace("'", "’"))
    assert "297 septets of 2 × 153: 2 segments." in told.out
    assert "As written it would take 5 segments." in told.out


def test_what_forces_ucs2_is_named_with_its_place(run: Run, at: Path) -> None:
    told = run(at, "text", "Ça ? Être \U0001f600")
    assert (
        "UCS-2, 70 characters a segment instead of 160, because of: Ê at 6, 😀 at 11."
        in told.out
    )


def test_too_long_for_the_configuration_is_said(run: Run, at: Path) -> None:
    told = run(at, "text", "a" * 400)
    assert told.status == 0
    assert "Too long: reply.max_segments is 2. Shorten it, or raise that." in told.out
    assert told.out.count("  Segment ") == 3


def test_words_need_no_quotes_and_a_hostile_text_is_harmless(
    run: Run, at: Path
) -> None:
    assert run(at, "text", "deux", "mots").lines[0] == "text: deux mots"
    assert harmless(run(at, "text", "\x1b[2J\u202e\n\r\x85").out)


def test_the_text_comes_from_standard_input(
    run: Run, at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO("Là\nbas\n".encode()))
    )
    assert run(at, "text", "-").lines[0] == "text: Là\\nbas"


def test_what_is_not_utf_8_is_a_misuse() -> None:
    command = [sys.executable, "-c", "from antirelou.cli import main; main()", "text"]
    for how in (
        {"args": [*command, b"\xff"]},
        {"args": [*command, "-"], "input": b"\xff"},
    ):
        done = subprocess.run(**how, capture_output=True, timeout=20, check=False)  # type: ignore[call-overload]
        assert done.returncode == 2
        assert b"is not valid UTF-8" in done.stderr


def test_without_a_text_those_of_the_configuration_are_counted(
    run: Run, tmp_path: Path
) -> None:
    write_config(
        tmp_path,
        more='[reply]\ntexts = ["Un’", "Deux"]\n[reply.by_country]\nGB = ["Three"]\n',
    )
    told = run(tmp_path, "text")
    assert [
        line.split(":")[0] for line in told.lines if not line.startswith(" ") and line
    ][:4] == [
        *(
            "reply.texts, text 1",
            "reply.texts, text 2",
            "reply.by_country.GB, text 1",
            "reply.distress_text",
        ),
    ]
    assert "In reply.texts, text 1, ’ by ' was replaced" in told.out


def test_a_text_can_be_counted_while_the_configuration_is_broken(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "antirelou.toml").write_text(f'[reply]\ntexts = ["{"a" * 999}"]\n')
    assert run(tmp_path, "text", "Bonjour").status == 0
    assert run(tmp_path, "text").status == 78


def test_json(run: Run, at: Path) -> None:
    facts = json.loads(run(at, "text", "--json", "ê’€").out)
    assert facts == {
        "name": "text",
        "text": "ê'€",
        "alphabet": "UCS-2",
        "units": 3,
        "segments": ["ê'€"],
        "replaced": [{"position": 2, "old": "’", "new": "'"}],
        "segments_without_replacing": 1,
        "forcing": [{"position": 1, "character": "ê"}],
        "extension": [{"position": 3, "character": "€"}],
    }
