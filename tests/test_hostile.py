"""Hostile texts and senders from the wire to every output, each octet of it looked at (P7)."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import pty
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_world import Run, write_config
from test_cli_output import _unescape as unescape
from world import World

from antirelou.clock import VirtualClock
from antirelou.daemon.tell import OneLine
from antirelou.log import Reader
from antirelou.simulator.pdu import Content

pytest_plugins = ["cli_fixtures"]

EMOJI = "😈" * (33 * 255)  # 71,400 hexadecimal digits on the wire, in 255 segments
TEXTS = {
    "terminal escapes": "\x1b[2J\x1b[31mrouge\x1b]0;titre\x07\x1bc\x1b[6n",
    "hyperlink": "\x1b]8;;http://mal.example/\x1b\\cliquez\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "C1 controls": "\x9b2J\x9d0;titre\x9c\x85\x90q\x9c",
    "bidirectional": "\u202egauche\u202c \u2066isolé\u2069 \u200fmarque\u200e",
    "zero width": "mot\u200b\u200d\ufeff\u2060caché\U000e0041\ufe0f",
    "formula =": '=HYPERLINK("http://mal.example/";"gratuit")',
    "formula +": "+cmd|' /C calc'!A0",
    "formula -": "-2+3+cmd|' /C calc'!A0",
    "formula @": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula tab": "\t=1+1",
    "formula CR": "\r=1+1",
    "formula second cell": 'x","=1+1',
    "formula semicolon": "x;=1+1",
    "NUL": "avant\x00après",
    "newlines": "un\ndeux\r\ntrois\rquatre\x0bcinq\x0csix",
    "line separators": "un\u2028deux\u2029trois\x85quatre\x1equinze",
    "forged journal": "\nNov 22 12:00:00 pi facteur[1]: courrier 9: accepté",
    "priority": "<0>noyau",
    "quotes": "\"'`´’\\\"\\'",
    "CSV": '","","\r\n"1","main"',
    "JSON": '"}, {"id": 1, "text": "\\u0000',
    "SQL": "'; DROP TABLE messages; --",
    "shell": "$(reboot) `reboot` ; reboot & reboot | reboot > /etc/passwd",
    "AT": "\r\nAT+CFUN=1,1\r\nAT+CMGD=1,4\r",
    "prompt": "\x1aAT+CMGS=20\r> \x1b+++ATH",
    "answers": '\r\nOK\r\n+CMTI: "SM",1\r\nRING\r\n+CMS ERROR: 500',
    "format": "%s %n %x {0} {} %(message)s",
    "path": "../../../etc/passwd",
    "markup": "<script>alert(1)</script> [x](javascript:1)",
    "accents": "Z" + "\u0301" * 60 + "algo",
    "wide": "ｗｉｄｅ　全角＝1+1",
    "private use": "\ue000\uf8ff",
    "one emoji": EMOJI,
}
LONE = {  # what no UTF-8 can hold: on the wire, and in the log
    "high surrogate": ("a\ud83db", "a\ufffdb"),
    "low surrogate": ("\udc00b", "\ufffdb"),
    "swapped pair": ("\udc00\ud83d", "\ufffd\ufffd"),
}
NAMES = (
    *(
        "=1+1",
        "+cmd|A0",
        "-2+3",
        "@SUM(1)",
        "\r\nOK",
        "\n\r123456789",
        "\x1b?",
        "';DROP--",
    ),
    *("$(reboot)", "AT+CFUN=1", '","=1"', "<0>x", "\\u001b[2J"[:11], "%s%n"),
)
ACTING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]


class Evening:
    """Everything hostile that came, where it came, and what was said of it meanwhile."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.journal = io.StringIO()
        self.typed = b""
        flood = {"messages": 5, "per_sender": 3}
        clock = VirtualClock(datetime.now(UTC) - timedelta(minutes=30))
        self.world = World(directory, clock=clock, flood=flood)
        self._tap()
        self.expected = self._texts()
        stream = logging.StreamHandler(self.journal)
        stream.setFormatter(OneLine("%(message)s"))
        log = logging.getLogger("antirelou")
        before = log.level
        log.addHandler(stream)
        log.setLevel(logging.INFO)
        try:
            self.world.run(1200)
        finally:
            log.removeHandler(stream)
            log.setLevel(before)
        self.world.die()
        write_config(directory, more='[flood]\nmessages = 5\n[reply]\ndelay = "0s"\n')

    def _tap(self) -> None:
        feed = self.world.simulation.modem.feed

        def tapped(octets: bytes) -> None:
            self.typed += octets
            feed(octets)

        self.world.simulation.modem.feed = tapped  # type: ignore[method-assign]

    def _texts(self) -> list[str]:
        network, expected = self.world.simulation.network, []
        for number, text in enumerate(TEXTS.values()):
            network.text(f"+336399810{number:02d}", text)
            expected.append(text)
        for number, (sent, kept) in enumerate(LONE.values()):
            content = Content(alphabet="ucs2")
            network.text(f"+336399811{number:02d}", sent, content=content)
            expected.append(kept)
        for name in NAMES:
            network.text(name, f"de {name}")
            expected.append(f"de {name}")
        return expected

    @property
    def rows(self) -> list[dict[str, object]]:
        with Reader.open(self.world.settings.log.path) as log:
            return log.messages(limit=None)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    return Evening(tmp_path_factory.mktemp("hostile"))


def harmless(out: str, ours: str = "\n") -> bool:
    """Every character can be printed and none acts; line ends are ours."""
    return not [
        c
        for c in out
        if c not in ours
        and (
            unicodedata.category(c) in ACTING or not (c.isprintable() or c == "\u3000")
        )
    ]


def lines_of(out: str) -> Iterator[str]:
    assert out.endswith("\n")
    yield from out[:-1].split("\n")


def test_the_log_holds_every_text_exactly(evening: Evening) -> None:
    assert sorted(str(row["text"]) for row in evening.rows) == sorted(evening.expected)
    assert len(EMOJI.encode("utf-16-be").hex()) > 67_000
    (longest,) = [row for row in evening.rows if row["text"] == EMOJI]
    assert (longest["segments"], longest["complete"]) == (255, True)


def test_no_text_and_no_sender_reaches_the_wire(evening: Evening) -> None:
    """Only commands, and PDUs in hexadecimal, each ended by its own CR, Ctrl-Z or ESC."""
    pieces = re.split(rb"(?<=[\r\x1a\x1b])", evening.typed)
    known = re.compile(rb"(AT[A-Z+^&=?0-9,\"]*\r|[0-9A-F]+\x1a|\x1b|)")
    assert [piece for piece in pieces if not known.fullmatch(piece)] == []
    assert not re.search(rb"\+CFUN=1,1|\+CMGD=\d+,", evening.typed)


def test_the_journal_holds_neither_texts_nor_numbers(evening: Evening) -> None:
    said = re.sub(r"\b[0-9a-f]{64}\b", "a head", evening.journal.getvalue())
    assert said.count("\n") > len(evening.expected)
    assert harmless(said)
    assert not re.search(r"\d{7,}|\+33", said)
    strangers = "".join(evening.expected)
    ours = {
        "message",
        "messages",
    }  # the journal's own words, which these texts have too
    for word in set(re.findall(r"[^\W\d_]{6,}", strangers)) - ours:
        assert word not in said, word


def test_json_is_ascii_and_reads_back_as_the_text(evening: Evening, run: Run) -> None:
    out = run(evening.directory, "log", "--json", "--limit", "1000").out
    assert all(" " <= c <= "~" for line in lines_of(out) for c in line)
    rows = [json.loads(line) for line in lines_of(out)]
    assert sorted(row["text"] for row in rows) == sorted(evening.expected)


def test_csv_reads_back_as_the_text_and_no_cell_is_a_formula(
    evening: Evening, run: Run
) -> None:
    told = run(evening.directory, "log", "--csv", "--limit", "1000", "--numbers")
    assert harmless(told.out, "\r\n")
    assert not re.search("(?<!\r)\n|\r(?!\n)", told.out), "one record a line"
    csv.field_size_limit(1 << 20)
    header, *records = csv.reader(io.StringIO(told.out, newline=""), strict=True)
    assert len(records) == len(evening.expected)
    for part in (part for row in records for cell in row for part in cell.split(";")):
        assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", part), part
    guard = re.compile(r"(^|;)(\s*)'(?=[=+\-@\t\r＝＋－＠])")
    texts = [
        unescape(guard.sub(r"\1\2", record[header.index("text")])) for record in records
    ]
    assert sorted(texts) == sorted(evening.expected)
    senders = {guard.sub("", record[header.index("sender")]) for record in records}
    assert set(map(unescape, senders)) == {row["sender"] for row in evening.rows}


@pytest.mark.parametrize("numbers", [(), ("--numbers",)], ids=["masked", "in full"])
def test_a_pipe_gets_one_harmless_record_a_line(
    evening: Evening, run: Run, numbers: tuple[str, ...]
) -> None:
    told = run(evening.directory, "log", "--limit", "1000", *numbers)
    assert harmless(told.out, "\n\t")
    assert told.out.count("\n") == len(evening.expected)
    texts = [line.split("\t")[-1] for line in lines_of(told.out)]
    assert sorted(map(unescape, texts)) == sorted(evening.expected)


def test_why_is_harmless_and_keeps_a_stranger_behind_its_mark(
    evening: Evening, run: Run
) -> None:
    for row in evening.rows:
        told = run(evening.directory, "why", str(row["id"]), "--numbers")
        assert told.status == 0
        assert harmless(told.out)
        forged = re.compile(r"^\s*(Nov 22|<0>|un$|deux$|AT\+|OK$)", re.MULTILINE)
        assert not forged.search(told.out)


def test_status_with_the_texts_of_a_flood_is_harmless(
    evening: Evening, run: Run
) -> None:
    told = run(evening.directory, "status", "--texts", "--numbers")
    assert harmless(told.out)
    assert any(mark in told.out for mark in ("HYPERLINK", "DROP TABLE", "cmd|"))
    as_json = run(evening.directory, "status", "--texts", "--json").out
    assert all(" " <= c <= "~" for line in lines_of(as_json) for c in line)


def on_a_terminal(directory: Path, *arguments: str) -> bytes:
    """What a command writes to a terminal of 100 columns."""
    master, slave = pty.openpty()
    environment = os.environ | {
        "COLUMNS": "100",
        "ANTIRELOU_CONFIG": str(directory / "antirelou.toml"),
    }
    running = subprocess.Popen([*COMMAND, *arguments], stdout=slave, env=environment)
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:  # EIO: the last writer has closed it
        os.close(master)
    assert running.wait(timeout=60) == 0
    return shown.replace(b"\r\n", b"\n")  # as the terminal itself ends its lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("log", "--limit", "1000", "--numbers"),
        ("status", "--texts", "--numbers"),
        ("why", "--last", "--numbers"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_terminal_gets_only_what_prints_and_line_ends(
    evening: Evening, arguments: tuple[str, ...]
) -> None:
    shown = on_a_terminal(evening.directory, *arguments)
    assert harmless(shown.decode("utf-8"))
    assert not set(shown) & {*range(10), *range(11, 32), 127}


def test_an_alphanumeric_sender_is_never_answered(evening: Evening) -> None:
    for row in evening.rows:
        if str(row["text"]).startswith("de "):
            assert (row["reason"], row["replies"]) == ("unreplyable", [])
