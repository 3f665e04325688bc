"""Orders: what the operator wrote into `control`, carried out within one cycle.

Each order is in one transaction with its result, so that an order is never half obeyed nor obeyed twice. Arguments are
the JSON that the commands write; a row that cannot be understood is answered, not obeyed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from antirelou import sms
from antirelou.clock import Moment, Timekeeper
from antirelou.log import Order, Store
from antirelou.policy import NumberKind, Purpose, classify

log = logging.getLogger("antirelou")

_ID_LIMIT = 2**63  # SQLite's integers

Argument = Mapping[str, Any]


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
        for order, result in zip(orders, results, strict=True):
            log.info("order %d (%s): %s", order.id, order.kind, result)
        carried_out += len(orders)
    return carried_out


def _obey(store: Store, order: Order, moment: Moment) -> str:
    try:
        argument = json.loads(order.argument or "{}")
        if not isinstance(argument, dict):
            raise TypeError("an argument is a JSON object")
        return _ORDERS[order.kind](store, argument, moment)
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
        return f"not understood ({type(error).__name__}: {error})"


def _pause(store: Store, argument: Argument, moment: Moment) -> str:
    return "replies are paused; receiving goes on"


def _resume(store: Store, argument: Argument, moment: Moment) -> str:
    if argument.get("clock"):
        store.forgive_clock(moment)
    if argument.get("memory_gap"):
        store.forgive_memory_gap()
    return "replies go on"


def _block(store: Store, argument: Argument, moment: Moment) -> str:
    return f"blocked; {_replies(store.block(argument['address'], moment))} dropped"


def _unblock(store: Store, argument: Argument, moment: Moment) -> str:
    return (
        "unblocked" if store.unblock(argument["address"], moment) else "was not blocked"
    )


def _drop(store: Store, argument: Argument, moment: Moment) -> str:
    return f"{_replies(store.drop(moment, **_which(argument)))} dropped"


def _approve(store: Store, argument: Argument, moment: Moment) -> str:
    return f"{_replies(store.approve(moment, **_which(argument)))} approved"


def _accept_sim(store: Store, argument: Argument, moment: Moment) -> str:
    store.accept_sim(moment)
    return "the SIM now in the modem is this line's"


def _forget_pin(store: Store, argument: Argument, moment: Moment) -> str:
    store.forget_pins(moment)
    return "the PIN in pin_file may be typed once more"


def _send_test(store: Store, argument: Argument, moment: Moment) -> str:
    """The text that strangers get; to one of the operator's own phones as a test, to any other number as a lesson."""
    settings, address = store.settings, argument["address"]
    if not isinstance(address, str):
        raise TypeError("a number is a text")
    if classify(address, settings.modem.country).kind is not NumberKind.MOBILE:
        raise ValueError("a test text goes to a mobile number")
    ours = (*settings.operator.numbers, settings.modem.number)
    purpose = Purpose.TEST if address in ours else Purpose.LESSON
    text = settings.reply.texts[0]
    segments = len(sms.compose(text).segments)
    reply = store.queue_trial(address, text, segments, purpose, moment)
    return f"the test text is queued as reply {reply}"


def _published(store: Store, argument: Argument, moment: Moment) -> str:
    return "remembered"


def _which(argument: Argument) -> dict[str, Any]:
    """Whose replies: some ids, a sender's, those whose text holds a word, or all."""
    ids = tuple(int(number) for number in argument.get("ids", ()))
    if any(not 0 < number < _ID_LIMIT for number in ids):
        raise ValueError("no reply has such an id")
    sender, search = argument.get("sender"), argument.get("search")
    if not isinstance(sender, str | None) or not isinstance(search, str | None):
        raise TypeError("a sender and a word to search are texts")
    return {
        "reply_ids": ids,
        "sender": sender,
        "search": search,
        "everything": bool(argument.get("all", False)),
    }


def _replies(number: int) -> str:
    return f"{number} {'reply' if number == 1 else 'replies'}"


# `pause`, `resume` and `published` act by being there: what they say is derived from these rows.
_ORDERS: dict[str, Callable[[Store, Argument, Moment], str]] = {
    "pause": _pause,
    "resume": _resume,
    "block": _block,
    "unblock": _unblock,
    "drop": _drop,
    "approve": _approve,
    "line_accept": _accept_sim,
    "forget_pin": _forget_pin,
    "send_test": _send_test,
    "published": _published,
}
