"""README.fr.md is README.md in French: the same headings, commands, tables and names, in the same order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENGLISH, FRENCH = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.fr.md")
)
CODE = r"(?ms)^( *)```(\w*)\n(.*?)^\1```\n"


def bare(text: str) -> str:
    """Without the blocks of code."""
    return re.sub(CODE, "", text)


def levels(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"(?m)^(#+) ", bare(text))]


def tables(text: str) -> list[list[list[str]]]:
    found = re.findall(r"(?m)(?:^ *\|.*\n)+", bare(text))
    return [
        [re.split(r" \| ", line.strip().strip("|")) for line in block.splitlines()]
        for block in found
    ]


def names(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def sections(text: str) -> list[str]:
    return re.split(r"(?m)^##+ ", bare(text))


def test_headings_have_the_same_levels_in_the_same_order() -> None:
    assert levels(FRENCH) == levels(ENGLISH)


def test_blocks_of_code_are_the_same() -> None:
    assert re.findall(CODE, FRENCH) == re.findall(CODE, ENGLISH)


@pytest.mark.parametrize(
    ("english", "french"),
    list(zip(tables(ENGLISH), tables(FRENCH), strict=True)),
    ids=lambda table: table[0][0].strip(),
)
def test_tables_have_the_same_rows(
    english: list[list[str]], french: list[list[str]]
) -> None:
    assert [len(row) for row in french] == [len(row) for row in english]
    assert [names(row[0]) for row in french] == [names(row[0]) for row in english]


@pytest.mark.parametrize(
    ("english", "french"),
    list(zip(sections(ENGLISH), sections(FRENCH), strict=True)),
    ids=lambda section: section.partition("\n")[0],
)
def test_each_section_names_the_same_things(english: str, french: str) -> None:
    assert sorted(names(french.replace("\n", " "))) == sorted(
        names(english.replace("\n", " "))
    )


def test_every_link_within_leads_to_a_heading() -> None:
    headings = re.findall(r"(?m)^##+ (.*)", FRENCH)
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", FRENCH)) <= anchors
