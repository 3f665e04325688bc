"""The modem's octets on their way to whoever opened the port: pacing and everything that spoils octets.

One first-in first-out line. While nobody has the port open, what is said is lost, as with a USB serial port.
It knows octets and faults, not their meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antirelou.simulator.simulation import Simulation

LIMIT = 1 << 20  # octets that wait unread before the oldest driver would drop them too
_PIECE = 16  # octets of a UART's buffer
_USB_SECONDS = 0.0001  # between octets that come one at a time on a fast line
_SPOILERS = {
    "nul_bytes",
    "non_ascii",
    "garbage",
    "extra_cr",
    "cr_only",
    "slow_line",
    "one_byte_at_a_time",
}


class Wire:
    """What was said and not yet read."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.buffer = bytearray()
        self.mounted = False
        self._plain = True
        self._free_at = 0.0
        self.session = 0
        self._pieces = 0

    def configure(self) -> None:
        """Look again at which faults touch octets."""
        self._plain = not (_SPOILERS & set(self._simulation.faults.active))

    def open(self) -> None:
        """Somebody opens the port: the buffer is empty."""
        self.close()
        self.mounted = True
        if self._simulation.faults.active and self._simulation.faults.fire("leftover"):
            self.send(b'21,99\r\n\r\nOK\r\n\r\n+COPS: 0,0,"F SI')

    def close(self) -> None:
        """The port is closed: what is under way is lost."""
        self.mounted = False
        self.session += 1
        self._free_at = 0.0
        self.buffer.clear()

    def take(self, size: int) -> bytes:
        """At most `size` octets of those that have come."""
        if size >= len(self.buffer):
            taken = bytes(self.buffer)
            self.buffer.clear()
            return taken
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def send(self, octets: bytes) -> None:
        """Put octets on the line."""
        if not self.mounted or len(self.buffer) > LIMIT:
            return
        if self._simulation.faults.active and self._stolen():
            return
        if self._plain and self._free_at <= self._simulation.time:
            self.buffer += octets
            return
        self._send_spoilt(self._spoil(octets))

    def _stolen(self) -> bool:
        """Whether another program got this piece."""
        stolen = self._simulation.faults.get("stolen_octets")
        if stolen is None:
            return False
        self._pieces += 1
        return self._pieces % max(1, int(stolen["every"])) == 0

    def _spoil(self, octets: bytes) -> bytes:
        active, draw = self._simulation.faults.active, self._simulation.random
        if "extra_cr" in active:
            octets = octets.replace(b"\r\n", b"\r\r\n")
        if "cr_only" in active:
            octets = octets.replace(b"\r\n", b"\r")
        if "non_ascii" in active and octets.startswith(b"\r"):
            octets = b"\r\n^\xe9\xff\x80\xc3\r\n" + octets
        if "garbage" in active:
            octets = draw.randbytes(draw.randrange(1, 12)) + octets
        if "nul_bytes" in active:
            place = draw.randrange(len(octets) + 1)
            octets = b"\0" + octets[:place] + b"\0" + octets[place:]
        return octets

    def _send_spoilt(self, octets: bytes) -> None:
        faults = self._simulation.faults
        slow, single = faults.get("slow_line"), "one_byte_at_a_time" in faults.active
        seconds = (
            10 / max(1.0, float(slow["baud"]))
            if slow
            else _USB_SECONDS
            if single
            else 0.0
        )
        size = 1 if single else _PIECE
        if not seconds and self._free_at <= self._simulation.time:
            self.buffer += octets
            return
        due = max(self._free_at, self._simulation.time)
        for place in range(0, len(octets), size):
            piece = octets[place : place + size]
            due += seconds * len(piece)
            self._simulation.schedule(due - self._simulation.time, self._put(piece))
        self._free_at = due

    def _put(self, piece: bytes) -> Callable[[], None]:
        session = self.session

        def put() -> None:
            if session == self.session:
                self.buffer += piece

        return put
