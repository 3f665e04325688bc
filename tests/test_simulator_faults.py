"""Every fault of the table fires by its name, does what its meaning says, and can be cleared."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("simulator_checks_card", "simulator_checks_line")

import simulator_checks_card  # noqa: F401
import simulator_checks_line  # noqa: F401
from simulator_dongle import CHECKS, ask, dongle, pass_seconds, reopen

from antirelou.simulator import FAULTS

SETUP = "ATE0;+CNMI=2,1,0,2,0"


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name: str) -> None:
    voice, check = CHECKS[name]
    check(*dongle(voice, setup=SETUP))


@pytest.mark.parametrize("name", FAULTS)
def test_fault_can_be_cleared_before_it_fired(name: str) -> None:
    simulation, port = dongle("huawei", setup=SETUP)
    before = ask(port, "AT+CREG?;+CSQ")
    simulation.fault(name)
    simulation.clear(name)
    pass_seconds(simulation, 10)
    port = reopen(simulation, "ATE0;^CURC=0")
    assert ask(port, "AT+CREG?;+CSQ") == before


def test_an_unknown_fault_or_argument_is_a_sentence() -> None:
    simulation, _ = dongle()
    with pytest.raises(KeyError, match="There is no fault 'fire'"):
        simulation.fault("fire")
    with pytest.raises(ValueError, match="one of no_reference, no_ok"):
        simulation.fault("cmgs_form", form="polite")
    with pytest.raises(TypeError, match="takes seconds, times, not prefix"):
        simulation.fault("late_cmgs", prefix="AT")


def test_a_fault_fires_so_often_as_it_was_told() -> None:
    simulation, port = dongle(setup=SETUP)
    simulation.fault("refused", prefix="+CSQ", times=2)
    assert [ask(port, "AT+CSQ") for _ in range(3)] == [
        "ERROR",
        "ERROR",
        "+CSQ: 18,99||OK",
    ]


def test_a_prompt_that_is_always_late_comes_all_the_same() -> None:
    simulation, port = dongle(setup=SETUP)
    simulation.fault("late_prompt", seconds=3.0, times=None)
    port.write(b"AT+CMGS=20\r")
    pass_seconds(simulation, 4)
    assert port.read(port.in_waiting).endswith(b"> ")
