"""Faults of answers, card, storages, radio and calls: each way they come, and how soon the next reply leaves.

One `Line` is one line of the README's table, and its figure.
"""

from __future__ import annotations

from fault_lines_modem import VOICES
from fault_stage import UNKNOWN, Case, Line, by_voice, each
from world import NUMBER, OTHER

REFUSED = ("refused", "submitted")
_MORE = ("+33639980003", "+33639980004")

_ANSWERS = (
    Line(
        "missing_ok",
        "an answer without OK",
        20,
        each("prefix", "+CPIN", "+CREG", "+CSQ", early=True),
    ),
    Line(
        "odd_answer",
        "nonsense for an answer",
        10,
        (
            Case({"prefix": "+CSQ", "lines": "+CSQ: 99"}),
            Case({"prefix": "+CREG", "lines": "+CREG: |junk"}),
            Case({"prefix": "+CPMS=?", "lines": "junk"}, early=True),
            Case({"prefix": "+COPS?", "lines": '+COPS: 0,0,"\x1b[2J\xff"'}),
        ),
    ),
    Line(
        "refused",
        "ERROR to a command",
        40,
        each("prefix", "+CMGL", "+CREG", "+CSQ")
        + each("prefix", "+CPMS", "+CNMI", "+CSMS", "+CMEE", "E0", "+CPIN", early=True)
        + (Case(lasts=60.0),),
    ),
    Line(
        "cme_error",
        "a passing `+CME ERROR`",
        30,
        tuple(
            Case({"prefix": prefix, "code": code})
            for prefix, codes in (
                ("+CMGL", (3, 4, 13, 14, 20, 30, 100, 515)),
                ("+CPMS", (13, 14, 100)),
                ("+CMGF", (13, 14, 100)),
            )
            for code in codes
        ),
    ),
    Line(
        "cms_error",
        "`+CMS ERROR` at the prompt",
        15,
        tuple(
            Case({"code": code, "at": "prompt"})
            for code in (38, 302, 314, 322, 331, 500, 512)
        ),
    ),
    Line(
        "cms_error",
        "a `+CMS ERROR` that is a clear no",
        15,
        each("code", 1, 8, 21, 27, 38, 41, 69, 127, 300, 304, 330, states=REFUSED),
    ),
    Line(
        "cms_error",
        "a `+CMS ERROR` that proves nothing",
        15,
        each("code", 331, 332, 350, 500, 512, 529, 531, states=UNKNOWN),
    ),
    Line(
        "cms_error",
        "a clear no, 3 times in a row",
        330,
        (
            Case(
                {"code": 41, "times": 3},
                texters=(NUMBER, OTHER, *_MORE),
                states=("refused",) * 3 + ("submitted",),
            ),
        ),
        settle=600,
    ),
    Line(
        "cmgs_form",
        "odd forms of `+CMGS`",
        20,
        each("form", "timestamp", "no_space", "no_ok")
        + each("form", "no_reference", "error", "text", "empty_error", states=UNKNOWN),
    ),
    Line(
        "cpms_form",
        "odd lists of storages",
        10,
        tuple(
            Case({"form": form}, early=True, voice=voice)
            for voice, forms in (
                ("huawei", ("bare", "nested", "only_sm", "empty", "spaced")),
                ("huawei", ("mixed", "only_mt", "refused")),
                ("simcom", ("empty", "spaced", "mixed", "only_mt", "refused")),
            )
            for form in forms
        ),
    ),
    Line(
        "cmgl_form",
        "odd listings, a cut line",
        10,
        each(
            "form",
            "no_alpha",
            "no_space",
            "one_line",
            "descending",
            "junk_line",
            "cut",
            "lower_case",
        ),
    ),
    Line(
        "csca_form",
        "odd forms of `+CSCA`, or none told",
        10,
        each("form", "ucs2", "unquoted", "empty", "refused", early=True),
    ),
    Line(
        "creg_form",
        "odd forms of `+CREG`",
        10,
        each("form", "spaces", "short", "mismatched", "zeros", "empty", early=True),
    ),
    Line("empty_is_321", "an empty storage is an error", 10, (Case(early=True),)),
)

_CARD = (
    Line(
        "sim_full",
        "the SIM is full, the network waits",
        15,
        by_voice("huawei") + (Case({"storage": "ME"}, voice="simcom"),),
    ),
    Line(
        "undeletable_slot",
        "a slot cannot be emptied",
        10,
        (Case(), Case({"code": 314}), Case({"storage": "ME"}, voice="simcom")),
    ),
    Line(
        "deletion_lies",
        "OK, and the slot stays full",
        10,
        (Case(), Case({"storage": "ME"}, voice="simcom")),
    ),
    Line(
        "undecodable_slot",
        "a slot holds junk",
        10,
        (Case(), Case({"octets": ""}), Case({"octets": "00" * 200})),
    ),
    Line("index_minus_one", '`+CMTI: "SM",-1`', 10, (Case(lasts=60.0),)),
    Line(
        "stored_elsewhere",
        "texts land in the other storage",
        10,
        by_voice("huawei", "simcom"),
    ),
    Line(
        "sim_busy",
        "the SIM is busy (CME 14) for 10 s, a minute",
        25,
        (Case(), Case({"seconds": 60.0}, lasts=60.0)),
    ),
    Line("sim_dropped", "the SIM fails (CME 13)", 30, by_voice(*VOICES)),
    Line(
        "sim_absent",
        "no SIM for a minute",
        25,
        (Case(lasts=60.0, tells=("sim_absent",)),),
    ),
    Line("pin", "the SIM asks for a PIN", 25, (Case(lasts=60.0, tells=("sim_pin",)),)),
    Line(
        "puk", "the SIM asks for its PUK", 25, (Case(lasts=60.0, tells=("sim_puk",)),)
    ),
    Line(
        "csca_wiped",
        "the SIM has no service centre",
        75,
        (
            Case(lasts=60.0, states=REFUSED),
            Case(modem={"service_centre": "+33639980099"}),
        ),
    ),
    Line("csmp_wipes_csca", "`AT+CSMP` wipes it", 10, (Case(early=True, meets=False),)),
    Line("delivered_twice", "the network delivers again", 10, (Case(),)),
)

_RADIO = (
    Line("cfun_4", "the radio is off", 75, (Case(),)),
    Line(
        "stale_registration",
        "a network is not looked for",
        400,
        each("stat", 0, 2, tells=("radio_restarted",)),
        settle=900,
    ),
    Line(
        "registration",
        "no network, searching, denied",
        15,
        each("stat", 0, 2, 3, 11, lasts=60.0),
    ),
    Line("registration", "a registration for SMS only", 10, each("stat", 6, 7)),
    Line("no_signal", "`+CSQ: 99,99`", 10, (Case(),)),
    Line(
        "deaf_radio",
        "nothing comes, submits end with CMS 332",
        15,
        (Case(lasts=120.0),),
    ),
    Line("text_mode_reset", "it forgets `AT+CMGF=0`", 10, (Case(),)),
    Line("settings_lost", "it forgets all", 10, by_voice(*VOICES)),
    Line(
        "call_during_submit",
        "a call while the prompt is awaited",
        10,
        by_voice(*VOICES),
    ),
    Line(
        "call_blocks_reception", "nothing comes while it rings", 30, (Case(calls=True),)
    ),
    Line(
        "hang_up_ignored",
        "`ATH` or `AT+CHUP` does nothing",
        30,
        (
            Case({"command": "+CHUP"}, calls=True),
            Case(
                {"command": "+CHUP"}, calls=True, also=(("call_blocks_reception", {}),)
            ),
        ),
    ),
)

LINES = (*_ANSWERS, *_CARD, *_RADIO)
