"""After a leap of the clock nothing goes by age until the network vouches for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from erasing_world import decided, erase, forget, found
from log_world import ANNE, BOB, World

pytest_plugins = ["erasing_fixtures"]


@pytest.mark.parametrize(
    ("sent", "vouches"),
    [
        (timedelta(0), True),
        (timedelta(days=-2), True),  # it waited for a phone that was off
        (timedelta(days=-4000), False),  # the clock is wrong, not the network
        (timedelta(days=-4), False),
        (None, False),
    ],
)
def test_after_a_leap_nothing_goes_by_age_until_the_network_vouches_for_the_clock(
    world: World, sent: timedelta | None, vouches: bool
) -> None:
    decided(world, "secret", ANNE)
    world.after = timedelta(days=4000)
    world.restart()
    for _ in range(3):  # however often it starts, and however long it waits
        world.after += timedelta(days=6)
        world.restart()
        assert erase(world) == 0
    if sent is None:
        world.store.add_call(BOB, world.now)
    else:
        decided(world, "later", BOB, sent=world.after + sent)
    erase(world)
    assert found(world, "secret") == [] if vouches else ["secret"]


def test_a_leap_of_one_line_is_one_of_the_machine(world: World) -> None:
    decided(world, "secret", ANNE)
    world.after = timedelta(days=4000)
    other = World(world.settings.log.path.parent, "second")
    world.restart()
    assert erase(world) == 0
    other.after = world.after
    decided(other, "later", BOB)
    other.store.close()
    assert erase(world) > 0


def test_a_box_that_was_off_for_days_only_goes_on_at_once(world: World) -> None:
    decided(world, "secret", ANNE)
    for _ in range(16):
        world.after += timedelta(days=6)
        world.restart()
        world.store.add_call(BOB, world.now)
    assert erase(world) > 0


def test_an_order_is_carried_out_however_late_it_is(world: World) -> None:
    decided(world, "secret", ANNE)
    decided(world, "other", BOB)
    world.after = timedelta(days=4000)
    world.restart()
    forget(world, ANNE)
    erase(world)
    assert found(world, "secret", "other") == ["other"]
