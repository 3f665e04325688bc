"""Machines that answer machines: two of these numbers joined through one network, and robots of every kind.

Each runs for a simulated month on one virtual clock: whatever answers us, and however often, stops getting texts after
the sequence. The network carries what one modem submits to the other; a robot is a function from a text to its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from world import NOON, World

from antirelou.clock import VirtualClock
from antirelou.settings import LESSON, Hours, Reply
from antirelou.simulator import Simulation

MONTH = 31 * 86400.0
LONGEST_WAIT = 12 * 3600.0  # seconds between two looks at everything
OURS, THEIRS = "+33639989001", "+33639989002"
PERSON, ROBOT = "+33639980001", "+33639980002"
SECOND = "Second rappel automatique, le dernier. Non veut dire non."
AS_SHIPPED = {
    name: getattr(Reply(), name) for name in ("delay", "delay_spread", "hours")
}
AT_ONCE = {"delay": timedelta(0), "delay_spread": timedelta(0), "hours": None}
AT_NIGHT = AS_SHIPPED | {
    "hours": Hours(AS_SHIPPED["hours"].closes, AS_SHIPPED["hours"].opens)
}


class Town:
    """Lines and robots on one clock; what is submitted to one of them arrives there."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = VirtualClock(NOON)
        self.worlds: dict[str, World] = {}
        self.robots: dict[str, Callable[[str, str], None]] = {}
        self.sent: list[tuple[str, str, str]] = []  # from, to, text

    def line(self, number: str, **reply: Any) -> World:
        """One antirelou number, its daemon running."""
        home = self.directory / number
        home.mkdir()
        simulation = Simulation(self.clock, radio="realistic", own_number=number)
        world = World(
            home,
            clock=self.clock,
            simulation=simulation,
            reply=reply,
            modem={"number": number},
            health={"self_text": None},
        )
        simulation.listen(lambda event: self._carry(number, event))
        self.worlds[number] = world
        world.daemon.step()
        return world

    def _carry(self, sender: str, event: dict[str, Any]) -> None:
        if event["event"] != "submitted":
            return
        recipient, text = event["destination"], event["text"]
        self.sent.append((sender, recipient, text))
        if recipient in self.worlds:
            self.worlds[recipient].simulation.network.text(sender, text, at=3.0)
        if recipient in self.robots:
            self.robots[recipient](sender, text)

    def repeat(self, every: timedelta, action: Callable[[], None]) -> None:
        """Do `action` again and again, from now on."""
        simulation = next(iter(self.worlds.values())).simulation

        def again() -> None:
            action()
            simulation.schedule(every.total_seconds(), again)

        simulation.schedule(1.0, again)

    def live(self, seconds: float = MONTH) -> None:
        """Let time pass; every daemon does its cycle whenever something happens anywhere."""
        until = self.clock.boot() + seconds
        while self.clock.boot() < until:
            for world in self.worlds.values():
                while world.daemon.cycle():
                    pass
            self.clock.wait(min(self._next(), until - self.clock.boot()))
        for world in self.worlds.values():
            world.die()

    def _next(self) -> float:
        waits = [LONGEST_WAIT]
        for world in self.worlds.values():
            network, due = (
                world.simulation.until_next(),
                world.store.next_due(self.clock.now()),
            )
            waits += [] if network is None else [network]
            waits += [] if due is None else [(due - self.clock.now()).total_seconds()]
        return max(0.001, min(waits))

    def texts_to(self, number: str) -> list[str]:
        """What was sent to a number, by whomever."""
        return [text for _, recipient, text in self.sent if recipient == number]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.mark.parametrize(
    "reply", [AS_SHIPPED, AT_ONCE, AT_NIGHT], ids=["as shipped", "at once", "at night"]
)
@pytest.mark.parametrize(
    "texts", [(LESSON,), (LESSON, SECOND)], ids=["one text", "two texts"]
)
def test_two_numbers_that_text_each_other_stop_after_the_sequence(
    town: Town, texts: tuple[str, ...], reply: dict[str, Any]
) -> None:
    ours = town.line(OURS, texts=texts, **reply)
    theirs = town.line(THEIRS, texts=texts, **reply)
    ours.text(
        "Salut, on se revoit ?", sender=THEIRS
    )  # a forged sender is enough to begin it
    town.live()
    assert town.texts_to(THEIRS) == list(texts)
    assert town.texts_to(OURS) == list(texts)
    assert "already_told" in ours.reasons() + theirs.reasons()


def test_three_numbers_in_a_ring_stop_too(town: Town) -> None:
    numbers = [OURS, THEIRS, "+33639989003"]
    worlds = [
        town.line(number, texts=(LESSON, SECOND), **AT_ONCE) for number in numbers
    ]
    for world, sender in zip(worlds, numbers[1:] + numbers[:1], strict=True):
        world.text("Coucou", sender=sender)
    town.live()
    pairs = [(sender, recipient) for sender, recipient, _ in town.sent]
    assert len(pairs) >= len(numbers)
    assert all(pairs.count(pair) <= 2 for pair in pairs)


@pytest.mark.parametrize(
    ("robot", "texts_it_gets"),
    [("OPERATEUR", 0), ("740", 0), ("+33800123456", 0), (ROBOT, 2)],
    ids=["a name", "a short code", "a service number", "a mobile number"],
)
def test_operators_robot_that_answers_each_of_our_texts_ends_with_us(
    town: Town, robot: str, texts_it_gets: int
) -> None:
    world = town.line(OURS, texts=(LESSON, SECOND), **AT_ONCE)
    number = 0

    def no_credit(_sender: str, _text: str) -> None:
        nonlocal number
        number += 1
        world.simulation.network.text(
            robot, f"Crédit insuffisant. Rechargez au 740. Réf. {number}", at=5.0
        )

    town.robots = {PERSON: no_credit, robot: no_credit}
    town.repeat(timedelta(hours=30), lambda: world.text("alors ?", sender=PERSON))
    town.live()
    assert len(town.texts_to(PERSON)) == 2
    assert len(town.texts_to(robot)) == texts_it_gets
    assert len(town.sent) == 2 + texts_it_gets


@pytest.mark.parametrize("sender", ["888", "+33639980888", "MESSAGERIE"])
def test_voicemail_notice_that_comes_again_for_a_month_gets_at_most_the_lesson(
    town: Town, sender: str
) -> None:
    world = town.line(OURS, **AS_SHIPPED)
    town.repeat(
        timedelta(hours=7),
        lambda: world.text(
            "Messagerie vocale : vous avez 1 nouveau message. Appelez le 888.",
            sender=sender,
        ),
    )
    town.live()
    assert len(world.messages()) > 100
    assert town.texts_to(sender) == ([LESSON] if sender.startswith("+") else [])


@pytest.mark.parametrize("answers", [1, 3])
def test_out_of_office_that_repeats_stops_after_the_sequence(
    town: Town, answers: int
) -> None:
    world = town.line(OURS, texts=(LESSON, SECOND), **AT_ONCE)

    def out_of_office(_sender: str, _text: str) -> None:
        for seconds in range(answers):
            world.simulation.network.text(
                ROBOT, "Je suis en congé jusqu'à lundi, merci.", at=2.0 + seconds
            )

    town.robots[ROBOT] = out_of_office
    town.repeat(
        timedelta(hours=20),
        lambda: world.text("Je suis en congé jusqu'à lundi, merci.", sender=ROBOT),
    )
    town.live()
    assert town.texts_to(ROBOT) == [LESSON, SECOND]


def test_machine_that_repeats_one_text_every_ten_minutes_is_a_loop_or_told_already(
    town: Town,
) -> None:
    world = town.line(OURS, **AS_SHIPPED)
    town.repeat(
        timedelta(minutes=10),
        lambda: world.text("Votre solde est de 0,00 EUR.", sender=ROBOT),
    )
    town.live(2 * 86400.0)
    assert len(town.texts_to(ROBOT)) <= 1
    assert set(world.reasons()) <= {"to_answer", "pending", "loop", "already_told"}
    assert "loop" in world.reasons()
