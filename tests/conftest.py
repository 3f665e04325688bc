"""What holds for every test."""

from __future__ import annotations

import os

for name in ("LANGUAGE", "LC_MESSAGES", "LANG"):
    os.environ.pop(name, None)
os.environ["LC_ALL"] = "C.UTF-8"  # before what is tested asks for its language

from collections.abc import Iterator

import pytest
from hypothesis import settings
from opened import all_closed

# New examples are looked for at the desk; a change that is judged is judged by the same ones each time.
settings.register_profile("ci", derandomize=True, database=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(autouse=True)
def logs_are_closed() -> Iterator[None]:
    """No test leaves a log open to the next one."""
    with all_closed():
        yield
