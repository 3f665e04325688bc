"""What a raid did to the service: counted before, during and after, from rows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flood_world import HOUR, MINUTE, a_world, number, raid
from log_world import ANNE, START, SUBMITTED, World

from antirelou.log import Reader
from antirelou.log.effects import Effects


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def measured(world: World) -> list[Effects]:
    """An hour before, the hour of the raid, the hour after."""
    raided = START + 2 * HOUR
    spans = [(raided + n * HOUR, raided + (n + 1) * HOUR) for n in (-1, 0, 1)]
    with Reader.open(world.settings.log.path) as log:
        return log.effects(spans)


def test_messages_and_numbers_are_counted_in_their_span(world: World) -> None:
    world.after = HOUR + 10 * MINUTE
    world.deliver()
    world.after = 2 * HOUR
    raid(world, 8)
    world.deliver(sender=number(0))
    before, during, after = measured(world)
    assert (before.messages, before.senders) == (1, 1)
    assert (during.messages, during.senders) == (9, 8)
    assert (after.messages, after.lateness) == (0, [])


def test_how_late_messages_came_is_told_from_the_networks_stamp(world: World) -> None:
    world.after = 2 * HOUR
    for minutes in (0, 1, 30):
        world.deliver(sent=world.after - minutes * MINUTE)
    during = measured(world)[1]
    assert during.lateness == [60.0, 1800.0]
    assert during.late == 1


def test_what_became_of_replies_and_how_late_they_left(world: World) -> None:
    world.after = 10 * MINUTE  # due two hours later: in the raid
    left, dropped, waits = (world.queued(sender=number(n)) for n in range(3))
    world.after = 3 * HOUR
    (submit,) = world.mark(left)
    world.store.outcome(submit, SUBMITTED, world.now)
    world.store.drop_reply(dropped, "flooder", world.now)
    assert waits
    during = measured(world)[1]
    assert during.due == 3
    assert dict(during.states) == {"submitted": 1, "dropped": 1, "queued": 1}
    assert dict(during.dropped) == {"flooder": 1}
    assert during.waits == [3000.0, 3000.0]


def test_the_most_that_one_sweep_found_is_told(world: World) -> None:
    world.after = 2 * HOUR
    for _ in range(5):
        world.deliver()
    world.after += MINUTE
    world.deliver()
    assert measured(world)[1].swept == 5


def test_floods_and_events_of_the_time_are_told_without_their_texts(
    world: World,
) -> None:
    world.after = 2 * HOUR
    raid(world, 8)
    world.store.event("storage_full", "of /dev/secret", world.now)
    world.store.event("configuration", "of /etc/secret", world.now)
    with Reader.open(world.settings.log.path) as log:
        events = log.told_events(START, START + timedelta(days=1))
        floods = log.floods_between(START, START + timedelta(days=1))
        assert not log.floods_between(START, START + HOUR)
    assert "storage_full" in {event["kind"] for event in events}
    assert "configuration" not in {event["kind"] for event in events}
    assert "secret" not in str(events)
    assert len(floods) == 1


def test_what_the_line_and_its_operator_wrote_is_no_message_of_anybody(
    world: World,
) -> None:
    world.after = 2 * HOUR
    world.deliver(kind="self_test")
    world.deliver(sender=ANNE)
    assert measured(world)[1].messages == 1
