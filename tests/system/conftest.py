"""One machine for all the tests, with this repository and its wheels in it, and what README.md tells to type."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine import Machine, from_environment

ROOT = Path(__file__).parent.parent.parent
NOT_FOR_INSTALLING = (".git", ".venv*", "wheels", "__pycache__", ".*_cache")


@pytest.fixture(scope="session")
def source() -> Path:
    """A copy of this repository with the wheels that it needs: the machine has no network."""
    copy = Path(os.environ["ANTIRELOU_SCRATCH"]) / "source"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_FOR_INSTALLING))
    subprocess.run(["make", "wheels", f"PYTHON={sys.executable}"], cwd=copy, check=True)
    return copy


@pytest.fixture(scope="session")
def machine(source: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    machine = from_environment(source)
    try:
        machine.boot()
        machine.run("cp", "-r", "/mnt/source", "/root/antirelou")
        yield machine
        if request.session.testsfailed:
            print(
                machine.tried("systemctl", "status", "--no-pager", "antirelou*").stdout
            )
            print(machine.tried("journalctl", "--no-pager", "--lines=80").stdout)
    finally:
        machine.close()


def section(title: str) -> tuple[list[str], str]:
    """The command lines of a section of README.md, and the TOML that it shows."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##)", readme, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    shown = re.findall(r"^```(sh|toml)\n(.*?)^```", found[1], re.MULTILINE | re.DOTALL)
    lines = [line for kind, text in shown if kind == "sh" for line in text.splitlines()]
    return lines, "".join(text for kind, text in shown if kind == "toml")
