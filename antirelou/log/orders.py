"""Orders: what the operator wants, as rows of `control` that the CLI writes and the line's daemon carries out.

An order is in the chain from the moment it is given. `argument` is a JSON object; results are sentences without
numbers or texts, since they stay for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from antirelou.clock import Moment
from antirelou.log import chain
from antirelou.log.beside import beside
from antirelou.log.connection import Connection
from antirelou.log.facts import Order, State
from antirelou.log.key import Domain
from antirelou.log.session import clean
from antirelou.log.submits import Submits
from antirelou.log.times import stamp
from antirelou.policy.decide import MOST_TEXTS
from antirelou.policy.facts import NeverReason, Purpose
from antirelou.settings import Settings

KINDS = (
    "pause",
    "resume",
    "block",
    "unblock",
    "drop",
    "approve",
    "line_accept",
    "forget_pin",
    "send_test",
    "prove",
    "published",
    "forget",
    "hold",
    "hold_end",
)


class Orders(Submits):
    """The daemon's side of `control`."""

    def order(self, kind: str, argument: str, moment: Moment) -> int:
        """Give an order to this line; return its id."""
        with self._writing():
            return _insert(self._db, self.line, kind, argument, moment.at)

    def open_orders(self, limit: int = 100) -> list[Order]:
        """Return what is ordered and not yet done, oldest first."""
        rows = self._db.rows(
            "SELECT id, line, kind, argument FROM control WHERE done_at IS NULL AND line = ? ORDER BY id LIMIT ?",
            [self.line, limit],
        )
        return [
            Order(row["id"], row["line"], row["kind"], row["argument"] or "")
            for row in rows
        ]

    def refuses(self, address: str) -> NeverReason | None:
        """Why no text of any kind may leave for a number, None if one may."""
        row = self._db.row(
            "SELECT blocked_at, opted_out_at, told FROM senders WHERE id = ?",
            [self._known_sender(address)],
        )
        if row is None:
            return None
        if row["told"] >= MOST_TEXTS:
            return NeverReason.ALREADY_TOLD
        if row["blocked_at"] is not None:
            return NeverReason.BLOCKED
        return NeverReason.OPTED_OUT if row["opted_out_at"] is not None else None

    def queue_ordered(
        self,
        address: str,
        text: str,
        purpose: Purpose,
        moment: Moment,
        *,
        segments: int,
        within: timedelta,
    ) -> int:
        """Queue a text that answers nothing, since the operator asked for one; it leaves by the same rules as any reply.

        It is approved by being ordered, and dropped if it could not leave `within` that time. Returns the reply's id.
        """
        with self._writing():
            sender_id = self._sender_id(address, moment)
            if sender_id is None:
                raise ValueError("a text goes to somebody")
            now = stamp(moment.at)
            reply = self._db.insert(
                "INSERT INTO replies (line, sender_id, purpose, text, segments, state, queued_at, boot_id, due_at,"
                " expires_at, approved_at, lot, nonce) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(self.line, sender_id, purpose.value, clean(text), segments),
                    *(State.QUEUED.value, now, moment.boot_id, now),
                    *(stamp(moment.at + within), now),
                    *(self._key.hmac(Domain.LOT, now[:10], address), chain.nonce()),
                ],
            )
            self._chain("reply", reply, moment.at)
            self._chain("reply.state", reply, moment.at)
            return reply

    def done(self, order_id: int, result: str, moment: Moment) -> None:
        """Remember that an order was carried out, and how it went."""
        with self._writing():
            self._db.run(
                "UPDATE control SET done_at = ?, result = ? WHERE id = ?",
                [stamp(moment.at), clean(result), order_id],
            )
            self._chain("order.state", order_id, moment.at)


def give_order(settings: Settings, kind: str, argument: str, moment: Moment) -> int:
    """Write one order beside a daemon that may be running; return its id. `argument` is a JSON object.

    Raises `LogMissing` where no daemon has made a log yet.
    """
    return give_orders(settings, kind, [argument], moment)[0]


def give_orders(
    settings: Settings, kind: str, arguments: Sequence[str], moment: Moment
) -> list[int]:
    """Write an order for each of `arguments`, all or none, as `give_order` does; return their ids."""
    with beside(settings.log.path) as connection:
        return [
            _insert(connection, settings.line, kind, argument, moment.at)
            for argument in arguments
        ]


def _insert(
    connection: Connection, line: str, kind: str, argument: str, at: datetime
) -> int:
    if kind not in KINDS:
        raise ValueError(f"there is no order {kind!r}")
    order = connection.insert(
        "INSERT INTO control (at, line, kind, argument, nonce) VALUES (?, ?, ?, ?, ?)",
        [stamp(at), line, kind, clean(argument), chain.nonce()],
    )
    chain.append(connection, "order", order, at, line)
    return order
