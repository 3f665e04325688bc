"""What comes in over the air: texts single and in segments, junk, reports, calls; and what each should become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from antirelou.simulator import READ, Content, Simulation, Slot
from antirelou.simulator.pdu import delivers
from soak.configuration import OPERATOR
from soak.logbook import Logbook, identity
from soak.record import Record
from soak.timetable import Timetable
from soak.witness import Witness

NUMBERS = tuple(f"+3363998{each:04d}" for each in range(1, 9))
_OTHERS = ("+447700900123", "38200", "ORANGE", OPERATOR)
_WORDS = [
    "bonjour",
    "ça",
    "va",
    "toi",
    "moi",
    "non",
    "oui",
    "demain",
    "réponds",
    "allez",
    "😀",
    "voilà",
    "pourquoi",
    "tu",
    "mens",
    "{x}",
    "€uro",
]
_SHORT = ("au secours", "Salut", "oui")
_PASTED = "Le même texte de campagne, assez long pour compter comme collé"
_REFERENCES = (7, 8)  # that some phones use again and again


@dataclass(frozen=True, slots=True)
class Whole:
    """A text that must be in the log as it was written, once all its segments are."""

    words: str
    identities: tuple[str, ...]


class People:
    """Strangers, the operator's own phone, and whatever else the network lets through."""

    def __init__(
        self,
        random: Random,
        simulation: Simulation,
        timetable: Timetable,
        witness: Witness,
        logbook: Logbook,
        record: Record,
    ) -> None:
        self._random, self._simulation = random, simulation
        self._network = simulation.network
        self._timetable, self._witness = timetable, witness
        self._logbook, self._record = logbook, record
        self.whole: list[Whole] = []
        self._newcomers = 0
        self._junk: set[str] = set()
        self.damaged: set[str] = (
            set()
        )  # identities of what other messages were made from
        self.others: set[str] = set()  # PDUs that the network never handed over

    def _token(self) -> str:
        return f"{self._random.randrange(10**8):08d}"

    def text(self) -> None:
        """One short text, of any class, now and then old or in another alphabet."""
        lot = self._random
        who = lot.choice((*NUMBERS, *_OTHERS))
        words = lot.choice(
            (*_SHORT, " ".join(lot.choices(_WORDS, k=lot.randint(1, 11))))
        )
        words = f"{words} {self._token()}"
        kind = lot.choice((None,) * 6 + (0, 1, 2, 3))
        how: dict[str, object] = {"message_class": kind}
        if lot.random() < 0.1:
            how["alphabet"] = lot.choice(("ucs2", "8bit"))
        if lot.random() < 0.1:
            ago = timedelta(hours=lot.choice((1, 10, 80, 1000, -5)))
            how["service_centre_time"] = self._simulation.wall() - ago
        plain = kind is None and how.get("alphabet") != "8bit"
        self._timetable.soon(lambda: self._send(who, words, how, plain))

    def _send(self, who: str, words: str, how: dict[str, object], plain: bool) -> None:
        try:
            pdus = self._network.text(who, words, **how)  # type: ignore[arg-type]
        except UnicodeError:  # the alphabet that was drawn has not these characters
            return
        if plain:
            self.whole.append(Whole(words, tuple(map(identity, pdus))))
        self._record.act(f"text {who} {words[:30]!r} {how}")

    def newcomer(self) -> None:
        """Somebody writes who never did before."""
        self._newcomers += 1
        who = f"+33639981{self._newcomers:03d}"
        self._send(who, f"Salut {self._token()}", {}, True)

    def stop(self) -> None:
        """Somebody asks to be left alone."""
        who = self._random.choice(NUMBERS)

        def write() -> None:
            (pdu,) = self._network.text(who, self._random.choice(("STOP", "Arret svp")))
            self._witness.says_stop(who, pdu)
            self._record.act(f"STOP {who}")

        self._timetable.soon(write)

    def long(self) -> None:
        """A concatenated text: any order, now and then with a segment repeated, late or missing, or a reference reused."""
        lot = self._random
        who = lot.choice(NUMBERS[:5])
        words = " ".join((self._token(), *lot.choices(_WORDS, k=lot.randint(40, 110))))
        bits, reused = lot.choice((8, 16)), lot.random() < 0.3
        reference = lot.choice(_REFERENCES) if reused else lot.randrange(256)
        gap = lot.choice((0, 0, 0, 30, 300, 1500))
        missing, repeated = lot.random() < 0.2, lot.random() < 0.2
        self._timetable.soon(
            lambda: self._send_long(
                who, words, reference, bits, gap, missing, repeated, reused
            )
        )

    def _send_long(
        self,
        who: str,
        words: str,
        reference: int,
        bits: int,
        gap: float,
        missing: bool,
        repeated: bool,
        reused: bool,
    ) -> None:
        pdus = delivers(
            *(who, words, self._simulation.wall()),
            smsc=self._network.service_centre,
            content=Content(),
            reference=reference,
            reference_bits=bits,
        )
        order = self._random.sample(pdus, len(pdus))[: len(pdus) - missing]
        order += order[:1] * repeated
        for number, pdu in enumerate(order):
            self._network.pdu(pdu, at=gap * number or None, has_smsc=True)
        if not missing and not reused:
            self.whole.append(Whole(words, tuple(map(identity, pdus))))
        self._record.act(
            f"long {who} {words[:8]} {len(order)} of {len(pdus)}, {reference}/{bits}, {gap} s"
        )

    def burst(self) -> None:
        """One number writes and writes."""
        who = self._random.choice(NUMBERS)
        for _ in range(self._random.randint(5, 40)):
            self._network.text(who, self._random.choice(("a", "b", self._token())))
        self._record.act(f"burst {who}")

    def everybody(self) -> None:
        """All write at once, now and then the same."""
        pasted = self._random.random() < 0.3
        for who in NUMBERS:
            self._network.text(who, _PASTED if pasted else f"coucou {self._token()}")
        self._record.act("everybody")

    def junk(self) -> None:
        """Octets that are no short message, or one that is damaged, cut or padded."""
        lot = self._random
        delivered = (one.pdu for one in self._network.delivered)
        known = [pdu for pdu in delivered if pdu not in self._junk]
        base = lot.choice(known or ["07913306091093F0040B913336998000F1"])
        how = lot.choice(("random", "damaged", "damaged", "cut", "padded"))
        pdu, smsc = _spoilt(lot, base, how), lot.choice((None, True))
        self._timetable.soon(lambda: self._send_junk(pdu, base, how, smsc))

    def _send_junk(self, pdu: str, base: str, how: str, smsc: bool | None) -> None:
        try:
            whole = self._network.pdu(pdu, has_smsc=smsc)
        except ValueError:  # not even the simulated network lets it through
            return
        self._junk.add(whole)
        if how == "padded" and whole == pdu:
            self._logbook.padded(pdu, base)
        self.damaged.add(identity(base))
        self._record.act(f"junk {how} {whole}")

    def again(self) -> None:
        """The network delivers something again that the modem took long ago."""
        if not self._network.delivered:
            return
        pdu = self._random.choice(self._network.delivered).pdu

        def send() -> None:
            self._network.pdu(pdu, has_smsc=True)
            self._record.act(f"again {pdu[:30]}")

        self._timetable.soon(send)

    def report(self) -> None:
        """A status report, for something that was submitted or for nothing."""
        lot, submitted = self._random, self._network.submitted
        one = lot.choice(submitted) if submitted else None
        who = one.destination if one else lot.choice(NUMBERS)
        reference = one.message_reference if one else lot.randrange(256)
        status = lot.choice((0, 1, 32, 64))

        def send() -> None:
            self._network.report(who, reference, status=status)
            self._record.act(f"report {who} {status}")

        self._timetable.soon(send)

    def call(self) -> None:
        """Somebody rings, perhaps without telling who."""
        who, seconds = (
            self._random.choice((*NUMBERS, None)),
            self._random.choice((2, 10, 40)),
        )

        def ring() -> None:
            self._network.call(who, seconds=seconds)
            self._record.act(f"call {who} {seconds} s")

        self._timetable.soon(ring)

    def old_message(self) -> None:
        """A slot turns out to hold something that nobody saw coming."""
        lot = self._random
        storage = self._simulation.sim.storages[lot.choice(("SM", "ME"))]
        (pdu,) = delivers(
            lot.choice(NUMBERS),
            f"ancien {self._token()}",
            self._simulation.wall() - timedelta(hours=lot.choice((0, 100))),
            smsc=self._network.service_centre,
            content=Content(),
            reference=0,
        )
        if storage.put(Slot(lot.choice((0, READ)), pdu)) is not None:
            self.others.add(pdu)
            self._record.act(f"in {storage.name} already: {pdu}")


def _spoilt(lot: Random, base: str, how: str) -> str:
    octets = bytearray.fromhex(base)
    match how:
        case "random":
            octets = bytearray(lot.randbytes(lot.randint(1, 169)))
        case "damaged":
            for _ in range(lot.randint(1, 3)):
                octets[lot.randrange(len(octets))] = lot.randrange(256)
        case "cut":
            octets = octets[: lot.randint(1, max(1, len(octets) - 1))]
        case "padded":
            octets += bytes(lot.randint(1, 19))
    return octets.hex().upper()
