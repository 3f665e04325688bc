"""Taking in: exactly once, and joined whatever the order."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from log_world import ANNE, BOB, Segment, World

from antirelou.log import Taken

SECOND = timedelta(seconds=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def text(world: World, message: int) -> object:
    return world.json(message)["text"]


def taken(world: World, canonical: bytes, slot: int = 1) -> Taken:
    return world.store.add_deliver(
        storage="SM",
        slot=slot,
        status=1,
        octets="00",
        canonical=canonical,
        service_centre_address=None,
        service_centre_time=None,
        sender=ANNE,
        error=None,
        moment=world.now,
    )


def test_the_same_octets_are_one_short_message(world: World) -> None:
    first, again, other = (
        taken(world, b"a", slot=1),
        taken(world, b"a", slot=9),
        taken(world, b"b", slot=1),
    )
    assert first.new and not again.new and again.id == first.id
    assert other.new and other.id != first.id


def test_each_line_keeps_its_own_copy(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    assert one.deliver(canonical=b"same") != two.deliver(canonical=b"same")
    assert one.fault() is None


def test_coming_again_is_counted_and_shown(world: World) -> None:
    message = world.deliver()
    world.store.mark_deleted([1], world.now)
    assert world.store.stored(1).deleted_at == world.now.at
    world.store.came_again(1, world.now, storage="ME", slot=4)
    stored = world.store.stored(1)
    assert (stored.deliveries, stored.deleted_at, stored.storage) == (2, None, "SM")
    assert world.json(message)["deliveries"] == 2
    assert world.fault() is None


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_segments_join_in_any_order(
    world: World, order: tuple[int, ...], bits: int
) -> None:
    words = {1: "un ", 2: "deux ", 3: "trois"}
    joined = {world.deliver(words[n], segment=Segment(200, 3, n, bits)) for n in order}
    assert len(joined) == 1
    found = world.json(joined.pop())
    assert (found["text"], found["segments"], found["complete"]) == (
        "un deux trois",
        3,
        True,
    )
    assert world.fault() is None


def test_reference_zero_is_a_reference(world: World) -> None:
    assert world.deliver("a", segment=Segment(0, 2, 2)) == world.deliver(
        "b", segment=Segment(0, 2, 1)
    )


@pytest.mark.parametrize(
    "other",
    [
        {"segment": Segment(6, 2, 2)},
        {"segment": Segment(5, 3, 2)},
        {"segment": Segment(5, 2, 2, bits=16)},
        {"segment": Segment(5, 2, 2), "sender": BOB},
        {"segment": Segment(5, 2, 2), "kind": "data"},
        {"segment": Segment(5, 2, 2), "alphanumeric": True},
    ],
)
def test_what_differs_does_not_join(world: World, other: dict[str, object]) -> None:
    first = world.deliver("a", segment=Segment(5, 2, 1))
    assert world.deliver("b", **other) != first  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "segment", [Segment(5, 2, 0), Segment(5, 2, 3), Segment(5, 1, 1), Segment(5, 0, 0)]
)
def test_an_impossible_segment_is_a_message_of_its_own(
    world: World, segment: Segment
) -> None:
    first, second = (
        world.deliver("a", segment=segment),
        world.deliver("b", segment=segment),
    )
    assert first != second
    assert world.json(first)["complete"] and world.json(first)["segments_expected"] == 1


def test_a_reused_reference_starts_a_new_message(world: World) -> None:
    """gammu/gammu#435: five long messages within a second, all with one reference."""
    first = world.deliver("a1", segment=Segment(5, 2, 1))
    second = world.deliver("b1", segment=Segment(5, 2, 1), sent=SECOND)
    assert world.deliver("b2", segment=Segment(5, 2, 2), sent=SECOND) == second
    assert world.deliver("a2", segment=Segment(5, 2, 2)) == first
    assert (text(world, first), text(world, second)) == ("a1a2", "b1b2")


def test_of_equal_times_the_oldest_message_is_completed_first(world: World) -> None:
    first = world.deliver("a1", segment=Segment(5, 2, 1))
    second = world.deliver("b1", segment=Segment(5, 2, 1))
    assert world.deliver("a2", segment=Segment(5, 2, 2)) == first
    assert world.deliver("b2", segment=Segment(5, 2, 2)) == second


def test_a_segment_that_was_repeated_adds_nothing(world: World) -> None:
    first = world.deliver("a1", segment=Segment(5, 3, 1), sent=SECOND)
    assert world.deliver("a1", segment=Segment(5, 3, 1), sent=SECOND) == first
    assert world.json(first)["segments"] == 1
    assert world.fault() is None


def test_a_complete_message_takes_no_more(world: World) -> None:
    first = world.deliver("a1", segment=Segment(5, 2, 1))
    world.deliver("a2", segment=Segment(5, 2, 2))
    assert world.deliver("a2", segment=Segment(5, 2, 2)) != first
    assert text(world, first) == "a1a2"


def test_after_a_day_a_segment_belongs_to_another_message(world: World) -> None:
    first = world.deliver("a1", segment=Segment(5, 2, 1))
    world.after = timedelta(hours=23, minutes=59)
    second = world.deliver("a1 b", segment=Segment(5, 3, 1))
    world.after = timedelta(hours=24)
    assert world.deliver("a2", segment=Segment(5, 2, 2)) != first
    assert world.deliver("b2", segment=Segment(5, 3, 2)) == second


def test_a_late_segment_joins_without_a_second_decision(world: World) -> None:
    first = world.deliver("a1 ", segment=Segment(5, 2, 1))
    world.after = timedelta(minutes=10)
    world.answer(first)
    world.deliver("a2", segment=Segment(5, 2, 2))
    found = world.json(first)
    assert (found["text"], found["complete"], found["reason"]) == (
        "a1 a2",
        True,
        "to_answer",
    )
    assert world.store.undecided(world.now) == []
    assert len(found["replies"]) == 1  # type: ignore[arg-type]
    assert world.fault() is None


def test_missing_segments_leave_a_gap_and_a_mark(world: World) -> None:
    first = world.deliver("a1 ", segment=Segment(5, 3, 1))
    world.deliver("a3", segment=Segment(5, 3, 3))
    found = world.json(first)
    assert (
        found["text"],
        found["segments"],
        found["segments_expected"],
        found["complete"],
    ) == ("a1 a3", 2, 3, False)


def test_255_segments_join(world: World) -> None:
    messages = {
        world.deliver(f"{n},", segment=Segment(9, 255, n)) for n in range(255, 0, -1)
    }
    assert text(world, messages.pop()) == "".join(f"{n}," for n in range(1, 256))
    assert not messages


@pytest.mark.parametrize(
    "hostile",
    [
        "\0a\0",
        "'; DROP TABLE messages; --",
        "\x1b[2J",
        "\ud83d",
        "\U0001f600" * 500,
        "",
    ],
)
def test_any_text_is_kept(world: World, hostile: str) -> None:
    kept = hostile.replace("\ud83d", "\ufffd")
    assert text(world, world.deliver(hostile)) == kept
    assert world.fault() is None


def test_a_text_of_no_sender_is_kept(world: World) -> None:
    found = world.json(world.deliver("anonyme", sender=""))
    assert (found["sender"], found["text"]) == (None, "anonyme")


def test_a_call_is_a_message(world: World) -> None:
    found = world.json(world.store.add_call(ANNE, world.now, details={"rang": 15}))
    assert (found["kind"], found["sender"], found["details"]) == (
        "call",
        ANNE,
        {"rang": 15},
    )
    withheld = world.json(world.store.add_call("", world.now))
    assert withheld["sender"] is None
    assert world.fault() is None


def test_a_name_that_looks_like_a_number_is_not_that_number(world: World) -> None:
    world.deliver(alphanumeric=True)
    world.store.opt_out(ANNE, world.now, alphanumeric=True)
    message = world.message(world.deliver())
    assert not world.store.history(message, world.now.at).opted_out


def test_nothing_is_written_for_what_is_known(world: World) -> None:
    world.deliver(canonical=b"same")
    before = world.value("SELECT count(*) FROM chain")
    assert not taken(world, b"same").new
    assert world.value("SELECT count(*) FROM chain") == before
