"""systemd/install.sh: what it says before it changes anything; tests/long puts a whole tree below DESTDIR."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSTALL = Path(__file__).parent.parent / "systemd" / "install.sh"
VERBS = ["install", "upgrade", "uninstall"]


def script(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def told(verb: str, directory: Path, **variables: str) -> str:
    """What it says before it gives up; `directory` comes first in PATH."""
    done = subprocess.run(
        [INSTALL, verb],
        env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_it_asks_for_root(verb: str, tmp_path: Path) -> None:
    script(tmp_path / "id", "echo 1000")
    assert told(verb, tmp_path, DESTDIR="") == f"This needs root: sudo make {verb}\n"


def test_an_old_python_is_named_with_the_remedy(tmp_path: Path) -> None:
    asked = f'exec {sys.executable} -c "import sys; sys.version_info = (3, 10, 9); $2"'
    old = script(
        tmp_path / "old",
        f'case "$1" in -V) echo Python 3.10.9 ;; -c) {asked} ;; esac',
    )
    said = told("install", tmp_path, DESTDIR=str(tmp_path / "root"), PYTHON=str(old))
    assert "needs Python 3.11 or newer" in said and "is 3.10.9" in said
    assert not (tmp_path / "root").exists()


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    said = told("install", tmp_path, DESTDIR=str(tmp_path / "root"), PYTHON=missing)
    assert said.startswith(f"There is no {missing}: sudo apt install python3")


def test_a_python_without_venv_names_the_package(tmp_path: Path) -> None:
    bare = script(
        tmp_path / "bare", 'case "$2" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac'
    )
    said = told("install", tmp_path, DESTDIR=str(tmp_path / "root"), PYTHON=str(bare))
    assert "sudo apt install python3-venv" in said
    assert not (tmp_path / "root").exists()


def test_below_another_directory_there_is_nothing_to_upgrade(tmp_path: Path) -> None:
    said = told("upgrade", tmp_path, DESTDIR=str(tmp_path / "root"))
    assert said.startswith("There is nothing to upgrade below DESTDIR: make install")
