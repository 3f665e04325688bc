"""The only place with SQL.

`Store` is the daemon's: it writes. `Reader` is everybody else's: it only reads. `give_order` is how the CLI speaks to
a running daemon, `holder` tells whether there is one, `verify` recomputes the chain. Names are imported on first use,
so that a reading command does not load what only the daemon needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antirelou.log.backup import back_up, restore
    from antirelou.log.errors import (
        BackupUnreadable,
        DiskFailing,
        DiskFull,
        KeyMissing,
        KeyWrong,
        LineHeld,
        LogBusy,
        LogDamaged,
        LogError,
        LogExists,
        LogMissing,
        LogWeather,
        NewerSchema,
        NoCryptography,
        NotADatabase,
        ReadOnlyLog,
    )
    from antirelou.log.explain import Change, Fault
    from antirelou.log.exports import Export, record_export
    from antirelou.log.facts import (
        Alert,
        DueReply,
        Message,
        Noted,
        Order,
        State,
        Stored,
        SubmitState,
        Taken,
        Verdict,
    )
    from antirelou.log.holds import Hold, RaidAhead
    from antirelou.log.lock import holder
    from antirelou.log.notes import write_note
    from antirelou.log.orders import give_order, give_orders
    from antirelou.log.reader import Reader
    from antirelou.log.store import Store
    from antirelou.log.verification import Anchor, Verified, verify

_ERRORS = (
    "BackupUnreadable DiskFailing DiskFull KeyMissing KeyWrong LineHeld LogBusy LogDamaged LogError "
    "LogExists LogMissing LogWeather NewerSchema NoCryptography NotADatabase ReadOnlyLog"
)
_FACTS = "Alert DueReply Message Noted Order State Stored SubmitState Taken Verdict"
_HOMES = {
    "backup": "back_up restore",
    "errors": _ERRORS,
    "explain": "Change Fault",
    "exports": "Export record_export",
    "facts": _FACTS,
    "holds": "Hold RaidAhead",
    "lock": "holder",
    "notes": "write_note",
    "orders": "give_order give_orders",
    "reader": "Reader",
    "store": "Store",
    "verification": "Anchor Verified verify",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Alert",
    "Anchor",
    "BackupUnreadable",
    "Change",
    "DiskFailing",
    "DiskFull",
    "DueReply",
    "Export",
    "Fault",
    "Hold",
    "KeyMissing",
    "KeyWrong",
    "LineHeld",
    "LogBusy",
    "LogDamaged",
    "LogError",
    "LogExists",
    "LogMissing",
    "LogWeather",
    "Message",
    "NewerSchema",
    "NoCryptography",
    "NotADatabase",
    "Noted",
    "Order",
    "RaidAhead",
    "ReadOnlyLog",
    "Reader",
    "State",
    "Store",
    "Stored",
    "SubmitState",
    "Taken",
    "Verdict",
    "Verified",
    "back_up",
    "give_order",
    "give_orders",
    "holder",
    "record_export",
    "restore",
    "verify",
    "write_note",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
