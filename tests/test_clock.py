"""The time that the log is written in, on machines without a battery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from antirelou.clock import SystemClock, Timekeeper, VirtualClock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_synchronised_clock_is_believed_even_when_the_log_knows_a_later_time() -> (
    None
):
    clock = VirtualClock(NOON)
    assert Timekeeper(clock, NOON + HOUR).moment().at == NOON


def test_an_unsynchronised_clock_never_runs_behind_the_log() -> None:
    clock = VirtualClock(NOON - 1000 * HOUR, synchronised=False)
    keeper = Timekeeper(clock, NOON)
    assert keeper.moment().at == NOON
    clock.wait(60)
    assert keeper.moment().at == NOON + timedelta(seconds=60)
    assert keeper.moment().unsynced


def test_restarting_adds_nothing_however_long_the_machine_is_up() -> None:
    """Nor does a log that was brought from another machine."""
    clock = VirtualClock(NOON - 1000 * HOUR, synchronised=False)
    clock.wait(90 * 24 * 3600)
    clock.step(-90 * 24 * HOUR)
    newest = NOON
    for _ in range(5):
        newest = Timekeeper(clock, newest).moment().at
    assert newest == NOON


def test_a_step_is_told_once_and_drift_is_not() -> None:
    clock = VirtualClock(NOON)
    keeper = Timekeeper(clock)
    clock.wait(100)
    clock.step(timedelta(seconds=2))
    assert keeper.step() is None
    clock.step(-HOUR)
    assert keeper.step() == -HOUR
    assert keeper.step() is None


def test_the_first_synchronisation_after_an_old_clock_is_a_step_of_the_logs_time() -> (
    None
):
    clock = VirtualClock(NOON - 1000 * HOUR, synchronised=False)
    keeper = Timekeeper(clock, NOON)
    clock.step(1001 * HOUR)
    clock.synchronise()
    assert keeper.step() == HOUR


def test_a_wake_ends_the_next_wait_of_the_system_clock() -> None:
    clock = SystemClock()
    before = clock.boot()
    clock.wake()
    clock.wait(60)
    assert clock.boot() - before < 5


def test_a_kernel_that_may_not_be_asked_does_not_vouch_for_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SystemClock()
    monkeypatch.setattr(clock, "_libc", SimpleNamespace(adjtimex=lambda timex: -1))
    assert not clock.synchronised()
