"""The verbs as the daemon calls them: calls, reset, and verbs on a port that is not open."""

from __future__ import annotations

import subprocess
import sys

import pytest
from modem_stage import NUMBER, PDU, Stage

from antirelou.modem.facts import Fate, ModemLost, NewMessage, Ring

VOICES = ["huawei", "simcom", "quectel", "zte", "generic"]


def test_importing_the_facts_does_not_load_the_driver() -> None:
    code = "import sys, antirelou.modem.facts; sys.exit('serial' in sys.modules or 'gsmmodem' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_verbs_of_a_modem_that_is_not_open_say_so() -> None:
    stage = Stage(opened=False)
    modem = stage.modem
    for verb in (
        lambda: modem.wait(1),
        modem.stored,
        lambda: modem.delete("SM", 1),
        modem.condition,
        modem.refuse_call,
    ):
        with pytest.raises(ModemLost, match="is gone"):
            verb()
    modem.close()
    modem.stop()
    modem.wake()


def test_wait_returns_what_is_queued_first() -> None:
    stage = Stage()
    stage.network.text(NUMBER, "eins")
    stage.network.text(NUMBER, "zwei")
    before = stage.clock.boot()
    assert stage.modem.wait(60) == [NewMessage("SM", 0), NewMessage("SM", 1)]
    assert stage.clock.boot() == before and stage.modem.wait(0) == []


def test_wait_ends_when_content_was_handed_over() -> None:
    stage = Stage()
    stage.at(2, lambda: stage.network.text(NUMBER, "flash", message_class=0))
    before = stage.clock.boot()
    assert stage.modem.wait(60) == [] and len(stage.direct) == 1
    assert stage.clock.boot() - before == pytest.approx(2)


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("ignored", [(), ("H",), ("+CHUP",)])
def test_a_call_is_refused_by_whichever_command_works(
    voice: str, ignored: tuple[str, ...]
) -> None:
    stage = Stage(voice=voice)
    for command in ignored:
        stage.simulation.fault("hang_up_ignored", command=command)
    stage.network.call("+33639980002")
    assert stage.modem.wait(1) == [Ring(), Ring("+33639980002", 145)]
    assert stage.modem.refuse_call() and stage.simulation.modem.calls.present is None
    assert stage.modem.refuse_call()


def test_a_call_without_a_number_is_withheld() -> None:
    stage = Stage()
    stage.network.call(None)
    assert stage.modem.wait(1) == [Ring(), Ring("", 128)]


def test_a_call_during_everything_else_is_told() -> None:
    stage = Stage()
    stage.network.call(NUMBER)
    stage.modem.stored()
    stage.modem.condition()
    assert Ring(NUMBER, 145) in stage.modem.wait(0)


@pytest.mark.parametrize("voice", VOICES)
def test_a_reset_closes_the_port_and_the_modem_comes_back(voice: str) -> None:
    stage = Stage(voice=voice)
    stage.modem.reset()
    assert not stage.simulation.wire.mounted
    stage.clock.wait(20)
    assert stage.modem.open().imsi == stage.sim.imsi
    assert stage.modem.submit(PDU).fate is Fate.SUBMITTED


def test_a_reset_needs_no_open_port() -> None:
    """Rung three of the ladder comes when opening failed."""
    stage = Stage(opened=False)
    told: list[str] = []
    stage.simulation.listen(lambda event: told.append(event["event"]))
    stage.modem.reset()
    assert "rebooted" in told or "unplugged" in told


def test_a_reset_of_a_modem_that_hangs_is_no_error() -> None:
    stage = Stage()
    stage.simulation.fault("silent")
    stage.modem.reset()
    assert not stage.simulation.wire.mounted


def test_five_hundred_messages_are_listed_and_deleted() -> None:
    stage = Stage()
    for number in range(500):
        stage.network.text(NUMBER, f"Insulte {number}")
    found = []
    while slots := stage.modem.stored():
        assert all(stage.modem.delete(slot.storage, slot.index) for slot in slots)
        found += [slot.octets for slot in slots]
    assert found == [one.pdu for one in stage.network.delivered] and len(found) == 500
