"""Bringing a line back into step: from "an answer may be anybody's" to "the next answer is ours".

After a silence the answer to an older command may still be on its way, and a prompt may be waiting that eats the next
command as text. `AT` and `OK` prove little, for a late OK looks the same. A question is answered with its own name,
and a modem answers in order: once that came, nothing older is on its way. Promises: it ends in bounded time, and what
comes unasked meanwhile is kept, for it goes through the channel like everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antirelou.language import _
from antirelou.modem.exchange import ESCAPE
from antirelou.modem.facts import ModemSilent, Stopping
from antirelou.modem.port import TICK

if TYPE_CHECKING:
    from antirelou.modem.channel import Channel

RESYNC_SECONDS = 20.0
_QUESTIONS = (
    "AT+CMGF?",
    "AT+CSQ",
    "AT+CREG?",
    "AT+CNMI?",
    "AT+CPMS?",
    "AT+CMEE?",
    "AT+CSMS?",
)


def bring_into_step(channel: Channel, within: float, *, answered: bool = False) -> None:
    """Leave any prompt, throw late answers away, and ask until an answer is surely ours.

    `answered`: all prompts were left, and something answered since. Raises `ModemSilent` after `within` seconds, `Stopping` when a stop is asked for.
    """
    deadline = channel.clock.boot() + within
    patience = 1.0
    while deadline - channel.clock.boot() >= TICK:
        if channel.interrupt.stopped_at is not None:
            raise Stopping(_("A stop was asked for."))
        if not answered:
            channel.send(ESCAPE, "ESC")
            channel.quiet(0.3, 2.0)
            answered = channel.probe("AT", patience)
        if answered and _answered_in_step(channel, patience + 3, deadline):
            channel.in_step = True
            return
        answered = False
        patience = min(patience * 2, 5.0)
    raise ModemSilent(
        _(
            "The modem at {port} does not answer: unplug it and plug it in again.",
            port=channel.port,
        )
    )


def _answered_in_step(channel: Channel, seconds: float, at_latest: float) -> bool:
    """Whether one of three questions that every modem knows is answered by name, or all are refused in peace."""
    # Not the same question again: its answer may still be on its way.
    first = int(channel.clock.boot()) % len(_QUESTIONS)
    for question in (_QUESTIONS * 2)[first : first + 3]:
        refused = False
        exchange = channel.start(question)
        deadline = channel.clock.boot() + seconds
        try:
            while True:
                channel.until(exchange, deadline - channel.clock.boot())
                if exchange.final is None or exchange.answered():
                    break
                refused = not exchange.final.ok
                # Perhaps an older command's answer: go on waiting for ours.
                exchange.final = exchange.tentative = exchange.settles_at = None
                deadline = channel.clock.boot() + (1.0 if refused else seconds)
                deadline = min(deadline, at_latest)
        finally:
            channel.let_go()
        if exchange.final is not None:
            return True
        if not refused:
            return False
    return True
