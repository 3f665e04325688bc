"""One command and the lines that belong to it.

Pure state, fed by the channel line by line: which lines are its echo, which its answer, when it is over. What is not
its own goes back to the channel as unsolicited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from antirelou.modem.lines import (
    CALL_RESULTS,
    Final,
    final_result,
    indication,
    start_sign,
    tentative_result,
)

ESCAPE = b"\x1b"  # leaves a prompt without submitting
SETTLE_SECONDS = 2.0  # how long a line that is probably the last may stay alone
ANSWER_LIMIT = 4_000_000  # characters: 10,000 slots
_COMMAND_PREFIX = re.compile(r"AT([+^*%$#&!@][A-Z][A-Z0-9_]*)", re.IGNORECASE)
# Said unasked too, in the same form, so theirs only when the command asks for them.
_ALSO_UNSOLICITED = frozenset(
    {"+CLIP", "+CRING", "+CMTI", "+CDSI", "+CREG", "+CGREG", "+CEREG", "^SMMEMFULL"}
)

_ANSWERS_AS = {"+CICCID": "+ICCID"}  # SIMCom


@dataclass(slots=True)
class Exchange:
    """A command under way. `settle`: seconds after which its own information response alone ends it."""

    command: str
    prefix: str
    heard: float  # boot seconds of the last sign of progress
    echo: str
    prompt_due: bool = False
    prompted: bool = False
    echoed: bool = False
    settle: float | None = None
    settles_at: float | None = None
    lost_at: float | None = None  # when the modem surely started: it has forgotten us
    final: Final | None = None
    tentative: Final | None = None
    lines: list[str] = field(default_factory=list)
    size: int = 0

    @classmethod
    def of(
        cls,
        command: str,
        now: float,
        *,
        prompt: bool = False,
        settle: float | None = None,
    ) -> Exchange:
        """The exchange that writing this command begins."""
        match = _COMMAND_PREFIX.match(command)
        prefix = match[1].upper() if match else ""
        return cls(
            command,
            _ANSWERS_AS.get(prefix, prefix),
            now,
            command,
            prompt_due=prompt,
            settle=settle,
        )

    @property
    def over(self) -> bool:
        """Whether nothing more is to be waited for: the final result code, or the prompt where one is due."""
        return self.final is not None or (self.prompt_due and self.prompted)

    def answered(self, prefix: str | None = None) -> list[str]:
        """What follows the prefix in each information response that has it; `prefix` defaults to the command's."""
        wanted = (self.prefix if prefix is None else prefix) + ":"
        return [
            line[len(wanted) :].strip()
            for line in self.lines
            if line[: len(wanted)].upper() == wanted
        ]

    def without_echo(self, line: str) -> str:
        """The line without this command's echo, also where an indication is glued in front of it."""
        if self.prompted:
            line = line.lstrip("> ")
        if line == self.echo:
            self.echoed = True
            return ""
        if len(self.echo) > 4 and line.endswith(self.echo):
            self.echoed = True
            return line[: -len(self.echo)].strip()
        return line

    def take_prompt(self, partial: bytes) -> bytes:
        """See whether an unfinished line is the prompt; what is left of it."""
        rest = partial.lstrip().removeprefix(self.echo.encode("ascii")).lstrip()
        if not rest.startswith(b">"):
            return partial
        self.prompted = True
        return rest.lstrip(b"> ")

    def data_follows(self, octets: str) -> None:
        """The prompt was answered with `octets`; from now on the final result code is awaited."""
        self.prompt_due = False
        self.echo = octets

    def take(self, line: str, prefix: str, now: float) -> bool:
        """Keep the line if it belongs to this exchange; False if it is unsolicited."""
        if self.prompt_due and line[0] == ">":
            self.prompted = True
            return True
        if (final := final_result(line)) is not None:
            self.final = final
            return True
        if (tentative := tentative_result(line)) is not None:
            self.tentative = tentative
            self.settles_at = now + SETTLE_SECONDS
            return line not in CALL_RESULTS  # a caller who gave up is an indication too
        if prefix:
            if prefix != self.prefix or (
                prefix in _ALSO_UNSOLICITED and not self.command.endswith("?")
            ):
                return False
            if self.settle is not None:
                self.settles_at = now + self.settle
        elif start_sign(line, "") is not None or indication(line, "", "") is not None:
            return False
        if self.size < ANSWER_LIMIT:
            self.lines.append(line)
            self.size += len(line)
        self.heard = now
        return True
