"""The SIM's state and the PIN rule (promise P9).

A PIN is typed once and never again after a refusal, even through a power cut: before it is typed, `trying` is on disk.
The rule itself is `enter`; the rest says how a modem is asked. Owns the reading of the PIN file; refuses to know how
verdicts are stored.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from antirelou.language import _
from antirelou.modem.dongle import Dongle, Unanswered
from antirelou.modem.exchange import SETTLE_SECONDS
from antirelou.modem.facts import CommandRefused, SimRefused
from antirelou.modem.lines import fields, number_of

BUSY_SECONDS = 30.0  # a SIM is busy for about 10 s after the modem starts
UNKNOWN_SECONDS = (
    3.0  # of nothing but ERROR: the modem has no +CPIN, rather than no time
)
ACCEPTED_SECONDS = 10.0  # from OK to the PIN until the SIM calls itself ready

UNKNOWN = "UNKNOWN"
_READY = frozenset(
    {"READY", "SIM PIN2", "SIM PUK2", ""}
)  # PIN2 guards nothing that we use; "": a bare OK
_ABSENT = (10,)  # 3GPP TS 27.007 clause 9.2
_FAILED = (13, 15)
_CMS_STATES = {
    310: "absent",
    311: "pin",
    313: "failure",
    315: "failure",
    316: "puk",
}  # TS 27.005 clause 3.2.5
_WORDS = (
    ("not inserted", "absent"),
    ("puk", "puk"),
    ("pin required", "pin"),
    ("sim failure", "failure"),
    ("sim wrong", "failure"),
)
_SENTENCES = {
    "absent": _("There is no SIM in the modem: put it in and see that it sits well."),
    "busy": _(
        "The SIM was still busy after 30 s: if this goes on, take it out and put it in again."
    ),
    "puk": _(
        "The SIM asks for its PUK, nothing was typed: unlock it in a phone with the PUK that the operator gave."
    ),
    "failure": _(
        "The modem cannot read the SIM: clean it, try it in a phone, and see that the modem suits it."
    ),
    "pin": _(
        "The SIM asks for its PIN: set modem.pin_file, or switch the PIN off in a phone."
    ),
}


class Pins(Protocol):
    """What became of each PIN of this line: None, "trying", "good" or "refused"; durable before `record` returns."""

    def verdict(self, pin: str) -> str | None: ...

    def record(self, pin: str, verdict: str) -> None: ...


class Sim(Protocol):
    """What the rule asks of a SIM."""

    def state(self) -> str:
        """The SIM's state in the words of `AT+CPIN?`; raises `SimRefused` where it has none."""

    def tries(self) -> int | None:
        """How many wrong PINs the SIM would still take, None where the modem does not tell."""

    def type(self, pin: str) -> None:
        """Give the PIN to the SIM, whatever comes of it."""


def enter(sim: Sim, pin: str, pins: Pins) -> None:
    """The PIN rule: type `pin` if that is safe; returns once the SIM is ready, else raises `SimRefused`."""
    ready = sim.state() in _READY
    verdict = pins.verdict(pin)
    if ready:
        if verdict == "trying":  # typed before a power cut, and it was right
            pins.record(pin, "good")
        return
    if (
        verdict == "trying"
    ):  # typed before a power cut, and nobody knows: the second time might be the last
        pins.record(pin, "refused")
    if verdict in ("trying", "refused"):
        raise SimRefused("wrong_pin", _wrong(_("was refused before")))
    left = sim.tries()
    if left is not None and left < 2:
        raise SimRefused(
            "pin",
            _(
                "The SIM takes only {left} more wrong PIN, so none was typed: unlock it once in a phone.",
                left=left,
            ),
        )
    pins.record(pin, "trying")
    try:
        sim.type(pin)
        ready = sim.state() in _READY
    except SimRefused:  # that was the last try, or the SIM failed over it
        pins.record(pin, "refused")
        raise
    pins.record(pin, "good" if ready else "refused")
    if not ready:
        raise SimRefused("wrong_pin", _wrong(_("was refused")))


def unlock(dongle: Dongle, pin_file: str, pins: Pins) -> None:
    """Bring the SIM to READY, with the PIN in `pin_file` where it asks for one; raises `SimRefused`."""
    sim = ModemSim(dongle)
    state = sim.state()
    if state == UNKNOWN:
        return  # whatever it is, no PIN is typed blindly; if the SIM is locked, the next command says so
    if not pin_file:
        if state not in _READY:
            raise refused("pin")
        return
    try:
        pin = read_pin(pin_file)
    except SimRefused:
        if state in _READY:
            return
        raise
    enter(sim, pin, pins)


def read_pin(path: str) -> str:
    """The PIN in a file, or in the systemd credential of that name; raises `SimRefused` with what is wrong with it."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
    file = Path(directory, path) if directory and "/" not in path else Path(path)
    try:
        pin = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise SimRefused(
            "pin",
            _(
                "There is no file {file} (modem.pin_file): write the SIM's PIN into it.",
                file=file,
            ),
        ) from None
    except OSError as error:
        raise SimRefused(
            "pin",
            _(
                "The file {file} (modem.pin_file) cannot be read ({strerror}): see whose it is.",
                file=file,
                strerror=error.strerror,
            ),
        ) from error
    except UnicodeDecodeError:
        pin = ""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise SimRefused(
            "pin",
            _(
                "The file {file} (modem.pin_file) must hold the SIM's PIN, 4 to 8 digits, alone.",
                file=file,
            ),
        )
    return pin


def refused(state: str) -> SimRefused:
    """The error for a state of the SIM, with its sentence."""
    return SimRefused(state, _SENTENCES[state])


def state_of(error: CommandRefused) -> str | None:
    """The state of the SIM that a refusal speaks of: absent, pin, puk, failure; None if it speaks of none."""
    if error.family == "CMS" and error.cause is not None:
        return _CMS_STATES.get(error.cause)
    if error.cause in _ABSENT:
        return "absent"
    if error.cause in _FAILED:
        return "failure"
    if error.cause in (11, 12):
        return "pin" if error.cause == 11 else "puk"
    said = error.said.lower()
    return (
        next((state for words, state in _WORDS if words in said), None)
        if error.cause is None
        else None
    )


def is_busy(error: CommandRefused) -> bool:
    """Whether a refusal only says: later (SIM busy, initialising; 512 is Quectel's word for it)."""
    return error.cause in ((14, 515) if error.family == "CME" else (314, 512, 515))


def _wrong(what: str) -> str:
    return _(
        "The PIN in modem.pin_file {what} and is not typed again: put the right one into the file, or switch the PIN"
        " off in a phone.",
        what=what,
    )


class ModemSim:
    """The SIM as a modem tells of it."""

    def __init__(self, dongle: Dongle) -> None:
        self._dongle = dongle

    def state(self) -> str:
        """`AT+CPIN?`, asked until the SIM is not busy any more, for `BUSY_SECONDS` at most.

        `UNKNOWN` when the modem knows no such command.
        """
        began = self._dongle.clock.boot()
        silent = 0
        while True:
            try:
                # Wavecom ends this answer without OK.
                exchange = self._dongle.exchange("AT+CPIN?", 10, settle=SETTLE_SECONDS)
                return self._checked(
                    " ".join(exchange.answered()[-1:]).upper().strip('" ')
                )
            except CommandRefused as error:
                if (state := state_of(error)) == "pin":
                    return "SIM PIN"
                if state is not None:
                    raise refused(state) from error
                waited = self._dongle.clock.boot() - began
                if error.family == "" and waited >= UNKNOWN_SECONDS:
                    return UNKNOWN
                if waited >= BUSY_SECONDS:
                    raise refused("busy") from error
            except Unanswered:
                silent += 1
                if silent == 2:
                    raise
            self._dongle.pause(1.0)

    def tries(self) -> int | None:
        """The families' own questions, one after the other until one is answered."""
        for command, tell in (
            ("AT+CPINR", _of_cpinr),
            ("AT^CPIN?", _of_huawei),
            ("AT+SPIC", _of_first),
            ("AT+QPINC?", _of_quectel),
            ("AT+ZPINPUK=?", _of_first),
        ):
            try:
                answers = self._dongle.exchange(command, 5).answered()
            except (CommandRefused, Unanswered):
                continue
            for answer in answers:
                if (left := tell(fields(answer))) is not None:
                    return left
        return None

    def type(self, pin: str) -> None:
        """`AT+CPIN=`; the SIM's state afterwards is the verdict, so what is answered here is not."""
        try:
            self._dongle.ask(f'AT+CPIN="{pin}"', 20)
        except (CommandRefused, Unanswered):
            return
        deadline = self._dongle.clock.boot() + ACCEPTED_SECONDS
        while self.state() not in _READY and self._dongle.clock.boot() < deadline:
            self._dongle.pause(0.5)

    def _checked(self, state: str) -> str:
        if state in _READY or state == "SIM PIN":
            return state
        if "PUK" in state:
            raise refused("puk")
        if state in ("NOT INSERTED", "NOT READY", "SIM REMOVED"):
            raise refused("absent")
        raise SimRefused(
            "failure",
            _(
                "The SIM or the modem is locked ({state}): it needs the code that its seller has, not the PIN.",
                state=state,
            ),
        )


def _of_cpinr(parts: list[str]) -> int | None:
    return (
        number_of(parts[1])
        if len(parts) > 1 and parts[0].upper() == "SIM PIN"
        else None
    )


def _of_huawei(parts: list[str]) -> int | None:
    """`^CPIN: SIM PIN,<left>,<PUK>,<PIN>,<PUK2>,<PIN2>`."""
    told = [number_of(part) for part in parts]
    return next((left for left in (told[1:2] + told[3:4]) if left is not None), None)


def _of_first(parts: list[str]) -> int | None:
    return number_of(parts[0])


def _of_quectel(parts: list[str]) -> int | None:
    return number_of(parts[1]) if len(parts) > 1 and parts[0].upper() == "SC" else None
