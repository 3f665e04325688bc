"""Slots that were to be emptied and are still full: when to try again, and when to say so.

Each slot is remembered with the row of what it holds, as long as every sweep finds that in it. It knows no modem and
no log. A lying modem and a network that delivers the very same again look alike, but for the status of the slot: what
was listed before is read, what came since is not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

_BELIEVED = 3  # attempts at once; after as many the slot itself is in doubt
_BELIEVED_UNREAD = (
    30  # the same where the modem says that what is in the slot came since
)
_FIRST_WAIT = 60.0  # seconds until the next attempt then; doubles
_LONGEST_WAIT = 3600.0
_UNREAD = 0  # <stat> of 3GPP TS 27.005 clause 3.1

Name = tuple[str, int]  # storage and index


@dataclass(slots=True)
class Slot:
    """One slot, and what was tried to empty it."""

    row: int
    tries: int = 0
    again_at: float = 0.0  # boot time of the next attempt
    told: bool = False  # that it cannot be emptied, since the last attempt
    believed: int = _BELIEVED

    @property
    def doubtful(self) -> bool:
        """Whether it was tried so often that it is the slot, not the network."""
        return self.tries >= self.believed


class Slots:
    """The slots that the last sweep found full."""

    def __init__(self) -> None:
        self._slots: dict[Name, Slot] = {}

    def swept(self, full: Collection[Name]) -> None:
        """Forget the slots that are empty now."""
        self._slots = {name: slot for name, slot in self._slots.items() if name in full}

    def found(self, name: Name, row: int, status: int | None) -> Slot:
        """The slot that holds this row; a new one if it held another before."""
        slot = self._slots.get(name)
        if slot is None or slot.row != row:
            slot = self._slots[name] = Slot(row)
        slot.believed = _BELIEVED_UNREAD if status == _UNREAD else _BELIEVED
        return slot

    def tried(self, name: Name, boot: float) -> None:
        """Note one attempt; from some number on the next ones wait, longer and longer."""
        slot = self._slots.get(name)
        if slot is None:
            return
        slot.tries, slot.told = slot.tries + 1, False
        if slot.doubtful:
            slot.again_at = boot + min(
                _FIRST_WAIT * 2 ** min(slot.tries - slot.believed, 10), _LONGEST_WAIT
            )
