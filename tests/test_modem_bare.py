"""The barest modem: seven commands, and ERROR to all the rest."""

from __future__ import annotations

import re
from pathlib import Path

from world import NUMBER, World

from antirelou.clock import VirtualClock
from antirelou.settings import LESSON

PDU = "07913306091093F0040B913336990800F10000621122213100400AE8329BFD4697D9EC37"


class BareModem:
    """Knows AT, ATE0 and AT+CMGF=0, lists, deletes and submits; tells nothing by itself."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.slots = {3: PDU}
        self.sent: list[str] = []
        self.timeout: float | None = None
        self.write_timeout: float | None = None
        self.is_open = True
        self._heard = ""
        self._says = b""
        self._typing = False

    @property
    def in_waiting(self) -> int:
        return len(self._says)

    def read(self, size: int = 1) -> bytes:
        if not self._says:
            self.clock.wait(self.timeout or 0.0)
        said, self._says = self._says[:size], self._says[size:]
        return said

    def write(self, data: bytes) -> int:
        self._heard += data.decode("ascii")
        while end := re.search("[\x1a\x1b]" if self._typing else "\r", self._heard):
            line, self._heard = self._heard[: end.start()], self._heard[end.end() :]
            self._says += self._answer(line.strip("\x1b\r\n"), end[0])
        return len(data)

    def _answer(self, line: str, end: str) -> bytes:
        if self._typing:
            self._typing = False
            if end == "\x1a":
                self.sent.append(line)
                return b"\r\n+CMGS: 7\r\n\r\nOK\r\n"
            return b"\r\nOK\r\n"
        if line.startswith("AT+CMGS="):
            self._typing = True
            return b"\r\n> "
        if line.startswith("AT+CMGD="):
            self.slots.pop(int(line[8:]), None)
        elif line == "AT+CMGL=4":
            slots = self.slots.items()
            listed = [
                f"+CMGL: {slot},1,,{len(pdu) // 2 - 8}\r\n{pdu}" for slot, pdu in slots
            ]
            return "\r\n".join(["", *listed, "", "OK", ""]).encode()
        elif line not in ("AT", "ATE0", "AT+CMGF=0"):
            return b"\r\nERROR\r\n"
        return b"\r\nOK\r\n"

    def reset_input_buffer(self) -> None:
        self._says = b""

    def cancel_read(self) -> None:
        self.clock.wake()

    def close(self) -> None:
        self.is_open = False


def test_a_modem_that_knows_next_to_nothing_answers_a_text(tmp_path: Path) -> None:
    world = World(tmp_path)
    bare = BareModem(world.clock)
    world.die()
    world.simulation.open_port = lambda path, baud_rate: bare  # type: ignore[assignment,method-assign]
    world.start()
    world.run(60)
    (message,) = world.messages()
    assert (message["sender"], message["text"]) == (NUMBER, "hellohello")
    (reply,) = message["replies"]
    assert (reply["state"], reply["text"]) == ("submitted", LESSON)
    assert len(bare.sent) == 1 and not bare.slots
