"""The real process and what is wrong around it: port, SIM, log, configuration.

Each is a sentence with its remedy and the right exit status or state; nothing is lost, nothing is sent; and once it
is mended the daemon goes on by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_world import Run
from run_stage import NUMBER, ORDINARY, ROOT, Running, Stage, until

pytest_plugins = ["cli_fixtures", "run_stage"]


def answers(stage: Stage, daemon: Running) -> None:
    """Whatever was wrong is mended: a text is taken in and answered."""
    daemon.says("The modem answers")
    stage.text("Salut")
    daemon.says("accepted, reference")
    assert stage.sent == [NUMBER]


def told(run: Run, stage: Stage, sentence: str, item: str) -> None:
    """`status` and `check` say it too, from the log alone."""
    until(lambda: sentence in run(stage.directory, "status").out)
    check = run(stage.directory, "check")
    assert f"[!!] {item}: {sentence}" in check.out
    assert check.status == 69


# The port


def test_a_port_that_is_missing_is_a_state_until_it_appears(stage: Stage, run: Run) -> None:
    stage.dongle(mounted=False)
    daemon = stage.start()
    sentence = f"There is no modem at {stage.link}: plug it in, or set modem.port to one of the names in /dev/serial"
    daemon.says(sentence)
    told(run, stage, sentence, "port")
    stage.plug_in()
    answers(stage, daemon)
    assert daemon.stops() == 0


HOLD = "import serial, sys; port = serial.Serial(sys.argv[1], exclusive=True); print('held', flush=True); input()"


def test_a_port_that_another_process_holds_is_waited_for_and_its_holder_named(stage: Stage, run: Run) -> None:
    stage.dongle()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(stage.link)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    daemon = stage.start()
    name = Path(f"/proc/{holder.pid}/comm").read_text().strip()
    sentence = f"The port {stage.link} is held by {name} (process {holder.pid}): stop it, or set another modem.port."
    daemon.says(sentence)
    told(run, stage, sentence, "holder")
    holder.communicate("\n")
    answers(stage, daemon)


def test_a_port_that_is_not_permitted_names_the_group(stage: Stage, run: Run) -> None:
    stage.dongle()
    os.chmod(stage.link, 0)
    daemon = stage.start(before=ORDINARY)
    sentence = f"This user may not open {stage.link}: add it to the group"
    daemon.says(sentence)
    told(run, stage, sentence, "permissions")
    os.chmod(stage.link, 0o600)
    answers(stage, daemon)


def test_what_speaks_but_is_no_modem_is_told(stage: Stage, run: Run) -> None:
    stage.dongle().fault("not_a_modem")
    daemon = stage.start()
    sentence = f"What is at {stage.link} speaks, but not as a modem: set modem.port to another port"
    daemon.says(sentence)
    told(run, stage, sentence, "port")
    stage.do(lambda: stage.simulation.clear("not_a_modem"))
    answers(stage, daemon)


@pytest.mark.parametrize("port", ["/dev/null", "/etc/passwd", "/"])
def test_what_is_no_port_at_all_is_told(stage: Stage, port: str) -> None:
    stage.configure(modem={"port": port})
    daemon = stage.start()
    daemon.says(f"{port} is not a serial port: set modem.port to the modem's own port.")
    assert daemon.stops(2) == 0


def test_a_modem_that_is_silent_from_the_start_is_told_and_waited_for(stage: Stage, run: Run) -> None:
    stage.dongle().fault("silent")
    daemon = stage.start()
    sentence = f"The modem at {stage.link} does not answer: unplug it and plug it in again"
    daemon.says(sentence)
    told(run, stage, sentence, "modem")
    stage.do(lambda: stage.simulation.clear("silent"))
    answers(stage, daemon)


def test_the_built_in_dongle_needs_nothing(stage: Stage, run: Run) -> None:
    stage.configure(modem={"port": "simulated"})
    daemon = stage.ready()
    until(lambda: "Receiving and replying." in run(stage.directory, "status").out)
    assert run(stage.directory, "check").status == 0
    assert daemon.stops() == 0


# The SIM


def with_pin(stage: Stage, pin: str) -> None:
    (stage.directory / "pin").write_text(f"{pin}\n")
    stage.configure(modem={"pin_file": str(stage.directory / "pin")})


SIMS = [
    ("sim_absent", "", "SIM", "There is no SIM in the modem: put it in and see that it sits well."),
    ("pin", "", "PIN", "The SIM asks for its PIN: set modem.pin_file, or switch the PIN off in a phone."),
    ("puk", "1234", "PIN", "The SIM asks for its PUK, nothing was typed: unlock it in a phone with the PUK"),
    ("puk", "", "PIN", "The SIM asks for its PUK, nothing was typed: unlock it in a phone with the PUK"),
    ("sim_dropped", "", "SIM", "The modem cannot read the SIM: clean it, try it in a phone"),
]


@pytest.mark.parametrize(("fault", "pin", "item", "sentence"), SIMS, ids=[f"{row[0]} {row[1]}" for row in SIMS])
def test_a_sim_that_cannot_be_used_is_told(
    fault: str, pin: str, item: str, sentence: str, stage: Stage, run: Run
) -> None:
    stage.dongle().fault(fault)
    if pin:
        with_pin(stage, pin)
    daemon = stage.start()
    daemon.says(sentence)
    told(run, stage, sentence, item)
    assert daemon.stops(2) == 0
    assert f"[!!] {item}: {sentence}" in run(stage.directory, "check").out, "without a daemon too"
    assert stage.simulation.sim.pins_seen == []


def test_the_right_pin_is_typed_once_a_start_of_the_modem(stage: Stage, run: Run) -> None:
    stage.dongle(pin="4711")
    with_pin(stage, "4711")
    first = stage.start()
    answers(stage, first)
    first.kill()
    first.ends()
    stage.ready()
    assert stage.simulation.sim.pins_seen == ["4711"]


def test_a_wrong_pin_is_typed_once_whatever_is_started_or_killed(stage: Stage, run: Run) -> None:
    stage.dongle(pin="4711")
    with_pin(stage, "1234")
    sentence = "The PIN in modem.pin_file was refused"
    daemon = stage.start()
    daemon.says(sentence)
    told(run, stage, sentence, "PIN")
    daemon.kill()
    daemon.ends()
    again = stage.start()
    again.says(sentence)
    assert again.stops(2) == 0
    check = run(stage.directory, "check")
    assert "[!!] PIN: The SIM asks for its PIN, and one was refused before" in check.out
    assert stage.simulation.sim.pins_seen == ["1234"]
    with_pin(stage, "4711")
    answers(stage, stage.start())
    assert stage.simulation.sim.pins_seen == ["1234", "4711"]


@pytest.mark.parametrize(("after", "seen"), [(False, []), (True, ["1234"])], ids=["before", "after"])
def test_a_kill_at_the_pin_never_types_it_again(after: bool, seen: list[str], stage: Stage) -> None:
    stage.dongle(pin="4711")
    with_pin(stage, "1234")
    first = stage.start()
    stage.at(b"AT+CPIN=", first.kill)
    if after:
        stage.at(b"AT+CPIN=", lambda: None)
    assert first.ends() == -signal.SIGKILL
    second = stage.start()
    second.says("The PIN in modem.pin_file was refused before and is not typed again")
    assert stage.simulation.sim.pins_seen == seen
    assert second.stops(2) == 0
