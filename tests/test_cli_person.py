"""`antirelou forget` and `show`: as the operator types it."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_world import INSISTER, SECRETS, STRANGER, Run, harmless, write_config
from world import NUMBER, World

from antirelou.cli.options import settings_of
from antirelou.clock import Moment
from antirelou.log import Reader, record_export
from antirelou.log.beside import beside

pytest_plugins = ["cli_fixtures"]


@pytest.fixture
def own(at: Path, tmp_path: Path) -> Path:
    """A filled log of one's own."""
    for name in ("antirelou.db", "antirelou.db.key"):
        shutil.copy(at / name, tmp_path)
    write_config(tmp_path)
    return tmp_path


def last_order(directory: Path) -> dict[str, object]:
    with Reader.open(directory / "antirelou.db") as log:
        found: dict[str, object] = log.orders(1)[0]
    return found


def test_forget_asks_and_orders(
    own: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    before = last_order(own)
    assert run(own, "forget", "06 39 98 00 01").status == 130
    assert last_order(own) == before
    told = run(own, "forget", "--yes", "06 39 98 00 01")
    assert told.status == 0 and "when the daemon of line main starts" in told.out
    assert INSISTER not in told.out
    order = last_order(own)
    assert order["kind"] == "forget" and INSISTER in str(order["argument"])
    assert run(own, "forget", "--yes", "+336****01").status == 2


def test_show_tells_all_that_is_kept_about_a_number_and_of_no_other(
    own: Path, run: Run
) -> None:
    rows = [
        json.loads(line)
        for line in run(own, "show", "--json", "--numbers", INSISTER).lines
    ]
    there = [row["table"] for row in rows]
    assert there == ["senders", "messages", "delivers", "replies", "submits"]
    assert rows[0]["address"] == INSISTER and rows[0]["told"] == 1
    assert rows[1]["text"].startswith("Salut, c'est moi")
    assert rows[2]["pdu"] and rows[4]["pdu"]
    told = run(own, "show", "--numbers", "06 39 98 00 01")
    assert (told.status, told.err) == (0, "") and rows[2]["pdu"] in told.out
    assert "  | Salut, c'est moi." in told.out
    run(own, "block", INSISTER)
    assert "Order" in run(own, "show", INSISTER).lines[-1]


def test_show_hides_numbers_unless_they_are_asked_for(own: Path, run: Run) -> None:
    run(own, "block", INSISTER)
    for how in ((), ("--json",)):
        out = run(own, "show", INSISTER, *how).out
        assert not [secret for secret in SECRETS if secret in out]
        assert "33960899" not in out  # semi-octets


def test_a_hostile_text_is_harmless_in_what_is_shown(own: Path, run: Run) -> None:
    for how in ((), ("--json",), ("--numbers",)):
        told = run(own, "show", STRANGER, *how)
        assert told.status == 0 and harmless(told.out)


def test_show_of_an_unknown_number_says_so(own: Path, run: Run) -> None:
    assert (
        run(own, "show", "+33639989999").out == "Nothing is kept about +33639****99.\n"
    )
    assert run(own, "show", "--json", "+33639989999").out == ""


def test_show_finds_what_is_left_of_a_forgotten_number(
    tmp_path: Path, run: Run
) -> None:
    world = World(tmp_path)
    write_config(tmp_path)
    world.text("Salut", NUMBER)
    world.run(120)
    world.order("forget", json.dumps({"address": NUMBER}))
    world.run(60)
    world.store.close()
    rows = [json.loads(line) for line in run(tmp_path, "show", "--json", NUMBER).lines]
    assert (rows[0]["address"], rows[0]["told"], rows[1]["text"]) == (None, 1, None)
    assert "Erased number" in run(tmp_path, "show", NUMBER).out


def test_what_was_exported_is_shown_and_told_when_a_number_is_forgotten(
    own: Path, run: Run
) -> None:
    record_export(
        settings_of(own / "antirelou.toml"),
        path=Path("/media/stick/evidence"),
        manifest_digest="ab" * 32,
        since=None,
        until=None,
        message_ids=range(100),
        moment=Moment(datetime.now(UTC), 1.0, "boot", False),
    )
    assert (
        "to /media/stick/evidence: erasing does not" in run(own, "show", INSISTER).out
    )
    told = run(own, "forget", "--yes", INSISTER).out
    assert "to /media/stick/evidence still holds it" in told


def test_a_note_that_names_the_number_is_shown_with_numbers_only(
    own: Path, run: Run
) -> None:
    with beside(own / "antirelou.db") as connection:
        connection.run(
            "INSERT INTO notes (at, line, observed_at, text, nonce) VALUES (?, 'main', ?, ?, x'00')",
            [*("2026-11-22T12:00:00.000Z",) * 2, f"It was {INSISTER} again."],
        )
    for options in ((), ("--json",)):
        assert "Note 1 of" in run(own, "show", INSISTER).out
        assert INSISTER not in run(own, "show", *options, INSISTER).out
        assert "again." in run(own, "show", "--numbers", *options, INSISTER).out
    assert "Note" not in run(own, "show", STRANGER).out
