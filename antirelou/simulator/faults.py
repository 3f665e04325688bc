"""The faults by name: what each means, what it takes, and which are armed now.

A fault is named for what one meets in the field, as the bug trackers of gammu, python-gsmmodem,
asterisk-chan-dongle and their kin tell it. What happens is written where it happens; this file knows only names, arguments and how often. All
take `times` beside what the table says: so often, then the fault is over; None is until cleared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table. An `accident` happens at once; the others wait for their occasion."""

    meaning: str
    arguments: dict[str, Value]  # with their defaults
    choices: dict[str, tuple[str, ...]]  # of the arguments that are one of a few words
    times: int | None
    accident: bool


def _fault(
    meaning: str,
    given: dict[str, Value | tuple[str, ...]],
    times: int | None,
    accident: bool,
) -> Fault:
    """A row; an argument given as a tuple is one of these words, the first by default."""
    choices = {key: value for key, value in given.items() if isinstance(value, tuple)}
    defaults = {
        key: value[0] if isinstance(value, tuple) else value
        for key, value in given.items()
    }
    return Fault(meaning, defaults, choices, times, accident)


def _accident(meaning: str, **given: Value | tuple[str, ...]) -> Fault:
    return _fault(meaning, given, None, True)


def _once(meaning: str, **given: Value | tuple[str, ...]) -> Fault:
    return _fault(meaning, given, 1, False)


def _lasting(meaning: str, **given: Value | tuple[str, ...]) -> Fault:
    return _fault(meaning, given, None, False)


_STORAGES = ("SM", "ME")

FAULTS: dict[str, Fault] = {
    # the modem hangs, dawdles, reboots, goes
    "silent": _lasting("answers nothing at all; a power cycle helps"),
    "echo_only": _lasting("it echoes and answers nothing; a power cycle helps"),
    "hang_on_command": _once(
        "a command that begins with PREFIX is never answered", prefix="+CMGL"
    ),
    "hang_on_submit": _once(
        "no prompt comes after +CMGS; WAITING: it waits for the PDU all the same",
        waiting=False,
    ),
    "hang_after_ctrl_z": _once(
        "no answer after Ctrl-Z; ACCEPTED: the network has it", accepted=True
    ),
    "late_prompt": _once("the prompt comes SECONDS late", seconds=12.0),
    "late_answer": _lasting(
        "commands that begin with PREFIX are answered SECONDS late",
        seconds=3.0,
        prefix="",
    ),
    "late_cmgs": _once("the network accepts, +CMGS comes SECONDS late", seconds=37.0),
    "reboot": _accident("it reboots by itself: chatter, settings lost, echo back"),
    "reboot_on_command": _once(
        "it reboots at a command that begins with PREFIX", prefix="+CMGL"
    ),
    "unplug": _accident("the port vanishes for SECONDS; 0: until cleared", seconds=5.0),
    "unplug_mid_command": _once(
        "the port vanishes at a command with PREFIX", prefix="", seconds=5.0
    ),
    "unplug_mid_submit": _once(
        "the port vanishes after Ctrl-Z", accepted=True, seconds=5.0
    ),
    "new_name_after_replug": _lasting("each replug gives the port another name"),
    "not_reading": _lasting("it stops reading: writes time out"),
    "port_busy": _lasting("another program holds the port when it is opened"),
    "stolen_octets": _lasting(
        "another program reads along: every EVERYth piece goes to it", every=3
    ),
    "not_a_modem": _lasting("something else answers on this port"),
    "leftover": _once(
        "octets of the session before wait in the port when it is opened"
    ),
    # indications
    "lost_indications": _lasting("every EVERYth +CMTI or +CDSI is not told", every=1),
    "merged_indications": _lasting(
        "indications come COUNT at a time, in one piece", count=2
    ),
    "glued_indication": _lasting(
        "an indication in front of the echo, the answer or the final code: LINE, or a real one, or chatter",
        where=("echo", "answer", "final"),
        line="",
    ),
    "rssi_storm": _lasting(
        "the family's chatter, PER_SECOND times a second", per_second=50.0
    ),
    "chatter_during_submit": _lasting("chatter before the prompt and before +CMGS"),
    # octets
    "slow_line": _lasting("octets come at BAUD, ten bits each", baud=9600),
    "one_byte_at_a_time": _lasting("every read gets one octet"),
    "nul_bytes": _lasting("NUL octets between the others"),
    "non_ascii": _lasting("lines with octets above 127 before the answers"),
    "garbage": _lasting("random octets before each piece"),
    "endless_line": _accident("OCTETS without any line end", octets=100000),
    "extra_cr": _lasting("lines end with CR CR LF"),
    "cr_only": _lasting("lines end with CR alone"),
    "double_echo": _lasting(
        "the command is echoed twice; ANSWER: the answer's lines come twice too",
        answer=False,
    ),
    # answers
    "missing_ok": _lasting("the answer to PREFIX lacks its OK", prefix="+CPIN"),
    "odd_answer": _lasting(
        "PREFIX is answered with LINES (separated by |) and FINAL",
        prefix="",
        lines="",
        final="OK",
    ),
    "refused": _lasting("commands that begin with PREFIX get ERROR", prefix=""),
    "cme_error": _once(
        "a command that begins with PREFIX gets +CME ERROR: CODE", code=14, prefix=""
    ),
    "cms_error": _once(
        "a submit gets +CMS ERROR: CODE, AT the prompt or after Ctrl-Z",
        code=500,
        at=("ctrl_z", "prompt"),
    ),
    "cmgs_form": _once(
        "how an accepted submit is answered",
        form=(
            "no_reference",
            "no_ok",
            "timestamp",
            "no_space",
            "error",
            "text",
            "empty_error",
        ),
    ),
    "cpms_form": _lasting(
        "the form of +CPMS=?",
        form=(
            "bare",
            "nested",
            "empty",
            "spaced",
            "mixed",
            "only_sm",
            "only_mt",
            "refused",
        ),
    ),
    "cmgl_form": _lasting(
        "the form of a listing",
        form=(
            "no_alpha",
            "no_space",
            "one_line",
            "descending",
            "junk_line",
            "cut",
            "lower_case",
        ),
    ),
    "csca_form": _lasting(
        "the form of +CSCA?", form=("ucs2", "unquoted", "empty", "refused")
    ),
    "creg_form": _lasting(
        "the form of +CREG?", form=("spaces", "short", "mismatched", "zeros", "empty")
    ),
    "empty_is_321": _lasting("an empty storage is +CMS ERROR: 321"),
    # SIM and storages
    "sim_full": _accident(
        "every free slot of STORAGE holds an old message", storage=_STORAGES
    ),
    "undeletable_slot": _lasting(
        "INDEX of STORAGE is not deleted, +CMS ERROR: CODE; -1 is every slot",
        storage=_STORAGES,
        index=-1,
        code=500,
    ),
    "deletion_lies": _lasting(
        "OK to the deletion of INDEX of STORAGE, and it stays; -1 is every slot",
        storage=_STORAGES,
        index=-1,
    ),
    "undecodable_slot": _accident(
        "a slot of STORAGE holds OCTETS",
        storage=_STORAGES,
        octets="07913306091093F0040B913336998000F1",
    ),
    "index_minus_one": _lasting('no room although there is: +CMTI: "SM",-1'),
    "stored_elsewhere": _lasting(
        "messages go to the other storage than the preferred one"
    ),
    "sim_busy": _accident("CME 14 and CMS 314 for SECONDS", seconds=10.0),
    "sim_dropped": _lasting(
        "the card no longer answers (CME 13) until +CFUN=0 or a reset"
    ),
    "sim_absent": _lasting("there is no card (CME 10)"),
    "pin": _accident("the card asks for PIN", pin="1234"),
    "puk": _accident("the PIN was typed wrong too often"),
    "csca_wiped": _accident("the card has no service centre"),
    "csmp_wipes_csca": _lasting("AT+CSMP= wipes the service centre"),
    "delivered_twice": _once(
        "the network did not hear that a message was taken and delivers it again"
    ),
    # radio
    "cfun_4": _accident("the radio is off"),
    "registration": _lasting("the registration is STAT: 0, 2, 3, 4, 6, 7, 11", stat=3),
    "stale_registration": _lasting(
        "the registration is STAT until the radio is switched off and on, or a reset",
        stat=2,
    ),
    "no_signal": _lasting("+CSQ: 99,99"),
    "deaf_radio": _lasting("all looks well, but nothing comes and submits get CMS 332"),
    # settings and calls
    "text_mode_reset": _accident("it forgets AT+CMGF=0"),
    "settings_lost": _accident("it forgets all settings and says nothing"),
    "call_during_submit": _once(
        "NUMBER calls while the prompt is awaited", number="+33639980077"
    ),
    "call_blocks_reception": _lasting("nothing is delivered while it rings"),
    "hang_up_ignored": _lasting(
        "OK to COMMAND (both of these, or every one), and it rings on",
        command=("H", "+CHUP", "both", "every"),
    ),
}


@dataclass(slots=True)
class Armed:
    """A fault that waits for its occasion."""

    arguments: dict[str, Any]
    left: int | None


class Faults:
    """What is armed now."""

    def __init__(self) -> None:
        self.active: dict[str, Armed] = {}

    def arm(self, name: str, arguments: dict[str, Value]) -> dict[str, Any]:
        """Arm a fault and tell its complete arguments; KeyError, TypeError, ValueError say what is not known."""
        if name not in FAULTS:
            raise KeyError(
                f"There is no fault {name!r}; there are {', '.join(FAULTS)}."
            )
        row = FAULTS[name]
        unknown = set(arguments) - set(row.arguments) - {"times"}
        if unknown:
            known = ", ".join([*row.arguments, "times"])
            raise TypeError(
                f"The fault {name!r} takes {known}, not {', '.join(sorted(unknown))}."
            )
        for key, words in row.choices.items():
            if key in arguments and arguments[key] not in words:
                raise ValueError(
                    f"The fault {name!r} takes for {key} one of {', '.join(words)}, not {arguments[key]!r}."
                )
        times: Any = arguments.get("times", row.times)
        complete = {
            **row.arguments,
            **{key: value for key, value in arguments.items() if key != "times"},
        }
        if not row.accident:
            self.active[name] = Armed(complete, times)
        return complete

    def clear(self, name: str) -> None:
        """Disarm."""
        if name not in FAULTS:
            raise KeyError(
                f"There is no fault {name!r}; there are {', '.join(FAULTS)}."
            )
        self.active.pop(name, None)

    def get(self, name: str) -> dict[str, Any] | None:
        """The arguments of an armed fault, not counting it."""
        armed = self.active.get(name)
        return armed.arguments if armed else None

    def fire(self, name: str, command: str | None = None) -> dict[str, Any] | None:
        """Count one occasion and tell the arguments, if armed, and if `command` begins with its prefix."""
        armed = self.active.get(name)
        if armed is None:
            return None
        if command is not None:
            prefix = str(armed.arguments["prefix"]).upper()
            if not command.startswith(prefix.removeprefix("AT")):
                return None
        return self._count(name, armed)

    def occasion(self, name: str, facts: dict[str, Value]) -> dict[str, Any] | None:
        """As `fire`, if the arguments of these names are these facts; an index of -1 is every index."""
        armed = self.active.get(name)
        if armed is None or any(
            armed.arguments[key] not in (fact, -1) for key, fact in facts.items()
        ):
            return None
        return self._count(name, armed)

    def _count(self, name: str, armed: Armed) -> dict[str, Any]:
        if armed.left is not None:
            armed.left -= 1
            if armed.left <= 0:
                del self.active[name]
        return armed.arguments or {"fired": True}
