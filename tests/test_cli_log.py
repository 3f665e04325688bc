"""`antirelou log`: fields, filters, forms; a stranger's text harmless in each of them (P7)."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import (
    HOSTILE,
    INSISTER,
    SECRETS,
    STRANGER,
    TWICE,
    Run,
    filled,
    harmless,
    write_config,
)

pytest_plugins = ["cli_fixtures"]

COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]
FIELDS = [
    *(
        "id",
        "line",
        "received_at",
        "service_centre_time",
        "sender",
        "kind",
        "text",
        "segments",
        "segments_expected",
    ),
    *("complete", "deliveries", "reason", "hold", "replies"),
]
REPLY_FIELDS = [
    "state",
    "reason",
    "text",
    "due_at",
    "submitted_at",
    "message_references",
    "cms_error",
]


def objects(out: str) -> list[dict]:
    return [json.loads(line) for line in out.splitlines()]


def test_json_has_exactly_the_documented_fields(run: Run, at: Path) -> None:
    rows = objects(run(at, "log", "--json").out)
    assert [list(row) for row in rows] == [FIELDS] * 5
    assert [list(reply) for row in rows for reply in row["replies"]] == [
        REPLY_FIELDS
    ] * 2
    first = rows[0]
    assert (first["kind"], first["reason"], first["hold"], first["complete"]) == (
        "text",
        "to_answer",
        None,
        True,
    )
    assert first["replies"][0]["state"] == "submitted"
    assert first["replies"][0]["message_references"] != []


def test_oldest_comes_first_and_limit_keeps_the_newest(run: Run, at: Path) -> None:
    assert [
        row["id"] for row in objects(run(at, "log", "--json", "--limit", "2").out)
    ] == [4, 5]


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_numbers_are_masked_unless_asked_for(
    form: tuple[str, ...], run: Run, at: Path
) -> None:
    told = run(at, "log", *form)
    assert not [number for number in SECRETS if number in told.out]
    assert "+33639****01" in told.out
    assert INSISTER in run(at, "log", *form, "--numbers").out


def test_the_hostile_text_arrives_exactly_in_json_alone(run: Run, at: Path) -> None:
    told = run(at, "log", "--json")
    assert told.out.isascii()
    assert not set(told.out) & {chr(code) for code in (*range(10), *range(11, 32), 127)}
    assert HOSTILE in [row["text"] for row in objects(told.out)]


def test_a_pipe_gets_one_harmless_record_a_line(run: Run, at: Path) -> None:
    told = run(at, "log")
    assert len(told.lines) == 5
    assert harmless(told.out)
    assert (
        "\\u001b[2J\\u0007\\u202eevil\\u202c\\u200b\\r\\nid 99 to_answer\\tx"
        in told.out
    )
    assert [line.count("\t") for line in told.lines] == [6] * 5


def test_csv_is_rfc_4180_and_no_cell_is_a_formula(run: Run, at: Path) -> None:
    told = run(at, "log", "--csv")
    assert told.out.count("\r\n") == told.out.count("\n") == 6
    assert harmless(told.out)
    header, *records = csv.reader(io.StringIO(told.out, newline=""), strict=True)
    assert {len(record) for record in records} == {len(header)}
    texts = [record[header.index("text")] for record in records]
    assert texts[1].startswith("'=1+1\\u001b[2J")
    assert records[0][header.index("sender")] == "'+33639****01"
    assert not [
        cell
        for record in records
        for cell in record
        if cell.lstrip()[:1] in tuple("=+-@\t\r")
    ]


def test_a_terminal_gets_lines_that_fit_it(at: Path) -> None:
    master, slave = pty.openpty()
    environment = os.environ | {
        "COLUMNS": "100",
        "ANTIRELOU_CONFIG": str(at / "antirelou.toml"),
    }
    done = subprocess.run(
        [*COMMAND, "log"],
        stdout=slave,
        stderr=subprocess.PIPE,
        env=environment,
        check=True,
        timeout=20,
    )
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:  # EIO: the last writer has closed it
        os.close(master)
    lines = shown.decode().splitlines()
    assert (len(lines), done.stderr) == (5, b"")
    assert max(len(line) for line in lines) == 100
    assert harmless(shown.decode())
    assert b"\x1b" not in shown


FILTERS = [
    (("--sender", INSISTER), [1]),
    (("--sender", "06 39 98 00 01"), [1]),
    (("--sender", "+33639989998"), []),
    (("--reason", "to_answer"), [1, 2]),
    (("--reason", "unreplyable"), [3]),
    (("--reason", "paused"), [5]),
    (("--kind", "text"), [1, 2, 3, 4, 5]),
    (("--kind", "call"), []),
    (("--state", "submitted"), [1, 2]),
    (("--state", "queued"), []),
    (("--search", "salut"), [1]),
    (("--search", "SALÛT dors"), [1]),
    (("--search", "'; DROP TABLE"), [2]),
    (("--search", '"'), []),
    (("--line", "main"), [1, 2, 3, 4, 5]),
    (("--line", "other"), []),
    (("--since", "2h"), [1, 2, 3, 4, 5]),
    (("--since", "now"), []),
    (("--until", "2h"), []),
    (("--since", "yesterday", "--until", "today"), [1, 2, 3, 4, 5]),
    (("--since", "2020-01-01", "--until", "2020-12-31"), []),
    (("--since", "7d", "--reason", "opted_out", "--search", "stop"), [4]),
]


@pytest.mark.parametrize(
    ("filters", "found"), FILTERS, ids=[" ".join(filters) for filters, _ in FILTERS]
)
def test_filters(
    filters: tuple[str, ...], found: list[int], run: Run, at: Path
) -> None:
    told = run(at, "log", "--json", *filters)
    assert (told.status, told.err) == (0, "")
    assert [row["id"] for row in objects(told.out)] == found


def test_follow_shows_what_comes_in_and_ends_with_its_reader(tmp_path: Path) -> None:
    world = filled(tmp_path)
    environment = os.environ | {"ANTIRELOU_CONFIG": str(write_config(tmp_path))}
    following = subprocess.Popen(
        [*COMMAND, "log", "--follow", "--json", "--limit", "1"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert following.stdout is not None
    assert json.loads(following.stdout.readline())["id"] == 5
    world.start()
    world.text("Encore moi", TWICE)
    world.run(60)
    assert json.loads(following.stdout.readline())["text"] == "Encore moi"
    following.stdout.close()
    assert following.wait(timeout=10) == 0
    world.store.close()


def test_follow_ends_quietly_on_ctrl_c(at: Path) -> None:
    environment = os.environ | {"ANTIRELOU_CONFIG": str(at / "antirelou.toml")}
    following = subprocess.Popen(
        [*COMMAND, "log", "--follow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert following.stdout is not None and following.stderr is not None
    following.stdout.readline()
    following.send_signal(2)
    assert following.wait(timeout=10) == 130
    assert following.stderr.read() == ""


def test_no_log_is_said_with_78(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    told = run(tmp_path, "log")
    assert (told.status, told.out) == (78, "")
    assert f"There is no log at {tmp_path / 'antirelou.db'}" in told.err


def test_what_is_no_log_is_said_with_78(run: Run, tmp_path: Path) -> None:
    write_config(tmp_path)
    (tmp_path / "antirelou.db").write_text(
        "a shopping list, long enough to be read as a header of something" * 20
    )
    told = run(tmp_path, "log")
    assert told.status == 78
    assert "is not an antirelou log" in told.err


def test_every_problem_of_the_configuration_is_a_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "antirelou.toml").write_text(
        "[limits]\nsegments_per_hour = 0\nsegments_per_dya = 3\n"
    )
    told = run(tmp_path, "log")
    assert told.status == 78
    assert len(told.err.splitlines()) == 2
    assert "limits.segments_per_dya" in told.err


def test_the_sender_of_a_hostile_text_can_be_looked_up(run: Run, at: Path) -> None:
    assert (
        objects(run(at, "log", "--json", "--numbers", "--sender", STRANGER).out)[0][
            "sender"
        ]
        == STRANGER
    )
