"""Takes in: what the modem listed becomes rows, messages and decisions, in one transaction.

The one place where a short message crosses from the wire into the log. What cannot be decoded is kept as it came.
Deleting from the SIM is not done here: the caller does it, with the list that `take` returns, after the commit (P1).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from antirelou import sms
from antirelou.clock import Moment, Timekeeper
from antirelou.daemon.slots import Slots
from antirelou.daemon.tell import Repeats
from antirelou.language import _, labelled
from antirelou.log import Message, Store
from antirelou.modem.facts import DirectPdu, StoredPdu
from antirelou.policy import (
    Hold,
    Kind,
    NeverReason,
    Received,
    decide,
    normalise,
    normalise_text,
    opts_out,
)
from antirelou.policy.words import cries_for_help
from antirelou.settings import Settings

log = logging.getLogger("antirelou")


class Intake:
    """From octets to decisions."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        timekeeper: Timekeeper,
        draw: Callable[[], float],
    ) -> None:
        self.settings = settings
        self._store = store
        self._timekeeper = timekeeper
        self._draw = draw
        self._deleted: list[int] = []  # rows whose slot was emptied, not yet marked so
        self._journal: list[tuple[int, str]] = []  # what is told once it is durable
        self._slots = Slots()
        self._repeats = Repeats()  # of slots that cannot be emptied

    def take(
        self, pdus: Sequence[StoredPdu | DirectPdu]
    ) -> list[tuple[StoredPdu, int]]:
        """Make everything in `pdus` durable; return the slots to empty now, each with its row."""
        moment = self._timekeeper.moment()
        doomed: dict[
            tuple[str, int], tuple[StoredPdu, int]
        ] = {}  # each slot once: emptied twice, it may lose the next
        with self._writing(moment):
            listed: set[int] = set()
            for pdu in dict.fromkeys(pdus):  # some modems say every line twice
                row = self._keep(pdu, listed, moment)
                if isinstance(pdu, StoredPdu) and self._is_doomed(pdu, row, moment):
                    doomed[pdu.storage, pdu.index] = (pdu, row)
            self._decide(moment)
        self._timekeeper.stored(moment)
        return list(doomed.values())

    def swept(self, pdus: Sequence[StoredPdu]) -> None:
        """Note which slots a sweep found full."""
        self._slots.swept({(pdu.storage, pdu.index) for pdu in pdus})

    def emptied(self, pdu: StoredPdu, row: int, *, confirmed: bool) -> None:
        """Remember how the deletion of a slot went; the mark is written with the next commit."""
        self._slots.tried((pdu.storage, pdu.index), self._timekeeper.moment().boot)
        if confirmed:
            self._deleted.append(row)

    def decide(self) -> None:
        """Decide on what became ripe, or was let go, without anything new from the modem."""
        moment = self._timekeeper.moment()
        with self._writing(moment):
            self._decide(moment)

    def write_deletions(self) -> None:
        """Write which slots were emptied, now that no other commit will follow."""
        if self._deleted:
            with self._writing(self._timekeeper.moment()):
                pass

    @contextmanager
    def _writing(self, moment: Moment) -> Iterator[None]:
        """One transaction, with the marks of what was deleted before; what happened is told only when it is durable."""
        self._journal = []
        with self._store.transaction():
            if self._deleted:
                self._store.mark_deleted(self._deleted, moment)
            yield
        self._deleted = []
        for level, line in self._journal:
            log.log(level, "%s", line)

    def _keep(
        self, pdu: StoredPdu | DirectPdu, listed: set[int], moment: Moment
    ) -> int:
        """Keep one short message as it came, and if it is new, what it means."""
        tpdu = sms.decode(pdu.octets, pdu.length)
        read = tpdu.salvaged if isinstance(tpdu, sms.Undecodable) else tpdu
        address = _address(read)
        sender = self._sender(address)
        time = (
            read.service_centre_time
            if isinstance(read, sms.Deliver | sms.StatusReport)
            else None
        )
        stored = pdu if isinstance(pdu, StoredPdu) else None
        taken = self._store.add_deliver(
            storage=stored.storage if stored else None,
            slot=stored.index if stored else None,
            status=stored.status if stored else None,
            octets=pdu.octets,
            canonical=sms.canonical_tpdu(pdu.octets, pdu.length),
            service_centre_address=read.service_centre_address if read else None,
            service_centre_time=time.at if time else None,
            service_centre_time_text=time.isoformat() if time else None,
            sender=sender,
            alphanumeric=bool(address and address.alphanumeric),
            error=tpdu.reason if isinstance(tpdu, sms.Undecodable) else None,
            moment=moment,
        )
        if taken.new:
            self._understand(taken.id, tpdu, read, sender, moment)
        else:
            self._again(taken.id, stored, listed, moment)
        listed.add(taken.id)
        return taken.id

    def _sender(self, address: sms.Address | None) -> str:
        """E.164 where it is a number; a name stays a name, even one made of digits."""
        if address is None or address.alphanumeric:
            return address.value if address else ""
        return normalise(address.value, self.settings.modem.country)

    def _understand(
        self,
        row: int,
        tpdu: sms.Tpdu | sms.Undecodable,
        read: sms.Tpdu | None,
        sender: str,
        moment: Moment,
    ) -> None:
        """Make a message of it, or a segment of one."""
        deliver = read if isinstance(read, sms.Deliver) else None
        address, text = _address(read), getattr(read, "text", None)
        itself = self._store.is_self_test(text)
        self._store.add_message(
            row,
            kind=Kind.SELF_TEST if itself else sms.kind(tpdu),
            sender=sender,
            alphanumeric=bool(address and address.alphanumeric),
            text=text,
            segment=deliver.header.segment if deliver else None,
            service_centre_time=deliver.service_centre_time.at if deliver else None,
            moment=moment,
        )
        if isinstance(tpdu, sms.StatusReport):
            self._store.report(
                tpdu.message_reference,
                sender,
                tpdu.status,
                tpdu.discharge_time.at,
                moment,
            )

    def _again(
        self, row: int, pdu: StoredPdu | None, listed: set[int], moment: Moment
    ) -> None:
        """Tell a message that came again from a slot that was only read again."""
        if pdu is None or row in listed:
            self._store.came_again(row, moment)
            return
        if self._store.stored(row).deleted_at is None:
            return  # its deletion was never confirmed: the same delivery, read once more
        if not self._slots.found((pdu.storage, pdu.index), row, pdu.status).doubtful:
            self._store.came_again(row, moment, storage=pdu.storage, slot=pdu.index)

    def _is_doomed(self, pdu: StoredPdu, row: int, moment: Moment) -> bool:
        """Whether a slot is to be emptied now; one that stays full is left alone for a while, and told."""
        slot = self._slots.found((pdu.storage, pdu.index), row, pdu.status)
        if slot.doubtful and not slot.told:
            slot.told = True
            sentence = _(
                "Slot {index} of storage {storage} cannot be emptied; what it holds is in the log.",
                index=pdu.index,
                storage=pdu.storage,
            )
            self._store.event(
                "undeletable_slot", sentence, moment, repeat_key=pdu.storage
            )
            if self._repeats.due(pdu.storage, moment.boot):
                self._tell(sentence, logging.WARNING)
        return slot.again_at <= moment.boot

    def _tell(self, line: str, level: int = logging.INFO) -> None:
        self._journal.append((level, line))

    def _decide(self, moment: Moment) -> None:
        for message in self._store.undecided(moment):
            if message.kind is Kind.TEXT and message.hold is None:
                self._heed(message, moment)
            self._decide_one(message, moment)

    def _heed(self, message: Message, moment: Moment) -> None:
        """What is acted on when a text is first read, whatever is decided, and even while decisions are held."""
        if message.complete and opts_out(message.text):
            dropped = self._store.opt_out(
                message.sender, moment, alphanumeric=message.alphanumeric
            )
            self._tell(
                _(
                    "message {id} asks to be left alone: recorded for ever; {dropped} replies dropped",
                    id=message.id,
                    dropped=dropped,
                )
            )
        if cries_for_help(message.text, self.settings.reply.distress_words):
            # A lesson that waits for somebody who cries for help would hurt.
            dropped = self._store.drop_lessons(
                message.sender, NeverReason.DISTRESS, moment
            )
            sentence = _(
                "Message {id} may be a cry for help: read it (antirelou why {id}).",
                id=message.id,
            )
            self._store.event("distress", sentence, moment)
            self._tell(
                _(
                    "{sentence} {dropped} replies dropped.",
                    sentence=sentence,
                    dropped=dropped,
                ),
                logging.WARNING,
            )

    def _decide_one(self, message: Message, moment: Moment) -> None:
        normalised = normalise_text(message.text)
        history = self._store.history(message, moment.at, normalised=normalised)
        received = Received(
            kind=message.kind,
            sender=message.sender,
            text=message.text,
            received_at=message.received_at,
            service_centre_time=message.service_centre_time,
            alphanumeric=message.alphanumeric,
        )
        verdict = decide(received, history, self.settings, moment.at, draw=self._draw())
        if isinstance(verdict, Hold):
            if self._store.hold(message.id, verdict.reason):
                told = _(
                    "message {id} waits for its decision: {reason}",
                    id=message.id,
                    reason=verdict.reason,
                )
                self._tell(told)
            return
        segments = len(sms.compose(verdict.reply.text).segments) if verdict.reply else 0
        reply = self._store.decide(
            message.id, verdict, segments, moment, normalised=normalised
        )
        name = _("message {id} ({what})", id=message.id, what=_what(message))
        told = labelled(name, verdict.reason)
        if verdict.reply is not None:
            due = verdict.reply.due_at.astimezone(self.settings.reply.time_zone)
            told += _("; reply {reply} is due {due:%d %b %H:%M}", reply=reply, due=due)
        self._tell(told)


def _address(tpdu: sms.Tpdu | None) -> sms.Address | None:
    """Who wrote it: the sender, or of a status report the one it is about."""
    match tpdu:
        case sms.Deliver():
            return tpdu.originating_address
        case sms.StatusReport():
            return tpdu.recipient_address
        case _:
            return None


def _what(message: Message) -> str:
    """`text`, `text, 2 of 3 segments`."""
    if message.segments_expected == 1:
        return str(message.kind)
    return _(
        "{kind}, {segments} of {expected} segments",
        kind=message.kind,
        segments=message.segments,
        expected=message.segments_expected,
    )
