"""`antirelou verify`: what it says, and its exit status."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from cli_world import Run

pytest_plugins = ["cli_fixtures"]


@pytest.fixture
def copy(at: Path, tmp_path: Path) -> Path:
    """A log that may be altered."""
    return Path(shutil.copy(at / "antirelou.db", tmp_path))


def test_a_log_that_fits_ends_with_status_0_and_its_head(at: Path, run: Run) -> None:
    told = run(at, "verify")
    assert told.status == 0 and " fit; " in told.lines[0]
    anchor = told.lines[1].removeprefix("The head is ")
    assert run(at, "verify", "--anchor", anchor).status == 0
    found = json.loads(run(at, "verify", "--json").out)
    assert f"{found['entries']}:{found['head']}" == anchor
    assert (found["fault"], found["erased"]) == (None, 0)


def test_a_log_that_was_altered_ends_with_status_1_and_the_row(
    at: Path, copy: Path, run: Run
) -> None:
    with sqlite3.connect(copy) as log:
        log.execute("UPDATE messages SET text = 'altered' WHERE id = 1")
    told = run(at, "verify", str(copy))
    assert (told.status, told.err) == (1, "")
    assert "Row 1 of messages" in told.out and "one of its columns" in told.out
    told = run(at, "verify", str(copy), "--json")
    fault = json.loads(told.out)["fault"]
    assert (told.status, fault["change"], fault["row"]) == (1, "altered", 1)


def test_a_tail_that_was_cut_off_shows_against_the_anchor(at: Path, run: Run) -> None:
    told = run(at, "verify", "--anchor", f"987654:{'0' * 64}")
    assert told.status == 1 and "its tail was cut off" in told.out


HEAD = "0" * 64


@pytest.mark.parametrize(
    "anchor",
    [
        *("7", "7:abc", f"x:{HEAD}", f"7:{'g' * 64}", f"7:{HEAD}0", f"a7:{HEAD}"),
        f"7:{HEAD} 8:{HEAD}",
    ],
)
def test_what_is_no_anchor_is_a_mistake(at: Path, run: Run, anchor: str) -> None:
    told = run(at, "verify", "--anchor", anchor)
    assert told.status == 2 and re.search("no anchor|more than one anchor", told.err)


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        " {}\n",
        "Nov 22 12:00:00 pi antirelou[412]: The head of the chain is {}",
        "antirelou main {}",
        '{{"id": 7, "kind": "anchor", "text": "The head of the chain is {}: keep it."}}',
        "{}".upper(),
    ],
)
def test_an_anchor_is_taken_in_every_form_in_which_it_was_told(
    at: Path, run: Run, form: str
) -> None:
    head = json.loads(run(at, "verify", "--json").out)
    right = form.format(f"{head['entries']}:{head['head']}")
    told = run(at, "verify", "--anchor", right)
    assert (told.status, "They fit the anchor" in told.out) == (0, True)
    wrong = form.format(f"{head['entries']}:{HEAD}")
    told = run(at, "verify", "--anchor", wrong.upper())
    assert told.status == 1 and "has another head than the anchor" in told.out


def test_what_is_no_log_is_said_so(at: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "x.db").write_text("x")
    assert run(at, "verify", str(tmp_path / "x.db")).status == 78
    assert run(at, "verify", str(tmp_path / "none.db")).status == 78
