"""What a short message is for: a person's text, or one of the things that are none.

The words are those of the log's `kind`. Refuses to know senders: a text from a machine is a text.
"""

from __future__ import annotations

from antirelou.sms.coding import Alphabet
from antirelou.sms.facts import Deliver, StatusReport, Tpdu, Undecodable
from antirelou.sms.header import ENHANCED_VOICE_MAIL, SPECIAL_INDICATION
from antirelou.sms.mms import WAP_PUSH_PORT, is_mms_push

# TP-PID, TS 23.040 9.2.3.9.
_TYPE_0 = 0x40  # acknowledged and thrown away by a phone: someone asks whether this one is switched on
_RETURN_CALL = 0x5F  # the oldest way to say that a voicemail waits
_NOT_FOR_A_READER = frozenset(
    {_TYPE_0, 0x7C, 0x7D, 0x7E, 0x7F}
)  # data downloads to terminal and SIM

_WIRELESS_CONTROL = 0x09
_SIM_TOOLKIT = range(0x70, 0x80)


def kind(tpdu: Tpdu | Undecodable) -> str:
    """One of text, status_report, voicemail, mms, data, undecodable.

    Of a concatenated message the segment with the lowest sequence decides: only the first one of a WAP push says what
    it carries, and the others are taken for an MMS notification, which nearly all are.
    """
    if isinstance(tpdu, Undecodable):
        return "undecodable"
    if isinstance(tpdu, StatusReport):
        return "status_report"
    if not isinstance(tpdu, Deliver):
        return "data"  # a draft or a sent text that the SIM keeps
    header = tpdu.header
    waiting = (
        tpdu.coding.message_waiting is not None
        or tpdu.protocol_identifier == _RETURN_CALL
    )
    if waiting or header.has(SPECIAL_INDICATION) or header.has(ENHANCED_VOICE_MAIL):
        return "voicemail"
    if header.ports:
        later = header.segment is not None and header.segment.sequence > 1
        push = header.ports.destination == WAP_PUSH_PORT and (
            later or is_mms_push(tpdu.data)
        )
        return "mms" if push else "data"
    if (
        tpdu.text is None
        or tpdu.coding.alphabet is Alphabet.EIGHT_BIT
        or tpdu.protocol_identifier in _NOT_FOR_A_READER
    ):
        return "data"
    for element in header.elements:
        if (
            element.identifier == _WIRELESS_CONTROL
            or element.identifier in _SIM_TOOLKIT
        ):
            return "data"
    return "text"
