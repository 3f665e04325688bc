"""What a short message is. Pure: no I/O, no clock.

Decodes what the network delivered (`decode`, never raising), says what it is for (`kind`) and which octets identify
it (`canonical_tpdu`), and composes what goes out (`compose`). Knows no modem, no policy and no log.
"""

from antirelou.sms.address import Address
from antirelou.sms.coding import Alphabet, Coding, MessageWaiting
from antirelou.sms.facts import Deliver, StatusReport, Submit, Tpdu, Undecodable
from antirelou.sms.header import Element, Ports, Segment, UserDataHeader
from antirelou.sms.kinds import kind
from antirelou.sms.mms import MmsNotification, mms_notification
from antirelou.sms.outgoing import Composition, compose, typographic
from antirelou.sms.scts import Timestamp
from antirelou.sms.tpdu import canonical_tpdu, decode, decode_tpdu
from antirelou.sms.user_data import joined_text

__all__ = [
    "Address",
    "Alphabet",
    "Coding",
    "Composition",
    "Deliver",
    "Element",
    "MessageWaiting",
    "MmsNotification",
    "Ports",
    "Segment",
    "StatusReport",
    "Submit",
    "Timestamp",
    "Tpdu",
    "Undecodable",
    "UserDataHeader",
    "canonical_tpdu",
    "compose",
    "decode",
    "decode_tpdu",
    "joined_text",
    "kind",
    "mms_notification",
    "typographic",
]
