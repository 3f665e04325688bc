"""`make install DESTDIR=…` and `make uninstall`: a whole tree, that knows nothing of where it was put together."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

# Where Debian's man, bash-completion, zsh and fish look -> how each file begins, or what it calls.
HELP = {
    "usr/local/share/man/man1/antirelou.1": ".TH ANTIRELOU 1 ",
    "usr/local/share/man/fr/man1/antirelou.1": ".SH NOM",
    "usr/local/share/bash-completion/completions/antirelou": "_ANTIRELOU_COMPLETE=bash_complete",
    "usr/local/share/zsh/site-functions/_antirelou": "_ANTIRELOU_COMPLETE=zsh_complete",
    "usr/local/share/fish/vendor_completions.d/antirelou.fish": "_ANTIRELOU_COMPLETE=fish_complete",
}


def make(verb: str, place: Path) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", verb, f"DESTDIR={place}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("install") / "root"
    make("install", there)
    return there


def files(place: Path) -> set[str]:
    return {
        str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir()
    }


def test_everything_is_in_its_place(place: Path) -> None:
    assert {
        "opt/antirelou/bin/antirelou",
        "etc/antirelou.toml",
        "usr/local/bin/antirelou",
        "usr/local/lib/systemd/system/antirelou.service",
        "usr/local/lib/systemd/system/antirelou@.service",
        "usr/local/lib/udev/rules.d/70-antirelou.rules",
        "usr/local/lib/sysusers.d/antirelou.conf",
        *HELP,
    } <= files(place)
    assert (
        os.readlink(place / "usr/local/bin/antirelou") == "/opt/antirelou/bin/antirelou"
    )
    assert not (place / "opt/antirelou.old").exists()


@pytest.mark.parametrize("path", HELP)
def test_manual_and_completions_are_whole(place: Path, path: str) -> None:
    assert HELP[path] in (place / path).read_text()
    assert str(place) not in (place / path).read_text()


def test_no_script_leads_to_where_it_was_put_together(place: Path) -> None:
    for path in [
        *(place / "opt/antirelou/bin").iterdir(),
        place / "opt/antirelou/pyvenv.cfg",
    ]:
        assert str(place).encode() not in path.read_bytes(), path


def test_configuration_is_the_commented_default_and_is_written_once(
    place: Path,
) -> None:
    configuration = place / "etc/antirelou.toml"
    assert configuration.read_text() == (ROOT / "systemd/antirelou.toml").read_text()
    configuration.write_text('line = "mine"\n')
    make("install", place)
    assert configuration.read_text() == 'line = "mine"\n'


def test_uninstalling_leaves_the_configuration(place: Path) -> None:
    said = make("uninstall", place)
    assert files(place) == {"etc/antirelou.toml"}
    assert "Still there: /etc/antirelou.toml" in said
