"""Calls through the whole daemon: rung, refused, logged once each, and no way to have a text sent to somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from world import NOON, NUMBER, OTHER, World

from antirelou.clock import VirtualClock
from antirelou.simulator import Simulation

RING = 15.0  # calls.ring
MINUTE = 60.0


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def a_world(directory: Path, **how: Any) -> World:
    world = World(directory, **how)
    world.run(5)
    return world


def called(world: World) -> list[str | None]:
    """The callers in the log, oldest first."""
    return [one["sender"] for one in world.messages() if one["kind"] == "call"]


def fates(world: World) -> list[tuple[str, str | None]]:
    return [(one["kind"], one["reason"]) for one in world.messages()]


def rang(world: World) -> list[float]:
    """How long each call rang."""
    return [
        round(one.ended_at - one.began_at, 1)
        for one in world.simulation.network.calls
        if one.ended_at is not None
    ]


# How long it rings


def test_a_call_rings_for_a_while_and_is_refused(world: World) -> None:
    world.simulation.network.call(NUMBER, seconds=60)
    world.run(MINUTE)
    assert [one.outcome for one in world.simulation.network.calls] == ["refused"]
    assert rang(world)[0] == pytest.approx(RING, abs=1.5)
    assert called(world) == [NUMBER]


@pytest.mark.parametrize("restarts", [False, True])
def test_the_third_call_in_ten_minutes_is_refused_at_once(
    world: World, restarts: bool
) -> None:
    for _ in range(3):
        world.simulation.network.call(NUMBER, seconds=60)
        world.run(150)
        if restarts:
            world.die()
            world.start()
            world.run(5)
    assert rang(world) == pytest.approx([RING, RING, 0], abs=1.5)
    world.run(9 * MINUTE)
    world.simulation.network.call(NUMBER, seconds=60)
    world.run(MINUTE)
    assert rang(world)[3] == pytest.approx(RING, abs=1.5)
    assert called(world) == [NUMBER] * 4


def test_in_a_flood_the_first_call_is_refused_at_once(tmp_path: Path) -> None:
    world = a_world(tmp_path, flood={"messages": 5}, reply={"delay": timedelta(1)})
    for n in range(5):
        world.text(f"insulte {n}", f"+3363998110{n}")
    world.run(MINUTE)
    world.simulation.network.call(NUMBER, seconds=60)
    world.run(MINUTE)
    assert rang(world) == pytest.approx([0], abs=1.5)
    assert called(world) == [NUMBER]


def test_a_call_that_is_refused_at_once_is_still_known_by_its_number(
    tmp_path: Path,
) -> None:
    """+CLIP comes a moment after RING."""
    world = a_world(tmp_path, calls={"ring": timedelta(0)})
    modem = world.simulation.modem
    modem.settings["+CLIP"] = 0
    world.simulation.network.call(NUMBER, seconds=60)
    world.simulation.schedule(0.4, lambda: modem.indicate(f'+CLIP: "{NUMBER}",145'))
    world.run(MINUTE)
    assert (called(world), rang(world)) == ([NUMBER], pytest.approx([0], abs=1.5))


def test_what_rings_on_while_it_is_refused_is_no_second_call(tmp_path: Path) -> None:
    world = a_world(tmp_path, calls={"ring": timedelta(0)})
    world.simulation.fault("hang_up_ignored", command="both")
    modem = world.simulation.modem
    world.simulation.network.call(NUMBER, seconds=60)
    for line in ("RING", f'+CLIP: "{NUMBER}",145', "NO CARRIER"):
        world.simulation.schedule(0.7, lambda line=line: modem.indicate(line))
    world.run(MINUTE)
    assert called(world) == [NUMBER]
    assert world.simulation.network.calls[0].outcome == "refused"


def test_who_calls_while_another_is_refused_is_logged_too(tmp_path: Path) -> None:
    world = a_world(tmp_path, calls={"ring": timedelta(0)})
    world.simulation.fault("hang_up_ignored", command="both")
    modem = world.simulation.modem
    world.simulation.network.call(NUMBER, seconds=60)
    for line in ("NO CARRIER", "RING", f'+CLIP: "{OTHER}",145'):
        world.simulation.schedule(0.7, lambda line=line: modem.indicate(line))
    world.run(MINUTE)
    assert called(world) == [NUMBER, OTHER]


# Reception


def call_in_a_row(world: World, callers: list[str]) -> None:
    """Each of them calls as soon as the line is free, and would ring for a minute."""
    waiting = list(callers)

    def next_one(event: dict[str, Any]) -> None:
        if event["event"] == "call_ended" and waiting:
            world.simulation.network.call(waiting.pop(0), seconds=60, at=0.5)

    world.simulation.listen(next_one)
    next_one({"event": "call_ended"})


@pytest.mark.parametrize(
    ("radio", "one_caller"), [("instant", True), ("realistic", False)]
)
def test_a_hundred_calls_in_a_row_keep_no_text_out(
    tmp_path: Path, radio: str, one_caller: bool
) -> None:
    clock = VirtualClock(NOON)
    world = a_world(tmp_path, clock=clock, simulation=Simulation(clock, radio=radio))
    callers = [NUMBER if one_caller else f"+336399810{n:02}" for n in range(100)]
    world.simulation.fault("call_blocks_reception")
    sent: dict[str, datetime] = {}
    for n in range(60):
        sent[f"insulte {n}"] = world.clock.now() + timedelta(seconds=4 * n + 1)
        world.text(f"insulte {n}", f"+336399820{n:02}", at=4.0 * n + 1)
    call_in_a_row(world, callers)
    world.run(10 * MINUTE)
    assert called(world) == callers
    assert {one.outcome for one in world.simulation.network.calls} == {"refused"}
    taken = {
        one["text"]: datetime.fromisoformat(one["received_at"]) - sent[one["text"]]
        for one in world.messages()
        if one["kind"] == "text"
    }
    assert len(taken) == 60
    # Two calls ring; behind them and the radio's own 3 s a text, nothing piles up.
    assert max(taken.values()) < timedelta(seconds=2 * RING + 60)
    assert taken["insulte 59"] < timedelta(seconds=60)


@pytest.mark.parametrize("command", ["H", "+CHUP", "both"])
def test_a_modem_that_ignores_some_commands_blocks_nothing_either(
    tmp_path: Path, command: str
) -> None:
    world = a_world(tmp_path)
    world.simulation.fault("hang_up_ignored", command=command)
    call_in_a_row(world, [NUMBER] * 20)
    world.run(5 * MINUTE)
    assert called(world) == [NUMBER] * 20
    assert rang(world)[2:] == pytest.approx([0] * 18, abs=5)


def test_a_modem_that_refuses_nothing_logs_a_call_once_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = a_world(tmp_path)
    world.simulation.fault("hang_up_ignored", command="every")
    world.simulation.fault("call_blocks_reception")
    world.text("Salut", OTHER, at=20.0)
    for _ in range(2):
        world.simulation.network.call(NUMBER, seconds=90)
        world.run(3 * MINUTE)
    assert called(world) == [NUMBER, NUMBER]
    assert ("text", "to_answer") in fates(world)
    assert world.events().count("call_not_refused") == 1
    said = [one for one in caplog.messages if "does not refuse calls" in one]
    assert len(said) == 1 and "+336" not in caplog.text


# One call, one row


def test_a_call_that_ends_by_itself_is_logged(world: World) -> None:
    world.simulation.network.call(NUMBER, seconds=3)
    world.run(MINUTE)
    assert called(world) == [NUMBER]
    assert world.simulation.network.calls[0].outcome == "gone"


@pytest.mark.parametrize("later", [12.5, 40.0])
def test_a_call_whose_end_the_modem_does_not_tell_is_logged(
    tmp_path: Path, later: float
) -> None:
    """The next caller's number, or silence, tells."""
    world = a_world(tmp_path, calls={"ring": timedelta(minutes=5)})
    modem = world.simulation.modem
    modem.voice = replace(modem.voice, call_ended=())
    world.simulation.network.call(NUMBER, seconds=12)
    world.simulation.network.call(OTHER, seconds=12, at=later)
    world.run(2 * MINUTE)
    assert called(world) == [NUMBER, OTHER]


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_a_call_during_a_submit_is_logged_and_the_reply_leaves_once(
    tmp_path: Path, seconds: float
) -> None:
    world = a_world(tmp_path)
    world.simulation.fault("call_during_submit", number=OTHER)
    world.text("Salut")
    world.simulation.listen(
        lambda event: (
            world.simulation.schedule(seconds, world.simulation.network.hang_up)
            if event["event"] == "call"
            else None
        )
    )
    world.run(2 * MINUTE)
    assert called(world) == [OTHER]
    assert [number for number, _ in world.sent] == [NUMBER]


def test_a_call_while_the_modem_goes_away_for_good_is_logged(world: World) -> None:
    world.simulation.network.call(NUMBER, seconds=60)
    world.run(2)
    world.simulation.fault("unplug", seconds=0.0)
    world.run(2 * MINUTE)
    assert called(world) == [NUMBER]


@pytest.mark.parametrize("fault", ["silent", "unplug"])
def test_a_call_while_the_modem_goes_away_is_logged_once(
    tmp_path: Path, fault: str
) -> None:
    world = a_world(tmp_path)
    world.simulation.network.call(NUMBER, seconds=60)
    world.run(2)
    world.simulation.fault(fault)
    world.run(30)
    if fault == "silent":
        world.simulation.clear(fault)
    world.run(2 * MINUTE)
    assert called(world) == [NUMBER]
    world.text("Salut", OTHER)
    world.run(MINUTE)
    assert [number for number, _ in world.sent] == [OTHER]


def test_a_call_that_rings_while_the_process_dies_is_logged_by_the_next_one(
    tmp_path: Path,
) -> None:
    world = a_world(tmp_path)
    world.simulation.network.call(NUMBER, seconds=60)
    world.run(6)
    world.die()
    world.start()
    world.run(2 * MINUTE)
    assert called(world) == [NUMBER]


# Who is answered


@pytest.mark.parametrize("answered", [False, True])
def test_forged_numbers_that_call_once_each_cost_nobody_a_text(
    tmp_path: Path, answered: bool
) -> None:
    world = a_world(tmp_path, calls={"reply": answered})
    callers = [f"+336399810{n:02}" for n in range(100)]
    call_in_a_row(world, callers)
    world.run(15 * MINUTE)
    assert called(world) == callers
    assert world.sent == []
    assert set(fates(world)) == {("call", "not_a_text")}


@pytest.mark.parametrize("answered", [False, True])
def test_one_who_calls_twice_in_ten_minutes_is_answered_if_that_was_no_one_attempt(
    tmp_path: Path, answered: bool
) -> None:
    world = a_world(tmp_path, calls={"reply": answered})
    for _ in range(2):
        world.simulation.network.call(NUMBER)
        world.run(9 * MINUTE)
    assert world.sent == []
    world.simulation.network.call(NUMBER)
    world.run(9 * MINUTE)
    assert [number for number, _ in world.sent] == [NUMBER] * answered
    world.simulation.network.call(NUMBER)
    world.run(9 * MINUTE)
    last = "already_told" if answered else "not_a_text"
    assert fates(world)[-1] == ("call", last)
    assert len(world.sent) == answered


@pytest.mark.parametrize("restarts", [False, True])
def test_who_wrote_and_calls_gets_the_one_reply_that_his_text_gets(
    tmp_path: Path, restarts: bool
) -> None:
    delay = {"delay": timedelta(minutes=10)}
    world = a_world(tmp_path, calls={"reply": True}, reply=delay)
    world.text("Salut")
    world.run(MINUTE)
    if restarts:
        world.die()
        world.start()
    world.simulation.network.call(NUMBER)
    world.run(30 * MINUTE)
    assert fates(world) == [("text", "to_answer"), ("call", "pending")]
    assert [number for number, _ in world.sent] == [NUMBER]


@pytest.mark.parametrize("answered", [False, True])
def test_one_call_and_then_a_text_is_a_text(tmp_path: Path, answered: bool) -> None:
    world = a_world(tmp_path, calls={"reply": answered})
    world.simulation.network.call(NUMBER)
    world.run(MINUTE)
    world.text("Salut")
    world.run(MINUTE)
    assert fates(world) == [("call", "not_a_text"), ("text", "to_answer")]
    assert len(world.sent) == 1


def test_a_caller_who_was_told_once_gets_the_second_text_and_never_a_third(
    tmp_path: Path,
) -> None:
    texts = {"texts": ("Non.", "Toujours non.")}
    world = a_world(tmp_path, calls={"reply": True}, reply=texts)
    world.text("Salut")
    world.run(MINUTE)
    for _ in range(4):
        world.simulation.network.call(NUMBER)
        world.run(15 * MINUTE)
    assert world.sent == [(NUMBER, "Non."), (NUMBER, "Toujours non.")]


def test_a_caller_who_asked_to_be_left_alone_is(tmp_path: Path) -> None:
    world = a_world(tmp_path, calls={"reply": True})
    world.text("STOP")
    world.run(MINUTE)
    world.simulation.network.call(NUMBER)
    world.run(MINUTE)
    assert fates(world)[-1] == ("call", "opted_out") and world.sent == []


@pytest.mark.parametrize("withheld", [None, ""])
def test_withheld_callers_are_logged_and_never_answered(
    tmp_path: Path, withheld: str | None
) -> None:
    world = a_world(tmp_path, calls={"reply": True})
    for _ in range(3):
        world.simulation.network.call(withheld)
        world.run(15 * MINUTE)
    assert called(world) == [None] * 3
    assert world.sent == []


SPELLINGS = [
    ("0639980001", 129),
    ("0639980001", 128),
    ("0033639980001", 129),
    ("33639980001", 145),
    ("+33639980001", 145),
]


@pytest.mark.parametrize(("spelling", "kind"), SPELLINGS)
def test_a_number_in_national_form_is_the_same_person(
    tmp_path: Path, spelling: str, kind: int
) -> None:
    world = a_world(tmp_path, calls={"reply": True})
    world.text("Salut", NUMBER)
    world.run(MINUTE)
    world.simulation.network.call(spelling, type_of_address=kind)
    world.run(MINUTE)
    assert called(world) == [NUMBER]
    assert fates(world)[-1] == ("call", "already_told")
    assert [number for number, _ in world.sent] == [NUMBER]


@pytest.mark.parametrize(
    "caller", ["0162000000", "+447700900123", "36105", "Anonymous"]
)
def test_who_could_not_be_answered_by_text_is_not(tmp_path: Path, caller: str) -> None:
    world = a_world(tmp_path, calls={"reply": True})
    for _ in range(2):
        world.simulation.network.call(caller)
        world.run(15 * MINUTE)
    assert fates(world)[1][1] in ("unreplyable", "country")
    assert world.sent == []
