"""What was exported: it is in the chain, and one knows whose texts it holds, also when they are erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from log_world import ANNE, BOB, START, World

from antirelou.log import Export, LogMissing, Reader, record_export
from antirelou.policy.facts import Decision, Reason
from antirelou.settings import Privacy


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def export(world: World, messages: Iterable[int]) -> int:
    return record_export(
        world.settings,
        path=Path("/media/stick/evidence"),
        manifest_digest="ab" * 32,
        since=START,
        until=None,
        message_ids=messages,
        moment=world.now,
    )


def exports_of(world: World, address: str) -> list[Export]:
    with Reader.open(world.settings.log.path) as log:
        return log.exports_of(address, world.settings.log.key_file)


def test_an_export_is_known_by_whose_messages_it_holds(world: World) -> None:
    messages = [world.deliver("salut", who) for who in (ANNE, BOB, ANNE, BOB)]
    first = export(world, [messages[2], messages[0]])
    second = export(world, messages)
    assert [one.id for one in exports_of(world, ANNE)] == [first, second]
    (held,) = exports_of(world, BOB)
    assert (held.id, held.messages, held.since, held.until) == (second, 4, START, None)
    assert exports_of(world, "+33639980009") == []
    assert world.fault() is None


def test_it_is_still_known_once_everything_else_of_the_number_is_erased(
    world: World,
) -> None:
    message = world.deliver("salut", ANNE)
    world.store.decide(message, Decision(Reason.STALE, None), 0, world.now)
    export(world, [message])
    world.after = timedelta(days=100)
    assert list(world.store.erasing(Privacy(), lambda: world.now))
    (held,) = exports_of(world, ANNE)
    assert held.path == "/media/stick/evidence"
    assert world.fault() is None


def test_a_log_of_the_first_version_gets_the_tables(world: World) -> None:
    world.alter("DROP TABLE exports")
    world.alter("DROP TABLE notes")
    world.alter("DELETE FROM _sqlite_migrations WHERE name = '0002_evidence'")
    with pytest.raises(LogMissing):
        export(world, [])
    world.restart()
    assert export(world, []) == 1
    assert world.fault() is None
