"""What both fuzz targets do to the product with octets that anybody may have chosen, and what must hold afterwards.

`decode` and `encode` are for `sms` and the PDUs that go out; `converse` is a whole session with a modem whose every
answer the octets may spoil. Whatever is raised that a caller is not told to expect goes through: that is a find.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from antirelou import sms
from antirelou.clock import VirtualClock
from antirelou.modem import Modem
from antirelou.modem.facts import DirectPdu, Fate, ModemError
from antirelou.modem.port import Port
from antirelou.modem.submit_pdu import submit_pdus
from antirelou.settings import Modem as ModemSettings
from antirelou.simulator import Simulation

NUMBER = "+33639980001"
LONGEST_SECONDS = 3600.0  # of a whole session; no verb may wait for ever

# What a modem may well say, in the wrong place.
WORDS = (
    b"\r\nOK\r\n",
    b"\r\nERROR\r\n",
    b"\r\n> ",
    b"\r\n+CMGS: 7\r\n",
    b'\r\n+CMTI: "SM",-1\r\n',
    b"\r\n+CMT: ,26\r\n",
    b"\r\n+CDS: 25\r\n",
    b"0691336399800904",
    b"\r\n+CMGL: 1,0,,26\r\n",
    b"\r\n+CMS ERROR: 500\r\n",
    b"\r\n+CME ERROR: 14\r\n",
    b'\r\nRING\r\n\r\n+CLIP: "+33639980001",145\r\n',
    b"\r\nRDY\r\n",
    b'\r\n^SMMEMFULL: "SM"\r\n',
    b"\r\nNO CARRIER\r\n",
    b"AT+CMGF=0\r",
    b"\0\xff\x1b\x1a\r\n",
    b"\r",
)


class Script:
    """The octets, taken one after the other; once they are used up there are only zeros."""

    def __init__(self, octets: bytes) -> None:
        self._octets = deque(octets)

    def number(self) -> int:
        return self._octets.popleft() if self._octets else 0

    def some(self) -> bytes:
        return bytes(self.number() for _ in range(self.number() % 40))

    def words(self) -> bytes:
        chosen = self.number()
        return WORDS[chosen % len(WORDS)] if chosen & 0x80 else self.some()


class SpoiltPort:
    """The simulated dongle's port, between which and the reader the script has its way."""

    def __init__(self, port: Port, script: Script) -> None:
        self._port, self._script = port, script
        self._waiting = b""
        self.timeout: float | None = None
        self.write_timeout: float | None = None

    @property
    def in_waiting(self) -> int:
        self._fetch(self._port.in_waiting)
        return len(self._waiting)

    def read(self, size: int = 1) -> bytes:
        if not self.in_waiting and size:
            self._port.timeout = self.timeout
            self._fetch(1)
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return taken

    def write(self, data: bytes) -> int | None:
        return self._port.write(data)

    def cancel_read(self) -> None:
        self._port.cancel_read()

    def close(self) -> None:
        self._port.close()

    def _fetch(self, size: int) -> None:
        if size and (data := self._port.read(size)):
            data += self._port.read(self._port.in_waiting)
            self._waiting += self._spoilt(data)

    def _spoilt(self, data: bytes) -> bytes:
        script = self._script
        match script.number() % 16:
            case 1:
                return script.words() + data
            case 2:
                return data + script.words()
            case 3:
                return b""
            case 4:
                return data + data
            case 5:
                return script.words()
            case 6:
                return data[: script.number()]
            case 7:
                at = script.number() % len(data)
                return data[:at] + script.words() + data[at:]
            case 8:
                at = script.number() % len(data)
                return data[:at] + bytes([script.number()]) + data[at + 1 :]
            case 9:
                raise OSError(5, "Input/output error")
        return data


def converse(octets: bytes) -> None:
    """One session: open, sweep, delete, submit, look, listen, refuse a call, sweep again."""
    script = Script(octets)
    clock = VirtualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    simulation = Simulation(clock, voice=("huawei", "simcom")[script.number() % 2])
    direct: list[DirectPdu] = []
    modem = Modem(
        ModemSettings(port="simulated", service_centre="+33639980099"),
        clock,
        pins=NoPins(),
        take_direct=direct.append,
        open_port=lambda *_: SpoiltPort(simulation.open_port(), script),
    )
    began = clock.boot()
    simulation.network.text(NUMBER, "Salut " * 40)
    simulation.network.text(NUMBER, "Coucou", message_class=0)
    _session(
        modem,
        (
            lambda: _sweep(modem),
            lambda: _submit(modem),
            modem.condition,
            lambda: modem.wait(5.0),
            lambda: simulation.network.call(NUMBER),
            modem.refuse_call,
            lambda: _sweep(modem),
        ),
    )
    assert len(simulation.network.submitted) <= 1, "sent twice"
    assert clock.boot() - began < LONGEST_SECONDS, "it waited for too long"
    for pdu in direct:
        decode(pdu.octets.encode("utf-8", "surrogatepass"), pdu.length)


class NoPins:
    """No PIN was ever typed, and none is."""

    def verdict(self, pin: str) -> str | None:
        return None

    def record(self, pin: str, verdict: str) -> None:
        raise AssertionError("a PIN was typed")


def _session(modem: Modem, works: Sequence[Callable[[], object]]) -> None:
    """Do all of it; the modem's own errors are answers, after which it is opened again."""
    opened = False
    for work in works:
        try:
            if not opened:
                modem.open()
            opened = True
            work()
        except ModemError:
            opened = False
    modem.close()


def _sweep(modem: Modem) -> None:
    for pdu in modem.stored():
        decode(pdu.octets.encode("utf-8", "surrogatepass"), pdu.length)
        modem.delete(pdu.storage, pdu.index)


def _submit(modem: Modem) -> None:
    (pdu,) = submit_pdus(NUMBER, "Bonjour", reference=0)
    outcome = modem.submit(pdu)
    assert isinstance(outcome.fate, Fate)
    reference = outcome.message_reference
    assert reference is None or 0 <= reference <= 255


def decode(octets: bytes | str, length: int | None) -> None:
    """Whatever came is decoded or refused, has a kind and an identity, and can be written into the log."""
    found = sms.decode(octets, length)
    assert sms.kind(found)
    assert isinstance(sms.canonical_tpdu(octets, length), bytes)
    if isinstance(found, sms.Undecodable):
        assert found.reason and found.octets == octets
    elif isinstance(found, sms.Deliver):
        if found.text is not None:
            found.text.encode("utf-8")
        found.originating_address.value.encode("utf-8")
        sms.mms_notification(found.data)


def encode(destination: str, text: str) -> None:
    """A text is cut into segments that say it whole, or is refused with a sentence; never said wrong."""
    composed = sms.compose(text)
    assert "".join(composed.segments) == text
    sms.typographic(text)
    try:
        pdus = submit_pdus(destination, text, reference=7)
    except ValueError as error:
        assert str(error)
        assert len(destination) < 6 or destination not in str(error)
        return
    said = [sms.decode(pdu.octets, pdu.length) for pdu in pdus]
    assert "".join(getattr(one, "text", "") or "" for one in said) == text
