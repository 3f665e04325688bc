"""The key file: durable before it is used, whole or not there, one domain a use."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from log_world import World, moment, settings_at

from antirelou.log import Store, key
from antirelou.log.key import Domain, Key


def test_a_key_is_the_owners_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "k"
    made = key.create(path)
    assert [one.name for one in tmp_path.iterdir()] == ["k"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(path.read_text())) == 32
    assert (
        key.create(path).hmac(Domain.LOT, "x")
        == made.hmac(Domain.LOT, "x")
        == key.load(path).hmac(Domain.LOT, "x")
    )


def test_every_use_has_a_domain_and_every_value_its_bounds() -> None:
    secret = Key(b"\0" * 32)
    assert len({secret.hmac(domain, "x") for domain in Domain}) == len(Domain)
    assert secret.hmac(Domain.PIN, "ab", "c") != secret.hmac(Domain.PIN, "a", "bc")
    assert secret.hmac(Domain.PIN, "x") != Key(b"\1" * 32).hmac(Domain.PIN, "x")


def test_the_key_is_durable_before_the_log_knows_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Death right after the key: the next start goes on with the same one."""
    real = os.rename

    def die_after(source: Path, target: Path) -> None:
        real(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", die_after)
    with pytest.raises(KeyboardInterrupt):
        Store.open(settings_at(tmp_path), moment())
    monkeypatch.undo()
    before = (tmp_path / "log.db.key").read_text()
    world = World(tmp_path)
    assert (tmp_path / "log.db.key").read_text() == before
    world.deliver()
    world.restart()
    assert world.fault() is None


def test_no_number_is_in_a_pseudonym_or_a_deduplication_key(tmp_path: Path) -> None:
    """Without the key a right guess cannot be confirmed: the same number has another HMAC in another log."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    worlds = [World(tmp_path / name) for name in "ab"]
    for world in worlds:
        world.deliver(canonical=b"same")
    for column in ("hmac FROM senders", "dedupe FROM delivers"):
        assert worlds[0].value(f"SELECT {column}") != worlds[1].value(
            f"SELECT {column}"
        )
