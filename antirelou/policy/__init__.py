"""Whether, when and what to answer. Pure: no I/O, no clock, no SQL.

`facts` holds the words, `decide` and `release` the two questions, `numbers` and `words` what is read in a sender and
in a text, `hours` and `month` what is read off the operator's clock and calendar, `breaker` what in the network's answers.
"""

from antirelou.policy.breaker import breaker_until
from antirelou.policy.decide import decide, is_distress
from antirelou.policy.facts import (
    Decision,
    Go,
    History,
    Hold,
    HoldReason,
    Kind,
    Later,
    LaterReason,
    Never,
    NeverReason,
    Planned,
    Purpose,
    Queued,
    Reason,
    Received,
    Release,
    Reserve,
)
from antirelou.policy.month import month_start
from antirelou.policy.numbers import NumberKind, Verdict, classify, mask, normalise
from antirelou.policy.release import release
from antirelou.policy.words import CAMPAIGN_LENGTH, opts_out
from antirelou.policy.words import normalise as normalise_text

__all__ = [
    "CAMPAIGN_LENGTH",
    "Decision",
    "Go",
    "History",
    "Hold",
    "HoldReason",
    "Kind",
    "Later",
    "LaterReason",
    "Never",
    "NeverReason",
    "NumberKind",
    "Planned",
    "Purpose",
    "Queued",
    "Reason",
    "Received",
    "Release",
    "Reserve",
    "Verdict",
    "breaker_until",
    "classify",
    "decide",
    "is_distress",
    "mask",
    "month_start",
    "normalise",
    "normalise_text",
    "opts_out",
    "release",
]
