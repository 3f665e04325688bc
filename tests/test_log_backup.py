"""A backup made beside a running daemon, and what a card that is made of it knows and does not know."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from world import NUMBER, OTHER, World, settings_in

from antirelou.clock import Timekeeper
from antirelou.log import (
    BackupUnreadable,
    KeyMissing,
    LineHeld,
    LogBusy,
    LogExists,
    LogMissing,
    Reader,
    back_up,
    restore,
    sealed,
    verify,
)
from antirelou.log.connection import Connection
from antirelou.settings import LESSON

TOLD, QUITTER, STRANGER = NUMBER, OTHER, "+33639980003"
WORDS = "correct cheval batterie agrafe é"
MONTH_ENDS = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
LATER = {"delay": timedelta(minutes=20)}
MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a guess costs is tested in one test; the others make do with less."""
    monkeypatch.setattr(sealed, "_COST", 2**4)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Somebody was told, and somebody asked to be left alone."""
    (tmp_path / "old").mkdir()
    world = World(tmp_path / "old")
    world.text("Salut", TOLD)
    world.text("STOP", QUITTER)
    world.run(MINUTE)
    return world


def saved(world: World) -> Path:
    file = world.settings.log.path.parent.parent / "antirelou.backup"
    back_up(world.settings, file, WORDS, world.clock.now())
    return file


def fresh(world: World) -> Path:
    """The directory of a card that has no log."""
    directory = world.settings.log.path.parent.parent / "new"
    directory.mkdir(exist_ok=True)
    return directory


def put_back(world: World, file: Path, words: str = WORDS, **sections: Any) -> World:
    """The same SIM and modem with a restored log."""
    world.die()
    settings = settings_in(fresh(world), **sections)
    moment = Timekeeper(world.clock).moment()
    restore(settings, file, words, moment, month_ends=MONTH_ENDS)
    return World(
        fresh(world), clock=world.clock, simulation=world.simulation, **sections
    )


def test_who_was_told_and_who_wants_nothing_is_known_again(world: World) -> None:
    world = put_back(world, saved(world))
    world.order("resume", '{"memory_gap": true}')
    for number in (TOLD, QUITTER, STRANGER):
        world.text("Encore moi", number)
    world.run(MINUTE)
    assert world.reasons()[2:] == ["already_told", "opted_out", "to_answer"]
    assert world.sent == [(TOLD, LESSON), (STRANGER, LESSON)]


def test_until_the_billing_day_nobody_new_gets_a_text(world: World) -> None:
    world = put_back(world, saved(world), reply={"expire_after": timedelta(days=30)})
    world.text("Salut", STRANGER)
    world.run(MINUTE)
    with Reader.open(world.settings.log.path) as log:
        (row,) = log.status(world.clock.now())
    assert row["queued"] == {"memory_gap": 1}
    world.die()
    world.clock.wait((MONTH_ENDS - world.clock.now()).total_seconds() - HOUR)
    world.start()
    world.run(30 * MINUTE)
    assert len(world.sent) == 1
    world.run(31 * MINUTE)
    assert world.sent[1:] == [(STRANGER, LESSON)]


def test_a_cry_for_help_waits_too_but_a_test_does_not(world: World) -> None:
    operator = {"numbers": ("+33639980050",)}
    world = put_back(world, saved(world), operator=operator)
    world.text("Salut", "+33639980050")
    world.text("au secours", STRANGER)
    world.run(MINUTE)
    assert [number for number, _ in world.sent[1:]] == ["+33639980050"]


def test_what_was_due_may_have_left_and_is_not_sent_again(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    world = World(tmp_path / "old", reply=LATER)
    world.text("Salut", TOLD)
    world.run(MINUTE)
    file = saved(world)
    world.run(HOUR)
    assert len(world.sent) == 1
    world = put_back(world, file, reply=LATER)
    world.order("resume", '{"memory_gap": true}')
    world.text("Encore moi", TOLD)
    world.run(HOUR)
    assert len(world.sent) == 1, "P3, P12"
    assert [message["replies"][0]["state"] for message in world.messages()[:1]] == [
        "unknown"
    ]
    assert world.reasons() == ["to_answer", "already_told"]


def test_what_was_not_due_yet_leaves_when_it_is(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    world = World(tmp_path / "old", reply=LATER)
    world.text("Salut", TOLD)
    world.run(MINUTE)
    world = put_back(world, saved(world), reply=LATER)
    world.order("resume", '{"memory_gap": true}')
    world.run(HOUR)
    assert world.sent == [(TOLD, LESSON)]


def test_the_chain_holds_and_says_that_it_was_restored(world: World) -> None:
    world = put_back(world, saved(world))
    world.store.close()
    with closing(Connection.reading(world.settings.log.path)) as log:
        assert verify(log) is None
    assert "note" in world.events()


def test_a_backup_is_made_while_a_daemon_writes(world: World) -> None:
    with world.store.transaction():
        world.store.event("modem_opened", "half done", Timekeeper(world.clock).moment())
        file = saved(world)
    world = put_back(world, file)
    with Reader.open(world.settings.log.path) as log:
        assert "half done" not in [event["text"] for event in log.events(100)]
    assert len(world.messages()) == 2


def test_nothing_of_it_can_be_read_without_the_passphrase(world: World) -> None:
    file = saved(world)
    content = file.read_bytes()
    for secret in (b"Salut", TOLD.encode(), b"SQLite", world.store._key.text.encode()):
        assert secret not in content
    assert file.stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_beside_the_log_nor_beside_the_backup(world: World) -> None:
    file = saved(world)
    world = put_back(world, file)
    world.store.close()
    path = world.settings.log.path
    old = {each.name for each in (path.parent.parent / "old").iterdir()}
    new = {each.name for each in path.parent.iterdir()}
    ours = {path.name, f"{path.name}.key", f"{path.name}.lock"}
    ours |= {f"{path.name}.main.lock"}
    assert old == new == ours
    assert {each.name for each in file.parent.iterdir()} == {"old", "new", file.name}
    assert b"backup key" not in path.read_bytes(), "the key lies in its file only"
    assert path.stat().st_mode & 0o777 == 0o600


def altered(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (lambda content: b"", "no backup"),
        (lambda content: b"SQLite format 3" + content, "no backup"),
        (lambda content: content[:60], "no backup"),
        (lambda content: content[:-1], "damaged"),
        (lambda content: content + b"x", "damaged"),
        (lambda content: altered(content, 20), "passphrase"),
        (lambda content: altered(content, 40), "damaged"),
        (lambda content: altered(content, 5000), "damaged"),
        (lambda content: altered(content, len(content) - 1), "damaged"),
    ],
)
def test_a_damaged_backup_leaves_nothing(
    world: World, what: Any, sentence: str
) -> None:
    file = saved(world)
    file.write_bytes(what(file.read_bytes()))
    with pytest.raises(BackupUnreadable, match=sentence):
        put_back(world, file)
    left = [each.name for each in fresh(world).iterdir()]
    assert all(name.endswith(".lock") for name in left)


def test_another_passphrase_is_said_to_be_one(world: World) -> None:
    file = saved(world)
    with pytest.raises(BackupUnreadable, match="not sealed with this passphrase"):
        put_back(world, file, words=WORDS.upper())


def test_a_log_or_a_key_that_is_there_is_never_overwritten(world: World) -> None:
    file = saved(world)
    world.die()
    before = world.settings.log.path.read_bytes()
    moment = Timekeeper(world.clock).moment()
    with pytest.raises(LogExists, match=r"antirelou\.db is there already"):
        restore(world.settings, file, WORDS, moment, month_ends=MONTH_ENDS)
    assert world.settings.log.path.read_bytes() == before
    world.settings.log.path.rename(world.settings.log.path.with_name("elsewhere"))
    with pytest.raises(LogExists, match=r"antirelou\.db\.key is there already"):
        restore(world.settings, file, WORDS, moment, month_ends=MONTH_ENDS)
    assert world.settings.log.key_file.exists()


def test_a_line_that_a_daemon_holds_is_left_alone(world: World) -> None:
    file = saved(world)
    with pytest.raises(LineHeld) as held:
        restore(
            world.settings,
            file,
            WORDS,
            Timekeeper(world.clock).moment(),
            month_ends=MONTH_ENDS,
        )
    assert held.value.exit_status == 75


def test_an_older_backup_is_replaced_and_nothing_else(world: World) -> None:
    file = saved(world)
    first = file.read_bytes()
    saved(world)
    assert file.read_bytes() != first
    other = file.with_name("letter.txt")
    other.write_text("Dear")
    with pytest.raises(LogExists, match="no backup"):
        back_up(world.settings, other, WORDS, world.clock.now())
    assert other.read_text() == "Dear"


def test_without_its_key_a_log_is_not_backed_up(world: World) -> None:
    world.settings.log.key_file.unlink()
    with pytest.raises(KeyMissing):
        saved(world)
    assert not list(world.settings.log.path.parent.parent.glob("*backup*"))


def test_without_a_log_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(LogMissing):
        back_up(settings_in(tmp_path), tmp_path / "b", WORDS, datetime.now(UTC))


def test_two_backups_at_once_are_one_too_many(world: World) -> None:
    copy = world.settings.log.path.with_name("antirelou.db.snapshot")
    code = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(copy)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    other.stdout.readline()
    with pytest.raises(LogBusy):
        saved(world)
    other.communicate(b"\n")
    assert saved(world).exists(), "what is left of one that was killed is no obstacle"


def test_every_line_forgets(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    world = World(tmp_path / "old", line="second")
    world.die()
    world.settings = replace(world.settings, line="main")
    world.start()
    world = put_back(world, saved(world))
    with Reader.open(world.settings.log.path) as log:
        gaps = {row["line"]: row["memory_gap_until"] for row in log.lines()}
    assert gaps == dict.fromkeys(("main", "second"), "2026-12-01T00:00:00.000Z")


def test_it_can_be_opened_without_antirelou(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `sealed.py` says: with nothing but the package, in memory."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    monkeypatch.setattr(sealed, "_COST", 2**17)
    content = saved(world).read_bytes()
    line, rest = content.split(b"\n", 1)
    salt, nonce, check, body = rest[:16], rest[16:28], rest[28:44], rest[44:]
    derived = Scrypt(salt=salt, length=48, n=2**17, r=8, p=1).derive(WORDS.encode())
    head = line + b"\n" + salt + nonce + check
    opened = AESGCM(derived[:32]).decrypt(nonce, body, head)
    log = sqlite3.connect(":memory:")
    log.deserialize(opened)
    assert log.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    assert derived[32:] == check


def test_it_takes_no_more_memory_for_a_longer_log() -> None:
    class Zeros(BytesIO):
        """Fifty megabytes, one at a time; what is written goes nowhere but is counted."""

        left, most, written = 50, 0, 0

        def read(self, size: int | None = -1) -> bytes:
            self.left -= 1
            return bytes(1 << 20) if self.left >= 0 else b""

        def write(self, data: Any) -> int:
            self.most, self.written = (
                max(self.most, len(data)),
                self.written + len(data),
            )
            return len(data)

    zeros = Zeros()
    sealed.seal(zeros, zeros, WORDS)
    assert zeros.written > 50 << 20
    assert zeros.most <= 1 << 20
