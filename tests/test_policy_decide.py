"""One message, one decision, one reason: a line a case, with its why.

Longer than 400 lines: one table, whose order is the claim.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antirelou.policy.decide import REASONS, decide, is_distress
from antirelou.policy.facts import (
    Decision,
    History,
    Hold,
    HoldReason,
    Kind,
    Planned,
    Purpose,
    Reason,
    Received,
)
from antirelou.settings import Calls, Modem, Operator, Reply, Settings

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
START = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
SOMEBODY, OPERATOR, OWN = "+33639980001", "+33639980002", "+33639980003"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
LONG = "Cette femme ne veut pas de toi, tout le monde le sait, envoie ceci à tous"
FIRST, NEXT = "Un.", "Deux."

SETTINGS = Settings(
    modem=Modem(number=OWN),
    operator=Operator(numbers=(OPERATOR,)),
    reply=Reply(
        texts=(FIRST, NEXT), by_country={"GB": ("One.",)}, countries=("FR", "GB")
    ),
)
MESSAGE = Received(
    Kind.TEXT, SOMEBODY, "Salut, c'est moi", NOW - 2 * SECOND, NOW - 5 * SECOND
)
HISTORY = History(first_start=START)


def asked(
    message: dict[str, Any], history: dict[str, Any], settings: Settings = SETTINGS
) -> Decision | Hold:
    return decide(
        replace(MESSAGE, **message),
        replace(HISTORY, **history),
        settings,
        NOW,
        draw=0.5,
    )


def reason(
    message: dict[str, Any], history: dict[str, Any], settings: Settings = SETTINGS
) -> Reason:
    decision = asked(message, history, settings)
    assert isinstance(decision, Decision)
    return decision.reason


def sent(before: timedelta) -> dict[str, datetime]:
    return {"service_centre_time": NOW - before}


NOBODY = {"sender": "36180"}
ABROAD = {"sender": "+32470123456"}

CASES: list[tuple[dict[str, Any], dict[str, Any], Reason, str]] = [
    ({}, {}, Reason.TO_ANSWER, "a first text"),
    ({"kind": Kind.STATUS_REPORT}, {}, Reason.NOT_A_TEXT, "a report"),
    ({"kind": Kind.VOICEMAIL}, {}, Reason.NOT_A_TEXT, "a voicemail indication"),
    ({"kind": Kind.MMS}, {}, Reason.NOT_A_TEXT, "an MMS notification"),
    ({"kind": Kind.DATA}, {}, Reason.NOT_A_TEXT, "data"),
    ({"kind": Kind.UNDECODABLE}, {}, Reason.NOT_A_TEXT, "what nobody can read"),
    ({"kind": Kind.CALL}, {}, Reason.NOT_A_TEXT, "a call, unless calls are replied to"),
    (
        {"kind": Kind.DATA, "sender": OWN},
        {},
        Reason.NOT_A_TEXT,
        "not_a_text goes before own_number",
    ),
    ({"sender": OWN}, {}, Reason.OWN_NUMBER, "this SIM's own number"),
    (
        {"kind": Kind.SELF_TEST},
        {},
        Reason.OWN_NUMBER,
        "a text from ourselves is nobody's",
    ),
    ({"sender": OPERATOR}, {}, Reason.TEST, "the operator's phone"),
    (
        {"sender": OPERATOR, **sent(999 * HOUR)},
        {},
        Reason.TEST,
        "test goes before before_service",
    ),
    (
        {"sender": OPERATOR},
        {"blocked": True, "opted_out": True, "told": 9},
        Reason.TEST,
        "and is repeatable",
    ),
    (
        {"sender": OPERATOR, "alphanumeric": True},
        {},
        Reason.UNREPLYABLE,
        "a name that looks like the operator",
    ),
    (
        {"service_centre_time": START - 14 * HOUR - SECOND},
        {},
        Reason.BEFORE_SERVICE,
        "over 14 h before the start",
    ),
    (
        {"service_centre_time": START - 14 * HOUR},
        {},
        Reason.STALE,
        "not over 14 h before the start",
    ),
    (
        {**NOBODY, **sent(999 * HOUR)},
        {},
        Reason.BEFORE_SERVICE,
        "before_service goes before unreplyable",
    ),
    (sent(72 * HOUR + SECOND), {}, Reason.STALE, "over stale_after ago"),
    (sent(72 * HOUR), {}, Reason.TO_ANSWER, "not over stale_after ago"),
    (sent(-3 * HOUR), {}, Reason.TO_ANSWER, "a service centre whose clock is ahead"),
    ({**NOBODY, **sent(73 * HOUR)}, {}, Reason.STALE, "stale goes before unreplyable"),
    (
        {"service_centre_time": None},
        {},
        Reason.TO_ANSWER,
        "a damaged time: when it came has to do",
    ),
    (
        {"service_centre_time": None, "received_at": NOW - 73 * HOUR},
        {},
        Reason.STALE,
        "and it came long ago",
    ),
    (NOBODY, {}, Reason.UNREPLYABLE, "a short code"),
    ({"sender": "Orange", "alphanumeric": True}, {}, Reason.UNREPLYABLE, "a name"),
    ({"sender": ""}, {}, Reason.UNREPLYABLE, "nobody"),
    ({"sender": "+33145670001"}, {}, Reason.UNREPLYABLE, "a fixed line"),
    ({"sender": "+33937000001"}, {}, Reason.UNREPLYABLE, "a platform"),
    (
        {**ABROAD, "sender": "+3221234567"},
        {},
        Reason.UNREPLYABLE,
        "unreplyable goes before country",
    ),
    (ABROAD, {}, Reason.COUNTRY, "a country that is not answered"),
    (ABROAD, {"blocked": True}, Reason.COUNTRY, "country goes before blocked"),
    (
        {"sender": "+262692123456"},
        {},
        Reason.COUNTRY,
        "overseas departments are countries of their own",
    ),
    ({"sender": "+447400123456"}, {}, Reason.TO_ANSWER, "a country that is"),
    (
        {},
        {"blocked": True, "opted_out": True},
        Reason.BLOCKED,
        "blocked goes before opted_out",
    ),
    ({}, {"opted_out": True}, Reason.OPTED_OUT, "asked for no more"),
    (
        {"text": "Aidez-moi !"},
        {"opted_out": True},
        Reason.OPTED_OUT,
        "opted_out goes before distress",
    ),
    ({"text": "AU SECOURS"}, {}, Reason.DISTRESS, "a cry for help"),
    (
        {"text": "AU SECOURS"},
        {"told": 2},
        Reason.DISTRESS,
        "distress goes before already_told",
    ),
    ({}, {"told": 1}, Reason.TO_ANSWER, "the second text is left"),
    ({}, {"told": 2}, Reason.ALREADY_TOLD, "none is left"),
    (
        {},
        {"told": 1, "distress_told": True},
        Reason.TO_ANSWER,
        "no lesson yet, and two texts in all",
    ),
    (
        {},
        {"told": 2, "distress_told": True},
        Reason.ALREADY_TOLD,
        "never a third text, whatever the purpose",
    ),
    (
        {"sender": "+447400123456"},
        {"told": 1},
        Reason.ALREADY_TOLD,
        "one text for that country",
    ),
    (
        {},
        {"told": 2, "same_text_in_hour": 3},
        Reason.ALREADY_TOLD,
        "already_told goes before loop",
    ),
    ({}, {"same_text_in_hour": 2}, Reason.TO_ANSWER, "twice the same: a human"),
    ({}, {"same_text_in_hour": 3}, Reason.LOOP, "three times: a machine"),
    ({}, {"since_reply_in_five_minutes": 5}, Reason.TO_ANSWER, "a quick writer"),
    ({}, {"since_reply_in_five_minutes": 6}, Reason.LOOP, "a machine that answers"),
    (
        {"text": LONG},
        {"same_text_in_hour": 3, "campaign_senders": 3},
        Reason.LOOP,
        "loop goes before campaign",
    ),
    ({"text": LONG}, {"campaign_senders": 2}, Reason.TO_ANSWER, "two friends"),
    ({"text": LONG}, {"campaign_senders": 3}, Reason.CAMPAIGN, "three: pasted"),
    (
        {"text": "a b" * 13 + "c"},
        {"campaign_senders": 3},
        Reason.TO_ANSWER,
        "27 letters may be a coincidence",
    ),
    (
        {"text": "x" * 39 + " !"},
        {"campaign_senders": 3},
        Reason.TO_ANSWER,
        "39 characters too",
    ),
    ({"text": "x" * 40}, {"campaign_senders": 3}, Reason.CAMPAIGN, "40 may not"),
    (
        {"text": LONG},
        {"campaign_senders": 3, "queued": True},
        Reason.CAMPAIGN,
        "campaign goes before pending",
    ),
    ({}, {"queued": True}, Reason.PENDING, "one reply at a time"),
    (
        {},
        {"told": 1, "last_told_at": NOW - 2 * SECOND},
        Reason.PENDING,
        "written before the first text was read",
    ),
    (
        {},
        {"told": 1, "last_told_at": NOW - 3 * SECOND},
        Reason.TO_ANSWER,
        "the first message after the first text",
    ),
    ({}, {"tests_today": 9}, Reason.TO_ANSWER, "tests say nothing about strangers"),
]


@pytest.mark.parametrize(("message", "history", "expected", "why"), CASES)
def test_decision(
    message: dict[str, Any], history: dict[str, Any], expected: Reason, why: str
) -> None:
    assert reason(message, history) is expected, why


def test_reasons_stand_in_their_order() -> None:
    assert [*(each for each, _ in REASONS), Reason.TO_ANSWER] == list(Reason)


HOLDS: list[tuple[dict[str, Any], dict[str, Any], HoldReason | Reason, str]] = [
    (
        {},
        {"paused": True, "clock_behind": True, "new_sim": True},
        HoldReason.PAUSED,
        "the operator's word first",
    ),
    (
        {},
        {"clock_behind": True, "new_sim": True},
        HoldReason.CLOCK_BEHIND,
        "times would be wrong",
    ),
    ({}, {"new_sim": True}, HoldReason.NEW_SIM, "another SIM's texts"),
    (
        {"sender": OWN},
        {"paused": True},
        HoldReason.PAUSED,
        "a hold goes before every reason",
    ),
    ({"sender": OPERATOR}, {"paused": True}, HoldReason.PAUSED, "tests too"),
    (
        {"kind": Kind.STATUS_REPORT},
        {"paused": True},
        Reason.NOT_A_TEXT,
        "what is no text can never become one",
    ),
]


@pytest.mark.parametrize(("message", "history", "expected", "why"), HOLDS)
def test_hold(
    message: dict[str, Any],
    history: dict[str, Any],
    expected: HoldReason | Reason,
    why: str,
) -> None:
    assert asked(message, history).reason is expected, why


def test_lesson_is_due_after_the_delay_and_the_drawn_share_of_its_spread() -> None:
    due_at = MESSAGE.received_at + 2.5 * HOUR
    assert asked({}, {}) == Decision(
        Reason.TO_ANSWER, Planned(FIRST, Purpose.LESSON, due_at, due_at + 36 * HOUR)
    )


@pytest.mark.parametrize(
    ("message", "history", "text", "why"),
    [
        ({}, {}, FIRST, "the first"),
        ({}, {"told": 1, "last_told_at": START}, NEXT, "then the second"),
        (
            {},
            {"told": 1, "distress_told": True},
            FIRST,
            "where to find help was no lesson",
        ),
        ({"sender": "+447400123456"}, {}, "One.", "the text of the sender's country"),
        (
            {"text": "help me"},
            {},
            SETTINGS.reply.distress_text,
            "help instead of a lesson",
        ),
        (
            {"text": "help me"},
            {"told": 1},
            SETTINGS.reply.distress_text,
            "also after a lesson",
        ),
        (
            {"text": "help me"},
            {"queued": True},
            SETTINGS.reply.distress_text,
            "also while a lesson waits",
        ),
        (
            {"text": "help me"},
            {"distress_queued": True},
            None,
            "once a number: it is on its way",
        ),
        (
            {"text": "help me"},
            {"told": 1, "distress_told": True},
            None,
            "once a number",
        ),
        ({"text": "help me"}, {"told": 2}, None, "never a third text"),
        ({"sender": OPERATOR}, {"told": 9}, FIRST, "a test, whatever was told"),
        ({"sender": OPERATOR}, {"tests_today": 4}, FIRST, "the fifth test of the day"),
        ({"sender": OPERATOR}, {"tests_today": 5}, None, "no sixth"),
        ({}, {"queued": True}, None, "no reply without to_answer"),
    ],
)
def test_text_of_the_reply(
    message: dict[str, Any], history: dict[str, Any], text: str | None, why: str
) -> None:
    decision = asked(message, history)
    assert isinstance(decision, Decision)
    assert (decision.reply and decision.reply.text) == text, why


def test_help_is_due_at_once() -> None:
    decision = asked({"text": "help me"}, {})
    assert isinstance(decision, Decision) and decision.reply is not None
    assert (decision.reply.purpose, decision.reply.due_at) == (
        Purpose.DISTRESS,
        MESSAGE.received_at,
    )


def test_operator_is_answered_after_the_test_delay() -> None:
    decision = asked({"sender": OPERATOR}, {})
    assert isinstance(decision, Decision) and decision.reply is not None
    assert (decision.reply.purpose, decision.reply.due_at) == (
        Purpose.TEST,
        MESSAGE.received_at + 10 * SECOND,
    )


def test_no_help_text_is_still_a_cry_for_help() -> None:
    settings = replace(SETTINGS, reply=replace(SETTINGS.reply, distress_text=""))
    assert asked({"text": "help me"}, {}, settings) == Decision(Reason.DISTRESS)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({}, Reason.TO_ANSWER),
        ({"text": "help me"}, Reason.DISTRESS),
        ({"sender": OPERATOR}, Reason.TEST),
    ],
)
def test_mode_never_decides_the_same_and_plans_nothing(
    message: dict[str, Any], expected: Reason
) -> None:
    settings = replace(SETTINGS, reply=replace(SETTINGS.reply, mode="never"))
    assert asked(message, {}, settings) == Decision(expected)


@pytest.mark.parametrize(
    ("insists", "sender", "expected", "why"),
    [
        (False, SOMEBODY, Reason.NOT_A_TEXT, "one call is easily forged"),
        (True, SOMEBODY, Reason.TO_ANSWER, "who insists is a sender"),
        (True, "", Reason.UNREPLYABLE, "a withheld number"),
    ],
)
def test_caller_who_insists_is_answered_if_calls_are(
    insists: bool, sender: str, expected: Reason, why: str
) -> None:
    settings = replace(SETTINGS, calls=Calls(reply=True))
    call = {
        "kind": Kind.CALL,
        "sender": sender,
        "text": "",
        "service_centre_time": None,
    }
    assert reason(call, {"caller_insists": insists}, settings) is expected, why


def test_no_own_number_is_nobodys_number() -> None:
    assert (
        reason({"sender": ""}, {}, replace(SETTINGS, modem=Modem(number="")))
        is Reason.UNREPLYABLE
    )


def test_distress_can_be_seen_before_anything_is_decided() -> None:
    assert is_distress(replace(MESSAGE, text="Il me frappe, au secours"), SETTINGS)
    assert not is_distress(MESSAGE, SETTINGS)


@given(
    st.sampled_from(list(Kind)),
    st.sampled_from([SOMEBODY, OWN, "36180", "", "+32470123456"]),
    st.sampled_from(["", "help me", LONG, "STOP"]),
    st.builds(
        History,
        first_start=st.just(START),
        told=st.integers(0, 4),
        last_told_at=st.sampled_from([None, START, NOW]),
        queued=st.booleans(),
        blocked=st.booleans(),
        opted_out=st.booleans(),
        distress_told=st.booleans(),
        distress_queued=st.booleans(),
        caller_insists=st.booleans(),
    ),
    st.sampled_from(["automatic", "approved", "never"]),
    st.floats(0, 1),
)
def test_nobody_is_planned_a_text_who_must_not_have_one(
    kind: Kind, sender: str, text: str, history: History, mode: str, draw: float
) -> None:
    settings = replace(
        SETTINGS, reply=replace(SETTINGS.reply, mode=mode), calls=Calls(reply=True)
    )
    decision = decide(
        replace(MESSAGE, kind=kind, sender=sender, text=text),
        history,
        settings,
        NOW,
        draw=draw,
    )
    if isinstance(decision, Decision) and decision.reply is not None:
        assert sender == SOMEBODY
        assert mode != "never"
        assert kind in (Kind.TEXT, Kind.CALL)
        assert history.told < 2
        assert not (history.blocked or history.opted_out)
        assert (
            MESSAGE.received_at
            <= decision.reply.due_at
            <= MESSAGE.received_at + 3 * HOUR
        )
