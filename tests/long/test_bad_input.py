"""The real process and what is wrong around it: configuration, port, SIM.

Each is a sentence with its remedy and the right exit status or state; nothing is lost, nothing is sent, and once it
is mended the daemon goes on by itself. What only takes time is started before the first test and looked at later.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli_world import Run
from run_stage import NUMBER, ORDINARY, Begun, Running, Stage, Stages, until

pytest_plugins = ["cli_fixtures", "run_fixtures"]

HOLD = "import serial, sys; port = serial.Serial(sys.argv[1], exclusive=True); print('held', flush=True); sys.stdin.read()"


@dataclass(frozen=True)
class Trouble:
    """A daemon that cannot work: what it says, which item of `check` that is, and how it is mended."""

    stage: Stage
    daemon: Running
    item: str
    sentence: str
    mend: Callable[[], object] | None = None


def missing(stage: Stage) -> Trouble:
    stage.dongle(mounted=False)
    sentence = f"There is no modem at {stage.link}: plug it in, or set modem.port to one of the names in /dev/serial"
    return Trouble(stage, stage.start(), "port", sentence, stage.plug_in)


def busy(stage: Stage) -> Trouble:
    stage.dongle()
    command = [sys.executable, "-c", HOLD, str(stage.link)]
    holder = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    stage.closing.callback(holder.communicate)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    name = Path(f"/proc/{holder.pid}/comm").read_text().strip()
    sentence = f"The port {stage.link} is held by {name} (process {holder.pid}): stop it, or set another modem.port."
    return Trouble(stage, stage.start(), "holder", sentence, holder.communicate)


def not_permitted(stage: Stage) -> Trouble:
    stage.dongle()
    os.chmod(stage.link, 0)
    sentence = f"This user may not open {stage.link}: add it to the group"
    daemon = stage.start(before=ORDINARY)
    return Trouble(
        stage, daemon, "permissions", sentence, lambda: os.chmod(stage.link, 0o600)
    )


def not_a_modem(stage: Stage) -> Trouble:
    stage.dongle(voice="generic").fault(
        "not_a_modem"
    )  # a voice without chatter, which would be a modem's
    sentence = f"What is at {stage.link} speaks, but not as a modem: set modem.port to another port of the same device"
    return Trouble(
        stage,
        stage.start(),
        "port",
        sentence,
        lambda: stage.do(lambda: stage.simulation.clear("not_a_modem")),
    )


def silent(stage: Stage) -> Trouble:
    stage.dongle().fault("silent")
    sentence = (
        f"The modem at {stage.link} does not answer: unplug it and plug it in again"
    )
    return Trouble(
        stage,
        stage.start(),
        "modem",
        sentence,
        lambda: stage.do(lambda: stage.simulation.clear("silent")),
    )


def no_port_at_all(stage: Stage) -> Trouble:
    stage.configure(modem={"port": "/etc/passwd"})
    sentence = (
        "/etc/passwd is not a serial port: set modem.port to the modem's own port."
    )
    return Trouble(stage, stage.start(), "port", sentence)


def sim_absent(stage: Stage) -> Trouble:
    stage.dongle().fault("sim_absent")
    return Trouble(
        stage,
        stage.start(),
        "SIM",
        "There is no SIM in the modem: put it in and see that it sits well.",
    )


def sim_unreadable(stage: Stage) -> Trouble:
    stage.dongle().fault("sim_dropped")
    return Trouble(
        stage,
        stage.start(),
        "SIM",
        "The modem cannot read the SIM: clean it, try it in a phone",
    )


def pin_wanted(stage: Stage) -> Trouble:
    stage.dongle(pin="4711")
    sentence = "The SIM asks for its PIN: set modem.pin_file, or switch the PIN off in a phone."
    return Trouble(stage, stage.start(), "PIN", sentence)


def pin_file_missing(stage: Stage) -> Trouble:
    stage.dongle(pin="4711")
    stage.configure(modem={"pin_file": str(stage.directory / "pin")})
    sentence = f"There is no file {stage.directory / 'pin'} (modem.pin_file): write the SIM's PIN into it."
    return Trouble(stage, stage.start(), "PIN", sentence)


def puk_wanted(stage: Stage) -> Trouble:
    stage.dongle().fault("puk")
    with_pin(stage, "1234")
    return Trouble(
        stage,
        stage.start(),
        "PIN",
        "The SIM asks for its PUK, nothing was typed: unlock it in a phone",
    )


def wrong_pin(stage: Stage) -> Trouble:
    stage.dongle(pin="4711")
    with_pin(stage, "1234")
    return Trouble(
        stage,
        stage.start(),
        "PIN",
        "The PIN in modem.pin_file was refused and is not typed again",
    )


# The PIN


def the_right_pin_is_typed_once_a_start_of_the_modem(stage: Stage) -> None:
    stage.dongle(pin="4711")
    with_pin(stage, "4711")
    first = stage.ready("--trace")
    stage.text("Salut")
    first.says("accepted, reference")
    first.kill()
    first.ends()
    assert "4711" not in first.said, "not even in the trace"
    stage.ready()
    assert stage.simulation.sim.pins_seen == ["4711"]


def a_wrong_pin_is_not_typed_again_but_the_right_one_is(stage: Stage) -> None:
    stage.dongle(pin="4711")
    with_pin(stage, "1234")
    first = stage.start()
    first.says("The PIN in modem.pin_file was refused and is not typed again")
    first.kill()
    first.ends()
    again = stage.start()
    again.says("The PIN in modem.pin_file was refused before and is not typed again")
    assert again.stops() == 0
    with_pin(stage, "4711")
    stage.ready()
    assert stage.simulation.sim.pins_seen == ["1234", "4711"]


def after_a_kill_before_the_pin_left_it_is_not_typed(stage: Stage) -> None:
    assert pins_seen_by_two(stage, heard=False) == []


def after_a_kill_before_the_sim_could_answer_it_is_not_typed_again(
    stage: Stage,
) -> None:
    assert pins_seen_by_two(stage, heard=True) == ["1234"]


def pins_seen_by_two(stage: Stage, *, heard: bool) -> list[str]:
    """What the SIM saw of two daemons, of which the first is killed at the PIN."""
    stage.dongle(pin="4711")
    with_pin(stage, "1234")
    first = stage.start()
    stage.at(b"AT+CPIN=", first.kill, heard=heard)
    assert first.ends() == -signal.SIGKILL
    stage.start().says(
        "The PIN in modem.pin_file was refused before and is not typed again"
    )
    return stage.simulation.sim.pins_seen


PORTS = [missing, busy, not_permitted, not_a_modem, silent]
SIMS = [sim_absent, sim_unreadable, pin_wanted, pin_file_missing, puk_wanted, wrong_pin]
TROUBLES = [no_port_at_all, *SIMS, *PORTS]
STORIES = [
    the_right_pin_is_typed_once_a_start_of_the_modem,
    a_wrong_pin_is_not_typed_again_but_the_right_one_is,
    after_a_kill_before_the_pin_left_it_is_not_typed,
    after_a_kill_before_the_sim_could_answer_it_is_not_typed_again,
]


@pytest.fixture(scope="module", autouse=True)
def troubles(
    begun: Begun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Trouble]]:
    """Every daemon that has a trouble, all started at once."""
    with ExitStack() as closing:
        yield {
            prepare.__name__: prepare(
                Stage(tmp_path_factory.mktemp(prepare.__name__), closing)
            )
            for prepare in TROUBLES
        }


def with_pin(stage: Stage, pin: str) -> None:
    (stage.directory / "pin").write_text(f"{pin}\n")
    stage.configure(modem={"pin_file": str(stage.directory / "pin")})


# The configuration

CONFIGURATIONS: list[tuple[dict[str, dict[str, object]] | bytes, str]] = [
    (
        {"reply": {"text": "Non."}},
        'reply.text = "Non." is not a key: did you mean texts?',
    ),
    ({"replies": {}}, "[replies] is not a section: did you mean [reply]?"),
    (
        {"limits": {"segments_per_hour": "30"}},
        'limits.segments_per_hour = "30" is not a whole number: write one',
    ),
    (
        {"limits": {"recipients_per_day": 0}},
        "limits.recipients_per_day = 0 is too small: write",
    ),
    (
        {"reply": {"texts": ["non " * 200]}},
        "needs 6 segments, more than reply.max_segments = 2: shorten it, or",
    ),
    (b"[reply\n", "is not valid TOML"),
    (b"\xff\xfe", "is not UTF-8 text (line 1): save it as UTF-8."),
]


def test_a_configuration_with_a_fault_starts_nothing(stages: Stages) -> None:
    started = []
    for content, sentence in CONFIGURATIONS:
        stage = stages()
        if isinstance(content, bytes):
            (stage.directory / "antirelou.toml").write_bytes(content)
        else:
            stage.configure(**content)
        started.append((stage, stage.start(), sentence))
    for stage, daemon, sentence in started:
        assert daemon.ends() == 78, sentence
        (line,) = daemon.said.splitlines()
        assert sentence in line and line.endswith((".", "?"))
        assert [file.name for file in stage.directory.iterdir()] == [
            "antirelou.toml"
        ], "no log, no key, no lock"


def test_a_configuration_that_is_not_there_or_not_readable_is_told(
    stages: Stages,
) -> None:
    unreadable, absent = stages(), stages()
    (absent.directory / "antirelou.toml").unlink()
    unreadable.directory.joinpath("antirelou.toml").chmod(0)
    daemons = [unreadable.start(before=ORDINARY), absent.start()]
    assert [daemon.ends() for daemon in daemons] == [78, 78]
    path = unreadable.directory / "antirelou.toml"
    assert (
        f"{path} cannot be read (Permission denied): make it a file that this user may read."
        in daemons[0].said
    )
    path = absent.directory / "antirelou.toml"
    assert (
        f"There is no configuration {path}: write one with `antirelou config > {path}`."
        in daemons[1].said
    )


# What takes a while


@pytest.mark.parametrize("name", [prepare.__name__ for prepare in TROUBLES])
def test_what_is_wrong_is_said_by_journal_status_and_check(
    name: str, troubles: dict[str, Trouble], run: Run
) -> None:
    trouble = troubles[name]
    trouble.daemon.says(trouble.sentence)
    until(
        lambda: (
            f"Line main: {trouble.sentence}"
            in run(trouble.stage.directory, "status").out
        )
    )
    check = run(trouble.stage.directory, "check")
    assert f"[!!] {trouble.item}: {trouble.sentence}" in check.out
    assert check.status == 69


@pytest.mark.parametrize("name", [prepare.__name__ for prepare in SIMS])
def test_a_sim_that_waits_for_its_operator_gets_no_pin(
    name: str, troubles: dict[str, Trouble]
) -> None:
    trouble = troubles[name]
    assert trouble.daemon.stops(2) == 0
    assert trouble.stage.simulation.sim.pins_seen == (
        ["1234"] if name == "wrong_pin" else []
    )


@pytest.mark.parametrize("story", [story.__name__ for story in STORIES])
def test_pin(story: str, begun: Begun) -> None:
    begun[story].result()


@pytest.fixture(scope="module")
def mended(troubles: dict[str, Trouble]) -> dict[str, Trouble]:
    for trouble in troubles.values():
        if trouble.mend is not None:
            trouble.mend()
    return troubles


@pytest.mark.parametrize("name", [prepare.__name__ for prepare in PORTS])
def test_once_mended_it_goes_on_by_itself(
    name: str, mended: dict[str, Trouble], run: Run
) -> None:
    stage, daemon = mended[name].stage, mended[name].daemon
    daemon.says("The modem answers")
    stage.text("Salut")
    daemon.says("accepted, reference")
    assert stage.sent == [NUMBER]
    until(
        lambda: (
            "Line main: Receiving and replying." in run(stage.directory, "status").out
        )
    )
    assert daemon.stops(2) == 0


def test_the_built_in_dongle_needs_nothing(stage: Stage, run: Run) -> None:
    stage.configure(modem={"port": "simulated"})
    daemon = stage.ready()
    until(
        lambda: (
            "Line main: Receiving and replying." in run(stage.directory, "status").out
        )
    )
    assert run(stage.directory, "check").status == 0
    assert daemon.stops(2) == 0
