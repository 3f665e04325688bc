"""An exported folder that was changed: each change is noticed, named, and told from the others; also by its own script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_world import INSISTER, Run
from evidence_world import (
    Lines,
    changed,
    copy_of,
    exported,
    found,
    own_copy,
    records,
    sealed_again,
    write_records,
)

from antirelou.evidence.checked import NotAFolder, checked, unpacked
from antirelou.log import Anchor, Change

pytest_plugins = ["cli_fixtures"]


@pytest.fixture
def at(at: Path, tmp_path: Path) -> Path:
    return own_copy(at, tmp_path / "log")


@pytest.fixture
def folder(run: Run, at: Path, tmp_path: Path) -> Path:
    return exported(run, at, tmp_path / "folder")


def script(folder: Path) -> subprocess.CompletedProcess[str]:
    """The script of the folder, without anything of ours."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", str(folder / "verify.py")],
        capture_output=True,
        check=False,
        text=True,
        timeout=20,
        cwd="/",
    )


def test_an_unchanged_folder_fits_by_all_three_ways(folder: Path) -> None:
    assert found(folder).fault is None
    assert script(folder).stdout.startswith("OK: 7 files")
    summed = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=folder,
        check=False,
    )
    assert summed.returncode == 0


def test_the_script_has_thirty_lines_at_most_and_imports_the_standard_library_only(
    folder: Path,
) -> None:
    source = (folder / "verify.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 30
    assert "import hashlib, json, pathlib, re, sys" in source
    assert source.count("import ") == 1


def swap(one: int, other: int) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        lines[one], lines[other] = lines[other], lines[one]
        return lines

    return change


def drop(place: int) -> Callable[[Lines], Lines]:
    return lambda lines: lines[:place] + lines[place + 1 :]


def insert(place: int) -> Callable[[Lines], Lines]:
    return lambda lines: lines[:place] + [lines[place - 1]] + lines[place:]


def replace(place: int, old: str, new: str) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        assert old in lines[place]
        lines[place] = lines[place].replace(old, new, 1)
        return lines

    return change


CHANGES = [
    ("chain.jsonl", swap(3, 4), Change.SWAPPED, 3),
    ("chain.jsonl", drop(3), Change.DROPPED, 3),
    ("chain.jsonl", insert(3), Change.INSERTED, 3),
    ("chain.jsonl", replace(3, '"kind": "', '"kind": "x'), Change.ALTERED, 3),
    ("chain.jsonl", replace(3, '"head": "', '"head": "00'), Change.ALTERED, 3),
    ("messages.json", swap(1, 2), Change.SWAPPED, 1),
    ("messages.json", drop(2), Change.DROPPED, 2),
    ("messages.json", insert(2), Change.INSERTED, 1),
    ("messages.json", replace(1, INSISTER, "+33639980099"), Change.ALTERED, 1),
    ("messages.json", replace(1, "Tu dors", "Tu ronfles"), Change.ALTERED, 1),
    ("messages.csv", swap(1, 2), Change.SWAPPED, 1),
    ("messages.csv", drop(5), Change.DROPPED, 5),
    ("messages.csv", insert(3), Change.INSERTED, 3),
    ("messages.csv", insert(6), Change.INSERTED, None),
    ("messages.csv", replace(1, "Tu dors", "Tu ronfles"), Change.ALTERED, 1),
    ("messages.csv", replace(0, "id,", "no,"), Change.ALTERED, 0),
]


@pytest.mark.parametrize(("name", "change", "kind", "row"), CHANGES)
def test_a_change_is_named_though_the_manifest_was_made_anew(
    folder: Path,
    name: str,
    change: Callable[[Lines], Lines],
    kind: Change,
    row: int | None,
) -> None:
    changed(folder, name, change)
    as_it_was = found(folder).fault
    assert as_it_was is not None and as_it_was.file == name
    assert script(folder).returncode == 1
    sealed_again(folder)
    fault = found(folder).fault
    assert fault is not None
    assert (fault.file, fault.change) == (name, kind), fault.sentence
    if row is not None:
        assert fault.row == row, fault.sentence
    if name != "messages.csv":
        assert script(folder).stderr.startswith("DOES NOT FIT")


COVERED = (
    *("displayed_number", "text", "network_time", "received_at", "kind", "line"),
    *("reason", "alphanumeric", "clock_unsynced", "pdus", "service_centre"),
)


@pytest.mark.parametrize("column", COVERED)
def test_no_covered_column_of_a_record_can_be_altered_unnoticed(
    folder: Path, column: str
) -> None:
    for number, record in enumerate(records(folder)):
        decided = record["reason"] is not None
        if column in ("kind", "reason", "alphanumeric") and not decided:
            continue
        them = records(folder)
        them[number][column] = ["00"] if isinstance(record[column], list) else "other"
        copy = copy_of(folder, folder.with_name(f"{column}{number}"))
        write_records(copy, them)
        sealed_again(copy)
        fault = found(copy).fault
        assert fault is not None and fault.row == record["id"], (column, record)
        if (decided or column == "pdus") and column != "service_centre":
            assert script(copy).returncode == 1, (column, record)


def test_no_opened_entry_can_be_altered_unnoticed(folder: Path) -> None:
    for place, opening in enumerate(records(folder)[1]["chain"]):
        for column in opening["of"]:
            them = records(folder)
            them[1]["chain"][place]["of"][column] = "other"
            copy = copy_of(folder, folder.with_name(f"{place}{column}"))
            write_records(copy, them)
            sealed_again(copy)
            fault = found(copy).fault
            assert fault is not None and fault.row == 2, (opening["kind"], column)
            assert script(copy).returncode == 1


def test_files_that_are_exchanged_gone_or_added_are_named(
    folder: Path, tmp_path: Path
) -> None:
    swapped = copy_of(folder, tmp_path / "swapped")
    one, other = swapped / "messages.csv", swapped / "rapport.pdf"
    text = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(text)
    gone = copy_of(folder, tmp_path / "gone")
    (gone / "rapport.pdf").unlink()
    added = copy_of(folder, tmp_path / "added")
    (added / "more.pdf").write_bytes(b"%PDF-1.4")
    altered = copy_of(folder, tmp_path / "altered")
    (altered / "rapport.pdf").write_bytes(b"%PDF-1.4")
    for path, kind, name in (
        (swapped, Change.SWAPPED, "messages.csv"),
        (gone, Change.DROPPED, "rapport.pdf"),
        (added, Change.INSERTED, "more.pdf"),
        (altered, Change.ALTERED, "rapport.pdf"),
    ):
        fault = found(path).fault
        assert fault is not None and (fault.change, fault.file) == (kind, name)
        assert script(path).returncode == 1


def test_what_is_not_as_we_write_it_is_a_fault_and_no_bug(folder: Path) -> None:
    for text in ("", "{}", '{"seq": 1}\n', "[" * 100_000, '{"seq": "x", "head": 1}\n'):
        for name in ("chain.jsonl", "messages.json", "notes.json"):
            copy = copy_of(folder, folder.with_name(f"{len(text)}{name}"))
            (copy / name).write_text(text, encoding="utf-8")
            sealed_again(copy)
            if (name, text) != ("notes.json", ""):
                assert found(copy).fault is not None, (name, text[:20])


def test_an_anchor_tells_a_chain_that_was_made_anew(folder: Path) -> None:
    last = json.loads((folder / "chain.jsonl").read_text("utf-8").splitlines()[-1])
    anchor = Anchor(last["seq"], bytes.fromhex(last["head"]))
    assert checked(folder, anchor).fault is None
    fault = checked(folder, Anchor(last["seq"], bytes(32))).fault
    assert fault is not None and fault.change is Change.ALTERED
    fault = checked(folder, Anchor(last["seq"] + 1, bytes(32))).fault
    assert fault is not None and fault.change is Change.CUT


def test_the_archive_is_the_folder(folder: Path, tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    unpacked(folder.with_name("folder.zip"), into)
    assert found(into).fault is None
    assert {path.name: path.read_bytes() for path in into.iterdir()} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_a_foreign_archive_writes_nothing_anywhere(tmp_path: Path) -> None:
    import zipfile

    into = tmp_path / "into"
    into.mkdir()
    for name in ("../evil", "a/../../evil", "/etc/evil", "a/b/evil", "evil"):
        path = tmp_path / "foreign.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, "x")
        with pytest.raises(NotAFolder):
            unpacked(path, into)
    path.write_bytes(b"PK\x03\x04 not quite")
    with pytest.raises(NotAFolder):
        unpacked(path, into)
    with pytest.raises(NotAFolder):
        checked(into)
    assert not list(into.iterdir())


def test_the_command_says_what_was_changed(run: Run, folder: Path) -> None:
    told = run(folder, "verify", str(folder))
    assert told.status == 0 and "5 messages" in told.out
    changed(folder, "messages.json", drop(2))
    told = run(folder, "verify", str(folder))
    assert told.status == 1 and "Record 2 of messages.json was dropped" in told.out
    told = run(folder, "verify", "--json", str(folder))
    assert json.loads(told.out)["fault"]["change"] == "dropped"
