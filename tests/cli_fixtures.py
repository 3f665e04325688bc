"""Fixtures of the commands' tests, which name this module in `pytest_plugins`."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_world import Run, Told, filled

from antirelou.cli import group
from antirelou.cli.errors import run_group


@pytest.fixture(scope="session")
def at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a filled log; to read only."""
    directory = tmp_path_factory.mktemp("filled")
    filled(directory)
    return directory


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, with the configuration of a directory."""

    def command(directory: Path, *arguments: str) -> Told:
        monkeypatch.setenv("ANTIRELOU_CONFIG", str(directory / "antirelou.toml"))
        status = run_group(group, list(arguments))
        told = capfd.readouterr()
        return Told(status, told.out, told.err)

    return command
