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
@pytest.mark.parametrize("ignored", [None, "H", "+CHUP", "both"])
def test_a_call_is_refused_by_whichever_command_works(
    voice: str, ignored: str | None
) -> None:
    stage = Stage(voice=voice)
    if ignored:
        stage.simulation.fault("hang_up_ignored", command=ignored)
    stage.network.call("+33639980002")
    assert stage.modem.wait(1) == [Ring(), Ring("+33639980002", 145)]
    assert stage.modem.refuse_call() and stage.simulation.modem.calls.present is None
    assert stage.modem.refuse_call()


def test_a_call_that_nothing_refuses_is_told_and_never_taken() -> None:
    """AT+CHLD=1, which some try, takes the call: the caller pays, and no text comes in for as long as he likes."""
    stage = Stage()
    stage.simulation.fault("hang_up_ignored", command="every")
    stage.network.call("+33639980002")
    before = stage.clock.boot()
    assert not stage.modem.refuse_call()
    assert stage.network.calls[0].outcome == "ringing"
    assert stage.clock.boot() - before < 10


def test_a_call_that_the_modem_took_by_itself_is_ended() -> None:
    stage = Stage()
    stage.network.call("+33639980002")
    assert stage.simulation.modem.calls.answer()
    assert stage.modem.refuse_call() and stage.simulation.modem.calls.present is None


def test_a_modem_that_lists_no_calls_is_believed() -> None:
    stage = Stage()
    stage.simulation.fault("refused", prefix="AT+CLCC")
    stage.network.call("+33639980002")
    assert stage.modem.refuse_call() and stage.simulation.modem.calls.present is None


def test_a_data_call_and_one_of_our_own_are_no_caller() -> None:
    """LTE sticks list their own connection for data as a call."""
    stage = Stage()
    stage.simulation.modem.calls.listed = lambda: [  # type: ignore[method-assign]
        '+CLCC: 1,0,0,0,0,"+33639980002",145',
        '+CLCC: 2,1,0,1,0,"",128',
    ]
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
