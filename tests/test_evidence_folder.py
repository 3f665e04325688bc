"""The exported folder: what it holds, what it never names, and that the same export gives the same octets."""

from __future__ import annotations

import csv
import getpass
import json
import platform
import re
import resource
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from cli_world import HOSTILE, INSISTER, STRANGER, Run, harmless
from evidence_world import exported, own_copy, records

from antirelou.log import Reader
from antirelou.log.connection import Connection

pytest_plugins = ["cli_fixtures"]


@pytest.fixture
def at(at: Path, tmp_path: Path) -> Path:
    return own_copy(at, tmp_path / "log")


@pytest.fixture
def folder(run: Run, at: Path, tmp_path: Path) -> Path:
    return exported(run, at, tmp_path / "folder")


def test_every_file_is_there_and_none_may_be_read_by_others(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        *("SHA256SUMS", "chain.jsonl", "messages.csv", "messages.json", "notes.json"),
        *("rapport.pdf", "verification.txt", "verify.py"),
    }
    for path in (*folder.iterdir(), folder.with_name("folder.zip")):
        assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_json_holds_the_exact_text_and_csv_one_that_cannot_act(folder: Path) -> None:
    (hostile,) = [one for one in records(folder) if one["displayed_number"] == STRANGER]
    assert hostile["text"] == HOSTILE
    source = (folder / "messages.csv").read_text(encoding="utf-8")
    assert harmless(source)
    rows = list(csv.DictReader(source.splitlines()))
    assert rows[1]["text"].startswith("'=1+1\\u001b[2J")
    assert rows[1]["displayed_number"] == f"'{STRANGER}"
    assert len(rows) == 5


def test_a_record_says_all_that_a_court_asks_for(folder: Path) -> None:
    record = records(folder)[0]
    assert record["displayed_number"] == INSISTER
    assert record["network_time"].endswith("+01:00")
    assert record["received_at"].endswith("Z")
    assert record["clock"] == "synchronised"
    assert record["service_centre"] == ["+33639980099"]
    assert record["pdus"][0].startswith("07913336990890F9")
    assert [one["kind"] for one in record["chain"]] == ["deliver", "decision"]
    assert record["replies"][0]["state"] == "submitted"


def test_entries_between_are_digests_only(folder: Path) -> None:
    lines = (folder / "chain.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines][1:]
    between = [one for one in entries if "message" not in one]
    assert between
    assert {frozenset(one) for one in between} == {
        frozenset({"seq", "kind", "commitment", "head"})
    }


@pytest.mark.parametrize(
    ("more", "ids"),
    [
        (("--sender", INSISTER.replace("+33", "0")), [1]),
        (("--search", "code"), [3]),
        (("--reason", "opted_out"), [4]),
        (("--reason", "to_answer", "--search", "salut"), [1]),
    ],
)
def test_what_is_asked_for_is_in_it_and_nothing_else(
    run: Run, at: Path, tmp_path: Path, more: tuple[str, ...], ids: list[int]
) -> None:
    target = exported(run, at, tmp_path / "some", *more)
    assert [record["id"] for record in records(target)] == ids
    told = run(at, "verify", str(target))
    assert told.status == 0


def test_nothing_that_fits_makes_no_folder(run: Run, at: Path, tmp_path: Path) -> None:
    asked = ("--since", "2020-01-01", "--until", "2020-01-02")
    told = run(at, "evidence", *asked, "--output", str(tmp_path / "none"))
    assert told.status == 2 and "No message fits" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_what_is_there_is_not_overwritten(run: Run, at: Path, folder: Path) -> None:
    for name in ("folder", "folder.zip", "folder-annex.txt"):
        target = folder.with_name(name.replace("folder", "other"))
        target.write_text("mine")
        asked = ("--since", "3h", "--until", "now", "--annex")
        told = run(at, "evidence", *asked, "--output", str(folder.with_name("other")))
        assert told.status == 2 and "already" in told.err
        assert target.read_text() == "mine"
        target.unlink()


def test_the_export_is_recorded_with_the_digest_that_is_told(
    run: Run, at: Path, tmp_path: Path
) -> None:
    asked = ("--since", "3h", "--until", "now", "--reason", "to_answer")
    told = run(at, "evidence", *asked, "--output", str(tmp_path / "told"))
    digest = told.out.split()[-1]
    summed = run(at, "verify", "--json", str(tmp_path / "told"))
    assert json.loads(summed.out)["manifest"] == digest
    with Reader.open(at / "antirelou.db") as log:
        assert log.verified().fault is None
    with closing(Connection.reading(at / "antirelou.db")) as connection:
        row = connection.row("SELECT * FROM exports")
    assert row is not None
    assert (row["manifest_digest"], row["messages"]) == (digest, "[[1, 2]]")


PLANTED = {
    "host": "hote-de-marie",
    "user": "marie.dupont",
    "number": "+33639989977",
    "phone": "+33639989988",
}


def _planted(at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log at a path that names somebody, on a machine and for a user that do, with a SIM, a modem and telephones."""
    home = own_copy(at, tmp_path / PLANTED["user"])
    (home / "antirelou.toml").write_text(
        f'[modem]\nport = "/dev/{PLANTED["user"]}"\nnumber = "{PLANTED["number"]}"\n'
        f'[operator]\nnumbers = ["{PLANTED["phone"]}"]\n'
        f'[log]\npath = "{home / "antirelou.db"}"\nreserve = "1kB"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(platform, "node", lambda: PLANTED["host"])
    monkeypatch.setattr(getpass, "getuser", lambda: PLANTED["user"])
    for name in ("USER", "LOGNAME", "SUDO_USER", "HOSTNAME"):
        monkeypatch.setenv(name, PLANTED["user"])
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    return home


def _octets(path: Path) -> list[bytes]:
    """A file as it is, and each of its compressed streams as it was."""
    data = path.read_bytes()
    found = [data]
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            found.append(zlib.decompressobj().decompress(data[match.end() :]))
        except zlib.error:
            continue  # a stream that is not compressed is in the file as it is
    return found


def test_nothing_in_it_names_the_operator_or_the_machine_and_the_annex_does(
    run: Run, at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _planted(at, tmp_path, monkeypatch)
    target = exported(run, home, home / "marie-contre-x", "--annex")
    with Reader.open(home / "antirelou.db") as log:
        (line,) = log.lines()
    secrets = [*PLANTED.values(), *(line[name] for name in ("iccid", "imei", "imsi"))]
    annex = (home / "marie-contre-x-annex.txt").read_text(encoding="utf-8")
    assert not [secret for secret in secrets if secret not in annex]
    secrets += [str(home), platform.node(), "marie-contre-x", "/dev/"]
    forms = [
        form
        for secret in secrets
        for form in (
            secret.encode(),
            secret.encode("utf-16-be"),
            secret.encode().hex().encode(),
        )
    ]
    unzipped = tmp_path / "unzipped"
    with zipfile.ZipFile(home / "marie-contre-x.zip") as archive:
        archive.extractall(unzipped)
    files = [path for path in unzipped.rglob("*") if path.is_file()]
    for path in (*target.iterdir(), *files, home / "marie-contre-x.zip"):
        for octets in _octets(path):
            assert not [form for form in forms if form in octets], path


def test_the_archive_tells_nothing_of_who_packed_it(folder: Path) -> None:
    with zipfile.ZipFile(folder.with_name("folder.zip")) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.create_system, entry.external_attr) == (3, 0o100644 << 16)
            assert not entry.extra and not entry.comment
            assert entry.filename.startswith("evidence/")
        assert not archive.comment


def test_nobody_is_called_the_one_who_wrote(run: Run, at: Path, tmp_path: Path) -> None:
    for language in ("fr", "en"):
        target = exported(run, at, tmp_path / language, "--language", language)
        for path in target.iterdir():
            said = b"".join(_octets(path)).lower()
            assert b"auteur" not in said and b"author" not in said, path


def test_the_anchor_leads_the_chain_to_where_it_was_kept(
    run: Run, at: Path, tmp_path: Path
) -> None:
    told = json.loads(run(at, "verify", "--json").out)
    head = f"{told['entries']}:{told['head']}"
    asked = ("--reason", "to_answer", "--anchor", head)
    target = exported(run, at, tmp_path / "anchored", *asked)
    assert run(at, "verify", "--anchor", head, str(target)).status == 0
    assert head.split(":")[1] in (target / "verification.txt").read_text("utf-8")
    wrong = head[:-4] + ("0000" if head[-4:] != "0000" else "1111")
    told = run(
        at,
        *("evidence", "--since", "3h", "--until", "now", "--anchor", wrong),
        *("--output", str(tmp_path / "wrong")),
    )
    assert told.status == 2 and not (tmp_path / "wrong").exists()


def test_a_place_where_nothing_can_be_written_is_told_in_a_sentence(
    run: Run, at: Path, tmp_path: Path
) -> None:
    asked = ("--since", "3h", "--until", "now")
    told = run(at, "evidence", *asked, "--output", str(tmp_path / "none" / "folder"))
    assert told.status == 75 and "cannot be made" in told.err


def test_what_cannot_be_written_to_its_end_leaves_nothing_behind(
    run: Run, at: Path, tmp_path: Path
) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    asked = ("--since", "3h", "--until", "now", "--annex")
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limit[1]))
    try:
        told = run(at, "evidence", *asked, "--output", str(tmp_path / "full"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert told.status == 75 and "make room" in told.err
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_what_was_erased_and_what_our_own_phones_sent_is_left_out(
    run: Run, at: Path, tmp_path: Path
) -> None:
    config = at / "antirelou.toml"
    ours = f'[operator]\nnumbers = ["{INSISTER}"]\n'
    config.write_text(config.read_text() + ours)
    with closing(Connection.writing(at / "antirelou.db")) as connection:
        connection.run("UPDATE messages SET erased_at = received_at WHERE id = 2")
    target = exported(run, at, tmp_path / "folder")
    assert [record["id"] for record in records(target)] == [3, 4, 5]
    between = (target / "chain.jsonl").read_text(encoding="utf-8")
    assert '"message": 1' not in between and '"message": 2' not in between


def test_a_log_is_never_taken_for_an_archive(run: Run, at: Path) -> None:
    with (at / "antirelou.db").open("ab") as file:
        file.write(b"PK\x05\x06" + bytes(18))
    told = run(at, "verify", str(at / "antirelou.db"))
    assert "archive" not in told.out + told.err
