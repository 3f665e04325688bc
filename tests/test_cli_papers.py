"""`antirelou notice` and `register`: with the durations of the configuration, and never with who runs the service."""

from __future__ import annotations

import getpass
import re
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from cli_world import Run, write_config

from antirelou.cli.papers import french

pytest_plugins = ["cli_fixtures"]
PAPERS = ("notice", "register")
LONG = """[privacy]
erase_after = "45d"
erase_raid_after = "2y"
forget_senders_after = "1000d"
[reply]
mode = "never"
"""
NAMED = '[privacy]\ncontroller = "Anne Exemple"\ncontact = "anne@example.org"\n'
OWN = """[operator]
numbers = ["+33639980099"]
[reply]
mode = "approved"
delay = "90m"
delay_spread = "0s"
hours = "always"
"""


@pytest.mark.parametrize("paper", PAPERS)
def test_the_durations_are_those_of_the_configuration(
    tmp_path: Path, run: Run, paper: str
) -> None:
    write_config(tmp_path, more=LONG)
    told = run(tmp_path, paper)
    assert told.status == 0
    for duration in ("45 jours", "2 ans", "1000 jours"):
        assert duration in told.out
    for default in ("90 jours", "3 ans"):
        assert default not in told.out


@pytest.mark.parametrize("paper", PAPERS)
def test_who_runs_the_service_is_named_only_if_configured(
    tmp_path: Path, run: Run, paper: str
) -> None:
    write_config(tmp_path, more=OWN)
    told = run(tmp_path, paper).out
    assert told.count("[à compléter") >= 2
    who = (socket.gethostname(), str(tmp_path), "639980099", "39 98 00 99", "\nroot")
    assert not [name for name in (*who, f" {getpass.getuser()} ") if name in told]
    write_config(tmp_path, more=NAMED)
    told = run(tmp_path, paper).out
    assert "Anne Exemple" in told and "anne@example.org" in told


@pytest.mark.parametrize("paper", PAPERS)
def test_it_is_a_draft_that_is_easily_read(
    tmp_path: Path, run: Run, paper: str
) -> None:
    write_config(tmp_path)
    told = run(tmp_path, paper)
    assert "no advice" in told.err and "draft" not in told.out
    assert max(len(line) for line in told.lines) <= 125
    assert not re.search(r"[{}]|None|timedelta", told.out)


def test_the_notice_says_how_it_is_answered(tmp_path: Path, run: Run) -> None:
    for more, said in (
        ("", "environ 2 heures à 3 heures plus tard, entre 09:00 et 21:00"),
        (LONG, "Il ne répond à aucun message"),
        (OWN, "environ 90 minutes plus tard, après accord du responsable"),
    ):
        write_config(tmp_path, more=more)
        assert said in run(tmp_path, "notice").out


def test_the_register_counts_what_was_exported_and_is_held(at: Path, run: Run) -> None:
    told = run(at, "register").out
    assert "Exports de preuves : aucun" in told and "en cours : aucune" in told


def test_durations_are_french() -> None:
    words = {
        "1 an": timedelta(days=365),
        "366 jours": timedelta(days=366),
        "1 jour": timedelta(days=1),
        "36 heures": timedelta(hours=36),
        "90 secondes": timedelta(seconds=90),
    }
    assert {french(value): value for value in words.values()} == words
