"""The PIN rule (promise P9): no wrong PIN is ever typed twice, wherever the power is cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from modem_stage import Pins, Stage

from antirelou.modem.facts import SimRefused
from antirelou.modem.pin import enter, read_pin
from antirelou.settings import Modem as ModemSettings


class Killed(BaseException):
    """The power was cut."""


class CutPower:
    """Counts every step of the rule, and cuts the power after a chosen one."""

    def __init__(self, after: int) -> None:
        self.left = after

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


class Card:
    """A SIM that outlives the process; cutting the power resets it."""

    def __init__(self, pin: str) -> None:
        self.pin, self.ready, self.left, self.seen = pin, False, 3, []
        self.power: CutPower | None = None

    def state(self) -> str:
        self._step()
        if self.left == 0:
            raise SimRefused("puk", "PUK")
        return "READY" if self.ready else "SIM PIN"

    def tries(self) -> int | None:
        self._step()
        return None

    def type(self, pin: str) -> None:
        self._step()
        self.seen.append(pin)
        self.ready = pin == self.pin
        self.left = 3 if self.ready else self.left - 1
        self._step()

    def _step(self) -> None:
        if self.power:
            self.power.step()


class DurablePins(Pins):
    def __init__(self) -> None:
        super().__init__()
        self.power: CutPower | None = None

    def record(self, pin: str, verdict: str) -> None:
        self._step()
        super().record(pin, verdict)
        self._step()

    def _step(self) -> None:
        if self.power:
            self.power.step()


def start(card: Card, pins: DurablePins, typed: str, after: int = 0) -> None:
    """One start of the daemon, with the power cut after so many steps (0: never)."""
    card.ready = False
    card.power = pins.power = CutPower(after)
    try:
        enter(card, typed, pins)
    except (Killed, SimRefused):
        return


@pytest.mark.parametrize("first", range(12))
@pytest.mark.parametrize("second", range(12))
@pytest.mark.parametrize("verdict", [None, "good"])
def test_no_wrong_pin_is_typed_twice_wherever_the_power_is_cut(
    first: int, second: int, verdict: str | None
) -> None:
    card, pins = Card("1234"), DurablePins()
    if verdict:  # it was right once; then the PIN was changed in a phone
        pins.verdicts["9999"] = verdict
    for after in (first, second, 0, 0):
        start(card, pins, "9999", after)
    assert card.seen.count("9999") <= 1 and card.left >= 2


@pytest.mark.parametrize("first", range(12))
def test_after_a_wrong_pin_the_right_one_may_still_be_tried(first: int) -> None:
    card, pins = Card("1234"), DurablePins()
    start(card, pins, "9999", first)
    start(card, pins, "1234")
    assert card.ready and pins.verdicts["1234"] == "good"


def test_a_good_pin_is_typed_once_after_each_reset_of_the_sim() -> None:
    card, pins = Card("1234"), DurablePins()
    for _ in range(5):
        start(card, pins, "1234")
        assert card.ready
    assert card.seen == ["1234"] * 5


def test_a_pin_typed_before_a_crash_is_good_if_the_sim_is_ready() -> None:
    card, pins = Card("1234"), DurablePins()
    pins.verdicts["1234"], card.ready = "trying", True
    enter(card, "1234", pins)
    assert pins.verdicts["1234"] == "good" and card.seen == []


@pytest.mark.parametrize(
    ("left", "typed"), [(3, True), (2, True), (1, False), (0, False), (None, True)]
)
def test_nothing_is_typed_with_fewer_than_two_tries_left(
    left: int | None, typed: bool
) -> None:
    card, pins = Card("1234"), DurablePins()
    card.tries = lambda: left  # type: ignore[method-assign]
    start(card, pins, "1234")
    assert card.seen == (["1234"] if typed else []) and (typed or pins.verdicts == {})


def test_the_third_refusal_is_recorded_too() -> None:
    card, pins = Card("1234"), DurablePins()
    card.left = 1
    start(card, pins, "9999")
    assert pins.verdicts == {"9999": "refused"}


# On the wire


def with_pin(directory: Path, written: str, **simulation: object) -> Stage:
    file = directory / "pin"
    file.write_text(written, encoding="ascii")
    return Stage(opened=False, settings=ModemSettings(pin_file=str(file)), **simulation)


@pytest.mark.parametrize("voice", ["huawei", "simcom", "quectel", "zte", "generic"])
def test_the_right_pin_opens_the_sim(tmp_path: Path, voice: str) -> None:
    stage = with_pin(tmp_path, "1234\n", voice=voice, pin="1234")
    assert stage.modem.open().imsi == stage.sim.imsi
    assert stage.sim.pins_seen == ["1234"] and stage.pins.verdicts == {"1234": "good"}
    stage.modem.wait(90)
    stage.simulation.fault("reboot")
    stage.modem.wait(10)
    stage.modem.wait(10)
    assert stage.modem.stored() == [] and stage.sim.pins_seen == ["1234"] * 2


@pytest.mark.parametrize("voice", ["huawei", "simcom", "quectel", "zte", "generic"])
def test_a_wrong_pin_is_typed_once_in_any_number_of_starts(
    tmp_path: Path, voice: str
) -> None:
    stage = with_pin(tmp_path, "9999", voice=voice, pin="1234")
    for _ in range(5):
        with pytest.raises(SimRefused) as refused:
            stage.another().open()
        assert refused.value.state == "wrong_pin" and "modem.pin_file" in str(
            refused.value
        )
        stage.simulation.unplug()
        stage.simulation.replug()
    assert stage.sim.pins_seen == ["9999"] and stage.sim.tries == 2


@pytest.mark.parametrize("voice", ["huawei", "simcom", "quectel", "zte", "generic"])
def test_the_last_try_is_left_to_the_operator_where_the_modem_tells(
    tmp_path: Path, voice: str
) -> None:
    stage = with_pin(tmp_path, "1234", voice=voice, pin="1234")
    stage.sim.tries = 1
    with pytest.raises(SimRefused) as refused:
        stage.modem.open()
    assert refused.value.state == "pin" and stage.sim.pins_seen == []


def test_with_a_puk_pending_nothing_is_typed(tmp_path: Path) -> None:
    stage = with_pin(tmp_path, "1234")
    stage.simulation.fault("puk")
    with pytest.raises(SimRefused) as refused:
        stage.modem.open()
    assert refused.value.state == "puk" and stage.sim.pins_seen == []


def test_a_modem_that_dies_over_the_pin_leaves_it_in_doubt(tmp_path: Path) -> None:
    stage = with_pin(tmp_path, "9999", pin="1234")
    stage.simulation.fault("unplug_mid_command", prefix="AT+CPIN=", seconds=1.0)
    with pytest.raises(Exception, match="gone"):
        stage.modem.open()
    stage.clock.wait(60)
    for _ in range(3):
        with pytest.raises(SimRefused):
            stage.another().open()
    assert stage.sim.pins_seen == [] and stage.pins.verdicts == {"9999": "refused"}


def test_silence_after_the_right_pin_is_no_refusal(tmp_path: Path) -> None:
    stage = with_pin(tmp_path, "1234", pin="1234")
    stage.simulation.fault("late_answer", prefix="AT+CPIN=", seconds=25.0, times=1)
    assert stage.modem.open().imsi and stage.pins.verdicts == {"1234": "good"}


def test_a_missing_ok_to_the_state_is_tolerated(tmp_path: Path) -> None:
    stage = with_pin(tmp_path, "1234", pin="1234")
    stage.simulation.fault("missing_ok", prefix="AT+CPIN")
    assert stage.modem.open().imsi == stage.sim.imsi


def test_without_a_pin_file_the_sentence_says_what_to_do() -> None:
    with pytest.raises(SimRefused, match=r"set modem\.pin_file"):
        Stage(pin="1234")


@pytest.mark.parametrize(
    "written", ["", "123", "123456789", "12a4", "1234 5678", "pin=1234", "é"]
)
def test_a_pin_file_with_anything_else_is_a_sentence(
    tmp_path: Path, written: str
) -> None:
    file = tmp_path / "pin"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(SimRefused, match="4 to 8 digits"):
        read_pin(str(file))


def test_a_pin_file_that_is_not_there_or_cannot_be_read_is_a_sentence(
    tmp_path: Path,
) -> None:
    with pytest.raises(SimRefused, match="There is no file"):
        read_pin(str(tmp_path / "none"))
    with pytest.raises(SimRefused, match="cannot be read"):
        read_pin(str(tmp_path))


def test_the_pin_may_be_a_systemd_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sim").write_text("1234", encoding="ascii")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_pin("sim") == "1234"


def test_a_missing_pin_file_matters_only_if_the_sim_asks() -> None:
    stage = Stage(opened=False, settings=ModemSettings(pin_file="/nonexistent"))
    assert stage.modem.open().imsi == stage.sim.imsi
