"""One SMS-SUBMIT, prompt and PDU inseparable, and what its answer means.

Promises: whatever fails before Ctrl-Z is `NOT_LEFT`; once Ctrl-Z was written, only a `+CMGS` is `SUBMITTED` and
only a cause that proves a refusal is `REFUSED`; all else is `UNKNOWN` and never submitted again by itself. `submit` raises no `ModemError`: the daemon has marked the segment and needs a fate.
"""

from __future__ import annotations

import logging
import re
from typing import Protocol

from antirelou.language import _
from antirelou.modem.dongle import Dongle
from antirelou.modem.exchange import ESCAPE, Exchange
from antirelou.modem.facts import CommandRefused, Fate, ModemError, ModemLost, Outcome
from antirelou.modem.initialise import has_service_centre
from antirelou.modem.lines import Final, number_of

SETTING_SECONDS = (
    5.0  # for an answer that waits neither for the SIM nor for the network
)
PROMPT_SECONDS = 10.0
ANSWER_SECONDS = 120.0  # vendors state 60 to 120 s
STOP_SECONDS = 30.0  # of these, when a stop is asked for meanwhile; systemd waits 45 s
LAST_OK_SECONDS = 5.0  # for the OK after +CMGS, which some leave out

_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2}){2,200}")
# The causes of 3GPP TS 27.005 clause 3.2.5 that are a clear no: the network's own (1 to 127, TS 24.011) and the modem's.
# Not 331 and 332 (no network, or its timeout), 500 (unknown) and the makers' own from 512 on: they prove nothing.
_REFUSED = frozenset([*range(1, 128), *range(300, 306), *range(310, 319), 330])

log = logging.getLogger("antirelou.modem")


class SubmitPdu(Protocol):
    """What goes out: the octets in hexadecimal, and the length that `+CMGS` counts (without the service centre's)."""

    @property
    def octets(self) -> str: ...

    @property
    def length(self) -> int: ...


def submit(dongle: Dongle, pdu: SubmitPdu, service_centre: str = "") -> Outcome:
    """Hand one PDU to the modem and wait for its fate, for `ANSWER_SECONDS` at most.

    `service_centre` is for a SIM without one. A modem that tells of none is believed once a submit was refused for it.
    """
    if not _HEXADECIMAL.fullmatch(pdu.octets) or not 0 < pdu.length < 200:
        raise ValueError("a PDU must be hexadecimal, with its length")
    dongle.late_submit = False
    try:
        if not has_service_centre(dongle, service_centre) and dongle.lacked_centre:
            return Outcome(
                Fate.NOT_LEFT, cms_error=330, said=_("the SIM has no service centre")
            )
        # Last of all: in text mode the length would be taken for a telephone number.
        dongle.ask("AT+CMGF=0", SETTING_SECONDS)
        not_left = _until_prompt(dongle, pdu)
    except CommandRefused as refused:
        return Outcome(Fate.NOT_LEFT, cms_error=refused.cause, said=refused.said)
    except Exception as error:  # noqa: BLE001 - also what take_direct raised: it will be offered, and raise, again
        log.debug("not left: %s", error)
        return Outcome(Fate.NOT_LEFT, said=str(error))
    if isinstance(not_left, Outcome):
        return not_left
    return _from_ctrl_z(dongle, not_left, pdu)


def _until_prompt(dongle: Dongle, pdu: SubmitPdu) -> Outcome | Exchange:
    """The exchange that has its prompt, or the outcome that there is none."""
    dongle.prepare()
    exchange = dongle.start(
        f"AT+CMGS={pdu.length}", prompt=True, settle=LAST_OK_SECONDS
    )
    try:
        dongle.until(exchange, PROMPT_SECONDS)
        if exchange.prompted:
            dongle.drain()  # an error may be right behind the prompt
    except ModemError:
        dongle.finish(exchange)
        raise
    if (
        exchange.final is None
        and exchange.prompted
        and dongle.interrupt.stopped_at is None
    ):
        return exchange
    dongle.finish(exchange)
    if exchange.final is not None:
        cause = exchange.final.cause if exchange.final.family == "CMS" else None
        return Outcome(Fate.NOT_LEFT, cms_error=cause, said=exchange.final.said)
    dongle.in_step = False
    dongle.send(ESCAPE, "ESC")
    if dongle.interrupt.stopped_at is None:
        dongle.resynchronise()
    return Outcome(
        Fate.NOT_LEFT,
        said=_("the modem gave no prompt")
        if not exchange.prompted
        else _("a stop was asked for"),
    )


def _from_ctrl_z(dongle: Dongle, exchange: Exchange, pdu: SubmitPdu) -> Outcome:
    """Write the octets and Ctrl-Z; from the first of them on the fate is the modem's."""
    exchange.data_follows(pdu.octets)
    dongle.late_submit = True
    said = _("no answer")
    try:
        dongle.send(pdu.octets.encode("ascii") + b"\x1a", pdu.octets)
        dongle.until(exchange, ANSWER_SECONDS, grace=STOP_SECONDS)
    except ModemLost as error:
        said = str(error)
    finally:
        dongle.finish(exchange)
    references = exchange.answered("+CMGS")
    if references:
        dongle.late_submit = False
        return Outcome(
            Fate.SUBMITTED, _reference(references[0]), said="+CMGS: " + references[0]
        )
    if exchange.final is None:
        return Outcome(Fate.UNKNOWN, said=said)
    outcome = fate_of(exchange.final)
    dongle.late_submit = outcome.fate is Fate.UNKNOWN
    dongle.lacked_centre = outcome.cms_error == 330
    return outcome


def fate_of(final: Final) -> Outcome:
    """What a final result code without `+CMGS` after Ctrl-Z says: refused if the cause proves it, else unknown."""
    cause = final.cause if final.family == "CMS" else None
    fate = Fate.REFUSED if cause in _REFUSED else Fate.UNKNOWN
    return Outcome(fate, cms_error=cause, said=final.said)


def _reference(said: str) -> int | None:
    """The message reference in any form of `+CMGS: 12,"24/01/03"`; None where it is missing or none (0 to 255)."""
    match = re.match(r"\s*\"?(\d+)", said)
    reference = number_of(match[1]) if match else None
    return reference if reference is not None and reference < 256 else None
