"""`antirelou note`: what the operator observed is in the chain, in the folder, and cannot be changed unnoticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cli_world import Run
from evidence_world import (
    exported,
    found,
    own_copy,
    records,
    sealed_again,
)

from antirelou.log import Change, Reader

pytest_plugins = ["cli_fixtures"]

SEEN = "Le numéro a été posté sur un forum\n\u202e=cmd 😀"


@pytest.fixture
def at(at: Path, tmp_path: Path) -> Path:
    return own_copy(at, tmp_path / "log")


def test_a_note_is_in_the_chain_and_in_the_folder(
    run: Run, at: Path, tmp_path: Path
) -> None:
    shown = tmp_path / "capture.png"
    shown.write_bytes(b"\x89PNG")
    told = run(at, "note", SEEN, "--at", "1h", "--file", str(shown))
    digest = hashlib.sha256(b"\x89PNG").hexdigest()
    assert told.status == 0 and digest in told.out
    with Reader.open(at / "antirelou.db") as log:
        assert log.verified().fault is None
    folder = exported(run, at, tmp_path / "folder")
    (note,) = records(folder, "notes.json")
    assert (note["text"], note["file_name"]) == (SEEN, "capture.png")
    assert note["file_digest"] == digest
    assert str(tmp_path) not in (folder / "notes.json").read_text()
    assert found(folder).fault is None


@pytest.mark.parametrize("column", ["text", "observed_at", "file_digest", "at"])
def test_a_note_cannot_be_changed_unnoticed(
    run: Run, at: Path, tmp_path: Path, column: str
) -> None:
    run(at, "note", SEEN, "--at", "1h")
    folder = exported(run, at, tmp_path / "folder")
    path = folder / "notes.json"
    (note,) = records(folder, "notes.json")
    body = json.dumps(note | {column: "other"})
    path.write_text(f"[\n{body}\n]\n", encoding="utf-8")
    sealed_again(folder)
    fault = found(folder).fault
    assert fault is not None
    assert (fault.file, fault.row) == ("notes.json", 1)
    path.write_text("[\n\n]\n", encoding="utf-8")
    sealed_again(folder)
    fault = found(folder).fault
    assert fault is not None and fault.change is Change.DROPPED


def test_a_note_of_another_time_is_not_in_it(
    run: Run, at: Path, tmp_path: Path
) -> None:
    run(at, "note", "autrefois", "--at", "30d")
    assert records(exported(run, at, tmp_path / "folder"), "notes.json") == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((" ",), "needs words"),
        (("vu", "--at", "2099-01-01"), "still to come"),
        (("vu", "--file", "/nowhere/at/all"), "cannot be read"),
    ],
)
def test_what_cannot_be_noted_is_a_misuse(
    run: Run, at: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    told = run(at, "note", *arguments)
    assert told.status == 2 and sentence in told.err
