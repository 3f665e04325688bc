"""The copy of the log for a browser: what is in it, and what is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_world import SECRETS, filled

from antirelou.log.copy import ARRIVALS, BOUNDS, QUESTIONS, copy_to
from antirelou.log.errors import LogMissing
from antirelou.policy.numbers import mask

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("log")
    filled(directory)
    copy_to(
        directory / "copy.db",
        directory / "antirelou.db",
        shown=lambda sender: sender and mask(sender),
        numbers="masked",
        now=NOW,
    )
    return directory / "copy.db"


@pytest.fixture
def copy(made: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{made}?mode=ro", uri=True)) as copy:
        yield copy


def test_nothing_that_identifies_anybody_is_in_the_file(made: Path) -> None:
    content, log = made.read_bytes(), made.with_name("antirelou.db")
    for secret in SECRETS:
        assert secret.encode() not in content
    with closing(sqlite3.connect(log)) as original:
        for table, column in (("senders", "hmac"), ("delivers", "pdu")):
            for (value,) in original.execute(f"SELECT {column} FROM {table}"):
                octets = value if isinstance(value, bytes) else value.encode()
                assert octets not in content


def test_every_message_is_there_with_its_reason_or_hold(
    copy: sqlite3.Connection,
) -> None:
    rows = copy.execute("SELECT reason, reply FROM messages ORDER BY id").fetchall()
    assert rows == [
        ("to_answer", "submitted"),
        ("to_answer", "submitted"),
        ("unreplyable", None),
        ("opted_out", None),
        ("paused", None),
    ]


def test_texts_are_found_without_their_accents(copy: sqlite3.Connection) -> None:
    found = copy.execute(
        "SELECT rowid FROM messages_fts WHERE messages_fts MATCH 'dörs'"
    ).fetchall()
    assert found == [(1,)]


def test_hours_add_up_to_all_messages(copy: sqlite3.Connection) -> None:
    total = "SELECT sum(messages) FROM per_hour"
    assert copy.execute(total).fetchone() == (5,)
    first, latest = copy.execute(BOUNDS).fetchone()
    values = {"length": 7, "since": first}
    counted = copy.execute(ARRIVALS, values).fetchall()
    assert sum(messages for _, _, messages in counted) == 5
    assert {span for span, _, _ in counted} <= {first[:7], latest[:7]}


@pytest.mark.parametrize("name", list(QUESTIONS))
def test_every_question_can_be_asked(copy: sqlite3.Connection, name: str) -> None:
    _, query = QUESTIONS[name]
    rows = copy.execute(query).fetchall()
    assert rows or name in ("waiting", "doubtful", "distress", "pasted")


def test_without_a_log_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(LogMissing):
        copy_to(
            tmp_path / "copy.db",
            tmp_path / "antirelou.db",
            shown=lambda sender: sender,
            numbers="masked",
            now=NOW,
        )
