"""Orders: what the operator wrote into `control`, carried out within one cycle.

Each order is in one transaction with its result, so that an order is never half obeyed nor obeyed twice. Arguments are
the JSON that the commands write; a row that cannot be understood is answered, not obeyed.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from antirelou import sms
from antirelou.clock import Moment, Timekeeper
from antirelou.language import _, plural
from antirelou.log import Order, Store
from antirelou.policy import NumberKind, Purpose, classify
from antirelou.settings import PROOF

log = logging.getLogger("antirelou")

_TRIAL_WITHIN = timedelta(minutes=10)  # nobody waits longer for a test text

_ID_LIMIT = 2**63  # SQLite's integers
_LONGEST_ADDRESS = (
    32  # characters; TP-OA has room for 20 digits and a "+" (TS 23.040 clause 9.1.2.5)
)


def carry_out(store: Store, timekeeper: Timekeeper) -> int:
    """Carry out every open order of this line, however many there are; return how many there were."""
    carried_out = 0
    while orders := store.open_orders():
        results = []
        with store.transaction():
            for order in orders:
                moment = timekeeper.moment()
                results.append(_obey(store, order, moment))
                store.done(order.id, results[-1], moment)
        if any(_declares_times_wrong(order) for order in orders):
            timekeeper.believe(moment)
        for order, result in zip(orders, results, strict=True):
            log.info(_("order %d (%s): %s"), order.id, order.kind, result)
        carried_out += len(orders)
    return carried_out


def _obey(store: Store, order: Order, moment: Moment) -> str:
    obey = _ORDERS.get(order.kind)
    if obey is None:
        return _("not understood: there is no such order")
    try:
        return obey(store, order.argument, moment)
    except _Misunderstood as problem:
        return _("not understood: {problem}", problem=problem)


def _declares_times_wrong(order: Order) -> bool:
    try:
        return order.kind == "resume" and bool(_resumed(order.argument)["clock"])
    except _Misunderstood:
        return False


def _resumed(argument: str) -> dict[str, Any]:
    """What, besides going on, a `resume` orders."""
    return _read(argument, clock=_truth, memory_gap=_truth)


def _pause(store: Store, argument: str, moment: Moment) -> str:
    return _("replies are paused; receiving goes on")


def _resume(store: Store, argument: str, moment: Moment) -> str:
    try:
        given = _resumed(argument)
    except _Misunderstood as problem:
        return _(
            "replies go on; what else was ordered is not understood: {problem}",
            problem=problem,
        )
    if given["clock"]:
        store.forgive_clock(moment)
    if given["memory_gap"]:
        store.forgive_memory_gap()
    return _("replies go on")


def _block(store: Store, argument: str, moment: Moment) -> str:
    return _(
        "blocked; {replies} dropped",
        replies=_replies(store.block(_address(argument), moment)),
    )


def _unblock(store: Store, argument: str, moment: Moment) -> str:
    blocked = store.unblock(_address(argument), moment)
    return _("unblocked") if blocked else _("was not blocked")


def _drop(store: Store, argument: str, moment: Moment) -> str:
    return _(
        "{replies} dropped", replies=_replies(store.drop(moment, **_which(argument)))
    )


def _approve(store: Store, argument: str, moment: Moment) -> str:
    return _(
        "{replies} approved",
        replies=_replies(store.approve(moment, **_which(argument))),
    )


def _accept_sim(store: Store, argument: str, moment: Moment) -> str:
    store.accept_sim(moment)
    return _("the SIM now in the modem is this line's")


def _forget_pin(store: Store, argument: str, moment: Moment) -> str:
    store.forget_pins(moment)
    return _("the PIN in pin_file may be typed once more")


def _send_test(store: Store, argument: str, moment: Moment) -> str:
    """The text that strangers get; to one of the operator's own phones as a test, to any other number as a lesson."""
    settings, address = store.settings, _address(argument)
    if classify(address, settings.modem.country).kind is not NumberKind.MOBILE:
        raise _Misunderstood(_("a test text goes to a mobile number"))
    ours = (*settings.operator.numbers, settings.modem.number)
    purpose = Purpose.TEST if address in ours else Purpose.LESSON
    text = settings.reply.texts[0]
    segments = len(sms.compose(text).segments)
    reply = store.queue_ordered(
        address, text, purpose, moment, segments=segments, within=_TRIAL_WITHIN
    )
    return _("the test text is queued as reply {reply}", reply=reply)


def _prove(store: Store, argument: str, moment: Moment) -> str:
    """A code to a number: whoever knows it reads what comes there. No number gets it as its third text (P12)."""
    settings, address = store.settings, _address(argument)
    if classify(address, settings.modem.country).kind is not NumberKind.MOBILE:
        raise _Misunderstood(_("a code goes to a mobile number"))
    if reason := store.refuses(address):
        return _(
            "no code is sent ({reason}): agree on a word with whoever asks, let it be texted to this line, and look for "
            "it with antirelou log --sender",
            reason=reason,
        )
    text = PROOF.format(code=f"{secrets.randbelow(10**6):06}")
    within = settings.reply.expire_after
    reply = store.queue_ordered(
        address, text, Purpose.PROOF, moment, segments=1, within=within
    )
    return _(
        "a code is queued as reply {reply}, and leaves by the rules and within the limits of every reply",
        reply=reply,
    )


def _forget(store: Store, argument: str, moment: Moment) -> str:
    dropped, erased, held = store.forget(_address(argument), moment)
    told = _(
        "{replies} dropped; {messages}, and the event erased says when",
        replies=_replies(dropped),
        messages=plural(erased, "message is being erased", "messages are being erased"),
    )
    if not held:
        return told
    kept = plural(held, "message is kept", "messages are kept")
    return told + _("; {kept} while a legal hold lasts", kept=kept)


def _hold(store: Store, argument: str, moment: Moment) -> str:
    given = _read(argument, since=_time, until=_time, note=_words)
    if given["since"] >= given["until"]:
        raise _Misunderstood(_("it ends before it begins"))
    return _("nothing of that period is erased until the hold is ended")


def _hold_end(store: Store, argument: str, moment: Moment) -> str:
    _read(argument, id=_id)
    return _("the hold is ended; what is due is erased within a day")


def _published(store: Store, argument: str, moment: Moment) -> str:
    _read(argument)
    return _("remembered")


# What an order says: its types are checked here, and a value is never repeated, since an answer stays for ever.


class _Misunderstood(Exception):
    """The row of an order says what no command writes; the message is the end of the sentence that answers it."""


def _read(argument: str, **readings: Callable[[str, Any], Any]) -> dict[str, Any]:
    """What is said under each of these keys, as it is to be read."""
    try:
        given = json.loads(argument or "{}")
    except (RecursionError, ValueError):
        raise _Misunderstood(_("its argument is not JSON")) from None
    if not isinstance(given, dict):
        raise _Misunderstood(_("its argument is no JSON object"))
    return {key: reading(key, given.get(key)) for key, reading in readings.items()}


def _truth(key: str, value: Any) -> bool:
    if not isinstance(value, bool | None):
        raise _Misunderstood(_("{key} is neither true nor false", key=key))
    return bool(value)


def _words(key: str, value: Any) -> str | None:
    if not isinstance(value, str | None):
        raise _Misunderstood(_("{key} is no text", key=key))
    return value


def _ids(key: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | None):
        raise _Misunderstood(_("{key} is no list", key=key))
    ids = tuple(value or ())
    if not all(type(one) is int and 0 < one < _ID_LIMIT for one in ids):
        raise _Misunderstood(_("no message has such an id"))
    return ids


def _address(argument: str) -> str:
    address: str | None = _read(argument, address=_words)["address"]
    if not address or len(address) > _LONGEST_ADDRESS:
        raise _Misunderstood(_("it names no number"))
    return address


def _which(argument: str) -> dict[str, Any]:
    """Whose replies: some ids, a sender's, those whose text holds a word, or all."""
    given = _read(argument, ids=_ids, sender=_words, search=_words, all=_truth)
    return {
        "reply_ids": given["ids"],
        "sender": given["sender"],
        "search": given["search"],
        "everything": given["all"],
    }


def _id(key: str, value: Any) -> int:
    return _ids(key, [value])[0]


def _time(key: str, value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Misunderstood(_("{key} is no time", key=key)) from None
    if at.tzinfo is None:
        raise _Misunderstood(_("{key} has no zone", key=key))
    return at


def _replies(number: int) -> str:
    return plural(number, "reply", "replies")


# `pause`, `resume`, `published`, `hold` and `hold_end` act by being there: what they say is derived from these rows.
_ORDERS: dict[str, Callable[[Store, str, Moment], str]] = {
    "pause": _pause,
    "resume": _resume,
    "block": _block,
    "unblock": _unblock,
    "drop": _drop,
    "approve": _approve,
    "line_accept": _accept_sim,
    "forget_pin": _forget_pin,
    "send_test": _send_test,
    "prove": _prove,
    "published": _published,
    "forget": _forget,
    "hold": _hold,
    "hold_end": _hold_end,
}
