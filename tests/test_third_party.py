"""Programs that nobody here wrote take the simulated dongle for a real one: gammu, smstools' smsd, python-gsmmodem-new.

gammu and smsd wait a lot between commands; so each gets a dongle of its own and all start together. Without the
programs these tests are skipped, but not where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from gsmmodem.modem import GsmModem  # type: ignore[import-untyped]

from antirelou.clock import SystemClock
from antirelou.simulator import Simulation
from antirelou.simulator.pty import Mount, served

DEADLINE_SECONDS = 20.0
GAMMU = {
    "identify": ["identify"],
    "getallsms": ["getallsms"],
    "sendsms": ["sendsms", "TEXT", "+33639980002", "-text", "Salut, où es-tu ?"],
    "deletesms": ["deletesms", "1", "1"],
}


def needed(program: str) -> str:
    """Where the program is; without it the test is skipped, in CI it fails."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{program} is not installed; .ci/run installs it.")
        pytest.skip(f"{program} is not installed.")
    return found


def until(true: Callable[[], object], doing: str) -> None:
    """Wait for `true`, looking again each time a little later, no longer than the deadline."""
    end = time.monotonic() + DEADLINE_SECONDS
    waiting = threading.Event()
    while not true():
        assert time.monotonic() < end, f"{doing} did not happen in time"
        waiting.wait(0.02)


class Session:
    """A program at work on a dongle of its own."""

    def __init__(self, simulation: Simulation, process: subprocess.Popen[str]) -> None:
        self.simulation = simulation
        self.process = process

    def said(self) -> str:
        output, _ = self.process.communicate(timeout=DEADLINE_SECONDS)
        assert self.process.returncode == 0, output
        return output


@pytest.fixture(scope="module")
def gammu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Session]]:
    program = needed("gammu")
    folder = tmp_path_factory.mktemp("gammu")
    with ExitStack() as stack:
        sessions = {}
        for name, arguments in GAMMU.items():
            simulation = Simulation(SystemClock(), voice="huawei")
            simulation.network.text("+33639980001", "Bonjour là, 5 €")
            stack.enter_context(served(simulation, folder / name))
            configuration = folder / f"{name}.conf"
            configuration.write_text(
                f"[gammu]\ndevice = {folder / name}\nconnection = at115200\n"
            )
            process = subprocess.Popen(
                [program, "-c", str(configuration), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            )
            stack.callback(process.kill)
            sessions[name] = Session(simulation, process)
        yield sessions


def test_gammu_identifies_it(gammu: dict[str, Session]) -> None:
    said = gammu["identify"].said()
    assert "Huawei" in said
    assert "E3531" in said
    assert "208019876543210" in said


def test_gammu_reads_what_the_network_delivered(gammu: dict[str, Session]) -> None:
    said = gammu["getallsms"].said()
    assert "Bonjour là, 5 €" in said
    assert '"+33639980001"' in said
    assert "1 SMS parts in 1 SMS sequences" in said


def test_gammu_sends(gammu: dict[str, Session]) -> None:
    session = gammu["sendsms"]
    said = session.said()
    [submitted] = session.simulation.network.submitted
    assert (submitted.destination, submitted.text) == (
        "+33639980002",
        "Salut, où es-tu ?",
    )
    assert f"reference={submitted.message_reference}" in said


def test_gammu_deletes(gammu: dict[str, Session]) -> None:
    session = gammu["deletesms"]
    session.said()
    assert session.simulation.sim.storages["SM"].slots == {}


SMSD = """
devices = GSM1
outgoing = {folder}/outgoing
checked = {folder}/checked
incoming = {folder}/incoming
failed = {folder}/failed
sent = {folder}/sent
logfile = {folder}/smsd.log
infofile = {folder}/smsd.working
pidfile = {folder}/smsd.pid
delaytime = 1
[GSM1]
device = {folder}/modem
incoming = yes
baudrate = 115200
memory_start = 0
"""


def test_smsd_receives_one_and_sends_one(tmp_path: Path) -> None:
    program = needed("smsd")
    for name in ("outgoing", "checked", "incoming", "failed", "sent"):
        (tmp_path / name).mkdir()
    (tmp_path / "smsd.conf").write_text(SMSD.format(folder=tmp_path))
    (tmp_path / "outgoing" / "reply").write_text("To: 33639980002\n\nSalut de smsd")
    simulation = Simulation(SystemClock(), voice="huawei")
    simulation.network.text("+33639980001", "Bonjour smsd")
    with served(simulation, tmp_path / "modem"):
        process = subprocess.Popen(
            [program, f"-c{tmp_path}/smsd.conf", "-t"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it ends its whole process group
        )
        try:
            until(lambda: list((tmp_path / "incoming").iterdir()), "receiving")
            until(lambda: list((tmp_path / "sent").iterdir()), "sending")
        finally:
            process.terminate()
            process.wait(DEADLINE_SECONDS)
    [received] = (tmp_path / "incoming").iterdir()
    assert "From: 33639980001" in received.read_text("latin-1")
    assert received.read_text("latin-1").endswith("Bonjour smsd")
    assert simulation.network.joined == [("+33639980002", "Salut de smsd")]
    assert simulation.sim.storages["SM"].slots == {}


@pytest.mark.parametrize(
    "voice", ["huawei", "simcom"]
)  # the library takes a second to close
def test_python_gsmmodem_receives_and_sends_with_a_report(
    tmp_path: Path, voice: str
) -> None:
    simulation = Simulation(SystemClock(), voice=voice)
    received: list[tuple[str, str]] = []
    with served(simulation, tmp_path / "modem") as mount:
        modem = GsmModem(
            str(tmp_path / "modem"),
            115200,
            smsReceivedCallbackFunc=lambda sms: received.append((sms.number, sms.text)),
        )
        try:
            modem.connect()
            assert modem.imsi == "208019876543210"
            text_of(mount, simulation, "Bonjour €")
            until(lambda: received, "receiving")
            sent = modem.sendSms("+33639980002", "Salut", waitForDeliveryReport=True)
            assert sent.report.deliveryStatus == 0
        finally:
            modem.close()
    assert received == [("+33639980001", "Bonjour €")]
    assert [(one.destination, one.text) for one in simulation.network.submitted] == [
        ("+33639980002", "Salut")
    ]


def text_of(mount: Mount, simulation: Simulation, text: str) -> None:
    mount.order(lambda: simulation.network.text("+33639980001", text) and None)
