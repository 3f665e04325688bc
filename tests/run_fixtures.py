"""The fixture of the tests of the real process, which name this module in `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from run_stage import Stage, Stages


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as closing:
        yield Stage(tmp_path, closing)


@pytest.fixture
def stages(tmp_path: Path) -> Iterator[Stages]:
    """As many stages as a test asks for."""
    with ExitStack() as closing:

        def another() -> Stage:
            directory = tmp_path / str(len(list(tmp_path.iterdir())))
            directory.mkdir()
            return Stage(directory, closing)

        yield another
