"""The recovery ladder: what to do when the modem does not do what modems do.

One rung at a time, each with its own wait, each an event: the channel has already resynchronised the line when an
error arrives here; then the port is closed and opened again; then the modem is restarted (`AT+CFUN=1,1`); then the
process ends with status 69, for systemd to start a fresh one. A port that is missing, a SIM that wants its operator
and a network that refuses are states, not faults: they are waited out, whatever it takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from antirelou.modem.facts import ModemError, ModemSilent, PortError, SimRefused

LOOK = 1.0  # seconds between two looks for a port that is not there
RETRY = (
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    30.0,
)  # seconds before each attempt to open; the last one repeats
ASK_SIM = 15.0  # seconds between two questions to a SIM that cannot be used
FIRST_RADIO = 300.0  # seconds without a network before the radio is switched off and on
LAST_RADIO = 6 * 3600.0
RESTART_AFTER = 2  # failures of a silent modem before it is restarted
GIVE_UP_AFTER = 8  # failures before the process ends, if it ever had a modem


@dataclass(slots=True)
class Ladder:
    """Which rung comes next. Plain counters: none of them costs money."""

    ever_open: bool = False
    failures: int = 0
    restarted: bool = False
    unreadable: int = 0  # how often in a row the SIM could not be read

    def opened(self) -> None:
        """The modem answers; whether it does its work is not known yet."""
        self.ever_open = True

    def worked(self) -> None:
        """A whole cycle went well: back to the ground."""
        self.failures, self.restarted, self.unreadable = 0, False, 0

    def wait_after(self, error: ModemError) -> float:
        """Count one failure; return how many seconds to wait before the next attempt to open."""
        if isinstance(error, PortError) and error.cause in (
            "missing",
            "busy",
            "not_permitted",
        ):
            return LOOK
        if isinstance(error, SimRefused):
            self.unreadable += error.state == "failure"
            return ASK_SIM
        self.failures += 1
        return RETRY[min(self.failures, len(RETRY)) - 1]

    def climb(self, rung: int) -> None:
        """Make the next failure the one of this rung: 1 opens the modem again, 2 restarts it, 3 ends the process."""
        self.failures = (0, RESTART_AFTER - 1, GIVE_UP_AFTER - 1)[min(rung, 3) - 1]

    def restart_due(self, error: ModemError) -> bool:
        """Whether the modem itself should be restarted before the next attempt: a silent one, once a climb.

        A reset wakes a SIM that dropped out, too; one that is broken is left alone for twice as long each time.
        """
        if isinstance(error, SimRefused):
            count = self.unreadable
            return error.state == "failure" and count & (count - 1) == 0
        silent = isinstance(error, ModemSilent)
        return silent and self.failures >= RESTART_AFTER and not self.restarted

    @property
    def exhausted(self) -> bool:
        """Whether only a fresh process is left to try. One that never saw its modem stays: it would be no fresher."""
        return self.ever_open and self.failures >= GIVE_UP_AFTER


@dataclass(slots=True)
class Radio:
    """When to switch the radio off and on: some never look again for a network that they lost."""

    _since: float | None = None  # boot time since when there is no network
    _wait: float = FIRST_RADIO

    def due(self, *, adrift: bool, boot: float) -> bool:
        """Whether it is time, by the line's condition now; each time after twice as long."""
        if not adrift:
            self._since, self._wait = None, FIRST_RADIO
            return False
        if self._since is None:
            self._since = boot
        if boot - self._since < self._wait:
            return False
        self._since, self._wait = boot, min(self._wait * 2, LAST_RADIO)
        return True


def state_of(error: ModemError) -> str:
    """One word for the line's state, for `lines.state`."""
    if isinstance(error, PortError):
        return f"modem_{error.cause}"
    if isinstance(error, SimRefused):
        return f"sim_{error.state}"
    if isinstance(error, ModemSilent):
        return "modem_silent"
    return "modem_lost"
