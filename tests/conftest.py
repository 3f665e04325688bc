"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opened import all_closed


@pytest.fixture(autouse=True)
def logs_are_closed() -> Iterator[None]:
    """No test leaves a log open to the next one."""
    with all_closed():
        yield
