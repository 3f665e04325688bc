"""Growth: what a cycle, or a question, costs does not depend on how long the log is.

Counted in SQLite's own instructions, so that the machine does not matter.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from log_world import ANNE, BOB, SUBMITTED, Segment, World

from antirelou.log import Reader
from antirelou.log.connection import Connection
from antirelou.log.rested import rested_on
from antirelou.policy.facts import Decision, Reason

SHORT, LONG = (
    300,
    12_000,
)  # messages in a log that is young, and in one that is forty times as long
PAST = """
WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {count}),
past (id, at) AS (SELECT id, strftime('%Y-%m-%dT%H:%M:%S.000Z', '2026-10-01', '+' || (id * 3600 / {count}) || ' seconds')
    FROM n)
"""
TABLES = {
    "senders": "(id, address, hmac, first_at, told) SELECT id, 's' || id, CAST('h' || id AS BLOB), at, 1 FROM past"
    " WHERE id % 3 = 0",
    "delivers": "(id, line, received_at, boot_id, boot_ms, clock_unsynced, pdu, dedupe, last_delivered_at, nonce)"
    " SELECT id, 'main', at, 'b', 1, 0, hex(zeroblob(70)), CAST('d' || id AS BLOB), at, zeroblob(16) FROM past",
    "messages": "(id, line, kind, sender_id, deliver_id, received_at, newest_at, boot_id, boot_ms, newest_boot_id,"
    " newest_boot_ms, clock_unsynced, text, text_key, reference, reference_bits, segments, segments_expected, complete,"
    " reason, flood, flood_counts) SELECT id, 'main', iif(id % 50, 'text', 'call'), id / 3 * 3, id, at, at, 'b', 1, 'b', 1, 0,"
    " 'insulte ' || (id % 500), CAST('k' || (id % 100) AS BLOB), 1, 8, 1, 1 + (id % 7 = 0), id % 7 <> 0,"
    " iif(id <> 10, 'pending', 'stale'), 4, iif(id % 3, id, NULL) FROM past WHERE id > 3",
    "replies": "(id, line, message_id, sender_id, purpose, text, segments, state, queued_at, boot_id, due_at, expires_at,"
    " lot, counted_at, ended_at) SELECT id, 'main', id, id / 3 * 3, 'lesson', 'x', 1,"
    " iif(id % 2, 'submitted', 'dropped'), at, 'b', at, at, x'00', iif(id % 2, at, NULL), at FROM past WHERE id > 3",
    "submits": "(line, reply_id, attempt, sequence, state, reserved_at, counted_at, ended_at, message_reference)"
    " SELECT 'main', id, 1, 1, 'submitted', at, at, at, id % 256 FROM past WHERE id > 3",
    "floods": "(id, line, began_at, hot_at, ended_at) SELECT id, 'main', at, at, at FROM past WHERE id > 3",
    "events": "(at, line, kind, text, repeat_key, last_at, boot_id, clock_unsynced)"
    " SELECT at, 'main', 'k', 'x', 'x', at, 'b', 0 FROM past",
    "control": "(at, line, kind, done_at) SELECT at, 'main', iif(id % 2, 'pause', 'resume'), at FROM past",
    "chain": "(at, line, kind, row, commitment, head) SELECT at, 'main', 'x', id, x'00', x'00' FROM past",
}


@pytest.fixture(scope="module", params=[SHORT, LONG])
def long(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> World:
    world = World(tmp_path_factory.mktemp("long"))
    with world.store.transaction():
        for table, rest in TABLES.items():
            world.store._db.run(
                f"{PAST.format(count=request.param)} INSERT INTO {table} {rest}"
            )
    return world


def cycle(world: World, *, rare: bool = True) -> None:
    """Everything the daemon asks of its log for one text in, one reply out; and what it does once in a while."""
    store = world.store
    if store.paused():
        store.order("resume", "{}", world.now)
    store.open_orders()
    store.newest_time()
    store.clock_behind(world.now.at)
    world._delivered += 1000
    message = world.deliver("une insulte", ANNE)
    first = world.deliver("une ", BOB, segment=Segment(1, 2, 1))
    assert world.deliver("autre", BOB, segment=Segment(1, 2, 2)) == first
    (one, _) = store.undecided(world.now)
    store.history(one, world.now.at, normalised="une insulte")
    reply = world.answer(message)
    store.hold(first, "paused")
    for one in store.undecided(world.now):  # its hold has gone
        store.decide(one.id, Decision(Reason.PENDING), 0, world.now)
    store.next_ripe(world.now)
    store.mark_deleted([1], world.now)
    due = world.now.at + timedelta(hours=3)
    assert reply in [one.id for one in store.due(due)]
    store.take_turn(reply, None)
    store.firsts()
    store.anything_to_ask(due)
    store.next_due(due)
    with store.transaction():
        store.reserve(reply, due, month_start=due - timedelta(days=30))
        (submit,) = store.mark(reply, ["AA"], world.now)
    with store.transaction(durable=False):
        store.outcome(submit, SUBMITTED, world.now)
    store.report(7, ANNE, 0, None, world.now)
    store.event("k", "x", world.now)
    store.update_line(world.now, state="ready")
    store.opt_out(BOB, world.now)
    store.calls_lately(world.now.at, 2)
    call = world.message(store.add_call("s30", world.now))
    store.history(call, world.now.at)
    store.decide(call.id, Decision(Reason.NOT_A_TEXT), 0, world.now)
    store.limit_told("limits.segments_per_day", due)
    if rare:
        store.due_replies(due)
        store.reconsider()
        store.shift_queued("boot-1", timedelta(hours=1), world.now)


HELD = (  # replies to thousands, of whom nobody may get one yet, and as many that are not due
    "(id, line, message_id, sender_id, purpose, text, segments, state, reason, queued_at, boot_id, due_at, expires_at,"
    " lot, later_messages, flood, turn) SELECT -id, 'main', id, id / 3 * 3, 'lesson', 'x', 1, 'queued', 'flood', at, 'b',"
    " iif(id % 2, at, '2026-11-29T00:00:00.000Z'), '2026-11-30T00:00:00.000Z', CAST(id AS BLOB), id % 9, 4, iif(id % 2, 'new', NULL)"
    " FROM past WHERE id > 3"
)


def test_a_cycle_costs_the_same_however_many_replies_are_held(long: World) -> None:
    count = int(
        str(long.value("SELECT max(id) FROM senders WHERE address = 's' || id"))
    )
    with long.store.transaction():
        long.store._db.run(f"{PAST.format(count=count)} INSERT INTO replies {HELD}")
    cost = instructions(long.store._db, lambda: cycle(long, rare=False))
    with long.store.transaction():
        long.store._db.run("DELETE FROM replies WHERE id < 0")
    no_dearer_than_when_young("held", cost)


QUESTIONS: dict[str, Callable[[Reader, World], object]] = {
    "log": lambda log, _: log.messages(),
    "log --since --until": lambda log, world: log.messages(
        since=world.now.at - timedelta(hours=1), until=world.now.at
    ),
    "log --sender": lambda log, _: log.messages(sender="s30"),
    "log --reason": lambda log, _: log.messages(reason="stale"),
    "log --kind": lambda log, _: log.messages(kind="call", limit=2),
    "log --search": lambda log, _: log.messages(search="INSULTE", limit=2),
    "log --follow": lambda log, _: log.messages(after_id=200, limit=2),
    "why": lambda log, _: log.message(200),
    "status": lambda log, world: log.status(
        world.now.at, month_start=world.now.at - timedelta(days=20)
    ),
    "events": lambda log, _: log.events(5),
    "log --line": lambda log, _: log.messages(line="main", limit=5),
    "log --line, another": lambda log, _: log.messages(line="second"),
    "log --state": lambda log, _: log.messages(state="unknown"),
    "log --reason, a hold": lambda log, _: log.messages(reason="paused"),
    "log --sender --since": lambda log, world: log.messages(
        sender="s30", since=world.now.at - timedelta(days=300), line="main"
    ),
    "why, what happened meanwhile": lambda log, world: log.meanwhile(
        "main", world.now.at, None, 10
    ),
    "stats": lambda log, world: log.stats(
        [world.now.at - timedelta(hours=hours) for hours in (2, 1, 0)],
        line=None,
        ours=["s30"],
    ),
    "stats --texts": lambda log, world: list(
        log.texts(
            world.now.at - timedelta(hours=1), world.now.at, line=None, ours=["s30"]
        )
    ),
    "whose the texts are": lambda log, _: log.addresses([30, 31]),
    "holds": lambda log, world: log.holds(),
    "last_erased": lambda log, world: log.last_erased("main"),
    "loudest": lambda log, world: log.loudest("main", world.now.at, 5),
    "proof": lambda log, _: log.proof("+33639980001"),
    "orders": lambda log, _: log.orders(5),
    "order": lambda log, _: log.order(5),
    "what was published": lambda log, _: log.published("main"),
    "a test text": lambda log, world: log.trial("s30", world.now.at),
    "lines": lambda log, _: log.lines(),
    "a flood's texts": lambda log, _: log.flood_texts(LONG - 1, 5),
    "a flood's decisions": lambda log, _: log.flood_decisions(LONG - 1),
    "last": lambda log, _: log.last_id(),
}


def instructions(connection: Connection, work: Callable[[], object]) -> int:
    """How many instructions of SQLite's machine the work takes, to the nearest ten."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 10
        return 0

    connection.raw.set_progress_handler(tick, 10)
    work()
    connection.raw.set_progress_handler(None, 0)
    return count


_seen: dict[str, int] = {}


def no_dearer_than_when_young(name: str, cost: int) -> None:
    """Called for the young log first, then for the long one."""
    young = _seen.setdefault(name, cost)
    assert cost <= 1.25 * young + 200, (
        f"{name}: {young} instructions in a young log, {cost} in a long one"
    )


def test_a_cycle_costs_the_same_in_a_long_log(long: World) -> None:
    cost = instructions(long.store._db, lambda: cycle(long))
    assert cost > 1000
    no_dearer_than_when_young("cycle", cost)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_costs_the_same_in_a_long_log(long: World, name: str) -> None:
    with Reader.open(long.settings.log.path) as log:
        no_dearer_than_when_young(
            name, instructions(log._db, lambda: QUESTIONS[name](log, long))
        )


# What may be gone through: as many rows as there are SIMs, what the query itself was given, and a search in the texts.
FEW = (
    *("lines", "l", "json_each", "(subquery", "a", "c", "g"),
    *("messages_text", "f", "main.messages_text_config"),
)


def scans(connection: Connection, query: str) -> list[str]:
    """The tables that a query goes through whole, by SQLite's own plan."""
    plan = [
        row["detail"].split()
        for row in connection.raw.execute(f"EXPLAIN QUERY PLAN {query}")
    ]
    from_the_end = re.search(r"ORDER BY id DESC LIMIT \d+$", query) and (
        "WHERE" not in query
    )
    return [
        " ".join(words)
        for words in plan
        if words[0] == "SCAN" and words[1] not in FEW and not from_the_end
    ]


def queries(log: Reader, work: Callable[[], object]) -> list[str]:
    """What the work asked, with the values in it."""
    asked: list[str] = []
    log._db.raw.set_trace_callback(asked.append)
    work()
    log._db.raw.set_trace_callback(None)
    found = [query for query in asked if query.startswith("SELECT")]
    assert found
    return found


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_goes_through_a_whole_table(long: World, name: str) -> None:
    with Reader.open(long.settings.log.path) as log:
        for query in queries(log, lambda: QUESTIONS[name](log, long)):
            assert not scans(log._db, query), query


@pytest.mark.parametrize("reason", ["already_told", "pending", "loop", "campaign"])
def test_what_a_decision_rested_on_is_counted_by_an_index(
    long: World, reason: str
) -> None:
    with Reader.open(long.settings.log.path) as log:
        row = log._db.row("SELECT * FROM messages WHERE id = 200")
        assert row is not None
        message = dict(row) | {"reason": reason, "decided_at": row["received_at"]}
        for query in queries(log, lambda: rested_on(log._db, message)):
            assert not scans(log._db, query), query


def test_a_whole_table_would_show(long: World) -> None:
    with Reader.open(long.settings.log.path) as log:
        assert scans(log._db, "SELECT * FROM messages WHERE text = 'x'")
        assert scans(log._db, "SELECT count(*) FROM replies")
        assert scans(
            log._db, "SELECT id FROM messages WHERE flood ORDER BY id DESC LIMIT 5"
        )


def test_every_question_of_the_reader_is_asked_here() -> None:
    source = inspect.getsource(sys.modules[__name__])
    public = {name for name in dir(Reader) if not name.startswith("_")}
    others = {
        "open",
        "close",
        "data_version",
        "verified",
        "person",
        "exports",
        "exports_of",
    }  # all, or all of one
    exporting = {
        *("unchanging", "select_exhibits", "exhibit_ids", "exhibits"),
        *("exhibited_notes", "digests", "head", "first_and_last"),
        *("effects", "floods_between", "told_events"),
    }  # reads the chain once, and all of a period: nobody waits at a prompt
    asked = {name for name in public if f"log.{name}(" in source}
    assert asked == public - others - exporting


def test_starting_costs_the_same_in_a_long_log(long: World) -> None:
    long.restart()
    no_dearer_than_when_young(
        "start", instructions(long.store._db, lambda: long.store._start(long.now))
    )
