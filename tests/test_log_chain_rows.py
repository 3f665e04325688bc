"""Rows and entries of every kind: dropped, slipped in, swapped, cut off, and altered after an erasure by the rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chain_world import export, filled
from erasing_world import decided, erase, forget
from log_world import ANNE, BOB, Segment, World

from antirelou.log import Anchor, verify
from antirelou.log.chain import COVERED, STATES, TABLES
from antirelou.log.connection import Connection
from antirelou.log.erasures import EMPTIED, LEFT
from antirelou.log.explain import Change

WITH_ENTRIES = sorted({TABLES[kind] for kind in COVERED})


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A log with every kind of entry; what a test does to it is undone."""
    world = filled(tmp_path_factory.mktemp("full"))
    for word in ("again", "and again"):
        decided(world, word, BOB)
        world.store.event("configuration", word, world.now)
        world.store.order("resume", "{}", world.now)
        world.note(word)
    export(world)
    connection = Connection.writing(world.settings.log.path)
    for setting in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
        connection.run(f"PRAGMA {setting}")
    yield connection
    connection.close()
    world.store.close()


@pytest.fixture
def mended(full: Connection) -> Iterator[Connection]:
    full.run("BEGIN")
    yield full
    full.run("ROLLBACK")
    assert verify(full) is None


def rows_of(connection: Connection, table: str) -> list[int]:
    """The rows of a table to which the chain commits."""
    kinds = ", ".join(f"'{kind}'" for kind in COVERED if TABLES[kind] == table)
    query = f"SELECT DISTINCT row FROM chain WHERE kind IN ({kinds}) ORDER BY row"
    return [row["row"] for row in connection.rows(query)]


@pytest.mark.parametrize("table", WITH_ENTRIES)
def test_every_row_that_is_dropped_is_named(mended: Connection, table: str) -> None:
    for row in rows_of(mended, table):
        mended.run("SAVEPOINT one")
        mended.run(f"DELETE FROM {table} WHERE id = ?", [row])
        fault = verify(mended)
        assert fault is not None
        found = (fault.change, fault.table, fault.row)
        assert found == (Change.DROPPED, table, row), fault.sentence
        mended.run("ROLLBACK TO one")


@pytest.mark.parametrize("table", WITH_ENTRIES)
def test_every_row_that_is_slipped_in_is_named(mended: Connection, table: str) -> None:
    first = rows_of(mended, table)[-1]
    unique = {"delivers": ("dedupe",)}.get(table, ())
    columns = [
        str(row["name"])
        for row in mended.rows(f"SELECT name FROM pragma_table_info('{table}')")
    ]
    copied = ", ".join(
        "randomblob(16)" if name in unique else "987654" if name == "id" else name
        for name in columns
    )
    mended.run(f"INSERT INTO {table} SELECT {copied} FROM {table} WHERE id = {first}")
    fault = verify(mended)
    assert fault is not None
    assert (fault.change, fault.table, fault.row) == (Change.INSERTED, table, 987654)


@pytest.mark.parametrize("table", WITH_ENTRIES)
def test_two_rows_that_are_swapped_are_named(mended: Connection, table: str) -> None:
    one, other = rows_of(mended, table)[-2:]
    for old, new in ((one, -1), (other, one), (-1, other)):
        mended.run(f"UPDATE {table} SET id = {new} WHERE id = {old}")
    fault = verify(mended)
    assert fault is not None
    assert (fault.change, fault.table, fault.row) == (Change.SWAPPED, table, one)


@pytest.mark.parametrize("kind", sorted(COVERED | STATES))
def test_an_entry_of_any_kind_that_is_dropped_is_named(
    mended: Connection, kind: str
) -> None:
    entries = mended.rows("SELECT seq FROM chain WHERE kind = ? ORDER BY seq", [kind])
    for seq in {entries[0]["seq"], entries[-1]["seq"]} - {last_entry(mended)}:
        mended.run("SAVEPOINT one")
        mended.run("DELETE FROM chain WHERE seq = ?", [seq])
        fault = verify(mended)
        assert fault is not None and (fault.seq, fault.change) == (seq, Change.DROPPED)
        mended.run("ROLLBACK TO one")


def test_a_tail_of_any_length_that_is_cut_off_shows_against_the_anchor(
    mended: Connection,
) -> None:
    last = last_entry(mended)
    head = mended.value("SELECT head FROM chain WHERE seq = ?", [last])
    anchor = Anchor(last, head)
    assert verify(mended, anchor) is None
    for seq in range(last, 0, -1):
        mended.run("DELETE FROM chain WHERE seq >= ?", [seq])
        fault = verify(mended, anchor)
        assert fault is not None
        # with its rows left they have no entry; without them only the anchor tells
        assert fault.change in (Change.CUT, Change.INSERTED, Change.ALTERED)
    for table in WITH_ENTRIES:
        mended.run(f"DELETE FROM {table}")
    assert verify(mended) is None
    fault = verify(mended, anchor)
    assert fault is not None and (fault.seq, fault.change) == (1, Change.CUT)


def last_entry(connection: Connection) -> int:
    last: int = connection.value("SELECT max(seq) FROM chain")
    return last


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A log of which a row of every table was erased by the rules."""
    world = World(tmp_path_factory.mktemp("erased"))
    world.sent(ANNE)
    world.deliver("un ", ANNE, segment=Segment(5, 2, 1))
    decided(world, "deux", ANNE, segment=Segment(5, 2, 2))
    world.note(f"I saw {ANNE}")
    forget(world, ANNE)
    erase(world)
    connection = Connection.writing(world.settings.log.path)
    for setting in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
        connection.run(f"PRAGMA {setting}")
    yield connection
    connection.close()
    world.store.close()


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, name.strip()) for table, left in LEFT.items() for name in left.split(",")],
)
def test_what_an_erasure_left_of_a_row_is_guarded(
    erased: Connection, table: str, column: str
) -> None:
    row = erased.value(f"SELECT max(id) FROM {table} WHERE erased_at IS NOT NULL")
    erased.run("BEGIN")
    try:
        erased.run(
            f"UPDATE {table} SET {column} = {other(erased, table, column)} WHERE id = {row}"
        )
        fault = verify(erased)
    finally:
        erased.run("ROLLBACK")
    assert fault is not None and fault.table == table, fault
    changes = {"id": (Change.DROPPED, Change.ALTERED)}.get(column, (Change.ALTERED,))
    assert fault.change in changes
    assert verify(erased) is None


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, name) for table, emptied in EMPTIED.items() for name in emptied],
)
def test_what_an_erasure_emptied_stays_empty(
    erased: Connection, table: str, column: str
) -> None:
    row = erased.value(f"SELECT max(id) FROM {table} WHERE erased_at IS NOT NULL")
    erased.run("BEGIN")
    try:
        erased.run(
            f"UPDATE {table} SET {column} = {other(erased, table, column)} WHERE id = {row}"
        )
        fault = verify(erased)
    finally:
        erased.run("ROLLBACK")
    assert fault is not None
    assert (fault.change, fault.table, fault.row) == (Change.ALTERED, table, row)


@pytest.mark.parametrize("table", list(EMPTIED))
def test_what_is_emptied_without_an_erasure_is_tampering(
    mended: Connection, table: str
) -> None:
    row = rows_of(mended, table)[-1]
    emptied = ", ".join(f"{name} = NULL" for name in EMPTIED[table])
    mended.run(f"UPDATE {table} SET {emptied}, erased_at = '2026' WHERE id = {row}")
    fault = verify(mended)
    assert fault is not None
    assert (fault.change, fault.table, fault.row) == (Change.ERASED, table, row)


def other(connection: Connection, table: str, column: str) -> str:
    """A value that the column does not have, in SQL."""
    kind = connection.value(
        f"SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}'"
    )
    return {"TEXT": "'2031-altered'", "INTEGER": "987654", "BLOB": "x'0102'"}[kind]
