"""What the daemon does when the modem, the machine or the disk does not do what it should."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from world import NUMBER, OTHER, World

from antirelou.daemon import Exhausted
from antirelou.simulator import Simulation


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def states(world: World) -> list[str]:
    return [
        reply["state"] for message in world.messages() for reply in message["replies"]
    ]


def until_sent(world: World, number: int, within: float) -> float:
    """Seconds until the network accepted so many texts."""
    began = world.clock.boot()
    while len(world.sent) < number:
        assert world.clock.boot() - began < within, f"not sent within {within} s"
        world.daemon.step()
    return world.clock.boot() - began


def test_unplugged_for_8_s_the_next_reply_leaves_within_5_s_of_the_replug(
    world: World,
) -> None:
    world.run(30)
    world.simulation.fault("unplug", seconds=8)
    world.text("Salut")
    assert until_sent(world, 1, 60) < 8 + 5


def test_unplugged_during_a_submit_the_reply_is_unknown_and_never_sent_again(
    world: World,
) -> None:
    world.run(10)
    world.simulation.fault("unplug_mid_submit", accepted=True, seconds=8)
    world.text("Salut")
    world.run(3600)
    assert states(world) == ["unknown"]
    assert len(world.sent) == 1


def test_no_prompt_means_not_left_and_the_reply_is_tried_again(world: World) -> None:
    world.run(10)
    world.simulation.fault("hang_on_submit")
    world.text("Salut")
    world.run(300)
    assert states(world) == ["submitted"]
    assert len(world.sent) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_silence_after_ctrl_z_is_unknown_and_counts(
    world: World, accepted: bool
) -> None:
    world.run(10)
    world.simulation.fault("hang_after_ctrl_z", accepted=accepted)
    world.text("Salut")
    world.run(1200)
    assert states(world) == ["unknown"]
    world.text("Salut encore")
    world.run(1200)
    assert states(world) == ["unknown"], (
        "a second text would be one too many if the first was accepted"
    )


def test_late_reference_mends_an_unknown_submit(world: World) -> None:
    world.run(10)
    world.simulation.fault("late_cmgs", seconds=130.0)
    world.text("Salut")
    world.run(600)
    assert states(world) == ["submitted"]


def test_refused_by_the_network_is_refused(world: World) -> None:
    world.run(10)
    world.simulation.fault("cms_error", code=21, at="ctrl_z")
    world.text("Salut")
    world.run(60)
    (message,) = world.messages()
    assert (message["replies"][0]["state"], message["replies"][0]["cms_error"]) == (
        "refused",
        21,
    )


def test_a_modem_that_reboots_by_itself_is_initialised_again(world: World) -> None:
    world.run(60)
    world.simulation.fault("reboot")
    world.text("Salut")
    assert until_sent(world, 1, 120) < 60
    world.run(5)
    assert "modem_rebooted" in world.events()


def test_a_silent_modem_is_restarted_and_recovered_within_60_s(world: World) -> None:
    world.run(10)
    world.simulation.fault("hang_on_command", prefix="+CMGL")
    world.text("Salut")
    assert until_sent(world, 1, 300) < 60


def test_a_modem_that_stays_silent_ends_the_process_for_systemd(world: World) -> None:
    world.run(10)
    world.simulation.fault("silent")
    with pytest.raises(Exhausted):
        world.run(3600)
    assert "modem_restarted" in world.events()


def test_a_modem_that_opens_well_but_never_works_is_restarted_and_given_up_in_the_end(
    world: World,
) -> None:
    world.run(10)
    world.simulation.fault("hang_on_command", prefix="+CMGD", times=None)
    world.text("Salut")
    with pytest.raises(Exhausted):
        world.run(3600)
    assert "modem_restarted" in world.events()


def test_a_sim_that_is_put_in_later_is_used(world: World) -> None:
    world.simulation.fault("sim_absent")
    world.text("Salut")
    world.run(60)
    assert "sim_absent" in world.events()
    world.simulation.clear("sim_absent")
    assert until_sent(world, 1, 60) < 30


def test_a_modem_missing_at_start_is_waited_for(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.simulation.fault("unplug", seconds=7200)
    world.text("Salut")
    world.run(7100)
    assert world.events().count("modem_missing") == 1
    world.run(200)
    assert len(world.sent) == 1


def test_a_refused_sim_is_told_and_nothing_is_sent(world: World) -> None:
    world.run(10)
    world.simulation.fault("registration", stat=3)
    world.text("Salut")
    world.run(600)
    assert world.sent == []
    assert world.events().count("network_denied") == 1
    world.simulation.clear("registration")
    world.text("Salut", OTHER)
    assert until_sent(world, 1, 60) <= 10 + 5


def test_a_kill_between_mark_and_outcome_is_unknown_at_the_next_start(
    world: World,
) -> None:
    world.run(10)
    world.text("Salut")

    class Killed(BaseException):
        pass

    accepted = world.simulation.network.submitted

    class Killer(list):  # type: ignore[type-arg]
        def append(self, one: object) -> None:
            accepted.append(one)  # type: ignore[arg-type]
            raise Killed

    world.simulation.network.submitted = Killer()  # type: ignore[assignment]
    with pytest.raises(Killed):
        world.run(60)
    world.die()
    world.simulation.network.submitted = accepted
    world.start()
    world.run(600)
    assert states(world) == ["unknown"]
    assert len(world.sent) == 1


def test_kill_before_the_deletion_stores_nothing_twice(world: World) -> None:
    world.run(10)
    world.simulation.fault("undeletable_slot", times=1)
    world.text("Salut")
    world.run(5)
    world.die()
    world.start()
    world.run(120)
    (message,) = world.messages()
    assert message["deliveries"] == 1
    assert len(world.sent) == 1


def test_a_clock_that_steps_moves_this_boots_replies_with_it(tmp_path: Path) -> None:
    world = World(tmp_path, reply={"delay": timedelta(hours=2)})
    world.text("Salut")
    world.run(60)
    world.clock.step(timedelta(days=3))
    world.run(1.5 * 3600)
    assert world.sent == [], "two hours have not passed by the clock that does not step"
    world.run(3600)
    assert len(world.sent) == 1
    assert "clock_stepped" in world.events()


def test_another_sim_holds_replies_until_it_is_accepted(world: World) -> None:
    world.text("Salut")
    world.run(30)
    world.daemon.stop()
    world.die()
    world.simulation.sim.swap()
    world.start()
    world.text("Salut", OTHER)
    world.run(120)
    assert [destination for destination, _ in world.sent] == [NUMBER]
    assert world.messages()[-1]["hold"] == "new_sim"
    world.order("line_accept")
    world.run(60)
    assert len(world.sent) == 2


def test_a_call_is_rung_refused_and_logged(world: World) -> None:
    world.run(10)
    world.simulation.network.call(NUMBER)
    world.run(60)
    (call,) = world.messages()
    assert (call["kind"], call["sender"], call["reason"]) == (
        "call",
        NUMBER,
        "not_a_text",
    )
    assert world.sent == []


def test_low_disk_stops_replies_and_not_reception(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.settings = world.daemon.settings
    world.die()
    from dataclasses import replace

    world.settings = replace(
        world.settings, log=replace(world.settings.log, reserve=10**18)
    )
    world.start()
    world.text("Salut")
    world.run(120)
    assert world.sent == []
    assert world.messages()[0]["replies"][0]["reason"] == "disk_low"


def test_reload_takes_new_settings_or_keeps_the_old(world: World) -> None:
    from dataclasses import replace

    world.reload = lambda: replace(
        world.settings, reply=replace(world.settings.reply, mode="never")
    )
    world.run(10)
    world.daemon.reload()
    world.text("Salut")
    world.run(60)
    assert world.sent == []


def test_stop_ends_within_2_s_when_idle(world: World) -> None:
    world.run(10)
    world.simulation.schedule(4, world.daemon.stop)
    began = world.clock.boot()
    world.daemon.run()
    assert world.clock.boot() - began < 6


def test_stop_after_ctrl_z_waits_for_the_answer(tmp_path: Path) -> None:
    from world import NOON

    from antirelou.clock import VirtualClock

    clock = VirtualClock(NOON)
    world = World(
        tmp_path, clock=clock, simulation=Simulation(clock, radio="realistic")
    )
    world.run(10)
    world.text("Salut")
    world.simulation.schedule(
        5, world.daemon.stop
    )  # 3 s to be delivered, 4 s to be accepted
    world.daemon.run()
    assert states(world) == ["submitted"]


def test_a_hung_modem_is_restarted_although_it_answers_nothing(world: World) -> None:
    """Rung three of the ladder: what is written does not wait for an answer that never comes."""
    told: list[str] = []
    world.simulation.listen(lambda event: told.append(event["event"]))
    world.run(10)
    world.simulation.fault("hang_on_command", prefix="+CMGL", times=2)
    world.simulation.fault("hang_on_command", prefix="+CMGF")
    world.text("Salut")
    world.run(400)
    assert states(world) == ["submitted"]
