"""Orders to a running simulation, and the command that runs one for other programs."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial
from click.testing import CliRunner
from simulator_dongle import DELIVER, SUBMIT, dongle

from antirelou.cli.simulate import simulate
from antirelou.simulator import FAULTS
from antirelou.simulator.control import ORDERS, Misunderstood, fault_of, obey

DEADLINE_SECONDS = 10.0


def test_orders_reach_the_network() -> None:
    simulation, _ = dongle()
    for line in (
        "text +33639980001 Bonjour à toi\\ndeux lignes",
        f"pdu {DELIVER}",
        "report +33639980002 17 0",
        "call +33639980007",
        "hangup",
        "call",
        "",
        "# a remark",
    ):
        assert obey(simulation, line) is None
    assert [one.sender for one in simulation.network.delivered] == [
        "+33639980001",
        "+33639980001",
        "+33639980002",
    ]
    assert [(call.number, call.outcome) for call in simulation.network.calls] == [
        ("+33639980007", "gone"),
        (None, "ringing"),
    ]
    told = obey(simulation, "delivered")
    assert told is not None
    assert len(told["messages"]) == 3
    assert obey(simulation, "sent") == {"event": "sent", "messages": []}
    assert obey(simulation, "waiting") == {"event": "waiting", "messages": []}
    assert obey(simulation, "slots") is not None


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ("late_cmgs", ("late_cmgs", {})),
        ("late_cmgs=40", ("late_cmgs", {"seconds": 40})),
        ("hang_on_command=+CMGL", ("hang_on_command", {"prefix": "+CMGL"})),
        (
            "hang_on_command=prefix=AT+CPMS=,times=none",
            ("hang_on_command", {"prefix": "AT+CPMS=", "times": None}),
        ),
        (
            "cms_error=38,prompt,times=3",
            ("cms_error", {"code": 38, "at": "prompt", "times": 3}),
        ),
        ("hang_after_ctrl_z=false", ("hang_after_ctrl_z", {"accepted": False})),
        ("pin=0042", ("pin", {"pin": "0042"})),
    ],
)
def test_faults_are_ordered_by_place_or_by_name(
    order: str, fault: tuple[str, dict[str, Any]]
) -> None:
    assert fault_of(order) == fault


@pytest.mark.parametrize(
    "line",
    [
        "sing",
        "text",
        "pdu XYZ",
        "fault fire",
        "fault late_cmgs=x",
        "fault cmgs_form=polite",
        "fault silent=1",
        "clear fire",
        "report 1",
        "pdu",
    ],
)
def test_what_is_not_understood_is_a_sentence(line: str) -> None:
    simulation, _ = dongle()
    with pytest.raises(Misunderstood) as caught:
        obey(simulation, line)
    assert str(caught.value).endswith((".", ")", "0"))
    assert simulation.faults.active == {}


def test_help_explains_orders_events_and_every_fault() -> None:
    shown = CliRunner().invoke(simulate, ["--help"]).output
    for word in (
        *FAULTS,
        *(order.partition(" ")[0] for order in ORDERS),
        "submitted",
        "--link",
        "realistic",
    ):
        assert word in shown


class Running:
    """`antirelou simulate` as a process of its own."""

    def __init__(self, link: Path, *options: str) -> None:
        self.link = link
        command = "from antirelou.cli.simulate import simulate; simulate()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", command, "--link", str(link), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._rest = b""

    def order(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def event(self, name: str) -> dict[str, Any]:
        """The next event of this name."""
        assert self.process.stdout
        end = time.monotonic() + DEADLINE_SECONDS
        while True:
            line, newline, rest = self._rest.partition(b"\n")
            if newline:
                self._rest = rest
                told: dict[str, Any] = json.loads(line)
                if told["event"] == name:
                    return told
                continue
            ready = select.select(
                [self.process.stdout], [], [], max(0.0, end - time.monotonic())
            )[0]
            assert ready, f"no {name!r} came in time"
            octets = os.read(self.process.stdout.fileno(), 65536)
            assert octets, "the simulator ended"
            self._rest += octets


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(
        tmp_path / "modem",
        "--voice",
        "generic",
        "--send",
        "+33639980001:Bonjour",
        "--fault",
        "late_prompt=0.1",
    )
    yield one
    one.process.kill()
    one.process.wait()
    for stream in (one.process.stdin, one.process.stdout):
        assert stream
        stream.close()


def test_the_command_serves_obeys_tells_and_cleans_up(running: Running) -> None:
    assert running.event("delivered")["sender"] == "+33639980001"
    assert running.event("ready")["link"] == str(running.link)
    with serial.Serial(str(running.link), timeout=DEADLINE_SECONDS) as port:
        port.write(b"ATE0;+CNMI=2,1,0,0,0\r")
        port.read_until(b"OK\r\n")
        running.order("text +33639980002 Encore")
        assert running.event("delivered")["sender"] == "+33639980002"
        assert port.read_until(b"2\r\n") == b'\r\n+CMTI: "SM",2\r\n'
        port.write(b"AT+CMGS=17\r")
        assert port.read_until(b"> ") == b"\r\n> "
        port.write(SUBMIT.encode() + b"\x1a")
        submitted = running.event("submitted")
        assert (submitted["destination"], submitted["text"]) == ("+33639980002", "ABCD")
        running.order("fault nonsense")
        assert running.event("error")["message"].startswith(
            "There is no fault 'nonsense'"
        )
        running.order("sent")
        assert [one["text"] for one in running.event("sent")["messages"]] == ["ABCD"]
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(DEADLINE_SECONDS) == 0
    assert not os.path.lexists(running.link)


def test_the_command_goes_on_when_nobody_gives_orders(running: Running) -> None:
    running.event("ready")
    assert running.process.stdin
    running.process.stdin.close()
    with serial.Serial(str(running.link), timeout=DEADLINE_SECONDS) as port:
        port.write(b"AT\r")
        assert port.read_until(b"OK\r\n").endswith(b"OK\r\n")
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(DEADLINE_SECONDS) == 0
    assert not os.path.lexists(running.link)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fault", "fire"], "There is no fault 'fire'"),
        (["--send", "+33639980001"], "has no colon"),
        (["--voice", "parrot"], "parrot"),
    ],
)
def test_wrong_options_are_usage_errors(
    tmp_path: Path, options: list[str], said: str
) -> None:
    result = CliRunner().invoke(simulate, ["--link", str(tmp_path / "modem"), *options])
    assert result.exit_code == 2
    assert said in result.output
    assert not os.path.lexists(tmp_path / "modem")
