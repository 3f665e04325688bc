"""`antirelou forget`: as the operator types it."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from cli_world import INSISTER, Run, write_config

from antirelou.log import Reader

pytest_plugins = ["cli_fixtures"]


@pytest.fixture
def own(at: Path, tmp_path: Path) -> Path:
    """A filled log of one's own."""
    for name in ("antirelou.db", "antirelou.db.key"):
        shutil.copy(at / name, tmp_path)
    write_config(tmp_path)
    return tmp_path


def last_order(directory: Path) -> dict[str, object]:
    with Reader.open(directory / "antirelou.db") as log:
        found: dict[str, object] = log.orders(1)[0]
    return found


def test_forget_asks_and_orders(
    own: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    before = last_order(own)
    assert run(own, "forget", "06 39 98 00 01").status == 130
    assert last_order(own) == before
    told = run(own, "forget", "--yes", "06 39 98 00 01")
    assert told.status == 0 and "when the daemon of line main starts" in told.out
    assert INSISTER not in told.out
    order = last_order(own)
    assert order["kind"] == "forget" and INSISTER in str(order["argument"])
    assert run(own, "forget", "--yes", "+336****01").status == 2
