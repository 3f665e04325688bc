"""`antirelou alert`: every alert reaches a command once, and stays until it did; also through Apprise."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cli_world import Run, write_config
from world import NOON

from antirelou.cli.alert import hand_over
from antirelou.clock import VirtualClock
from antirelou.daemon import alerts
from antirelou.log import Alert

pytest_plugins = ["cli_fixtures"]

EXAMPLE = Path(__file__).parent.parent / "systemd" / "antirelou-alert.example"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for number, kind in ((7, "distress"), (12, "modem_away")):
        alert = Alert(
            (number,), kind, datetime(2026, 11, 22, tzinfo=UTC), f"It {kind}.", 2
        )
        alerts.write(tmp_path / "alerts", "main", alert)
    return tmp_path / "alerts"


def script(path: Path, words: str) -> tuple[str, ...]:
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)
    return (str(path),)


def names(directory: Path) -> list[str]:
    return [file.name for file in alerts.waiting(directory)]


def test_a_command_gets_each_alert_and_takes_it_away(
    directory: Path, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    command = script(
        tmp_path / "command",
        f'echo "$ANTIRELOU_ALERT_TITLE|$ANTIRELOU_ALERT_TEXT|$1|$(cat "$2")" >> {told}',
    )
    hand_over(directory, (*command, "first"), VirtualClock(NOON))
    lines = told.read_text().splitlines()
    assert [line.partition("|{")[0] for line in lines] == [
        "antirelou main: distress|It distress. (2 times)|first",
        "antirelou main: modem_away|It modem_away. (2 times)|first",
    ]
    assert json.loads(lines[0].rpartition("|")[2])["id"] == 7
    assert names(directory) == []


def test_what_the_command_refuses_stays_and_is_offered_again(
    directory: Path, tmp_path: Path
) -> None:
    command = script(
        tmp_path / "command",
        f'[ "$ANTIRELOU_ALERT_KIND" != distress ] || [ -e {tmp_path}/tried ] || {{ touch {tmp_path}/tried; exit 1; }}\n'
        f'echo "$ANTIRELOU_ALERT_KIND" >> {tmp_path}/told',
    )
    clock = VirtualClock(NOON)
    hand_over(directory, command, clock)
    assert (tmp_path / "told").read_text().split() == ["modem_away", "distress"]
    assert clock.boot() == 160, "one wait of a minute"


class Impatient(VirtualClock):
    """Ends what would go on for ever."""

    def wait(self, seconds: float) -> None:
        raise TimeoutError


@pytest.mark.parametrize("command", [("/no/such/command",), ("false",)])
def test_an_alert_outlives_a_command_that_does_not_work(
    directory: Path, command: tuple[str, ...]
) -> None:
    with pytest.raises(TimeoutError):
        hand_over(directory, command, Impatient(NOON))
    assert names(directory) == ["main-7.json", "main-12.json"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '"x"', "\xff"])
def test_a_file_that_is_no_alert_is_left_alone(
    directory: Path, tmp_path: Path, content: str
) -> None:
    (directory / "main-3.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(TimeoutError):
        hand_over(directory, ("true",), Impatient(NOON))
    assert names(directory) == ["main-3.json"]


def test_half_written_files_are_nobodys_business(directory: Path) -> None:
    (directory / ".main-3.json.new").write_text("{")
    hand_over(directory, ("true",), VirtualClock(NOON))
    assert [file.name for file in directory.iterdir()] == [".main-3.json.new"]


def test_a_test_is_an_alert_like_any_other(tmp_path: Path, run: Run) -> None:
    write_config(tmp_path, more=f'[alerts]\ndirectory = "{tmp_path / "alerts"}"\n')
    command = script(tmp_path / "command", 'echo "$ANTIRELOU_ALERT_TITLE"')
    told = run(tmp_path, "alert", "--test", *command)
    assert (told.status, names(tmp_path / "alerts")) == (0, [])
    assert "main-0.json: handed on." in told.out


def test_without_a_directory_it_says_which_key_to_set(tmp_path: Path, run: Run) -> None:
    write_config(tmp_path)
    told = run(tmp_path, "alert", "true")
    assert (told.status, "alerts.directory is not set" in told.err) == (78, True)


def test_without_a_command_it_says_so(tmp_path: Path, run: Run) -> None:
    write_config(tmp_path)
    assert run(tmp_path, "alert").status == 2


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """Keeps what is posted to it, on this machine only; its first answer is that it is out of order."""

    class Keeper(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers["Content-Length"]))
            kept.append(json.loads(said))
            self.send_response(500 if len(kept) == 1 else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Keeper)
    kept: list[dict[str, str]] = []
    server.kept = kept  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_example_hands_alerts_on_through_apprise(
    directory: Path, tmp_path: Path, server: HTTPServer
) -> None:
    addresses = tmp_path / "apprise.conf"
    addresses.write_text(f"json://127.0.0.1:{server.server_address[1]}\n")
    example = EXAMPLE.read_text(encoding="utf-8")
    for name, ours in (
        ("/opt/antirelou/bin/apprise", os.path.dirname(sys.executable) + "/apprise"),
        ("/etc/antirelou-apprise.conf", str(addresses)),
    ):
        assert name in example
        example = example.replace(name, ours)
    command = tmp_path / "antirelou-alert"
    command.write_text(example)
    command.chmod(0o755)
    clock = VirtualClock(NOON)
    hand_over(directory, (str(command),), clock)
    told = [(said["title"], said["message"]) for said in server.kept]  # type: ignore[attr-defined]
    first = ("antirelou main: distress", "It distress. (2 times)")
    second = ("antirelou main: modem_away", "It modem_away. (2 times)")
    assert told == [first, second, first], "what was refused came again a minute later"
    assert (names(directory), clock.boot()) == ([], 160)
