"""What the debug trace may show of a line: no PIN, no text, no whole number, nothing that moves a terminal's cursor."""

from __future__ import annotations

import re

_PIN = re.compile(r"(AT\+CPIN=).*", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{25,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"\+?\d{9,24}")


def shortened(line: str) -> str:
    """The line with its PDU cut, its numbers masked and its PIN left out; printable ASCII only."""
    line = _PIN.sub(r"\1****", line)
    line = _HEXADECIMAL.sub(lambda match: f"{match[0][:4]}...({len(match[0])})", line)
    line = _NUMBER.sub(lambda match: f"{match[0][:6]}****{match[0][-2:]}", line)
    line = _CONTROL.sub("?", line)
    return line[:200].encode("ascii", "backslashreplace").decode("ascii")
