"""Orders: rows that another process writes while a daemon runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from log_world import World, moment, settings_at

from antirelou.log import LogMissing, Order, give_order


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_an_order_given_beside_a_daemon_is_found_and_done(world: World) -> None:
    version = world.store.data_version()
    number = give_order(
        world.settings, "block", '{"address": "+33639980001"}', world.now
    )
    assert world.store.data_version() != version
    assert world.store.open_orders() == [
        Order(number, "main", "block", '{"address": "+33639980001"}')
    ]
    world.store.done(number, "blocked", world.now)
    assert world.store.open_orders() == []
    assert world.value("SELECT result FROM control") == "blocked"
    assert world.fault() is None


def test_orders_are_for_one_line_and_in_order(tmp_path: Path) -> None:
    one, two = World(tmp_path, "one"), World(tmp_path, "two")
    numbers = [
        one.store.order(kind, "{}", one.now) for kind in ("pause", "resume", "pause")
    ]
    assert [order.id for order in one.store.open_orders()] == numbers
    assert [order.id for order in one.store.open_orders(limit=1)] == numbers[:1]
    assert two.store.open_orders() == []


def test_pausing_holds_as_soon_as_it_is_written_and_over_a_restart(
    world: World,
) -> None:
    assert not world.store.paused()
    give_order(world.settings, "pause", "{}", world.now)
    assert world.store.paused()
    world.restart()
    assert world.store.paused()
    give_order(world.settings, "block", "{}", world.now)
    assert world.store.paused()
    give_order(world.settings, "resume", "{}", world.now)
    assert not world.store.paused()


def test_an_unknown_order_is_a_bug(world: World) -> None:
    with pytest.raises(ValueError, match="explode"):
        world.store.order("explode", "{}", world.now)


def test_where_there_is_no_log_no_order_is_given_and_none_is_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(LogMissing, match="start the daemon once"):
        give_order(settings_at(tmp_path), "pause", "{}", moment())
    assert not list(tmp_path.iterdir())


def test_orders_need_no_key(world: World, tmp_path: Path) -> None:
    elsewhere = replace(
        world.settings, log=replace(world.settings.log, key_file=tmp_path / "none")
    )
    assert give_order(elsewhere, "pause", "{}", world.now)
