"""A command line taken apart, and what an answer can be (ITU-T V.250 clause 5, 3GPP TS 27.007 clause 4).

Pure: knows how commands are written and how results are spelled, not what any command does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_COMMAND = re.compile(
    r"""\s*(?:
    (?P<name>[+^*$%\#][A-Z0-9]+)\s*(?P<op>=\?|=|\?)?(?P<rest>(?:"[^"]*"?|[^";])*)(?:;|$)
    |(?P<basic>&?[A-Z])\s*(?P<number>\d*)(?P<read>=?\??)(?P<value>\d*)
    |(?P<separator>;)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_VALUE = re.compile(r'\s*(?:"([^"]*)"?|([^,]*))\s*(?:,|$)')


@dataclass(slots=True)
class Command:
    """One command of a line: `+CMGL`, `=`, `4`. `op` is "", "?", "=?" or "="."""

    name: str
    op: str
    argument: str

    def values(self) -> list[str]:
        """The arguments without quotation marks; an omitted one is ""."""
        argument = self.argument
        if '"' not in argument:
            return [value.strip() for value in argument.split(",")] if argument else []
        out, place = [], 0
        while place < len(argument):
            match = _VALUE.match(argument, place)
            if match is None:
                raise Refused("CME", 100)
            out.append(match[1] if match[1] is not None else match[2].strip())
            place = match.end()
        return [*out, ""] if argument.endswith(",") else out

    def integers(self, *defaults: int) -> list[int]:
        """The arguments as integers, the omitted ones by their defaults; anything else is refused."""
        values = self.values()
        if len(values) > len(defaults):
            raise Refused("CME", 50)
        try:
            given = [
                int(value) if value else default
                for value, default in zip(values, defaults, strict=False)
            ]
        except ValueError as error:
            raise Refused("CME", 50) from error
        return given + list(defaults[len(values) :])


class Refused(Exception):
    """A final result code other than OK: family "CME", "CMS", "" (a bare ERROR) or the words."""

    def __init__(self, family: str = "", code: int = 0) -> None:
        super().__init__(family, code)
        self.family = family
        self.code = code


@dataclass(slots=True)
class Later:
    """The answer takes so many seconds, then is what `result` makes it."""

    seconds: float
    result: Callable[[], Answer]


@dataclass(slots=True)
class Prompt:
    """The modem waits for a text that ends with Ctrl-Z, then does `finish`."""

    finish: Callable[[str], Answer]


@dataclass(slots=True)
class Odd:
    """These lines and this final result code, which may be "" for none."""

    lines: list[str]
    final: str


class Silence:
    """Nothing is answered."""


Answer = list[str] | Later | Prompt | Odd | Silence | None


def parse(body: str) -> list[Command]:
    """The commands of a line without its AT; what cannot be read becomes a command that nobody knows."""
    out: list[Command] = []
    place = 0
    while place < len(body):
        if body[place] in "dD":  # a dial string takes the rest of its command
            end = len(body) if (found := body.find(";", place)) < 0 else found + 1
            out.append(Command("D", "=", body[place + 1 : end]))
            place = end
            continue
        match = _COMMAND.match(body, place)
        if match is None or match.end() == place:
            out.append(Command(body[place:], "", "")) if body[place:].strip() else None
            break
        place = match.end()
        if match["name"]:
            out.append(
                Command(match["name"].upper(), match["op"] or "", match["rest"].strip())
            )
        elif match["basic"]:
            out.append(_basic(match))
    return out


def _basic(match: re.Match[str]) -> Command:
    name = match["basic"].upper()
    if name == "S":  # S-registers: S0=3, S3?
        return Command(f"S{match['number']}", match["read"], match["value"])
    return Command(name, match["read"], match["number"] + match["value"])


CME_TEXT = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    15: "SIM wrong",
    16: "incorrect password",
    20: "memory full",
    21: "invalid index",
    22: "not found",
    30: "no network service",
    31: "network timeout",
    50: "incorrect parameters",
    100: "unknown",
    515: "please wait, init or command processing in progress",
}
CMS_TEXT = {
    38: "network out of order",
    41: "temporary failure",
    42: "congestion",
    300: "ME failure",
    301: "SMS service of ME reserved",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    313: "SIM failure",
    314: "SIM busy",
    315: "SIM wrong",
    316: "SIM PUK required",
    320: "memory failure",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    340: "no +CNMA acknowledgement expected",
    500: "unknown error",
}


def spelled(family: str, code: int, cmee: int) -> str:
    """The final result code as `+CMEE` wants it; `+CMS ERROR` comes even with 0 (3GPP TS 27.005 clause 3.2.5)."""
    if not family or (family == "CME" and cmee == 0):
        return "ERROR"
    if family not in ("CME", "CMS"):
        return family
    texts = CMS_TEXT if family == "CMS" else CME_TEXT
    return f"+{family} ERROR: {texts.get(code, 'unknown error') if cmee == 2 else code}"
