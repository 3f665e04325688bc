"""The real process under its signals and under systemd, and what it lets nobody see."""

from __future__ import annotations

import re
import signal
import socket
import time

import pytest
from cli_world import Run, harmless
from run_stage import DEADLINE, NUMBER, OTHER, Begun, Running, Stage, until

pytest_plugins = ["cli_fixtures", "run_fixtures"]


def seconds_to_stop(daemon: Running, number: int = signal.SIGTERM) -> float:
    """How long it takes to end, with status 0, after a signal."""
    began = time.monotonic()
    daemon.signal(number)
    assert daemon.ends() == 0
    assert "antirelou has stopped." in daemon.said
    return time.monotonic() - began


# Ending


@pytest.mark.parametrize(
    ("number", "before"), [(signal.SIGTERM, ("env",)), (signal.SIGINT, ())]
)
def test_it_ends_at_once_when_idle(
    number: int, before: tuple[str, ...], stage: Stage, run: Run
) -> None:
    stage.dongle()
    daemon = stage.ready(before=before)
    stage.text("Salut")
    daemon.says("accepted, reference")
    until(lambda: "Receiving and replying." in run(stage.directory, "status").out)
    assert seconds_to_stop(daemon, number) < 2
    assert (
        "No daemon runs: systemctl start antirelou starts it."
        in run(stage.directory, "status").out
    )
    assert stage.states() == ["submitted"]


def a_slow_listing_is_abandoned_within_two_seconds(stage: Stage) -> None:
    stage.dongle().fault("late_answer", prefix="+CMGL", seconds=4.0)
    daemon = stage.ready()
    stage.at(b"AT+CMGL", lambda: daemon.signal(signal.SIGTERM))
    stage.text("Salut")
    began = time.monotonic()
    assert daemon.ends() == 0
    assert time.monotonic() - began < 2.5
    assert len(stage.rows()) + len(stage.simulation.sim.storages["SM"].slots) == 1, (
        "nothing was lost"
    )


def after_ctrl_z_the_answer_is_awaited_and_kept(stage: Stage) -> None:
    stage.dongle().fault(
        "late_cmgs", seconds=2.5
    )  # longer than anything else is waited for
    daemon = stage.ready()
    stage.at(b"\x1a", lambda: daemon.signal(signal.SIGTERM))
    stage.text("Salut")
    daemon.says("accepted, reference")
    assert daemon.ends() == 0
    assert stage.states() == ["submitted"]
    assert stage.sent == [NUMBER]


def test_it_ends_at_once_while_its_modem_is_missing(stage: Stage) -> None:
    daemon = stage.start()
    daemon.says("There is no modem at")
    assert seconds_to_stop(daemon) < 1


# Reading the configuration again


def test_hangup_takes_a_good_configuration_and_keeps_the_old_one_for_a_bad_one(
    stage: Stage,
) -> None:
    stage.dongle()
    daemon = stage.ready()
    stage.configure(reply={"texts": ["Non."]})
    daemon.signal(signal.SIGHUP)
    daemon.says("The configuration was read again.")
    stage.text("Salut")
    daemon.says("accepted, reference")
    stage.configure(reply={"texts": ["Non !"], "dealy": "0s"})
    daemon.signal(signal.SIGHUP)
    line = daemon.says("The configuration is not taken, the old one stays:")
    assert line.endswith('reply.dealy = "0s" is not a key: did you mean delay?')
    stage.configure(log={"path": str(stage.directory / "other.db")})
    daemon.signal(signal.SIGHUP)
    daemon.says("line and [log] change with a restart only.")
    stage.text("Salut", OTHER)
    daemon.says("accepted, reference")
    assert [one.text for one in stage.simulation.network.submitted] == ["Non.", "Non."]


def hangup_moves_to_another_port(stage: Stage) -> None:
    stage.dongle()
    stage.configure(modem={"port": "simulated"})
    daemon = stage.ready()
    stage.configure()
    daemon.signal(signal.SIGHUP)
    daemon.says("The configuration was read again.")
    until(lambda: stage.simulation.wire.mounted)
    stage.text("Salut")
    daemon.says("accepted, reference")
    assert stage.sent == [NUMBER]


# systemd


class Systemd:
    """The other end of the notification socket."""

    def __init__(self, stage: Stage) -> None:
        self.path = str(stage.directory / "notify")
        self._socket = stage.closing.enter_context(
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        )
        self._socket.bind(self.path)

    def hears(self, words: str, within: float = DEADLINE) -> list[str]:
        """What was told up to the next datagram that begins so, that one included."""
        end, told = time.monotonic() + within, list[str]()
        while not told or not told[-1].startswith(words):
            self._socket.settimeout(max(0.001, end - time.monotonic()))
            try:
                told.append(self._socket.recv(4096).decode())
            except TimeoutError:
                raise AssertionError(f"{words!r} was not told: {told}") from None
        return told

    def hears_nothing(self, seconds: float) -> bool:
        """Whether nothing is told for so long."""
        self._socket.settimeout(seconds)
        try:
            return not self._socket.recv(4096)
        except TimeoutError:
            return True


def systemd_is_told_how_it_is_from_start_to_stop(stage: Stage) -> None:
    systemd = Systemd(stage)
    stage.dongle(mounted=False)
    daemon = stage.start(NOTIFY_SOCKET=systemd.path)
    assert systemd.hears("READY=1") == ["READY=1"], "a modem that is missing is a state"
    assert systemd.hears("STATUS=")[-1].startswith(
        f"STATUS=There is no modem at {stage.link}: plug it in"
    )
    stage.plug_in()
    systemd.hears("STATUS=Receiving and replying.")
    stage.configure(reply={"mode": "never"})
    daemon.signal(signal.SIGHUP)
    systemd.hears("RELOADING=1")
    systemd.hears("READY=1")
    systemd.hears("STATUS=Receiving; replies are switched off by reply.mode.")
    daemon.signal(signal.SIGTERM)
    systemd.hears("STOPPING=1")
    assert daemon.ends() == 0


def test_systemd_is_not_told_ready_by_one_that_cannot_work(stage: Stage) -> None:
    systemd = Systemd(stage)
    stage.configure(reply={"texts": []})
    assert stage.start(NOTIFY_SOCKET=systemd.path).ends() == 78
    stage.configure()
    stage.log.write_bytes(b"a shopping list\n" * 1000)
    assert stage.start(NOTIFY_SOCKET=systemd.path).ends() == 78
    assert systemd.hears_nothing(0.1)


def the_watchdog_is_fed_while_idle_and_at_work_but_not_when_it_hangs(
    stage: Stage,
) -> None:
    systemd = Systemd(stage)
    stage.dongle()
    daemon = stage.ready(NOTIFY_SOCKET=systemd.path, WATCHDOG_USEC="2000000")
    for _ in range(2):
        systemd.hears("WATCHDOG=1", within=2)
    stage.fault("late_answer", prefix="+CMGD", seconds=0.3)
    for number in range(10):
        stage.text(f"Salut {number}")
    for _ in range(3):  # while it deletes for 3 s
        systemd.hears("WATCHDOG=1", within=2)
        assert stage.simulation.sim.storages["SM"].slots
    daemon.signal(signal.SIGSTOP)
    while not systemd.hears_nothing(0.1):
        pass
    assert systemd.hears_nothing(1.5)
    daemon.signal(signal.SIGCONT)
    systemd.hears("WATCHDOG=1", within=2)
    assert daemon.stops(2) == 0


def under_systemd_every_line_has_its_priority(stage: Stage) -> None:
    stage.dongle()
    first = stage.ready(JOURNAL_STREAM="stderr")
    second = stage.start(JOURNAL_STREAM="stderr")
    assert second.ends() == 75
    assert first.stops() == 0
    lines = (first.said + second.said).splitlines()
    assert all(re.match(r"<[0-7]>\S", line) for line in lines), lines
    assert second.said.splitlines()[-1].startswith("<3>Line 'main' is held")
    outside = stage.ready(
        JOURNAL_STREAM="8:12345"
    )  # inherited from a desktop's session
    assert not any(line.startswith("<") for line in outside.said.splitlines())


STORIES = [
    a_slow_listing_is_abandoned_within_two_seconds,
    after_ctrl_z_the_answer_is_awaited_and_kept,
    hangup_moves_to_another_port,
    systemd_is_told_how_it_is_from_start_to_stop,
    the_watchdog_is_fed_while_idle_and_at_work_but_not_when_it_hangs,
    under_systemd_every_line_has_its_priority,
]


@pytest.mark.parametrize("story", [story.__name__ for story in STORIES])
def test_story(story: str, begun: Begun) -> None:
    begun[story].result()


# What nobody may see

HOSTILE = [
    "\x1b[2J\x1b]0;pwned\x07rouge",
    "une ligne\r\n<0>reply 7: submit 9 accepted\nSTATUS=tout va bien",
    "avant\x00apres",
    '=HYPERLINK("http://x.example";"clique")',
    "+33639980077 @SUM(1+1)*cmd|' /C calc'!A0",
    "\u202ereverse\u202c \u2066isole\u2069 \u200b\ufeff",
    "'; DROP TABLE messages; --",
    "%s %n {0} $(reboot) `reboot`",
]
SECRETS = (
    "Gagnez",
    "rouge",
    "ligne",
    "avant",
    "HYPERLINK",
    "SUM",
    "reverse",
    "DROP",
    "reboot",
    "Salut",
    "\U0001f600",
    "\x1b",
)


def test_a_hostile_text_is_kept_whole_and_seen_nowhere_else(
    stage: Stage, run: Run
) -> None:
    stage.dongle(me_slots=255, sm_slots=255)
    emoji = "\U0001f600"  # 255 segments hold 8,415 of them; in all they are 70 kB
    texts = [*HOSTILE, emoji * 8400, f"{emoji * 8400} encore", emoji * 1000]
    daemon = stage.ready("--trace")
    for number, text in enumerate(texts):
        stage.text(text, f"+3363998{number:04}", alphabet="ucs2")
    stage.text("Gagnez !", "=1+1\x1b[2J")
    storages, waiting = (
        stage.simulation.sim.storages.values(),
        stage.simulation.network.queue,
    )
    until(lambda: not waiting and not any(storage.slots for storage in storages))
    assert daemon.stops() == 0
    assert {row["text"] for row in stage.rows()} == {*texts, "Gagnez !"}
    assert not any(secret in daemon.said for secret in SECRETS)
    assert harmless(daemon.said)
    for command in (
        ["log"],
        ["log", "--csv"],
        ["log", "--json"],
        ["status"],
        ["why", "--last"],
    ):
        told = run(stage.directory, *command)
        assert told.status == 0 and harmless(told.out)
