"""README.md is true: what it names exists, what it lists is complete, what it shows runs.

Longer than 400 lines: one document, section by section in its own order.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from cli_world import write_config
from world import NOON, NUMBER, OTHER, World, settings_in

from antirelou import sms
from antirelou.cli import group
from antirelou.cli.errors import (
    BUG,
    CONFIGURATION,
    INTERRUPTED,
    TRY_AGAIN,
    UNAVAILABLE,
    USAGE,
    run_group,
)
from antirelou.clock import Timekeeper, VirtualClock
from antirelou.config import EXIT_STATUS, sample
from antirelou.daemon import Exhausted
from antirelou.daemon.alerts import KINDS
from antirelou.log import Reader, State, Store, chain, errors
from antirelou.policy.decide import REASONS
from antirelou.policy.facts import (
    HoldReason,
    Kind,
    LaterReason,
    NeverReason,
    Purpose,
    Reason,
)
from antirelou.policy.release import NEVER

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

# In sh blocks: what would not end, needs another machine or a terminal, or has no log to work on.
NOT_RUN_HERE = (
    "antirelou run",
    "antirelou simulate",
    "antirelou log --follow",
    "antirelou check",
    "antirelou block --top",
    "antirelou alert --test",
    "antirelou backup",
    "antirelou web",
    "antirelou restore",
)


def table(first: str) -> list[list[str]]:
    """The rows of the one table whose header begins with `first`."""
    found = [
        block.splitlines()
        for block in re.findall(r"(?:^ *\|.*\n)+", README, re.MULTILINE)
        if block.split("|")[1].strip() == first
    ]
    assert len(found) == 1, f"there are {len(found)} tables that begin with {first!r}"
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in found[0][2:]
    ]


def named(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def words(first: str) -> list[str]:
    return [word for row in table(first) for word in named(row[0])]


def blocks(language: str) -> list[str]:
    """What stands in such blocks, without the indent of a list that one may stand in."""
    found = re.findall(
        rf"^( *)```{language}\n(.*?)^ *```", README, re.MULTILINE | re.DOTALL
    )
    return [
        re.sub(f"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found
    ]


def commands() -> Iterator[list[str]]:
    """Every `antirelou …` in a shell block, as its words, without remarks and redirections."""
    for line in "".join(blocks("sh")).splitlines():
        if match := re.match(
            r"(?:timeout \S+ \d+ |sudo (?:-u antirelou )?)?(?:\.venv/bin/)?(antirelou .*)",
            line,
        ):
            yield shlex.split(re.split(r"\s[<>|&]", match[1])[0], comments=True)


def inline_commands() -> Iterator[list[str]]:
    for quoted in re.findall(r"`antirelou ([^`]+)`", README):
        yield shlex.split(quoted)


# Commands and options


@pytest.mark.parametrize(
    "line",
    [*commands(), *(["antirelou", *one] for one in inline_commands())],
    ids=" ".join,
)
def test_command_and_its_options_exist(line: list[str]) -> None:
    context = click.Context(group)
    given = [word.partition("=")[0] for word in line[1:]]
    if given[0].startswith("-"):
        known = {option for parameter in group.params for option in parameter.opts}
    else:
        command = group.get_command(context, given[0])
        assert command is not None, f"there is no command {given[0]}"
        with_help = [
            *command.params,
            command.get_help_option(click.Context(command, parent=context)),
        ]
        known = {
            option for parameter in with_help if parameter for option in parameter.opts
        }
    options = {word for word in given if re.match("--[a-z]", word)}
    assert options <= known, f"unknown: {options - known}"


def test_every_command_is_shown() -> None:
    shown = (
        {line[1] for line in commands()}
        | {line[0] for line in inline_commands()}
        | {"demo"}
    )
    assert "make demo" in README
    assert shown >= set(group.list_commands(click.Context(group)))


def test_every_option_that_is_named_in_a_sentence_exists() -> None:
    context = click.Context(group)
    all_commands = [
        group.get_command(context, name) for name in group.list_commands(context)
    ]
    known = {
        option
        for one in [group, *all_commands]
        if one
        for parameter in one.params
        for option in parameter.opts
    }
    prose = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(--[a-z-]+)", prose)) <= known | {"--help"}


def test_every_make_target_is_listed_and_no_other() -> None:
    phony = re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert words("target") == [f"make {name}" for name in phony[1].split()]


def test_every_file_that_is_named_exists() -> None:
    for name in re.findall(r"\b((?:antirelou|systemd|tests)/[\w./-]*)", README):
        if (
            not re.search(rf"/\S*/{re.escape(name)}", README)
            and name != "antirelou/bin/antirelou"
        ):
            assert (ROOT / name.rstrip(".")).exists(), name


def test_every_link_within_leads_to_a_heading() -> None:
    headings = re.findall(r"^##+ (.*)", README, re.MULTILINE)
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings
    }
    links = re.findall(r"\]\(#([^)]*)\)", README)
    assert len(links) > 10
    assert set(links) <= anchors


# Words


def test_reasons_are_those_of_the_policy_in_their_order() -> None:
    assert words("reason") == [reason.value for reason, _ in REASONS] + [
        Reason.TO_ANSWER.value
    ]


def test_holds_are_those_of_the_policy() -> None:
    assert words("hold") == [reason.value for reason in HoldReason]


def test_what_drops_a_reply_stands_in_the_order_in_which_it_is_asked() -> None:
    asked = list(dict.fromkeys(reason.value for reason, _, _ in NEVER))
    others = (NeverReason.DROPPED, NeverReason.DISTRESS, NeverReason.UNREPLYABLE)
    assert words("never") == asked + [reason.value for reason in others]


def test_what_makes_a_reply_wait_stands_in_its_order() -> None:
    assert words("later") == [reason.value for reason in LaterReason]


def test_states_are_those_of_a_reply() -> None:
    assert words("state") == [state.value for state in State]


def test_kinds_and_purposes_are_all_named() -> None:
    sentence = re.search(
        r"A message's `kind` is (.*?);.*?`purpose` is (.*?)\.", README, re.DOTALL
    )
    assert sentence is not None
    assert named(sentence[1]) == [kind.value for kind in Kind]
    assert named(sentence[2]) == [purpose.value for purpose in Purpose]


def test_exit_statuses_are_all_that_a_command_may_end_with() -> None:
    ours = {
        error.exit_status
        for error in vars(errors).values()
        if isinstance(error, type) and hasattr(error, "exit_status")
    }
    known = {
        0,
        BUG,
        USAGE,
        UNAVAILABLE,
        TRY_AGAIN,
        CONFIGURATION,
        INTERRUPTED,
        EXIT_STATUS,
        Exhausted.exit_status,
    } | ours
    assert [int(word) for word in words("status")] == sorted(known)


def test_alerts_are_those_that_are_written() -> None:
    assert {named(row[0])[0]: row[1] for row in table("alert")} == KINDS


# Configuration


def flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted keys and values; an empty section is a value."""
    found: dict[str, Any] = {}
    for key, value in data.items():
        found |= (
            flat(value, f"{prefix}{key}.")
            if isinstance(value, dict) and value
            else {f"{prefix}{key}": value}
        )
    return found


def test_configuration_table_has_the_keys_and_defaults_of_the_sample() -> None:
    defaults = flat(
        tomllib.loads(re.sub(r"^#(?=\w+ = |\[)", "", sample(), flags=re.MULTILINE))
    )
    told = {
        named(row[0])[0]: tomllib.loads(f"value = {row[1].strip('`')}")["value"]
        for row in table("key")
    }
    assert told == defaults
    assert list(told) == list(defaults)


def test_every_key_that_is_named_in_a_sentence_exists() -> None:
    sections = {key.partition(".")[0] for key in words("key") if "." in key}
    used = set(
        re.findall(rf"`((?:{'|'.join(sections)})\.[a-z_]+)(?: = [^`]*)?`", README)
    )
    assert used - set(words("change")) <= set(words("key"))


# The texts


def test_what_one_apostrophe_costs_is_what_the_command_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown, *_ = blocks("text")
    [trap] = [
        line
        for line in commands()
        if line[1:2] == ["text"] and "mal à l’aise" in line[-1]
    ]
    assert run_group(group, trap[1:]) == 0
    assert shown in capsys.readouterr().out
    assert (
        len(sms.compose(trap[-1]).segments),
        len(sms.compose(trap[-1].replace("’", "'")).segments),
    ) == (5, 2)


# Words that tell a man from a woman, or who gave the number.
TELLING = r"\b(?:femme|homme|fille|elle|il|lui|mec|monsieur|madame|donnée?|woman|man|girl|she|he|her|him|gave)\b"


@pytest.mark.parametrize("row", table("tone"), ids=lambda row: row[0])
def test_texts_to_choose_from_take_one_segment_and_are_fair(row: list[str]) -> None:
    [text] = named(row[1])
    composed = sms.compose(text)
    assert (composed.alphabet, len(composed.segments)) == (sms.Alphabet.GSM7, 1)
    assert sms.typographic(text) == (text, ())
    words_of = set(re.findall(r"\w+", text.lower()))
    assert not re.search(TELLING, text.lower())
    assert words_of & {"bonjour", "hello"} and words_of & {"merci", "please"}
    assert words_of & {"automatique", "automatic"} and words_of & {"conservés", "kept"}


# The log


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    settings = settings_in(tmp_path_factory.mktemp("fresh"))
    store = Store.open(settings, Timekeeper(VirtualClock(NOON)).moment())
    connection = sqlite3.connect(settings.log.path)
    yield connection
    connection.close()
    store.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a log with a reply that left, one of unknown fate, one that waits, and a cry for help."""
    directory = tmp_path_factory.mktemp("filled")
    world = World(
        directory, reply={"delay": timedelta(minutes=5), "delay_spread": timedelta(0)}
    )
    world.text("Salut, c'est moi")
    world.run(400)
    world.text("Allô ?", "+33639980003")
    world.simulation.fault("hang_after_ctrl_z")
    world.run(500)
    world.text("Salut toi", OTHER)
    world.run(30)
    world.text("Au secours !", "+33639980004")
    world.run(30)
    world.simulation.network.call(NUMBER)
    world.run(30)
    world.store.close(Timekeeper(world.clock).moment())
    return directory


def rows(connection: sqlite3.Connection, query: str) -> list[Any]:
    return connection.execute(query).fetchall()


def columns(connection: sqlite3.Connection, table_name: str) -> list[str]:
    return [row[1] for row in rows(connection, f"PRAGMA table_info({table_name})")]


def test_every_table_of_a_fresh_log_is_named_and_no_other(
    fresh: sqlite3.Connection,
) -> None:
    there = {
        name
        for (name,) in rows(
            fresh, "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
    }
    assert set(words("table")) == {
        name for name in there if not name.startswith("sqlite_")
    }


def test_columns_that_are_named_exist_in_their_table(fresh: sqlite3.Connection) -> None:
    for row in table("table"):
        assert set(named(row[2])) <= set(columns(fresh, named(row[0])[0])), row[0]


def test_views_have_exactly_the_columns_that_are_named(
    fresh: sqlite3.Connection,
) -> None:
    there = {
        name
        for (name,) in rows(fresh, "SELECT name FROM sqlite_master WHERE type = 'view'")
    }
    assert {named(row[0])[0]: named(row[2]) for row in table("view")} == {
        name: columns(fresh, name) for name in there
    }


@pytest.mark.parametrize(
    ("first", "queries"), [("entry", chain.COVERED), ("change", chain.STATES)]
)
def test_chain_covers_the_columns_that_are_named(
    fresh: sqlite3.Connection, first: str, queries: dict[str, str]
) -> None:
    covered = {}
    for kind, query in queries.items():
        described = [column[0] for column in fresh.execute(query, [0]).description]
        covered[kind] = [name for name in described if name != "nonce"]
    assert {named(row[0])[0]: named(row[1]) for row in table(first)} == covered


QUERIES = [*blocks("sql"), *re.findall(r'"(SELECT [^"]*)"', "".join(blocks("sh")))]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("\n")[0][:60])
def test_ready_question_has_an_answer(filled: Path, query: str) -> None:
    connection = sqlite3.connect(f"file:{filled}/antirelou.db?mode=ro", uri=True)
    try:
        assert rows(connection, query)
    finally:
        connection.close()


PROGRAMS = {
    "sqlite3": lambda log, query: ["sqlite3", "-readonly", "-box", log, query],
    "sqlite-utils": lambda log, query: [
        *(sys.executable, "-m", "sqlite_utils", "query"),
        *(log, query, "--table"),
    ],
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_ten_questions_are_answered_by_the_programs_that_are_named(
    filled: Path, program: str
) -> None:
    questions = blocks("sql")
    assert len(questions) == 10
    if program == "sqlite3" and shutil.which(program) is None:
        pytest.skip("Debian's sqlite3 is not installed")
    for query in questions:
        command = PROGRAMS[program](str(filled / "antirelou.db"), query)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), query
        assert done.stdout.count("\n") > 2, query


def test_json_fields_are_those_of_the_log(filled: Path) -> None:
    with Reader.open(filled / "antirelou.db") as log:
        message = next(message for message in log.messages() if message["replies"])
    fields = [name for name in message if name != "replies"]
    assert words("field") == fields + [
        f"replies[].{name}" for name in message["replies"][0]
    ]


# What is shown runs

Run = Callable[[list[str]], int]


@pytest.fixture
def run(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line on a copy of the filled log."""
    for name in ("antirelou.db", "antirelou.db.key"):
        shutil.copy(filled / name, tmp_path)
    monkeypatch.setenv("ANTIRELOU_CONFIG", str(write_config(tmp_path)))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raiders.txt").write_text("+33639980008  # since Sunday\n")
    return lambda line: run_group(group, line[1:])


def test_every_command_that_is_shown_does_what_it_says(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    done = 0
    for line in commands():
        if " ".join(line).startswith(NOT_RUN_HERE):
            continue
        assert run(line) == 0, f"{' '.join(line)}: {capsys.readouterr().err}"
        assert capsys.readouterr().out, f"{' '.join(line)} prints nothing"
        done += 1
    assert done > 20


def test_json_is_one_object_a_line(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["antirelou", "log", "--json"])
    assert all(
        isinstance(json.loads(line), dict)
        for line in capsys.readouterr().out.splitlines()
    )


def test_configuration_to_practise_with_is_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    practice = re.search(r"<<'END'\n(.*?)^END", README, re.MULTILINE | re.DOTALL)
    assert practice is not None
    (tmp_path / "practice.toml").write_text(practice[1])
    assert (
        run_group(
            group, ["config", "--check", "--config", str(tmp_path / "practice.toml")]
        )
        == 0
    )
    assert 'reply.hours = "always"' in capsys.readouterr().out
