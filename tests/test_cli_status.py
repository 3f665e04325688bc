"""`antirelou status`: the line on one screen, without any text of anybody."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cli_world import SECRETS, Run, harmless, write_config
from log_world import BOB, SUBMITTED
from log_world import World as LogWorld

from antirelou.policy.facts import (
    Decision,
    HoldReason,
    LaterReason,
    NeverReason,
    Reason,
)

pytest_plugins = ["cli_fixtures"]


def test_it_says_plainly_that_no_daemon_runs(run: Run, at: Path) -> None:
    told = run(at, "status")
    assert told.status == 0
    assert (
        told.lines[0]
        == "Line main: No daemon runs: systemctl start antirelou starts it."
    )
    assert "not running, last word" in told.out


def test_it_fits_one_screen_and_shows_no_text_and_no_number(run: Run, at: Path) -> None:
    told = run(at, "status")
    assert len(told.lines) <= 24
    assert not [
        word
        for word in (*SECRETS, "Salut", "evil", "Votre code", "Bonjour")
        if word in told.out
    ]
    assert harmless(told.out)


def test_it_shows_modem_network_limits_and_what_waits(run: Run, at: Path) -> None:
    out = run(at, "status").out
    assert "2 of 150 in 24 hours, 2 of 20 recipients in 24 hours" in out
    assert "of 200 since " in out
    assert "F SIMU, home, -77 dBm" in out
    assert "5 messages in 24 hours" in out
    assert "1 message: 1 paused" in out
    assert "Replies are paused until antirelou resume." in out
    assert "The modem answers" in out
    assert "free; replies stop below 1.0 kB." in out


def test_json_holds_the_same(run: Run, at: Path) -> None:
    told = run(at, "status", "--json")
    status = json.loads(told.out)
    [line] = status["lines"]
    assert set(status) == {"lines", "events", "open_orders", "disk_free"}
    assert (line["line"], line["held_by"], line["paused"], line["held"]) == (
        "main",
        None,
        True,
        {"paused": 1},
    )
    assert "****" in line["iccid"]
    assert (
        "893301"
        in json.loads(run(at, "status", "--json", "--numbers").out)["lines"][0]["iccid"]
    )


def test_without_a_log_it_says_so_and_that_is_no_error(
    run: Run, tmp_path: Path
) -> None:
    write_config(tmp_path)
    told = run(tmp_path, "status")
    assert (told.status, told.err) == (0, "")
    assert "No daemon runs, and none ever did here" in told.out


@pytest.fixture
def world(tmp_path: Path) -> LogWorld:
    world = LogWorld(tmp_path)
    (tmp_path / "antirelou.toml").write_text(
        f'[log]\npath = "{world.settings.log.path}"\n'
    )
    return world


def test_a_daemon_that_holds_the_line_is_named(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.store.update_line(
        world.now, state="sim_puk", sentence="The SIM asks for its PUK\x1b[2J."
    )
    out = run(tmp_path, "status").out
    assert out.startswith("Line main: The SIM asks for its PUK\\u001b[2J.\n")
    assert "process " in out and "sim_puk since" in out


def test_a_daemon_that_died_is_told_from_one_that_stopped(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.store.close()
    assert "it ended without saying so (process " in run(tmp_path, "status").out
    LogWorld(tmp_path).store.close(world.now)
    assert "it ended without saying so" not in run(tmp_path, "status").out


def test_what_waits_is_counted_by_its_reason(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    world.store.postpone(world.queued(), LaterReason.HOURLY_LIMIT, None)
    world.queued(sender=BOB)
    world.store.hold(world.deliver(sender="+33639980003"), HoldReason.NEW_SIM)
    out = run(tmp_path, "status").out
    assert "2 replies: 1 " in out and "1 hourly_limit" in out and "1 not_due" in out
    assert "1 message: 1 new_sim" in out


def test_repeated_events_are_counted_and_orders_not_carried_out_are_named(
    run: Run, tmp_path: Path, world: LogWorld
) -> None:
    for minutes in range(3):
        world.after = timedelta(minutes=minutes)
        world.store.event("modem_missing", "There is no modem.", world.now)
    world.store.order("block", '{"address": "+33639980001"}', world.now)
    out = run(tmp_path, "status").out
    assert "There is no modem. (3 times)" in out
    assert "Orders not yet carried out: block (line main)." in out
    assert "+33639980001" not in run(tmp_path, "status", "--json").out


# A flood


INSULT = (
    "Espèce de \x1b[2Jclown\u202e, ferme ton numéro, tout le monde envoie ceci ce soir"
)


@pytest.fixture
def flooded(tmp_path: Path, world: LogWorld) -> LogWorld:
    """A flood of sixty texts from thirty numbers: forty the same, a call, one reply sent, two that wait, one dropped."""
    senders = [f"+3363998{n}" for n in range(1000, 1030)]
    messages = []
    for number in range(60):
        text = INSULT if number % 3 else f"nul {number}"
        messages.append(world.deliver(text, sender=senders[number % 30]))
    for message in messages[3:]:
        world.store.decide(
            message,
            Decision(Reason.CAMPAIGN if message % 3 != 1 else Reason.PENDING, None),
            0,
            world.now,
        )
    replies = [world.answer(message) for message in messages[:3]]
    replies.append(world.queued(sender="+33639982000"))
    for submit in world.mark(replies[0]):
        world.store.outcome(submit, SUBMITTED, world.now)
    world.store.postpone(replies[1], LaterReason.FLOOD, None)
    world.store.drop_reply(replies[2], NeverReason.FLOODER, world.now)
    return world


def test_a_flood_is_told_with_what_is_held_back_and_why(
    run: Run, tmp_path: Path, flooded: LogWorld
) -> None:
    told = run(tmp_path, "status")
    for words in (
        "Flood     on since 2026-11-22 11:00:00; over after 1h of quiet since 2026-11-22 11:00:00",
        "61 messages from 31 numbers, 22 different texts",
        "1 number answered of 20 that it may cost: 19 left",
        "2 replies wait: 1 flood, 1 not_due; 1 was dropped: 1 flooder",
        "decided: 38 campaign, 19 pending, 4 to_answer",
    ):
        assert words.replace("2026-11-22 ", "") in told.out.replace("2026-11-22 ", "")
    assert len(told.lines) <= 24


def test_a_flood_is_told_without_a_text_of_it(
    run: Run, tmp_path: Path, flooded: LogWorld
) -> None:
    for arguments in ((), ("--json",), ("--numbers",)):
        out = run(tmp_path, "status", *arguments).out
        assert "clown" not in out and "nul" not in out.replace("null", "")
        assert "+3363998" not in out


def test_texts_of_a_flood_are_shown_when_asked_for_and_harmless(
    run: Run, tmp_path: Path, flooded: LogWorld
) -> None:
    told = run(tmp_path, "status", "--texts")
    assert harmless(told.out)
    first = told.lines[told.lines.index("What is written most on line main:") + 1]
    assert (
        first
        == f"  40 times  by 20  {INSULT.replace(chr(27), chr(92) + 'u001b').replace(chr(0x202E), chr(92) + 'u202e')}"
    )
    assert len(told.lines) <= 24 + 1 + 10
    [line] = json.loads(run(tmp_path, "status", "--texts", "--json").out)["lines"]
    assert line["flood"]["most_frequent"][0]["text"] == INSULT
    assert line["flood"]["decided"] == {"campaign": 38, "pending": 19, "to_answer": 4}


def test_without_a_flood_there_are_no_texts(run: Run, tmp_path: Path, at: Path) -> None:
    told = run(at, "status", "--texts")
    assert told.lines[-1] == "No flood is on, so there are no texts of one to show."
    assert "Salut" not in told.out and "Flood" not in told.out
