"""Fixtures of the tests of the real process, which name this module in `pytest_plugins`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from run_stage import Begun, Stage, Stages, Story, nursery


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


@pytest.fixture(scope="module")
def begun(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Begun]:
    """What the module calls its STORIES: they mostly wait, so all are begun at once and looked at one by one."""

    def tell(story: Story) -> None:
        with ExitStack() as closing:
            story(Stage(tmp_path_factory.mktemp(story.__name__), closing))

    nursery()
    stories: list[Story] = request.module.STORIES
    with ThreadPoolExecutor(len(stories)) as pool:
        yield {story.__name__: pool.submit(tell, story) for story in stories}
