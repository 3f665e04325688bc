"""What is typed, and what is answered: echo, command lines, the prompt, final result codes (ITU-T V.250 clause 5).

Lines are done one after the other; while an answer is late what is typed waits, as in a real input buffer. ESC ends a
prompt, Ctrl-Z finishes it. Faults of single exchanges happen here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from antirelou.simulator.commands import execute
from antirelou.simulator.parser import (
    Answer,
    Later,
    Odd,
    Prompt,
    Refused,
    Silence,
    parse,
    spelled,
)

if TYPE_CHECKING:
    from antirelou.simulator.modem import Modem

CTRL_Z, ESC, CR = 0x1A, 0x1B, 0x0D
LIMIT = 4096  # octets of a line; a longer one is thrown away
_NUMERIC = {"OK": "0", "ERROR": "4", "NO CARRIER": "3"}  # ATV0


class Dialogue:
    """One conversation over the port."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._last = ""
        self.reset()

    def reset(self) -> None:
        """The modem started again: nothing typed, nothing under way."""
        self._input = bytearray()
        self._echoed = 0
        self._prompt: Prompt | None = None
        self._waiting = self._working = False
        self._out = bytearray()

    @property
    def engaged(self) -> bool:
        """Whether an answer is being given or a text typed: indications wait."""
        return self._working or self._prompt is not None

    def feed(self, octets: bytes) -> None:
        """Octets were typed."""
        if len(self._input) < LIMIT * 4:
            self._input += octets
        self._work()

    def _work(self) -> None:
        self._working = more = True
        while more and self._input and not self._waiting:
            more = self._take_line() if self._prompt is None else self._take_text()
        self._flush()
        self._working = False
        if self._prompt is None:
            self._modem.release()

    def _flush(self) -> None:
        if self._out:
            out, self._out = bytes(self._out), bytearray()
            self._modem.simulation.wire.send(out)

    # what is typed

    def _echo(self, octets: bytes) -> None:
        if self._modem.settings["E"]:
            self._out += octets

    def _take_line(self) -> bool:
        typed = self._input
        end = typed.find(CR)
        if typed[:2] in (b"A/", b"a/"):
            del typed[:2]
            self._echo(b"A/")
            self._run(self._last)
            return True
        if end < 0:
            self._take_part()
            return False
        line = bytes(typed[:end])
        del typed[: end + 1]
        self._echo(line[self._echoed :] + b"\r")
        self._echoed = 0
        faults = self._modem.simulation.faults
        if faults.active and faults.fire("echo_only"):
            return True
        if faults.active and (double := faults.get("double_echo")) is not None:
            self._echo(line + b"\r" + (b"\r\n" if double["answer"] else b""))
        text = line.decode("latin-1")
        start = text.upper().find("AT")
        if start >= 0:
            self._last = text[start + 2 :]
            self._run(self._last)
        return True

    def _take_part(self) -> None:
        typed = self._input
        if typed[:1] in (
            b"\n",
            b"\x1b",
        ):  # what is left of CR LF, or of a cancelled prompt
            self._echo(bytes(typed[:1]))
            del typed[:1]
        self._echo(bytes(typed[self._echoed :]))
        self._echoed = len(typed)
        if len(typed) > LIMIT:
            typed.clear()
            self._echoed = 0

    def _take_text(self) -> bool:
        typed, prompt = self._input, self._prompt
        assert prompt is not None
        ends = [place for place in (typed.find(CTRL_Z), typed.find(ESC)) if place >= 0]
        if not ends:
            self._take_part_of_text()
            return False
        end = min(ends)
        text, final = bytes(typed[:end]), typed[end]
        self._echo(bytes(typed[self._echoed : end + 1]))
        del typed[: end + 1]
        self._echoed, self._prompt = 0, None
        if final == ESC:
            self._finish([], "OK")
        else:
            self._answer(lambda: prompt.finish(text.decode("latin-1")), [], "")
        return True

    def _take_part_of_text(self) -> None:
        typed = self._input
        part = bytes(typed[self._echoed :])
        if self._modem.settings["+CMGF"]:
            part = part.replace(b"\r", b"\r\n> ")
        self._echo(part)
        self._echoed = len(typed)
        if len(typed) > LIMIT:
            typed.clear()
            self._echoed, self._prompt = 0, None
            self._finish([], spelled("CMS", 304, self._modem.settings["+CMEE"]))

    # what is answered

    def _run(self, body: str) -> None:
        if self._modem.simulation.faults.active and self._trip(body.strip().upper()):
            return
        self._answer(lambda: self._execute(body), [], body)

    def _execute(self, body: str) -> Answer:
        """All commands of the line; the information responses of those before a refusal are told too."""
        commands = parse(body)
        if len(commands) == 1:
            return execute(self._modem, commands[0])
        lines: list[str] = []
        for command in commands:
            try:
                answer = execute(self._modem, command)
            except Refused:
                self._lines(lines[:-1])
                raise
            if isinstance(answer, list):
                lines += [*answer, ""]
            elif answer is not None:
                return answer
        return lines[:-1]

    def _answer(self, work: Callable[[], Answer], lines: list[str], body: str) -> None:
        try:
            answer = work()
        except Refused as refusal:
            self._finish(
                lines,
                spelled(refusal.family, refusal.code, self._modem.settings["+CMEE"]),
                body,
            )
            return
        if isinstance(answer, Later):
            self._wait(answer.seconds, lambda: self._answer(answer.result, lines, body))
        elif isinstance(answer, Prompt):
            self._open_prompt(answer)
        elif isinstance(answer, Odd):
            self._lines(answer.lines)
            if answer.final:
                self._final(answer.final)
        elif not isinstance(answer, Silence):
            self._finish(answer or [], "OK", body)

    def _open_prompt(self, prompt: Prompt) -> None:
        faults = self._modem.simulation.faults
        if faults.active:
            if (hang := faults.fire("hang_on_submit")) is not None:
                self._prompt = prompt if hang["waiting"] else None
                return
            if late := faults.fire("late_prompt"):
                self._wait(late["seconds"], lambda: self._prompt_for(prompt))
                return
        self._prompt_for(prompt)

    def _prompt_for(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._out += b"\r\n> "

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        """Do `then` later, unless the modem started again meanwhile; what is typed until then waits."""
        self._flush()
        self._waiting = True
        modem, generation = self._modem, self._modem.generation

        def resume() -> None:
            if generation == modem.generation:
                self._waiting = False
                self._working = True
                then()
                self._work()

        modem.simulation.schedule(seconds, resume)

    def interject(self, lines: list[str]) -> None:
        """Indications in the middle of an exchange, as some families put them."""
        for line in lines:
            self._out += f"\r\n{line}\r\n".encode("latin-1", "replace")

    def _lines(self, lines: list[str]) -> None:
        if lines:
            if self._modem.settings["V"]:
                self._out += ("\r\n" + "\r\n".join(lines) + "\r\n").encode(
                    "latin-1", "replace"
                )
            else:
                self._out += ("\r\n".join(lines) + "\r\n").encode("latin-1", "replace")

    def _finish(self, lines: list[str], final: str, body: str = "") -> None:
        faults = self._modem.simulation.faults
        if faults.active:
            self._finish_badly(lines, final, body.upper())
            return
        self._lines(lines)
        self._final(final)

    def _final(self, final: str) -> None:
        if self._modem.settings["Q"]:
            return
        if self._modem.settings["V"]:
            self._out += f"\r\n{final}\r\n".encode("latin-1", "replace")
        else:
            self._out += f"{_NUMERIC.get(final, final)}\r".encode("latin-1", "replace")

    # faults of one exchange

    def _trip(self, body: str) -> bool:
        """Whether a fault takes the command before it is done."""
        faults, modem = self._modem.simulation.faults, self._modem
        if faults.fire("hang_on_command", body):
            return True
        if faults.fire("reboot_on_command", body):
            modem.reboot()
            return True
        if gone := faults.fire("unplug_mid_command", body):
            modem.simulation.unplug(gone["seconds"])
            return True
        answer: tuple[list[str], str] | None = None
        if faults.fire("refused", body):
            answer = [], "ERROR"
        elif error := faults.fire("cme_error", body):
            answer = (
                [],
                spelled("CME", int(error["code"]), modem.settings["+CMEE"] or 1),
            )
        elif odd := faults.fire("odd_answer", body):
            answer = (
                [line for line in str(odd["lines"]).split("|") if line],
                str(odd["final"]),
            )
        if answer is None:
            return False
        self._finish(*answer, body)
        return True

    def _finish_badly(self, lines: list[str], final: str, body: str) -> None:
        """The answer with the faults that touch it."""
        faults = self._modem.simulation.faults
        late = faults.fire("late_answer", body)
        if late:
            self._wait(
                float(late["seconds"]), lambda: self._say_badly(lines, final, body)
            )
        else:
            self._say_badly(lines, final, body)

    def _say_badly(self, lines: list[str], final: str, body: str) -> None:
        faults, modem = self._modem.simulation.faults, self._modem
        double, glued = faults.get("double_echo"), faults.fire("glued_indication")
        before = bytes(self._out)
        line = (str(glued["line"]) or modem.take_held()) if glued else ""
        if glued and glued["where"] == "echo":
            self._out[:] = f"{line}\r\n".encode("latin-1", "replace") + before
        if glued and glued["where"] == "answer":
            lines = [line, *lines]
        self._lines(lines)
        if double and double["answer"]:
            self._lines(lines)
        if glued and glued["where"] == "final":
            self._out += f"\r\n{line}\r\n".encode("latin-1", "replace")
        if final and (final != "OK" or not faults.fire("missing_ok", body)):
            self._final(final)
