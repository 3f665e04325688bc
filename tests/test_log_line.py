"""The line: its condition, events that do not fill the card, PINs, its SIM, its clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from log_world import START, World

from antirelou.log import Store, Verdict

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_condition_is_written_on_change_and_every_ten_minutes(world: World) -> None:
    well = {
        "state": "ready",
        "sentence": "Receiving.",
        "registration": "home",
        "signal": -71,
    }
    assert world.store.update_line(world.now, **well)
    world.after = 9 * MINUTE
    assert not world.store.update_line(world.now, **well)
    assert not world.store.update_line(world.now, **well | {"signal": -73}), (
        "a signal that moves is no change"
    )
    assert world.store.update_line(world.now, **well | {"registration": "denied"})
    world.after = 19 * MINUTE
    assert world.store.update_line(
        world.now, **well | {"registration": "denied", "signal": -99}
    )
    assert world.value("SELECT signal FROM lines") == -99


def test_storages_are_kept_with_their_sums(world: World) -> None:
    storages = [
        {"storage": "SM", "used": 3, "total": 20},
        {"storage": "ME", "used": 1, "total": 50},
    ]
    world.store.update_line(world.now, state="ready", storages=storages)
    assert (
        world.value("SELECT storage_used || '/' || storage_total FROM lines") == "4/70"
    )


def test_the_beginning_of_a_state_is_kept(world: World) -> None:
    world.store.update_line(world.now, state="ready")
    world.after = HOUR
    world.store.update_line(world.now, state="ready")
    assert world.value("SELECT state_since FROM lines") == "2026-11-22T10:00:00.000Z"


def test_a_column_that_is_not_there_is_a_bug(world: World) -> None:
    with pytest.raises(ValueError, match="mood"):
        world.store.update_line(world.now, mood="good")


def test_the_first_sim_is_the_lines_own_and_another_is_new_until_accepted(
    world: World,
) -> None:
    world.store.update_line(world.now, iccid="8933", imsi="20801")
    assert not world.store.new_sim()
    world.store.update_line(world.now, iccid="8944", imsi="20802")
    assert world.store.new_sim()
    world.restart()
    assert world.store.new_sim()
    world.store.accept_sim(world.now)
    assert not world.store.new_sim()
    world.store.update_line(world.now, iccid="8933", imsi="20801")
    assert world.store.new_sim()


def test_where_the_modem_hides_the_iccid_the_imsi_tells(world: World) -> None:
    world.store.update_line(world.now, imsi="20801")
    world.store.update_line(world.now, imsi="20802")
    assert world.store.new_sim()


def test_an_event_that_repeats_is_counted_on_its_first_row(world: World) -> None:
    first = world.store.event("modem_lost", "The modem is gone.", world.now)
    world.after = HOUR - SECOND
    again = world.store.event("modem_lost", "The modem is gone.", world.now)
    assert (first.count, again.id, again.count) == (1, first.id, 2)
    assert world.value("SELECT last_at FROM events") == "2026-11-22T10:59:59.000Z"
    world.after = HOUR
    assert world.store.event("modem_lost", "The modem is gone.", world.now).count == 1
    assert world.store.event("modem_lost", "Another thing.", world.now).count == 1
    assert world.store.event("other", "The modem is gone.", world.now).count == 1


def test_events_of_one_key_are_repeats_whatever_they_say(world: World) -> None:
    world.store.event("port", "Looked 1 time.", world.now, repeat_key="port")
    assert (
        world.store.event("port", "Looked 2 times.", world.now, repeat_key="port").count
        == 2
    )


def test_a_change_of_configuration_is_never_merged_and_is_in_the_chain(
    world: World,
) -> None:
    for _ in range(2):
        assert (
            world.store.event("configuration", "reply.mode is never", world.now).count
            == 1
        )
    assert world.value("SELECT count(*) FROM chain WHERE kind = 'event'") == 2
    assert world.fault() is None


def test_a_pin_is_remembered_by_line_and_without_its_digits(
    world: World, tmp_path: Path
) -> None:
    assert world.store.pin_verdict("73918264") is None
    world.store.record_pin("73918264", Verdict.TRYING, world.now)
    world.restart()
    assert world.store.pin_verdict("73918264") is Verdict.TRYING
    world.store.record_pin("73918264", Verdict.REFUSED, world.now)
    world.store.record_pin("5678", Verdict.GOOD, world.now)
    assert (world.store.pin_verdict("73918264"), world.store.pin_verdict("5678")) == (
        Verdict.REFUSED,
        Verdict.GOOD,
    )
    assert World(tmp_path, "other").store.pin_verdict("73918264") is None
    world.store.close()
    assert b"73918264" not in (tmp_path / "log.db").read_bytes()
    world.store = Store.open(world.settings, world.now)
    world.store.forget_pins(world.now)
    assert world.store.pin_verdict("73918264") is None


def test_a_pin_is_durable_when_it_is_recorded(world: World) -> None:
    world.store.record_pin("73918264", Verdict.TRYING, world.now)
    assert "trying" in str(world.value("SELECT pins FROM lines"))
    assert world.store._db.value("PRAGMA synchronous") == 2


@pytest.mark.parametrize(
    ("what", "newest"),
    [
        ("message", 3 * HOUR),
        ("submit", 4 * HOUR),
        ("condition", 5 * HOUR),
    ],
)
def test_the_newest_time_is_that_of_any_row(
    world: World, what: str, newest: timedelta
) -> None:
    assert world.store.newest_time() == START
    reply = world.queued()
    world.after = newest
    match what:
        case "message":
            world.deliver()
        case "submit":
            world.mark(reply)
        case "condition":
            world.store.update_line(world.now, state="ready")
    assert world.store.newest_time() == START + newest


def test_a_clock_well_behind_the_newest_row_is_not_believed(world: World) -> None:
    world.deliver()
    assert not world.store.clock_behind(START - 10 * MINUTE)
    assert world.store.clock_behind(START - 10 * MINUTE - SECOND)


def test_the_data_version_shows_that_somebody_else_wrote(world: World) -> None:
    before = world.store.data_version()
    world.deliver()
    assert world.store.data_version() == before, "our own writes are no news"
    world.alter("UPDATE lines SET network = 'x'")
    assert world.store.data_version() != before
