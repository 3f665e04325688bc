"""What was erased is in no octet of the files, nor can a guess of it be confirmed; only then it is said."""

from __future__ import annotations

import fcntl
import hashlib
import os
from datetime import timedelta
from pathlib import Path

from erasing_world import DAY, PRIVACY, decided, erase, forget, found, octets
from log_world import ANNE, BOB, START, Segment, World

from antirelou.log import back_up, chain
from antirelou.log.connection import PAGE_SIZE, Connection
from antirelou.log.key import Domain, Key
from antirelou.policy.facts import Decision, Reason

pytest_plugins = ["erasing_fixtures"]


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


def test_a_guess_cannot_be_confirmed_without_the_key(world: World) -> None:
    """Number, text and time are known; so is all that is left: files, a backup that was made before, what verifies."""
    message = decided(world, "secret", ANNE)
    guess = dict(_facts(world, message))
    nonce = guess.pop("nonce")
    entry = _entry(world, message)
    arguments = ("decision", message, entry[1], "main", guess)
    assert chain.commitment(nonce, *arguments) == entry[0]
    assert ANNE.encode() in octets(world)
    back_up(world.settings, world.settings.log.path.with_name("b"), "x", START)
    forget(world, ANNE)
    erase(world)
    assert nonce not in octets(world)
    assert entry[0] in octets(world)
    assert found(world, "secret", ANNE) == []
    assert not any(
        each in octets(world) for each in (*_unkeyed(ANNE), *_unkeyed("secret"))
    )


def _unkeyed(value: str) -> list[bytes]:
    """What somebody without the key could compute of a guess, to compare it."""
    made = [
        hashlib.new(name, value.encode()).digest() for name in ("md5", "sha1", "sha256")
    ]
    empty = Key(b"")
    made += [empty.hmac(domain, value) for domain in Domain]
    return [form for each in made for form in (each[:16], each[:16].hex().encode())]


def test_every_nonce_of_what_was_erased_is_gone_and_no_other(world: World) -> None:
    world.sent(ANNE, segments=2)
    world.deliver("secret un ", ANNE, segment=Segment(5, 2, 1))
    world.answer(world.deliver("deux", ANNE, segment=Segment(5, 2, 2)))
    call = world.store.add_call(ANNE, world.now, details={"shown": ANNE})
    world.store.decide(call, Decision(Reason.NOT_A_TEXT, None), 0, world.now)
    world.note(f"I saw {ANNE}")
    tables = ("delivers", "messages", "replies", "submits", "notes", "control")
    nonces = {
        bytes.fromhex(
            str(world.value(f"SELECT hex(nonce) FROM {table} WHERE id = {row}"))
        )
        for table in tables
        for row in range(1, 1 + int(str(world.value(f"SELECT count(*) FROM {table}"))))
    }
    sent = world.sent(BOB)
    kept = bytes.fromhex(
        str(world.value(f"SELECT hex(nonce) FROM replies WHERE id = {sent}"))
    )
    assert len(nonces) == 3 + 3 + 2 + 2 + 1
    forget(world, ANNE)
    erase(world)
    left = octets(world)
    assert [nonce for nonce in nonces if nonce in left] == [] and kept in left
    assert world.fault() is None


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


def test_free_pages_are_given_back(many: tuple[World, list[tuple[str, str]]]) -> None:
    world, _ = many
    world.after += timedelta(days=400)
    before = world.value("PRAGMA page_count")
    erase(world)
    after = world.value("PRAGMA page_count")
    assert isinstance(before, int) and isinstance(after, int) and after < before
    assert world.value("PRAGMA freelist_count") == 0
    assert world.settings.log.path.stat().st_size <= after * PAGE_SIZE


def test_erased_is_said_only_when_no_copy_beside_the_log_holds_it_any_more(
    world: World,
) -> None:
    decided(world, "secret", ANNE)
    log = world.settings.log.path
    upgrade, killed = log.with_name("before-upgrade"), Path(f"{log}.snapshot")
    upgrade.mkdir()
    for copy in (upgrade / log.name, killed, Path(f"{killed}-journal")):
        copy.write_bytes(log.read_bytes() + b"secret")
    os.utime(upgrade, (START.timestamp(), START.timestamp()))
    forget(world, ANNE)
    world.after = 6 * DAY
    erase(world)
    assert upgrade.exists() and not killed.exists()
    said = "SELECT count(*) FROM events WHERE kind = 'erased'"
    assert world.value(said) == 0
    told = world.value("SELECT text FROM events WHERE kind = 'copies_left'")
    assert "still in before-upgrade beside it" in str(told)
    world.after = 8 * DAY
    erase(world)
    assert (world.value(said), found(world, "secret", ANNE)) == (1, [])
    assert not upgrade.exists()


def test_a_backup_that_is_being_made_is_waited_for(world: World) -> None:
    decided(world, "secret", ANNE)
    forget(world, ANNE)
    copy = world.settings.log.path.with_name("log.db.snapshot")
    with open(copy, "wb") as backup:
        fcntl.flock(backup, fcntl.LOCK_EX)
        erase(world)
        assert copy.exists()
    erase(world)
    assert not copy.exists()
    assert world.value("SELECT count(*) FROM events WHERE kind = 'erased'") == 1


def test_a_copy_that_cannot_be_removed_stops_nothing_and_is_told(world: World) -> None:
    decided(world, "secret", ANNE)
    forget(world, ANNE)
    loop = world.settings.log.path.with_name("log.db.snapshot")
    loop.symlink_to(loop.name)  # not to be opened, by root either
    erase(world)
    kinds = "SELECT group_concat(kind) FROM (SELECT kind FROM events ORDER BY id)"
    assert world.value(kinds) == "erasure,erasure,copies_left"
    loop.unlink()
    erase(world)
    assert str(world.value(kinds)).endswith(",erased")
