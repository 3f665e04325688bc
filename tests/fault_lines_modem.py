"""Faults of the modem, its plug, its indications and its octets: each way they come, and how soon the next reply leaves.

One `Line` is one line of the README's table, and its figure.
"""

from __future__ import annotations

from fault_stage import UNKNOWN, Case, Line, by_voice, each

VOICES = ("huawei", "simcom", "quectel", "zte")

_HANGS_AND_GONE = (
    Line(
        "silent",
        "nothing is answered for a minute",
        20,
        by_voice("huawei", "simcom", lasts=60.0),
    ),
    Line("silent", "nothing is answered for hours", 45, (Case(lasts=7200.0),)),
    Line(
        "echo_only",
        "commands are echoed, never answered",
        20,
        (Case(lasts=60.0, tells=("modem_silent",)),),
    ),
    Line(
        "hang_on_command",
        "one command is never answered",
        35,
        each("prefix", "+CMGL", "+CPMS", "+CMGF", "+CREG", "+CSQ", "+CMGD", "+CSCA")
        + each(
            "prefix", "", "E0", "+CMGF", "+CNMI", "+CMGL", "+CPIN", "+CSMS", early=True
        ),
    ),
    Line(
        "hang_on_command",
        "the same command hangs again and again",
        40,
        (Case({"prefix": "+CMGL", "times": 2}), Case({"prefix": "+CMGF", "times": 3})),
    ),
    Line("hang_on_submit", "no prompt comes", 20, each("waiting", False, True)),
    Line(
        "hang_after_ctrl_z",
        "no answer after Ctrl-Z",
        135,
        each("accepted", True, False, states=UNKNOWN),
    ),
    Line("late_prompt", "the prompt comes late", 25, each("seconds", 5.0, 12.0)),
    Line(
        "late_answer",
        "answers come seconds late",
        75,
        (
            Case({"seconds": 3.0}),
            Case({"seconds": 12.0, "prefix": "+CMGL"}),
            Case({"seconds": 12.0, "prefix": "+CMGF", "times": 1}),
        ),
    ),
    Line("late_cmgs", "the network's answer takes 37 s", 45, (Case(),)),
    Line("reboot", "it restarts by itself", 20, by_voice(*VOICES)),
    Line(
        "reboot_on_command",
        "it restarts at a command",
        35,
        each("prefix", "+CMGL", "+CMGD", "+CPMS", "+CMGS", "+CMGF")
        + each("prefix", "+CMGL", "+CMGS", voice="simcom"),
    ),
    Line("unplug", "unplugged for 8 s", 12, (Case({"seconds": 8.0}, lasts=8.0),)),
    Line(
        "unplug_mid_command",
        "unplugged during a command",
        20,
        each("prefix", "", "+CMGL", "+CMGD", "+CPMS", "+CMGF", "+CMGS"),
    ),
    Line(
        "unplug_mid_submit",
        "unplugged after Ctrl-Z",
        20,
        each("accepted", True, False, states=UNKNOWN),
    ),
    Line(
        "new_name_after_replug",
        "ttyUSB0 becomes ttyUSB1",
        12,
        (Case(lasts=8.0, also=(("unplug", {"seconds": 8.0}),)),),
    ),
    Line("not_reading", "it takes no octets", 40, (Case(lasts=60.0),)),
    Line(
        "port_busy",
        "another program holds the port",
        10,
        (
            Case(
                lasts=20.0, also=(("unplug", {"seconds": 2.0}),), tells=("modem_busy",)
            ),
        ),
    ),
    Line(
        "stolen_octets",
        "another program reads along",
        45,
        each("every", 2, 3, 7, lasts=120.0, states=None),
    ),
    Line(
        "not_a_modem",
        "something else answers",
        20,
        (Case(lasts=60.0, tells=("modem_not_a_modem",)),),
    ),
    Line("leftover", "octets of an older session", 10, (Case(early=True),)),
)

_INDICATIONS = (
    Line("lost_indications", "`+CMTI` does not come", 40, (Case(),)),
    Line(
        "merged_indications",
        "several come in one piece",
        10,
        (Case(), Case({"count": 3})),
    ),
    Line(
        "glued_indication",
        "one sticks in another answer",
        40,
        tuple(
            Case({"where": where, "line": line, "times": times})
            for where in ("echo", "answer", "final")
            for line, times in (
                ("", None),
                ("RING", 2),
                ('+CMTI: "SM",3', 50),
                ("^RSSI:18", None),
            )
        ),
    ),
    Line(
        "rssi_storm",
        "`^RSSI` 50 to 200 times a second",
        10,
        by_voice(*VOICES) + (Case({"per_second": 200.0}),),
        settle=60,
    ),
    Line(
        "chatter_during_submit",
        "chatter before the prompt, before `+CMGS`",
        10,
        by_voice(*VOICES),
    ),
)

_OCTETS = (
    Line("slow_line", "9600 or 1200 baud", 15, each("baud", 9600, 1200)),
    Line(
        "slow_line",
        "9600 baud, 255 full slots",
        120,
        (Case({"baud": 9600}, slots=255, also=(("sim_full", {}),)),),
        settle=900,
    ),
    Line(
        "one_byte_at_a_time",
        "every read gets one octet",
        10,
        (Case(), Case(early=True)),
    ),
    Line("nul_bytes", "NUL between the others", 10, (Case(), Case(early=True))),
    Line("non_ascii", "octets above 127", 10, (Case(), Case(early=True))),
    Line("garbage", "random octets", 10, (Case(), Case(early=True))),
    Line(
        "endless_line",
        "a megabyte without a line end",
        10,
        (Case(), Case({"octets": 1_000_000})),
    ),
    Line("extra_cr", "lines end with CR CR LF", 10, (Case(), Case(early=True))),
    Line("cr_only", "lines end with CR", 10, (Case(), Case(early=True))),
    Line(
        "double_echo",
        "echo and answer come twice",
        10,
        each("answer", False, True) + each("answer", True, early=True),
    ),
)

LINES = (*_HANGS_AND_GONE, *_INDICATIONS, *_OCTETS)
