"""Reading: what `log`, `why` and `status` show, and that no query of theirs reads all messages."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from log_world import ANNE, BOB, START, Segment, World

from antirelou.log import NotADatabase, Reader
from antirelou.policy.facts import Decision, Reason

HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Four messages, an hour apart."""
    world = World(tmp_path)
    world.sent(ANNE)
    world.after = HOUR
    world.store.decide(
        world.deliver("L'été, où ça ?", BOB), Decision(Reason.STALE), 0, world.now
    )
    world.after = 2 * HOUR
    world.store.add_call(ANNE, world.now)
    world.after = 3 * HOUR
    world.store.hold(world.deliver("salut", segment=Segment(1, 2, 1)), "paused")
    return world


@pytest.fixture
def log(world: World) -> Reader:
    return Reader.open(world.settings.log.path)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"limit": 2}, [3, 4]),
        ({"limit": None}, [1, 2, 3, 4]),
        ({"after_id": 1, "limit": 2}, [2, 3]),
        ({"after_id": 4}, []),
        ({"since": START + HOUR}, [2, 3, 4]),
        ({"since": START + HOUR, "limit": 1}, [4]),
        ({"until": START + HOUR}, [1]),
        ({"since": START + HOUR, "until": START + 2 * HOUR}, [2]),
        ({"sender": ANNE}, [1, 3, 4]),
        ({"sender": "+33639980099"}, []),
        ({"reason": "stale"}, [2]),
        ({"reason": "paused"}, [4]),
        ({"kind": "call"}, [3]),
        ({"kind": "text"}, [1, 2, 4]),
        ({"state": "submitted"}, [1]),
        ({"state": "queued"}, []),
        ({"search": "ETE"}, [2]),
        ({"search": "ou ca"}, [2]),
        ({"search": "sal*"}, [1, 4]),
        ({"search": "salut", "state": "submitted"}, [1]),
        ({"search": '"unbalanced AND ( * ^'}, []),
        ({"search": ""}, []),
        ({"line": "main", "sender": ANNE, "kind": "text", "since": START + HOUR}, [4]),
        ({"line": "other"}, []),
    ],
)
def test_messages_are_filtered_and_the_oldest_comes_first(
    log: Reader, filters: dict[str, object], found: list[int]
) -> None:
    assert [message["id"] for message in log.messages(**filters)] == found  # type: ignore[arg-type]


def test_a_message_is_shown_as_it_is_promised(log: Reader) -> None:
    first, *_, last = log.messages()
    assert first == {
        "id": 1,
        "line": "main",
        "received_at": "2026-11-22T10:00:00.000Z",
        "service_centre_time": "2026-11-22T10:00:00+00:00",
        "sender": ANNE,
        "kind": "text",
        "text": "salut",
        "segments": 1,
        "segments_expected": 1,
        "complete": True,
        "deliveries": 1,
        "reason": "to_answer",
        "hold": None,
        "replies": [
            {
                "state": "submitted",
                "reason": None,
                "text": "Bonjour.",
                "due_at": "2026-11-22T12:00:00.000Z",
                "submitted_at": "2026-11-22T10:00:00.000Z",
                "message_references": [7],
                "cms_error": None,
            }
        ],
    }
    assert (
        last["segments"],
        last["segments_expected"],
        last["complete"],
        last["hold"],
    ) == (1, 2, False, "paused")


def test_everything_about_one_message_is_there(world: World, log: Reader) -> None:
    found = log.message(1)
    assert found is not None
    assert found["delivers"][0]["pdu"] == "07000001"
    assert found["replies"][0]["submits"][0]["state"] == "submitted"
    assert (found["sender_facts"]["told"], found["sender_messages"]) == (1, 1)
    assert found["first_start_at"] == "2026-11-22T10:00:00.000Z"
    assert log.message(99) is None
    assert log.last_id() == 4


def test_the_status_counts_what_waits_and_what_is_used(
    world: World, log: Reader
) -> None:
    world.queued(BOB)
    (line,) = log.status(world.now.at, month_start=START)
    assert (
        line["segments_hour"],
        line["segments_day"],
        line["recipients_day"],
        line["recipients_month"],
    ) == (
        0,
        1,
        1,
        1,
    )
    assert (line["queued"], line["held"], line["undecided"], line["paused"]) == (
        {"not_due": 1},
        {"paused": 1},
        2,
        False,
    )
    assert line["next_due_at"] == "2026-11-22T15:00:00.000Z"
    assert line["messages_day"] == 5
    assert "pins" not in line


def test_lines_events_and_orders_are_listed(world: World, log: Reader) -> None:
    world.store.event("a", "First.", world.now)
    world.store.event("b", "Second.", world.now)
    number = world.store.order("pause", "{}", world.now)
    assert [event["text"] for event in log.events()] == ["First.", "Second."]
    assert [event["text"] for event in log.events(1)] == ["Second."]
    assert log.events(line="other") == []
    assert [order["kind"] for order in log.orders()] == ["pause"]
    order = log.order(number)
    assert order is not None and order["done_at"] is None
    assert log.order(99) is None
    (line,) = log.lines()
    assert line["held_by"] is not None
    world.store.close()
    (line,) = log.lines()
    assert line["held_by"] is None


def test_messages_of_several_lines_are_put_in_the_order_of_their_times(
    world: World, tmp_path: Path, log: Reader
) -> None:
    other = World(tmp_path, line="second")
    for after in (HOUR / 2, 5 * HOUR / 2):
        other.after = after
        other.sent(BOB)
    in_order = [(m["line"], m["id"]) for m in log.messages(since=START, limit=5)]
    assert in_order == [
        *(("second", 5), ("main", 2), ("main", 3), ("second", 6), ("main", 4))
    ]
    assert [m["id"] for m in log.messages(line="second")] == [5, 6]
    assert [m["id"] for m in log.messages(line="second", sender=BOB, limit=1)] == [6]
    assert [m["id"] for m in log.messages(line="main", state="submitted")] == [1]


def test_what_happened_meanwhile_is_found_however_long_ago(
    world: World, log: Reader
) -> None:
    for hours in (-2, 0.5, 3, 400):
        world.after = hours * HOUR
        world.store.event("k", f"After {hours} hours.", world.now)
    world.after = 3.5 * HOUR  # the third one again
    world.store.event("k", "After 3 hours.", world.now)

    def texts(since: float, until: float | None, limit: int = 10) -> list[str]:
        ends = None if until is None else START + until * HOUR
        found = log.meanwhile("main", START + since * HOUR, ends, limit)
        return [event["text"] for event in found]

    assert texts(0, 2) == ["After 0.5 hours."]
    assert texts(3.2, 4) == ["After 3 hours."], "what came again then"
    assert texts(3.6, None) == ["After 400 hours."]
    assert texts(0, None, 1) == ["After 400 hours."]
    assert log.meanwhile("second", START, None, 10) == []


def test_reading_goes_on_while_the_daemon_writes(world: World, log: Reader) -> None:
    version = log.data_version()
    with world.store.transaction():
        world.store.add_call(BOB, world.now)
        assert log.last_id() == 4
    assert log.last_id() == 5
    assert log.data_version() != version


def test_a_reader_writes_nothing(world: World) -> None:
    world.store.close()
    before = world.settings.log.path.read_bytes()
    with Reader.open(world.settings.log.path) as log:
        log.status(START)
        log.messages(search="salut")
    assert world.settings.log.path.read_bytes() == before


def test_what_is_no_log_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    path.write_text("x" * 5000)
    with pytest.raises(NotADatabase):
        Reader.open(path)


def test_the_views_answer_the_usual_questions(world: World) -> None:
    assert world.value("SELECT count(*) FROM inbox WHERE sender = '+33639980001'") == 3
    assert world.value("SELECT recipient FROM outbox WHERE state = 'submitted'") == ANNE
    assert world.value("SELECT id FROM latest LIMIT 1") == 4
    assert world.value("SELECT number FROM told") == ANNE
    assert (
        world.value("SELECT messages || ' ' || senders || ' ' || calls FROM per_day")
        == "4 2 1"
    )
    assert world.value("SELECT messages FROM per_reason WHERE reason = 'stale'") == 1
    assert (
        world.value("SELECT messages FROM per_sender WHERE sender = '+33639980001'")
        == 3
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_directory_that_may_not_be_entered_is_told_in_a_sentence(
    tmp_path: Path,
) -> None:
    """An operator who forgot `sudo` reads what to do."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    tmp_path.chmod(0o755)
    program = (
        "import os, sys; from pathlib import Path; from antirelou.log import Reader; from antirelou.log.errors import *\n"
        "os.setuid(65534)\n"
        f"try: Reader.open(Path('{closed}/antirelou.db'))\n"
        "except ReadOnlyLog as error: print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "Permission denied" in said.stdout, said.stderr
