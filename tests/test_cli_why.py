"""`antirelou why`: every chapter of a message's story, and nothing of a stranger's text outside its bars (P7)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cli_world import HOSTILE, SECRETS, Run, harmless, write_config
from log_world import ANNE, NOT_LEFT, REFUSED, UNKNOWN, Segment
from log_world import World as LogWorld

from antirelou.cli import reasons
from antirelou.policy.facts import (
    Decision,
    HoldReason,
    LaterReason,
    NeverReason,
    Reason,
)
from antirelou.settings import Settings

pytest_plugins = ["cli_fixtures"]


def test_the_story_of_an_answered_message(run: Run, at: Path) -> None:
    told = run(at, "why", "2")
    story = told.out
    assert (told.status, told.err) == (0, "")
    assert "Message 2: text from +33639****03 on line main." in story
    assert "It came in 2 of 2 segments." in story
    assert "Segment 2 was found in SM, slot" in story
    assert "to_answer: nothing spoke against an answer" in story
    assert "Reply 2 (lesson, 1 segment): submitted" in story
    assert "by now 1 automatic text left to it" in story


def test_a_hostile_text_stays_behind_its_bar(run: Run, at: Path) -> None:
    told = run(at, "why", "2", "--numbers")
    assert harmless(told.out)
    assert told.lines[2].startswith("  | id 99 to_answer\\tx")
    assert not [
        line for line in told.lines if "evil" in line and not line.startswith("  | ")
    ]


@pytest.mark.parametrize("form", [(), ("--json",)])
@pytest.mark.parametrize("number", ["1", "2", "3", "4", "5"])
def test_no_number_and_no_pdu_that_holds_it_is_shown(
    form: tuple[str, ...], number: str, run: Run, at: Path
) -> None:
    told = run(at, "why", number, *form)
    assert not [secret for secret in SECRETS if secret in told.out]
    if form:
        assert {deliver["pdu"] for deliver in json.loads(told.out)["delivers"]} == {
            None
        }  # it holds the number too


def test_json_has_it_all(run: Run, at: Path) -> None:
    told = run(at, "why", "2", "--json", "--numbers")
    message = json.loads(told.out)
    assert told.out.isascii()
    assert message["text"] == HOSTILE
    assert [deliver["segment_sequence"] for deliver in message["delivers"]] == [1, 2]
    assert message["delivers"][0]["pdu"]
    assert message["replies"][0]["submits"][0]["state"] == "submitted"
    assert {"events", "decided_at", "sender_facts"} <= set(message)


def test_last_is_the_newest(run: Run, at: Path) -> None:
    assert "Message 5: text" in run(at, "why", "--last").out
    assert (
        "Held (paused): replies are paused until antirelou resume."
        in run(at, "why", "--last").out
    )


def test_an_unknown_message_is_a_misuse(run: Run, at: Path) -> None:
    told = run(at, "why", "999")
    assert told.status == 2
    assert "There is no message 999 in the log." in told.err


def test_an_empty_log_is_said(run: Run, tmp_path: Path) -> None:
    world = LogWorld(tmp_path)
    write_config(tmp_path)
    (tmp_path / "antirelou.toml").write_text(
        f'[log]\npath = "{world.settings.log.path}"\n'
    )
    assert (
        run(tmp_path, "why", "--last").out
        == "The log is empty: nothing was received yet.\n"
    )
    world.store.close()


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    world = LogWorld(tmp_path)
    (tmp_path / "antirelou.toml").write_text(
        f'[log]\npath = "{world.settings.log.path}"\n'
    )
    return world


def test_what_is_missing_of_a_long_text_is_named(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.deliver("un", segment=Segment(7, 3, 1))
    world.deliver("trois", segment=Segment(7, 3, 3))
    story = run(tmp_path, "why", "--last").out
    assert "It came in 2 of 3 segments; missing: 2." in story
    assert "Not decided yet: the rest of it is awaited for 10 minutes." in story


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (REFUSED, "refused (cause 38): the network refused it; it is not sent again."),
        (
            UNKNOWN,
            "unknown: nobody knows whether the network took it; it is never sent again by itself",
        ),
        (NOT_LEFT, "queued"),
    ],
)
def test_the_fate_of_a_reply(
    outcome, words: str, run: Run, tmp_path: Path, world: LogWorld
) -> None:  # type: ignore[no-untyped-def]
    [submit] = world.mark(world.queued())
    world.store.outcome(
        submit, outcome, world.now, next_attempt_at=world.now.at + timedelta(minutes=1)
    )
    assert words in run(tmp_path, "why", "--last").out


def test_what_the_modem_said_is_harmless(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    [submit] = world.mark(world.queued())
    world.store.outcome(submit, replace(REFUSED, said="\x1b[2J\u202e"), world.now)
    assert "the modem said \\u001b[2J\\u202e" in run(tmp_path, "why", "--last").out


def test_events_meanwhile_are_told_and_later_ones_are_not(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.store.event("modem_lost", "Before.", world.now)
    world.after = timedelta(minutes=1)
    [submit] = world.mark(world.queued())
    world.store.event("modem_lost", "The modem went away.", world.now)
    world.store.outcome(submit, UNKNOWN, world.now)
    world.after = timedelta(hours=3)
    world.store.event("modem_lost", "After.", world.now)
    story = run(tmp_path, "why", "--last").out
    assert "The modem went away." in story
    assert "Before." not in story and "After." not in story


def test_a_mark_by_the_operator_is_told(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    reply = world.queued()
    world.store.postpone(reply, LaterReason.AWAITING_APPROVAL, None)
    assert (
        'queued (awaiting_approval): reply.mode is "approved"'
        in run(tmp_path, "why", "--last").out
    )
    world.store.block(ANNE, world.now)
    story = run(tmp_path, "why", "--last").out
    assert "dropped (blocked): the operator blocked its recipient." in story
    assert "it was blocked" in story


PASTED = "un texte que plusieurs numéros envoient le même soir"


def decided(world: LogWorld, reason: Reason, *senders: str, every: timedelta) -> None:
    """The same text from each of these, decided so, one after the other; the last one's story is asked for."""
    for sender in senders:
        message = world.deliver(PASTED, sender)
        world.store.decide(message, Decision(reason), 0, world.now, normalised=PASTED)
        world.after += every


def test_a_campaign_is_told_with_the_numbers_that_had_sent_it(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    long_ago, *others = (f"+3363998001{n}" for n in range(5))
    decided(world, Reason.TO_ANSWER, long_ago, every=timedelta(hours=25))
    decided(world, Reason.CAMPAIGN, *others, others[0], every=timedelta(minutes=1))
    story = run(tmp_path, "why", "--last").out
    assert ": campaign: 4 numbers had sent this text of 40 characters" in story
    before = run(tmp_path, "why", "3").out
    assert ": campaign: 2 numbers had sent this text" in before, "as it was then"


def test_a_loop_is_told_with_how_often(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    decided(world, Reason.LOOP, ANNE, ANNE, every=timedelta(minutes=50))
    decided(world, Reason.LOOP, ANNE, every=timedelta(minutes=5))
    assert (
        "as a machine does: this text 2 times within an hour."
        in run(tmp_path, "why", "--last").out
    )
    world.sent(ANNE)
    world.after += timedelta(seconds=10)
    decided(world, Reason.LOOP, *[ANNE] * 3, every=timedelta(seconds=10))
    assert (
        "this text 5 times within an hour, and 3 messages since a reply left to it."
        in run(tmp_path, "why", "--last").out
    )


def test_what_waited_is_named(run: Run, tmp_path: Path, world: LogWorld) -> None:
    reply = world.queued(ANNE)
    world.after += timedelta(minutes=1)
    decided(world, Reason.PENDING, ANNE, every=timedelta(0))
    story = run(tmp_path, "why", "--last").out
    assert f"pending: reply {reply}, to message 1, was waiting already" in story


def test_texts_that_left_later_do_not_count_for_an_earlier_decision(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.sent(ANNE)
    world.after += timedelta(hours=1)
    decided(world, Reason.ALREADY_TOLD, ANNE, every=timedelta(hours=1))
    asked = world.json(2)["id"]
    world.sent(ANNE)
    story = run(tmp_path, "why", str(asked)).out
    assert "already_told: 1 automatic text had left to this number by then" in story
    assert "by now 2 automatic texts left to it" in story


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_explained(
    reason: Reason, run: Run, tmp_path: Path, world: LogWorld
) -> None:
    message = world.deliver()
    world.store.decide(message, Decision(reason, None), 0, world.now)
    story = run(tmp_path, "why", "--last").out
    assert f": {reason}: " in story
    assert "no explanation" not in story


def test_every_other_word_is_explained() -> None:
    settings = Settings()
    message = {"reason": None, "complete": True}
    for hold in HoldReason:
        assert "waits" not in reasons.decision(message | {"hold": hold}, settings)
    for state, words in (("dropped", NeverReason), ("queued", LaterReason)):
        for word in words:
            reply = {
                "state": state,
                "reason": word,
                "postponed_until": None,
                "due_at": None,
            }
            assert reasons.fate(reply, settings).startswith(f"{state} ({word}): "), word
