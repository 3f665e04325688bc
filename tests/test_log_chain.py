"""The chain: whoever alters, drops, adds or swaps anything that it covers is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from chain_world import filled
from log_world import BOB, Segment, World

from antirelou.log.chain import COVERED, STATES, TABLES
from antirelou.log.explain import Change


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> World:
    return filled(tmp_path_factory.mktemp("full"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def covered() -> list[tuple[str, str]]:
    """Every (kind, column) that the chain covers, as the queries say."""
    found = []
    for kind, query in (COVERED | STATES).items():
        columns = query.removeprefix("SELECT ").partition(" FROM")[0].replace("\n", " ")
        for column in columns.split(","):
            name = column.split()[-1].rpartition(".")[2]
            found.append((kind, {"recipient": "sender", "END": "text"}.get(name, name)))
    return found


def test_the_list_of_covered_columns_is_read_right() -> None:
    assert len(covered()) > 80
    assert {
        ("deliver", "pdu"),
        ("decision", "sender"),
        ("decision", "text"),
        ("submit.state", "cms_error"),
    } <= set(covered())


@pytest.mark.parametrize(("kind", "column"), covered())
def test_every_covered_column_is_guarded(full: World, kind: str, column: str) -> None:
    table = TABLES[kind]
    row = full.value(f"SELECT max(row) FROM chain WHERE kind = '{kind}'")
    if column == "sender":  # covered through the row that it refers to
        row, table, column = (
            full.value(f"SELECT sender_id FROM {table} WHERE id = {row}"),
            "senders",
            "address",
        )
    if kind == "decision" and column == "text":
        row = full.value(
            "SELECT max(id) FROM messages WHERE segments_expected = 1 AND reason IS NOT NULL"
        )
    if column == "reason" and kind == "reply.state":
        row = full.value("SELECT id FROM replies WHERE state = 'dropped'")
    was = full.value(f"SELECT quote({column}) FROM {table} WHERE id = {row}")
    kind_of = full.value(
        f"SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}'"
    )
    other = {"TEXT": "'2031-altered'", "INTEGER": "987654", "BLOB": "x'0102'"}[
        str(kind_of)
    ]
    full.alter(f"UPDATE {table} SET {column} = {other} WHERE id = {row}")
    moved = f"id = {987654 if column == 'id' else row}"
    try:
        fault = full.fault()
        assert fault is not None, f"{table}.{column} can be altered unnoticed"
        assert (fault.change, fault.sentence[-1]) == (Change.ALTERED, ".")
        if table != "senders":  # of whom there may be an earlier row
            assert (fault.table, fault.row) == (table, row), fault.sentence
        assert column in fault.sentence.replace("sender", "address")
    finally:
        full.alter(f"UPDATE {table} SET {column} = {was} WHERE {moved}")
    assert full.fault() is None


@pytest.mark.parametrize(
    ("column", "state"),
    [
        *(
            (column, state)
            for column in ("seq", "at", "line", "kind", "row", "commitment", "head")
            for state in (False, True)
        ),
        ("facts", True),  # a content entry has neither
        ("nonce", True),
    ],
)
def test_an_altered_entry_is_noticed_where_it_is(
    full: World, column: str, state: bool
) -> None:
    seq = full.value(
        f"SELECT min(seq) FROM chain WHERE kind LIKE '%{'.state' if state else 'deliver'}'"
    )
    was = full.value(f"SELECT quote({column}) FROM chain WHERE seq = {seq}")
    others = {
        "seq": "987654",
        "row": "987654",
        "facts": "'{}'",
        "nonce": "x'01'",
        "commitment": "x'01'",
        "head": "x'01'",
    }
    full.alter(
        f"UPDATE chain SET {column} = {others.get(column, repr('deliver.state'))} WHERE seq = {seq}"
    )
    fault = full.fault()
    full.alter(
        f"UPDATE chain SET {column} = {was} WHERE {column} = {others.get(column, repr('deliver.state'))}"
    )
    assert fault is not None and fault.seq == seq
    assert full.fault() is None


ENTRY = "(SELECT seq FROM chain WHERE kind = 'decision' LIMIT 1)"


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("DELETE FROM chain WHERE seq = 4", Change.DROPPED),
        ("DELETE FROM chain WHERE seq = 1", Change.DROPPED),
        (
            "DELETE FROM chain WHERE seq = 4; UPDATE chain SET seq = seq - 1 WHERE seq > 4",
            Change.DROPPED,
        ),
        (
            (
                "UPDATE chain SET seq = -seq WHERE seq > 3; UPDATE chain SET seq = 1 - seq WHERE seq < 0;"
                "INSERT INTO chain SELECT 4, at, line, kind, row, facts, nonce, commitment, head FROM chain WHERE seq = 3"
            ),
            Change.INSERTED,
        ),
        (
            (
                "UPDATE chain SET seq = CASE seq WHEN 3 THEN -6 WHEN 6 THEN -3 END WHERE seq IN (3, 6);"
                "UPDATE chain SET seq = -seq WHERE seq < 0"
            ),
            Change.SWAPPED,
        ),
        (
            (
                "UPDATE chain SET seq = CASE seq WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE seq IN (3, 4);"
                "UPDATE chain SET seq = -seq WHERE seq < 0"
            ),
            Change.SWAPPED,
        ),
        ("DELETE FROM delivers WHERE id = 2", Change.DROPPED),
        ("DELETE FROM events WHERE nonce IS NOT NULL", Change.DROPPED),
        ("DELETE FROM senders WHERE id = 2", Change.ALTERED),
        ("UPDATE messages SET reason = 'stale' WHERE kind = 'call'", Change.INSERTED),
        (
            "INSERT INTO control (at, line, kind, nonce) VALUES ('2026', 'main', 'resume', x'00')",
            Change.INSERTED,
        ),
        (
            (
                "INSERT INTO events (at, line, kind, text, repeat_key, last_at, boot_id, clock_unsynced)"
                " VALUES ('2026', 'main', 'erasure', '', '', '2026', 'b', 0)"
            ),
            Change.INSERTED,
        ),
        (
            "UPDATE messages SET text = 'trois' WHERE segments_expected = 2",
            Change.ALTERED,
        ),
        ("UPDATE delivers SET nonce = NULL, pdu = NULL WHERE id = 1", Change.ERASED),
        (
            "UPDATE senders SET address = CASE id WHEN 1 THEN '+33639980002' ELSE '+33639980001' END WHERE id < 3",
            Change.SWAPPED,
        ),
        (
            "UPDATE delivers SET pdu = CASE id WHEN 1 THEN '07000002' ELSE '07000001' END WHERE id < 3",
            Change.SWAPPED,
        ),
        (
            (
                "UPDATE delivers SET dedupe = randomblob(9); UPDATE delivers SET id = -id WHERE id IN (2, 3);"
                "UPDATE delivers SET id = 5 + id WHERE id < 0"
            ),
            Change.SWAPPED,
        ),
        (
            "UPDATE replies SET state = 'dropped', counted_at = NULL WHERE state = 'submitted'",
            Change.ALTERED,
        ),
        (
            (
                "UPDATE replies SET ended_at = CASE id WHEN 1 THEN '2026-11-22T10:00:00.000Z' END, state = CASE id"
                " WHEN 1 THEN 'submitted' ELSE 'queued' END, counted_at = ended_at, marked_at = ended_at"
            ),
            Change.ALTERED,
        ),
        ("UPDATE senders SET told = 0", Change.ALTERED),
    ],
)
def test_what_was_dropped_added_or_swapped_is_noticed_and_named(
    world: World, what: str, change: Change
) -> None:
    world.store.event("configuration", "x", world.now)
    world.deliver("un ", segment=Segment(5, 2, 1))
    world.answer(world.deliver("deux", segment=Segment(5, 2, 2)))
    world.sent(BOB)
    world.store.add_call(BOB, world.now)
    assert world.fault() is None
    for statement in what.split(";"):
        world.alter(statement)
    fault = world.fault()
    assert fault is not None
    assert fault.change == change, fault.sentence


def test_a_tail_that_was_cut_off_with_its_rows_shows_against_an_anchor_only(
    world: World,
) -> None:
    world.store.order("pause", "{}", world.now)
    anchor = world.anchor()
    world.store.order("resume", "{}", world.now)
    assert world.fault(anchor) is None
    world.alter("DELETE FROM control")
    world.alter("DELETE FROM chain")
    assert world.fault() is None
    fault = world.fault(anchor)
    assert fault is not None and (fault.seq, fault.change) == (1, Change.CUT)
    world.store.order("resume", "{}", world.now)  # as if nothing had been
    fault = world.fault(anchor)
    assert fault is not None and fault.change is Change.ALTERED


def test_an_empty_log_verifies(tmp_path: Path) -> None:
    assert World(tmp_path).fault() is None


def test_the_chain_is_what_its_description_says(world: World) -> None:
    """Recomputed with nothing but hashlib, as somebody else would."""
    order = world.store.order("pause", "{}", world.now)
    nonce = bytes.fromhex(str(world.value("SELECT hex(nonce) FROM control")))
    at = "2026-11-22T10:00:00.000Z"
    said = {
        "at": at,
        "kind": "order",
        "line": "main",
        "of": {
            "argument": "{}",
            "at": at,
            "id": order,
            "kind": "pause",
            "line": "main",
        },
        "row": order,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    commitment = hashlib.sha256(nonce + canonical.encode()).digest()
    head = hashlib.sha256(
        bytes(32) + (1).to_bytes(8, "big") + b"\x05order" + commitment
    ).hexdigest()
    assert world.value("SELECT lower(hex(head)) FROM chain") == head


def test_every_nonce_is_fresh(full: World) -> None:
    for table in ("delivers", "messages", "replies", "submits", "control"):
        rows = full.value(f"SELECT count(*) FROM {table}")
        assert (
            full.value(
                f"SELECT count(DISTINCT nonce) FROM {table} WHERE length(nonce) = 16"
            )
            == rows
        )
