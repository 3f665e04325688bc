"""The storages of modem and SIM: which there are, what is in their slots, emptying one slot.

Promises that a slot is never listed or deleted under another storage's name: every command that relies on the
selected storage says as of which epoch, and the storage is selected again whenever the modem may have started since.
A slot that cannot be understood is returned as it came; one that was shown in text mode, which is not what is in it,
is not returned.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from antirelou.language import _
from antirelou.modem.dongle import Dongle, SettingsLost, Unanswered
from antirelou.modem.exchange import Exchange
from antirelou.modem.facts import (
    CommandRefused,
    ModemSilent,
    SimRefused,
    StorageUse,
    StoredPdu,
)
from antirelou.modem.initialise import optional
from antirelou.modem.lines import number_of, split_prefix
from antirelou.modem.pin import BUSY_SECONDS, is_busy, refused, state_of

KNOWN = frozenset({"SM", "ME", "MT", "SR", "BM", "TA", "SM_P", "ME_P", ""})
FRESH_SECONDS = 1.0  # no modem starts again between two commands closer than this
SILENCE_SECONDS = 7.0  # before an answer, and between two lines of a listing
SLOT_SECONDS = 0.3  # some read the whole SIM before the first line
BELIEVED_SECONDS = 3600.0  # that +CMGL does not work; it may have hung for a while only
EMPTY = 321  # invalid memory index: there is nothing in it (TS 27.005 clause 3.2.5)
HANGS = (
    3  # slots that may stay unanswered before the reading of single slots is given up
)

# A header of text mode: its status is a word (TS 27.005 clause 3.1, <stat>).
_TEXT_MODE = re.compile(
    r'\+CMG[LR]:\s*(?:\d+\s*,\s*)?"(?:REC|STO) [A-Z]+"', re.IGNORECASE
)

log = logging.getLogger("antirelou.modem")


class Storages:
    """The storages behind one connection."""

    def __init__(self, dongle: Dongle) -> None:
        self._dongle = dongle
        self._offered: list[str] = []
        self._uses: dict[str, StorageUse] = {}
        self._slot_by_slot: dict[
            str, float
        ] = {}  # storages whose +CMGL does not work, and until when that is believed
        self._listed_as_of: dict[
            str, int
        ] = {}  # the modem's starts before each listing

    def names(self) -> list[str]:
        """The storages to sweep: SM and ME as far as offered or in use, MT only if neither is; both if nobody tells."""
        offered = self._offered = self._offered or self._asked()
        names: list[str] = [name for name in ("SM", "ME") if name in offered]
        if names or "MT" in offered:
            return names or ["MT"]
        return [] if offered else ["SM", "ME"]

    def _asked(self) -> list[str]:
        """What the modem offers for reading; and where messages arrive, which some offer for that only."""
        offered = first_memories(optional(self._dongle, "AT+CPMS=?") or [])
        if len({"SM", "ME"} & set(offered)) != 1:
            return offered
        in_use = " ".join(optional(self._dongle, "AT+CPMS?") or [])
        return offered + [name for name in ("SM", "ME") if f'"{name}"' in in_use]

    def uses(self) -> tuple[StorageUse, ...]:
        """How full each storage is; asks anew which there are, for noise may have spoiled the answer before."""
        self._offered = []
        found = [
            use for name in self.names() if (use := self._selected(name)) is not None
        ]
        return tuple(found)

    def stored(self) -> list[StoredPdu]:
        """Every slot of every storage; raises `CommandRefused` or `SimRefused` if none could be listed."""
        self._patiently("AT+CMGF=0")  # should something have put it into text mode
        found: list[StoredPdu] = []
        listed = False
        for name in self.names():
            try:
                use = self._select(name)
            except CommandRefused as error:
                log.debug("%s", error)
                continue
            found += self._listed(name, use)
            listed = True
        if not listed:
            found = self._listed("", None)
        return found

    def delete(self, storage: str, index: int) -> bool:
        """Empty one slot; False when the modem refuses, `ModemSilent` when it says nothing.

        False too when the modem started since the storage was listed: another message may be in the slot by now.
        """
        if storage not in KNOWN:
            raise ValueError(f"no storage is called {storage!r}")
        if index < 0:  # a slot whose number the modem did not tell
            return False
        for _attempt in range(3):
            self._dongle.prepare()
            if self._listed_as_of.get(storage) != self._dongle.starts:
                return False
            try:
                if storage:
                    self._select(storage, again=False)
                self._dongle.ask(f"AT+CMGD={index}", 20, as_of=self._dongle.epoch)
                return True
            except SettingsLost:
                continue
            except CommandRefused as error:
                return error.cause == EMPTY and error.command.startswith("AT+CMGD")
        return False

    # Selecting

    def _select(self, name: str, *, again: bool = True) -> StorageUse | None:
        """Make `name` the first memory; without `again` only if it may be another one by now."""
        dongle = self._dongle
        dongle.prepare()
        fresh = dongle.clock.boot() - dongle.answered_at < FRESH_SECONDS
        if dongle.storage == name and fresh and not again:
            return self._uses.get(name)
        dongle.storage = None
        exchange = self._first_accepted(
            f'AT+CPMS="{name}"', f'AT+CPMS="{name}","{name}"', name
        )
        dongle.storage = name
        use = _use(name, exchange)
        if use is not None:
            self._uses[name] = use
        return use

    def _first_accepted(self, one: str, two: str, name: str) -> Exchange:
        try:
            return self._patiently(one)
        except CommandRefused as error:
            log.debug("%s", error)
        try:
            return self._dongle.exchange(f'{two},"{name}"')
        except CommandRefused as error:
            log.debug("%s", error)
        return self._dongle.exchange(two)  # Wavecom takes two

    def _patiently(self, command: str) -> Exchange:
        """The answer to a command that is asked again while the SIM is busy; raises `SimRefused` if it has a cause."""
        deadline = self._dongle.clock.boot() + BUSY_SECONDS
        while True:
            try:
                return self._dongle.exchange(command, SILENCE_SECONDS)
            except CommandRefused as error:
                if state := state_of(error):
                    raise refused(state) from error
                if not is_busy(error):
                    raise
                if self._dongle.clock.boot() >= deadline:
                    raise refused("busy") from error
            self._dongle.pause(1.0)

    def _selected(self, name: str) -> StorageUse | None:
        try:
            return self._select(name)
        except (CommandRefused, SimRefused, Unanswered):
            return None

    # Listing

    def _listed(self, name: str, use: StorageUse | None) -> list[StoredPdu]:
        """The slots of one storage, by `+CMGL`, or one by one where that is refused or hangs twice."""
        self._listed_as_of[name] = self._dongle.starts
        if self._dongle.clock.boot() < self._slot_by_slot.get(name, 0.0):
            return self._by_slot(name, use)
        hung = 0
        refusals = 0  # the first may be of a modem that fell into text mode just now
        for _attempt in range(5):
            try:
                lines = self._list(name, use)
            except SettingsLost:
                self._listed_as_of[name] = self._dongle.starts
                continue
            except Unanswered:
                hung += 1
                if hung == 2:
                    break
                continue
            except CommandRefused as error:
                if error.cause == EMPTY:
                    return []
                if state := state_of(error):
                    raise refused(state) from error
                if is_busy(error):
                    raise refused("busy") from error
                refusals += 1
                if refusals == 2:
                    break
                self._patiently("AT+CMGF=0")
                continue
            return [self._whole(slot, name) for slot in slots(name, lines)]
        else:
            raise ModemSilent(
                _(
                    "The modem started again during each of several listings: check its power supply."
                )
            )
        log.debug("storage %s is read slot by slot", name)
        self._slot_by_slot[name] = self._dongle.clock.boot() + BELIEVED_SECONDS
        return self._by_slot(name, use)

    def _list(self, name: str, use: StorageUse | None) -> list[str]:
        dongle = self._dongle
        if name:
            self._select(name, again=False)
        used = use.used if use else 255
        first = SILENCE_SECONDS + SLOT_SECONDS * used
        # Ten bits an octet, 420 octets a slot; the rest is for a modem that thinks between two.
        whole = 60.0 + first + used * (4200 / max(dongle.baudrate, 300) + 1.0)
        return self._shown("AT+CMGL=4", whole, silence=first)

    def _shown(
        self, command: str, seconds: float = 10.0, *, silence: float | None = None
    ) -> list[str]:
        """What is shown of slots of the selected storage; `SettingsLost` if it may be of another one, or no PDU."""
        dongle = self._dongle
        epoch = dongle.epoch
        lines = dongle.ask(command, seconds, silence=silence, as_of=epoch)
        if dongle.epoch != epoch:
            raise SettingsLost(_("The modem started during a listing."))
        if any(_TEXT_MODE.match(line) for line in lines):
            self._patiently("AT+CMGF=0")
            raise SettingsLost(_("The modem's settings may have changed."))
        return lines

    def _whole(self, slot: StoredPdu, name: str) -> StoredPdu:
        """A slot as it is: one whose octets are not of the length told was cut in the listing, and is read by itself.

        What is damaged in the slot has no length that fits: of it the longer reading is kept.
        """
        if _is_whole(slot) or slot.index < 0:
            return slot
        try:
            if name:
                self._select(name, again=False)
            again = slots(name, self._shown(f"AT+CMGR={slot.index}"), slot.index)
        except (CommandRefused, Unanswered, SettingsLost) as error:
            log.debug("%s", error)
            return slot
        if len(again) != 1:
            return slot
        if not _is_whole(again[0]) and len(again[0].octets) <= len(slot.octets):
            return slot
        return replace(again[0], status=slot.status)  # reading it has changed that

    def _by_slot(self, name: str, use: StorageUse | None) -> list[StoredPdu]:
        found: list[StoredPdu] = []
        hung = read = 0
        last = use.total if use else 50
        for index in range(last + 1):  # slots start at 0 on some, at 1 on others
            if use is not None and len(found) >= use.used:
                break
            try:
                if name:
                    self._select(name, again=False)
                lines = self._shown(f"AT+CMGR={index}")
            except SettingsLost:
                continue
            except CommandRefused as error:
                if error.cause == EMPTY or error.cause is None or index in (0, last):
                    continue
                if state := state_of(error):
                    raise refused(state) from error
                continue
            except Unanswered:
                hung += 1
                if hung == HANGS and not read:
                    raise
                if hung == HANGS:
                    break
                continue
            read += 1
            found += slots(name, lines, index)
        return found


def first_memories(answers: list[str]) -> list[str]:
    """The storages for reading in the answer to `AT+CPMS=?`: of a list of lists the first, else all that are named."""
    text = answers[-1] if answers else ""
    group = re.search(r"\(([^()]*)\)", text)
    return re.findall(
        r"[A-Z][A-Z_]+", (group[1] if group and '"' in group[1] else text).upper()
    )


def slots(storage: str, lines: list[str], index: int | None = None) -> list[StoredPdu]:
    """The slots in the answer to `AT+CMGL=4`, or to `AT+CMGR=` of slot `index`, in the order told.

    Nothing that stands behind a header is dropped: of several lines the one that is hexadecimal is the PDU.
    """
    found: list[StoredPdu] = []
    header: tuple[int, int | None, int | None] | None = None
    body: list[str] = []
    for line in [*lines, "+CMGL:"]:
        prefix, rest = split_prefix(line)
        if prefix not in ("+CMGL", "+CMGR"):
            body.append(line)
            continue
        if header is not None:
            found.append(StoredPdu(storage, *header, _octets(body)))
        body = []
        if rest:
            header, same_line = _header(rest, index)
            body += same_line
    return found


def _header(
    rest: str, index: int | None
) -> tuple[tuple[int, int | None, int | None], list[str]]:
    """(index, status, length) and the PDU where it is on the header's own line, behind a blank."""
    words = rest.split()
    same_line = (
        words[-1:]
        if len(words) > 1 and re.fullmatch(r"[0-9A-Fa-f]{16,}", words[-1])
        else []
    )
    parts = rest[: -len(same_line[0])].split(",") if same_line else rest.split(",")
    numbers = [number_of(part) for part in parts]
    length = numbers[-1] if len(parts) > 1 else None
    if index is None:
        told = numbers.pop(0)
        index = -1 if told is None else told
    # gammu has seen `+CMGR: 4,1,,151`: with one number more than its form allows, the first is the index again.
    status = (
        numbers[1]
        if len(parts) == 4 and len(numbers) == 4
        else (numbers[0] if len(numbers) > 1 else None)
    )
    return (index, status, length), same_line


def _octets(body: list[str]) -> str:
    lines = [line.strip('" ') for line in body]
    whole = [line for line in lines if re.fullmatch(r"[0-9A-Fa-f]+", line)]
    return max(whole, key=len) if whole else next(iter(lines), "")


def _is_whole(slot: StoredPdu) -> bool:
    """Whether as many octets came as were told, which count without the service centre's; of no count, whether any."""
    try:
        octets = bytes.fromhex(slot.octets)
    except ValueError:
        return False
    return bool(octets) and (
        slot.length is None or slot.length in (len(octets), len(octets) - octets[0] - 1)
    )


def _use(name: str, exchange: Exchange) -> StorageUse | None:
    """The first two numbers of `+CPMS: <used>,<total>,…`, with or without names between."""
    for answer in exchange.answered():
        numbers = [number_of(part) for part in answer.split(",")]
        known = [number for number in numbers if number is not None]
        if len(known) >= 2:
            return StorageUse(name, known[0], known[1])
    return None
