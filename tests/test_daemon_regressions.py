"""What a soak of random days with random faults found in the daemon, one claim a defect."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from world import NOON, NUMBER, OTHER, World

from antirelou.clock import VirtualClock
from antirelou.daemon.tell import Repeats
from antirelou.log import DiskFull, connection
from antirelou.simulator import Simulation

OPERATOR = "+33639980500"
JUNK = "E940F28F661E096CCAA8DA76F4C1547F527C66A8D233571406505649F9DA0663A9"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def bound(world: World, steps: int, seconds: float) -> None:
    """Run for so long, but fail rather than spin where that takes more turns."""
    until = world.clock.boot() + seconds
    for _ in range(steps):
        world.daemon.step()
        if world.clock.boot() >= until:
            return
    pytest.fail(
        f"{steps} turns, and only {seconds - until + world.clock.boot()} s of {seconds} have passed"
    )


def test_a_pause_with_replies_of_every_purpose_due_is_no_error(tmp_path: Path) -> None:
    world = World(
        tmp_path, operator={"numbers": (OPERATOR,)}, limits={"segments_per_hour": 1}
    )
    world.run(5)
    world.text("Salut", "+33639980009")
    world.run(60)
    for sender, words in (
        (NUMBER, "Salut"),
        (OTHER, "au secours"),
        (OPERATOR, "essai"),
    ):
        world.text(words, sender)
    world.run(60)
    world.order("pause")
    world.run(60)
    assert len(world.sent) == 1
    world.order("resume")
    world.run(4 * 3600)
    assert len(world.sent) == 4


@pytest.mark.parametrize("microseconds", [1, 300, 999])
def test_what_is_due_in_less_than_a_millisecond_is_waited_for(
    world: World, microseconds: int
) -> None:
    """On a virtual clock the loop once spun for ever: the port does not wait for so little."""
    world.run(5)
    looks = iter(range(1000))
    version = world.store.data_version
    world.store.data_version = lambda: (next(looks), version())[1]  # type: ignore[method-assign]
    world.daemon._idle_for = lambda: microseconds / 1e6  # type: ignore[method-assign]
    began = world.clock.boot()
    world.daemon._idle()
    assert world.clock.boot() - began == pytest.approx(microseconds / 1e6, abs=1e-9)


def test_the_next_look_at_the_line_is_due_when_it_is_waited_for_to_the_last_bit(
    world: World,
) -> None:
    """Where `looked + 5 - now` is 0 and `now - looked` is less than 5, the loop once spun for ever."""
    world.run(5)
    world.simulation.fault("registration", stat=0)
    world.run(120)
    looked = next(
        x for x in (number / 7 for number in range(3000, 9000)) if x + 5.0 - x < 5.0
    )
    world.clock._boot = looked + 5.0
    world.daemon._line._looked = looked
    bound(world, 50, 20)


def test_a_number_that_repeats_itself_within_a_second_does_not_block_the_only_slot(
    tmp_path: Path,
) -> None:
    """The same octets again are not always a slot that was not emptied: what came since is unread."""
    clock = VirtualClock(NOON)
    world = World(
        tmp_path, clock=clock, simulation=Simulation(clock, sm_slots=1, me_slots=1)
    )
    world.run(5)
    for _ in range(12):
        world.text("Réponds !", OTHER)
    world.text("Salut")
    world.run(60)
    assert NUMBER in {destination for destination, _ in world.sent}
    assert "undeletable_slot" not in world.events()


def test_a_slot_that_a_busy_card_would_not_empty_is_free_again_within_minutes(
    tmp_path: Path,
) -> None:
    clock = VirtualClock(NOON)
    world = World(
        tmp_path, clock=clock, simulation=Simulation(clock, sm_slots=1, me_slots=1)
    )
    world.run(5)
    world.simulation.fault("undeletable_slot", code=314)
    world.text("Salut", OTHER)
    world.run(90)
    world.simulation.clear("undeletable_slot")
    world.text("Salut")
    world.run(300)
    assert NUMBER in {destination for destination, _ in world.sent}


def test_a_slot_that_stays_full_is_tried_less_and_less_often_also_after_a_class_0_text(
    world: World,
) -> None:
    world.run(5)
    world.simulation.fault("deletion_lies", storage="ME")
    tried: list[float] = []
    emptied = world.daemon._intake.emptied

    def noted(pdu: Any, row: int, *, confirmed: bool) -> None:
        tried.append(world.clock.boot())
        emptied(pdu, row, confirmed=confirmed)

    world.daemon._intake.emptied = noted  # type: ignore[method-assign]
    storage = world.simulation.modem.storage(world.simulation.modem.memories[2])
    world.simulation.fault("deletion_lies", storage=storage.name)
    world.text("Salut")
    for _ in range(30):
        world.text("Coucou", OTHER, message_class=0)
        world.run(600)
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert len(tried) < 15 and max(waits) < 4000
    assert waits[3:] == sorted(waits[3:]) or waits[-1] > 3000


def test_a_text_that_the_listing_cut_is_kept_whole(world: World) -> None:
    world.run(5)
    world.simulation.fault("cmgl_form", form="cut", times=1)
    world.text("Salut, tu réponds quand ?")
    world.run(60)
    (message,) = world.messages()
    assert (message["kind"], message["text"]) == ("text", "Salut, tu réponds quand ?")


def test_a_slot_that_was_listed_twice_is_emptied_once(tmp_path: Path) -> None:
    """The network fills it again at once; a second deletion would throw away what nobody has read."""
    clock = VirtualClock(NOON)
    world = World(
        tmp_path, clock=clock, simulation=Simulation(clock, sm_slots=2, me_slots=2)
    )
    world.simulation.fault("double_echo", answer=True)
    for number in range(12):
        world.text(f"Texte {number}", OTHER)
    world.run(600)
    assert sorted(message["text"] for message in world.messages()) == sorted(
        f"Texte {each}" for each in range(12)
    )
    assert {message["deliveries"] for message in world.messages()} == {1}


def test_a_storage_that_noise_hid_at_the_opening_is_swept_again_within_a_quarter_of_an_hour(
    tmp_path: Path,
) -> None:
    clock = VirtualClock(NOON)
    simulation = Simulation(clock, voice="quectel")
    simulation.fault("cpms_form", form="only_sm")
    world = World(tmp_path, clock=clock, simulation=simulation)
    world.run(5)
    simulation.clear("cpms_form")
    world.text("Salut")
    world.run(900)
    assert len(world.sent) == 1


@pytest.mark.parametrize(
    "argument",
    [
        "[]",
        "null",
        "5",
        "{",
        "[" * 100_000,
        '{"ids": [99999999999999999999]}',
        '{"search": 5}',
        '{"sender": ["x"]}',
    ],
)
def test_an_order_that_cannot_be_understood_is_answered_and_ends_nothing(
    world: World, argument: str
) -> None:
    world.order("drop", argument)
    world.text("Salut")
    world.run(60)
    with sqlite3.connect(world.settings.log.path) as log:
        assert (
            log.execute("SELECT result FROM control")
            .fetchone()[0]
            .startswith("not understood")
        )
    assert len(world.sent) == 1


def test_a_new_sim_holds_replies_also_if_the_log_was_busy_when_it_was_first_seen(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.run(5)
    world.simulation.unplug()
    world.run(5)
    world.simulation.sim.swap()
    world.simulation.replug()
    write = world.store.update_line
    failures = iter([True])

    def busy(*arguments: Any, **condition: Any) -> bool:
        if "iccid" in condition and next(failures, False):
            raise DiskFull("The disk is full.")
        return write(*arguments, **condition)

    world.store.update_line = busy  # type: ignore[method-assign]
    world.run(120)
    world.text("Salut")
    world.run(timedelta(minutes=5).total_seconds())
    assert world.sent == []
    (message,) = world.messages()
    assert message["hold"] == "new_sim"


def test_a_modem_that_said_that_it_started_is_not_waited_for(tmp_path: Path) -> None:
    """Its answer to the command before would never come; ten seconds went by."""
    clock = VirtualClock(NOON)
    world = World(tmp_path, clock=clock, simulation=Simulation(clock, voice="huawei"))
    world.run(10)
    world.simulation.fault("reboot_on_command", prefix="+CMGL")
    began = clock.boot()
    world.text("Salut")
    while not world.sent:
        world.daemon.step()
    assert clock.boot() - began < 5


def test_no_reply_is_spent_on_a_network_that_was_lost_since_the_last_look(
    world: World,
) -> None:
    """The modem answers such a submit with cause 331, which proves nothing: the reply would be unknown for good."""
    world.run(30)
    world.text("Salut", at=5)
    world.simulation.schedule(5, lambda: world.simulation.fault("registration", stat=2))
    world.run(60)
    assert world.messages()[0]["replies"][0]["state"] == "queued"
    world.simulation.clear("registration")
    world.run(30)
    assert len(world.sent) == 1


def test_a_state_that_comes_and_goes_for_a_week_is_told_less_and_less_often() -> None:
    repeats = Repeats()
    told = [hour for hour in range(7 * 24) if repeats.due("modem_lost", hour * 3600.0)]
    assert told[:6] == [0, 1, 3, 7, 15, 31]
    assert max(after - before for before, after in pairwise(told)) == 24
    assert repeats.due("modem_missing", 7 * 86400.0), "something else is news"
    assert repeats.due("modem_lost", 9 * 86400.0), "it had stopped for a day"


def test_replies_that_do_not_leave_are_told_once_an_hour_at_most(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.run(10)
    world.simulation.fault("hang_on_submit", times=None)
    for number in range(3):
        world.text("Salut", f"+3363998000{number}")
    caplog.set_level("WARNING", logger="antirelou")
    world.run(6 * 3600)
    lines = [line for line in caplog.messages if "did not leave" in line]
    assert lines[0].endswith(
        " did not leave (the modem gave no prompt); it will be tried again."
    )
    assert len(lines) <= 4
    assert world.events().count("reply_not_left") <= 7


def test_a_class_0_text_that_comes_while_the_loop_idles_is_answered_when_its_reply_is_due(
    tmp_path: Path,
) -> None:
    """What was told directly woke nobody: its reply waited for the next poll."""
    world = World(tmp_path, modem={"poll_interval": timedelta(minutes=10)})
    world.run(5)
    world.simulation.schedule(30, lambda: world.text("Salut", message_class=0))
    world.run(40)
    assert [destination for destination, _ in world.sent] == [NUMBER]


def test_orders_that_are_old_enough_to_be_erased_end_nothing(tmp_path: Path) -> None:
    """SQLite numbers a bare `?` after the numbered ones: the name of the line was read as JSON, at each start anew."""
    world = World(tmp_path, privacy={"erase_after": timedelta(hours=2)})
    world.run(5)
    world.order("block", f'{{"address": "{OTHER}"}}')
    world.run(3 * 3600)
    world.daemon.stop()
    world.die()
    world.start()
    world.run(300)
    with sqlite3.connect(world.settings.log.path) as log:
        assert log.execute("SELECT argument, erased_at FROM control").fetchone()[0] in (
            None,
            "",
        )


def test_a_configuration_that_is_read_while_the_log_is_busy_is_in_force_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY", 0.0)
    world = World(tmp_path)
    reply = replace(world.settings.reply, mode="never")
    world.reload = lambda: replace(world.settings, reply=reply)
    world.run(10)
    other = sqlite3.connect(world.settings.log.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    world.daemon.reload()
    world.run(60)
    other.execute("ROLLBACK")
    other.close()
    world.text("Salut")
    world.run(120)
    assert world.sent == []


def test_a_slot_that_nobody_can_read_is_whole_in_the_log_though_its_listing_was_cut(
    world: World,
) -> None:
    world.run(10)
    world.simulation.fault("cmgl_form", form="cut", times=5)
    world.simulation.fault("undecodable_slot", octets=JUNK)
    world.run(700)
    assert not world.simulation.sim.storages["SM"].slots
    with sqlite3.connect(world.settings.log.path) as log:
        assert log.execute("SELECT pdu FROM delivers").fetchall() == [(JUNK,)]


def test_times_that_the_operator_declared_wrong_do_not_come_back_with_an_unsynchronised_clock(
    world: World,
) -> None:
    world.text("Salut", NUMBER)
    world.run(60)
    world.clock.step(timedelta(hours=-2))
    world.run(60)
    world.order("resume", '{"clock": true}')
    world.run(60)
    right = world.clock.now()
    world.clock.synchronise(False)
    world.run(60)
    moment = world.daemon._timekeeper.moment()
    assert right <= moment.at <= right + timedelta(minutes=5) and moment.unsynced
