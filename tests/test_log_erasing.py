"""Erasing: nothing of what was erased is in any octet of the files, what is left verifies, and limits stay true."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from log_world import ANNE, BOB, START, SUBMITTED, Segment, World

from antirelou.log import chain
from antirelou.log.connection import Connection
from antirelou.policy.facts import Decision, NeverReason, Reason
from antirelou.settings import Privacy

DAY = timedelta(days=1)
PRIVACY = Privacy()


def erase(world: World, privacy: Privacy = PRIVACY) -> int:
    """All that is due, to the end; returns in how many slices."""
    return sum(1 for _ in world.store.erasing(privacy, lambda: world.now))


def forget(world: World, address: str) -> int:
    """The operator's order, carried out."""
    argument = f'{{"address": "{address}"}}'
    order = world.store.order("forget", argument, world.now)
    world.store.forget(address, world.now)
    world.store.done(order, "being erased", world.now)
    return order


def traces(text: str) -> Iterable[bytes]:
    """What would give a text or a number away, in any way in which the files may hold it."""
    digits = text.removeprefix("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(b + a for a, b in zip(padded[::2], padded[1::2], strict=True))
    plain = {text, text.lower(), digits, swapped, text.encode().hex()}
    for one in (*plain, text.encode().hex().upper(), text.encode("utf-16-be").hex()):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield one.encode(encoding)
    if digits.isdigit():
        yield bytes.fromhex(swapped)  # semi-octets


def octets(world: World) -> bytes:
    path = world.settings.log.path
    return b"".join(
        file.read_bytes()
        for file in sorted(path.parent.iterdir())
        if not file.name.endswith((".key", ".lock"))
    )


def found(world: World, *texts: str) -> list[str]:
    """Those of the texts that the files hold in any form."""
    raw = octets(world)
    return [text for text in texts if any(trace in raw for trace in traces(text))]


def decided(world: World, text: str, sender: str, **how: object) -> int:
    message = world.deliver(text, sender, **how)  # type: ignore[arg-type]
    world.store.decide(
        message, Decision(Reason.STALE, None), 0, world.now, normalised=text
    )
    return message


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def many(world: World) -> tuple[World, list[tuple[str, str]]]:
    """Enough for pages to split and trees to grow: numbers and texts in no order, each text a word of its own."""
    draw = random.Random(7)
    people = []
    for number in draw.sample(range(10_000), 240):
        sender, word = f"+3363998{number:04d}", f"zq{number:04d}mot"
        decided(world, " ".join([word] * draw.randrange(1, 9)), sender)
        people.append((sender, word))
        world.after += timedelta(seconds=40)
    return world, people


def test_what_is_forgotten_leaves_every_octet_and_the_others_stay(
    many: tuple[World, list[tuple[str, str]]],
) -> None:
    world, people = many
    gone, stay = people[::6], people[1::24]
    for sender, _ in gone:
        forget(world, sender)
    assert len(found(world, *(word for _, word in gone))) == len(gone)
    erase(world)
    assert found(world, *(word for pair in gone for word in pair)) == []
    assert len(found(world, *(word for pair in stay for word in pair))) == 2 * len(stay)
    assert world.fault() is None


def test_pdu_segments_orders_and_names_leave_too(world: World) -> None:
    world.deliver("secret un ", BOB, segment=Segment(5, 2, 1))
    world.answer(world.deliver("secret deux", BOB, segment=Segment(5, 2, 2)))
    decided(world, "secret trois", "Machin", alphanumeric=True)
    world.store.done(
        world.store.order("block", f'{{"address": "{BOB}"}}', world.now), "x", world.now
    )
    call = world.store.add_call(BOB, world.now, details={"shown": BOB})
    world.store.decide(call, Decision(Reason.NOT_A_TEXT, None), 0, world.now)
    pdus = [f"07{number:06X}" for number in (1, 2, 3)]
    assert found(world, BOB, "secret", "Machin", *pdus) == [
        *(BOB, "secret", "Machin"),
        *pdus,
    ]
    forget(world, BOB)
    forget(world, "Machin")
    erase(world)
    assert found(world, BOB, "secret", "Machin", *pdus) == []
    assert world.fault() is None


def test_erased_is_said_only_when_nobody_reads_the_old_pages_any_more(
    world: World,
) -> None:
    decided(world, "secret", ANNE)
    forget(world, ANNE)
    reader = Connection.reading(world.settings.log.path)
    reader.run("BEGIN")
    reader.value("SELECT count(*) FROM messages")
    slices = world.store.erasing(PRIVACY, lambda: world.now)
    for wait in slices:
        if wait >= timedelta(minutes=1):
            break
    said = "SELECT count(*) FROM events WHERE kind = 'erased'"
    assert world.value(said) == 0
    assert world.value("SELECT count(*) FROM events WHERE kind = 'erasure'") == 2
    reader.close()
    for _ in slices:
        pass
    assert (world.value(said), found(world, "secret", ANNE)) == (1, [])


def test_what_a_power_cut_interrupted_is_finished_after_the_next_start(
    world: World,
) -> None:
    decided(world, "secret", ANNE)
    forget(world, ANNE)
    slices = world.store.erasing(PRIVACY, lambda: world.now)
    next(slices)
    slices.close()
    world.restart()
    erase(world)
    assert found(world, "secret", ANNE) == []
    assert world.value("SELECT count(*) FROM events WHERE kind = 'erased'") == 1


def test_what_is_kept_for_90_days_is_kept_for_90_days(world: World) -> None:
    decided(world, "secret", ANNE)
    world.after = timedelta(days=89)
    decided(world, "later", BOB)
    assert erase(world) == 0
    world.after = timedelta(days=91)
    assert erase(world) > 0
    assert found(world, "secret", ANNE, "later", BOB) == ["later", BOB]
    assert world.fault() is None
    assert erase(world) == 0


@pytest.mark.parametrize("raid", ["flood", "campaign", "flooder"])
def test_what_came_in_a_raid_is_kept_for_a_year(world: World, raid: str) -> None:
    if raid == "flooder":
        reply = world.queued(ANNE)
        world.store.drop_reply(reply, NeverReason.FLOODER, world.now)
        decided(world, "secret", ANNE)
    else:
        message = decided(world, "secret", ANNE)
        world.alter(
            f"UPDATE messages SET flood = {message}"
            if raid == "flood"
            else "UPDATE messages SET reason = 'campaign'"
        )
    world.after = timedelta(days=364)
    assert erase(world) == 0
    world.after = timedelta(days=366)
    erase(world)
    assert found(world, "secret", ANNE) == []


@pytest.mark.parametrize(
    ("sent", "vouches"),
    [
        (timedelta(0), True),
        (timedelta(days=-2), True),  # it waited for a phone that was off
        (timedelta(days=-4000), False),  # the clock is wrong, not the network
        (timedelta(days=-4), False),
        (None, False),
    ],
)
def test_after_a_leap_nothing_goes_by_age_until_the_network_vouches_for_the_clock(
    world: World, sent: timedelta | None, vouches: bool
) -> None:
    decided(world, "secret", ANNE)
    world.after = timedelta(days=4000)
    world.restart()
    for _ in range(3):  # however often it starts, and however long it waits
        world.after += timedelta(days=6)
        world.restart()
        assert erase(world) == 0
    if sent is None:
        world.store.add_call(BOB, world.now)
    else:
        decided(world, "later", BOB, sent=world.after + sent)
    erase(world)
    assert found(world, "secret") == [] if vouches else ["secret"]


def test_a_leap_of_one_line_is_one_of_the_machine(world: World) -> None:
    decided(world, "secret", ANNE)
    world.after = timedelta(days=4000)
    other = World(world.settings.log.path.parent, "second")
    world.restart()
    assert erase(world) == 0
    other.after = world.after
    decided(other, "later", BOB)
    other.store.close()
    assert erase(world) > 0


def test_a_box_that_was_off_for_days_only_goes_on_at_once(world: World) -> None:
    decided(world, "secret", ANNE)
    for _ in range(16):
        world.after += timedelta(days=6)
        world.restart()
        world.store.add_call(BOB, world.now)
    assert erase(world) > 0


def test_an_order_is_carried_out_however_late_it_is(world: World) -> None:
    decided(world, "secret", ANNE)
    decided(world, "other", BOB)
    world.after = timedelta(days=4000)
    world.restart()
    forget(world, ANNE)
    erase(world)
    assert found(world, "secret", "other") == ["other"]


def test_limits_and_who_was_told_blocked_or_opted_out_stay_true(world: World) -> None:
    world.sent(ANNE)
    world.store.block(BOB, world.now)
    decided(world, "stop", "+33639980003")
    world.store.opt_out("+33639980003", world.now)
    for number in (ANNE, BOB, "+33639980003"):
        forget(world, number)
    erase(world)
    assert found(world, ANNE, BOB, "+33639980003") == []
    again = world.queued("+33639980004")
    reserve = world.store.reserve(again, world.now.at, month_start=START)
    assert (reserve.segments_day, reserve.recipients_month) == (1, 1)
    for number, known in (
        (ANNE, "told"),
        (BOB, "blocked"),
        ("+33639980003", "opted_out"),
    ):
        message = world.message(world.deliver("encore", number))
        assert getattr(world.store.history(message, world.now.at), known)
    assert world.fault() is None


def test_pseudonyms_go_too_after_three_years_but_for_those_who_must_be_known(
    world: World,
) -> None:
    world.sent(ANNE)
    world.store.block(BOB, world.now)
    block = world.store.order("block", f'{{"address": "{BOB}"}}', world.now)
    world.store.done(block, "blocked", world.now)
    pseudonym = "SELECT hex(hmac) FROM senders WHERE id = "
    before = [world.value(f"{pseudonym}{number}") for number in (1, 2)]
    world.after = timedelta(days=2 * 365)
    erase(world)
    assert [world.value(f"{pseudonym}{number}") for number in (1, 2)] == before
    assert found(world, ANNE, BOB) == []
    world.after = timedelta(days=3 * 365 + 1)
    erase(world)
    assert world.value(f"{pseudonym}1") != before[0]
    assert world.value(f"{pseudonym}2") == before[1]
    assert world.fault() is None


def test_a_guess_cannot_be_confirmed_without_the_key(world: World) -> None:
    """Number, text and time are known, and so is all that is left in the file but the key."""
    message = decided(world, "secret", ANNE)
    guess = dict(_facts(world, message))
    nonce = guess.pop("nonce")
    entry = _entry(world, message)
    arguments = ("decision", message, entry[1], "main", guess)
    assert chain.commitment(nonce, *arguments) == entry[0]
    forget(world, ANNE)
    erase(world)
    assert nonce not in octets(world)
    assert entry[0] in octets(world)


def _facts(world: World, message: int) -> dict[str, object]:
    connection = Connection.reading(world.settings.log.path)
    row = connection.row(chain.COVERED["decision"], [message])
    connection.close()
    assert row is not None
    return dict(row)


def _entry(world: World, message: int) -> tuple[bytes, str]:
    which = f"FROM chain WHERE kind = 'decision' AND row = {message}"
    commitment, at = (
        world.value(f"SELECT {name} {which}") for name in ("commitment", "at")
    )
    assert isinstance(commitment, bytes) and isinstance(at, str)
    return commitment, at


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("UPDATE messages SET reason = 'stale' WHERE id = 1", "altered"),
        ("UPDATE messages SET text = 'put back' WHERE id = 1", "altered"),
        ("UPDATE delivers SET received_at = '2026' WHERE id = 1", "altered"),
        ("UPDATE messages SET nonce = NULL, text = NULL WHERE id = 2", "erased"),
        ("DELETE FROM messages WHERE id = 1", "dropped"),
        ("UPDATE events SET data = replace(data, '[1, 1]', '[1, 2]')", "altered"),
    ],
)
def test_erasure_by_the_rules_is_told_apart_from_tampering(
    world: World, what: str, change: str
) -> None:
    world.sent(ANNE)
    decided(world, "other", BOB)
    forget(world, ANNE)
    erase(world)
    assert world.fault() is None
    world.alter(what)
    fault = world.fault()
    assert fault is not None and fault.change == change


def test_what_waits_for_its_decision_or_is_leaving_is_erased_when_that_is_over(
    world: World,
) -> None:
    reply = world.queued(ANNE)
    (submit,) = world.mark(reply)
    undecided = world.deliver("secret", ANNE)
    forget(world, ANNE)
    erase(world)
    assert found(world, "secret", ANNE) == ["secret", ANNE]
    world.store.outcome(submit, SUBMITTED, world.now)
    world.store.decide(undecided, Decision(Reason.STALE, None), 0, world.now)
    erase(world)
    assert found(world, "secret", ANNE) == []
    assert world.fault() is None


def test_a_late_segment_does_not_join_what_was_erased(world: World) -> None:
    message = decided(world, "un", ANNE, segment=Segment(5, 2, 1))
    forget(world, ANNE)
    erase(world)
    assert world.deliver("deux", ANNE, segment=Segment(5, 2, 2)) != message


def test_a_slice_is_small_however_much_is_due(
    many: tuple[World, list[tuple[str, str]]],
) -> None:
    world, _ = many
    world.after += timedelta(days=400)
    changed = []
    for _ in world.store.erasing(PRIVACY, lambda: world.now):
        changed.append(world.store._db.raw.total_changes)
    steps = [after - before for before, after in pairwise([changed[0], *changed])]
    assert len(steps) > 4 and max(steps) < 2500


def test_free_pages_are_given_back(many: tuple[World, list[tuple[str, str]]]) -> None:
    world, _ = many
    world.after += timedelta(days=400)
    before = world.value("PRAGMA page_count")
    erase(world)
    after = world.value("PRAGMA page_count")
    assert isinstance(before, int) and isinstance(after, int) and after < before
    assert world.value("PRAGMA freelist_count") == 0
    assert world.settings.log.path.stat().st_size == after * 1024


def hold(world: World, since: timedelta, until: timedelta, note: str = "why") -> int:
    period = [(START + at).isoformat() for at in (since, until)]
    argument = {"since": period[0], "until": period[1], "note": note}
    return world.store.order("hold", json.dumps(argument), world.now)


def test_a_legal_hold_keeps_its_period_from_age_and_from_orders(world: World) -> None:
    for day, word in enumerate(("before", "within", "after")):
        world.after = day * DAY
        decided(world, word, ANNE)
    order = hold(world, DAY / 2, DAY * 3 / 2)
    forget(world, ANNE)
    erase(world)
    assert found(world, "before", "within", "after", ANNE) == ["within", ANNE]
    world.after = 400 * DAY
    erase(world)
    assert found(world, "within", ANNE) == ["within", ANNE]
    assert world.fault() is None
    world.store.order("hold_end", json.dumps({"id": order}), world.now)
    erase(world)
    assert found(world, "within", ANNE) == []


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "[]",
        "{}",
        '{"since": 1, "until": 2}',
        '{"since": "x", "until": "y", "note": ""}',
    ],
)
def test_what_is_no_hold_holds_nothing(world: World, argument: str) -> None:
    world.store.order("hold", argument, world.now)
    assert world.store.holds() == []


def test_one_is_reminded_60_days_before_a_raid_is_erased_once(world: World) -> None:
    message = decided(world, "secret", ANNE)
    world.alter(f"UPDATE messages SET flood = {message}")
    began = world.value("SELECT received_at FROM messages")
    world.alter(
        f"INSERT INTO floods VALUES ({message}, 'main', '{began}', '{began}', '{began}')"
    )
    after, soon = PRIVACY.erase_raid_after, world.store.raids_ahead
    assert soon(after, START + 304 * DAY) == []
    (raid,) = soon(after, START + 306 * DAY)
    assert (raid.messages, raid.erased_at) == (1, START + 365 * DAY)
    order = hold(world, -DAY, DAY)
    assert soon(after, START + 306 * DAY) == []
    world.store.order("hold_end", json.dumps({"id": order}), world.now)
    world.store.remind(raid, "Soon.", world.now)
    assert soon(after, START + 306 * DAY) == []
