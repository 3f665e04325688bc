"""The whole way: from the wire through the log and the policy back to the wire."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from world import NUMBER, OTHER, World

from antirelou.settings import LESSON


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_text_is_stored_decided_answered_and_read_back(world: World) -> None:
    world.text("Salut, ça va ? 😀")
    world.run(10)
    assert world.sent == [(NUMBER, LESSON)]
    (message,) = world.messages()
    assert message["text"] == "Salut, ça va ? 😀"
    assert message["sender"] == NUMBER
    assert message["reason"] == "to_answer"
    (reply,) = message["replies"]
    assert reply["state"] == "submitted"
    assert reply["message_references"] == [
        world.simulation.network.submitted[0].message_reference
    ]
    assert not world.simulation.sim.storages["SM"].slots, "the slot was emptied"


def test_a_second_text_gets_nothing(world: World) -> None:
    for words in ("Salut", "Tu réponds ?"):
        world.text(words)
        world.run(60)
    assert len(world.sent) == 1
    assert world.reasons() == ["to_answer", "already_told"]


def test_reply_waits_for_the_delay_and_its_share_of_the_spread(tmp_path: Path) -> None:
    world = World(
        tmp_path,
        reply={"delay": timedelta(hours=2), "delay_spread": timedelta(hours=1)},
    )
    world.text("Salut")
    world.run(2.5 * 3600 - 60)
    assert world.sent == []
    world.run(90)
    assert len(world.sent) == 1


def test_segments_in_any_order_are_one_message(world: World) -> None:
    words = "Un texte assez long pour deux segments. " * 6
    world.text(words, segments=[2, 1])
    world.run(30)
    (message,) = world.messages()
    assert message["text"] == words
    assert (message["segments"], message["segments_expected"], message["complete"]) == (
        2,
        2,
        True,
    )
    assert len(world.sent) == 1


def test_an_emoji_that_its_sender_cut_in_two_is_whole_again(world: World) -> None:
    head, tail = "x" * 66, "y" * 10
    halves = "😀".encode("utf-16-be")
    pieces = (
        head.encode("utf-16-be") + halves[:2],
        halves[2:] + tail.encode("utf-16-be"),
    )
    for sequence, piece in enumerate(pieces, start=1):
        data = bytes([5, 0, 3, 99, 2, sequence]) + piece
        world.simulation.network.pdu(
            f"440B913336990800F1000862112221000040{len(data):02X}{data.hex()}",
            has_smsc=False,
        )
        world.run(31)
    assert [message["text"] for message in world.messages()] == [head + "😀" + tail]


def test_incomplete_message_is_decided_after_ten_minutes_and_joined_later(
    world: World,
) -> None:
    words = "Un texte assez long pour deux segments. " * 6
    world.text(words, segments=[1], reference=77)
    world.run(500)
    assert world.reasons() == [None]
    world.run(200)
    assert world.reasons() == ["to_answer"]
    world.text(words, segments=[2], reference=77)
    world.run(60)
    (message,) = world.messages()
    assert message["complete"] and message["text"] == words
    assert len(world.sent) == 1


def test_stop_is_remembered_for_ever_and_drops_what_waits(tmp_path: Path) -> None:
    world = World(tmp_path, reply={"delay": timedelta(hours=2)})
    world.text("Salut")
    world.run(60)
    world.text("Stop SVP !!")
    world.run(4 * 3600)
    assert world.sent == []
    first, second = world.messages()
    assert [reply["state"] for reply in first["replies"]] == ["dropped"]
    assert second["reason"] == "opted_out"
    world.text("Salut ?")
    world.run(4 * 3600)
    assert world.sent == []


def test_short_codes_names_and_foreign_numbers_get_nothing(world: World) -> None:
    for sender in ("36179", "BANQUE", "+447700900123"):
        world.text("Bonjour", sender)
    world.run(60)
    assert world.sent == []
    assert world.reasons() == ["unreplyable", "unreplyable", "country"]


def test_the_same_message_delivered_twice_is_one_with_two_deliveries(
    world: World,
) -> None:
    (pdu,) = world.text_pdu("Salut")
    world.run(40)
    world.simulation.network.pdu(pdu)
    world.run(40)
    (message,) = world.messages()
    assert message["deliveries"] == 2
    assert len(world.sent) == 1


def test_a_slot_that_cannot_be_emptied_is_one_message_and_one_line_an_hour(
    world: World,
) -> None:
    world.simulation.fault("deletion_lies")
    world.text("Salut")
    world.run(3000)
    (message,) = world.messages()
    assert len(world.sent) == 1
    assert message["deliveries"] <= 3
    assert world.events().count("undeletable_slot") == 1


def test_what_cannot_be_decoded_is_kept_and_the_slot_emptied(world: World) -> None:
    world.simulation.fault("undecodable_slot")
    world.text("Salut", OTHER)
    world.run(60)
    kinds = {message["kind"] for message in world.messages()}
    assert kinds == {"undecodable", "text"}
    assert not world.simulation.sim.storages["SM"].slots


def test_class_0_told_directly_is_in_the_log(world: World) -> None:
    world.run(5)
    world.text("Flash", message_class=0)
    world.run(60)
    assert [message["text"] for message in world.messages()] == ["Flash"]


def test_operators_own_phone_is_answered_quickly_and_again(tmp_path: Path) -> None:
    world = World(
        tmp_path, reply={"delay": timedelta(hours=2)}, operator={"numbers": (OTHER,)}
    )
    for _ in range(2):
        world.text("test", OTHER)
        world.run(60)
    assert [destination for destination, _ in world.sent] == [OTHER, OTHER]
    assert world.reasons() == ["test", "test"]


def test_pause_holds_and_resume_lets_go(world: World) -> None:
    world.run(5)
    world.order("pause")
    world.text("Salut")
    world.run(120)
    assert world.sent == []
    assert [message["hold"] for message in world.messages()] == ["paused"]
    world.order("resume")
    world.run(60)
    assert len(world.sent) == 1


def test_orders_are_carried_out_within_seconds_of_an_idle_wait(world: World) -> None:
    world.run(60)
    before = world.clock.boot()
    world.simulation.schedule(
        3, lambda: world.order("block", json.dumps({"address": NUMBER}))
    )
    world.daemon.step()
    world.daemon.step()
    assert world.clock.boot() - before < 35
    world.text("Salut")
    world.run(40)
    assert world.reasons() == ["blocked"]


def test_drop_and_approve(tmp_path: Path) -> None:
    world = World(tmp_path, reply={"mode": "approved"})
    world.text("Un")
    world.text("Deux", OTHER)
    world.run(60)
    assert world.sent == []
    world.order("approve", json.dumps({"sender": NUMBER}))
    world.order("drop", json.dumps({"sender": OTHER}))
    world.run(60)
    assert [destination for destination, _ in world.sent] == [NUMBER]
    states = [message["replies"][0]["state"] for message in world.messages()]
    assert states == ["submitted", "dropped"]


def test_sim_is_swept_between_two_replies(world: World) -> None:
    """P5: what arrives while a reply leaves is in the log before the next reply leaves."""
    world.text("Un")
    world.text("Deux", OTHER)
    order: list[str] = []
    world.simulation.network.submitted = _Watched(world, order)  # type: ignore[assignment]
    world.run(60)
    assert order[:2] == ["submit with 2 in the log", "submit with 3 in the log"]


class _Watched(list):  # type: ignore[type-arg]
    """The network's record, which hands over one more text at the first submit."""

    def __init__(self, world: World, order: list[str]) -> None:
        super().__init__()
        self.world, self.order = world, order

    def append(self, submitted: object) -> None:
        self.order.append(f"submit with {len(self.world.messages())} in the log")
        if not self:
            self.world.text("Trois", "+33639980003")
        super().append(submitted)


def test_journal_names_rows_and_never_texts_or_numbers(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("antirelou").propagate = True
    with caplog.at_level(logging.INFO, "antirelou"):
        world.text("Mot secret")
        world.run(30)
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "message 1" in said
    assert "secret" not in said and "39980001" not in said


def test_quiet_hours_leave_no_line_in_the_journal(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("antirelou").propagate = True
    world.run(30)
    with caplog.at_level(logging.INFO, "antirelou"):
        world.run(6 * 3600)
    assert caplog.records == []
