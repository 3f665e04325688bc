"""Every message has its French, in step with the program; a locale chooses as gettext's does; English loads nothing."""

from __future__ import annotations

import ast
import gettext
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import catalogue
import click
import pytest
from babel.messages import Message
from cli_world import filled

from antirelou import language
from antirelou.cli import COMMANDS, group
from antirelou.cli.output import visible
from antirelou.daemon.tell import printable

MESSAGES = catalogue.messages()
FRENCH = catalogue.catalogue()
COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]
NAMES = [name for commands in COMMANDS.values() for name in commands]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("filled")
    filled(directory)
    return directory


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def said(locale: str, *arguments: str, **environment: str) -> str:
    """What a command prints, on either stream, in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": locale} | environment,
        check=False,
    )
    return done.stdout + done.stderr


# The catalogue


def test_every_message_has_its_french() -> None:
    missing = [key for key in MESSAGES if FRENCH.get(key) is None]
    assert missing + catalogue.lacking(FRENCH) == [], "make french, and translate"


_TO_THE_OPERATOR = {
    *("echo", "confirm", "Finding", "UsageError", "BadParameter"),
    *("ConfigError", "Wrong", "_Misunderstood", "PortError", "ModemLost", "SimRefused"),
    *("LogMissing", "LogExists", "LogBusy", "DiskFull", "KeyMissing", "KeyWrong"),
    *("info", "warning", "error", "event", "_tell"),
}


def untranslated(path: Path) -> list[str]:
    """Sentences that are given to the operator as they stand."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        for argument in node.args if called in _TO_THE_OPERATOR else ():
            parts = (
                argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            )
            words = " ".join(
                str(getattr(part, "value", ""))
                for part in parts
                if isinstance(part, ast.Constant)
            )
            if len(re.findall(r"\b[a-z]{2,}\b", words)) > 2:
                found.append(f"{path.name}:{node.lineno}: {words}")
    return found


@pytest.mark.parametrize(
    "path",
    [
        path
        for layer in ("cli", "config", "daemon", "evidence", "log", "modem")
        for path in sorted((catalogue.PACKAGE / layer).glob("*.py"))
    ],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_nothing_is_said_to_the_operator_in_english_only(path: Path) -> None:
    assert untranslated(path) == []


def test_nothing_is_translated_that_nobody_says() -> None:
    ours = [
        message
        for message in FRENCH
        if message.id and catalogue.CLICK not in message.user_comments
    ]
    assert [m.id for m in ours if forms(m.id)[0] not in MESSAGES] == []


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def marks(text: str) -> list[str]:
    return re.findall(r"%[sd]", text)


@pytest.mark.parametrize(
    "message",
    [m for m in FRENCH if m.id],
    ids=lambda message: forms(message.id)[0][:40],
)
def test_french_fills_in_the_same_fields(message: Message) -> None:
    english, french = forms(message.id), forms(message.string)
    assert [marks(text) for text in french] == [marks(text) for text in english]
    known = set().union(*map(fields, english))
    assert set().union(*map(fields, french)) == known


def test_french_begins_and_ends_as_english_does() -> None:
    for message in FRENCH:
        for english, french in zip(forms(message.id), forms(message.string)):
            if message.id and catalogue.CLICK not in message.user_comments:
                joined = english.startswith((" ", ":", ";"))
                assert joined == french.startswith((" ", "\u00a0"))
                assert english.endswith((".", ".)")) == french.endswith((".", ".)")), (
                    french
                )


def test_french_reaches_journal_and_terminal_as_it_is_written() -> None:
    for message in FRENCH:
        for text in forms(message.string or ""):
            bare = text.replace("\n", " ").replace("\t", " ").replace("\\", "")
            assert printable(bare) == visible(bare) == bare


def test_what_is_compiled_is_what_is_written() -> None:
    with catalogue.MO.open("rb") as file:
        there = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    made = gettext.GNUTranslations(io.BytesIO(catalogue.compiled(FRENCH)))._catalog  # type: ignore[attr-defined]
    for head in (there, made):
        del head[""]  # who made it, and when
    assert there == made, "make french"


# Which language


@pytest.mark.parametrize(
    ("environment", "french"),
    [
        ({}, False),
        ({"LANG": "fr_FR.UTF-8"}, True),
        ({"LANG": "fr"}, True),
        ({"LANG": "fr_CA.UTF-8@euro"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),  # no German: English
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, True),
        ({"LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, False),
        ({"LC_ALL": "fr_FR.UTF-8", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LANG": "fr_FR.UTF-8"}, True),  # empty is not set
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr"}, True),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:fr:en"}, True),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "en:fr"}, False),
        ({"LANG": "C", "LANGUAGE": "fr"}, False),  # who says C means it
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "fr", "LANG": "fr_FR.UTF-8"}, False),
        ({"LC_ALL": "POSIX", "LANG": "fr_FR.UTF-8"}, False),
    ],
)
def test_the_locale_chooses(
    environment: dict[str, str], french: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.catalogue_of_locale.__wrapped__().gettext("modem not known") == (
        "modem inconnu" if french else "modem not known"
    )


def test_english_loads_nothing() -> None:
    program = (
        "import sys; sys.addaudithook(lambda name, args: name == 'open' and print(args[0]));"
        "sys.argv[1:] = ['--help']; from antirelou.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "en_US.UTF-8"},
        check=True,
    )
    opened = done.stdout.replace("__pycache__/", "")
    assert "antirelou/language" in opened
    assert "antirelou.mo" not in opened and "cli/help" not in opened


# In French


@pytest.fixture
def in_french(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    language.catalogue_of_locale.cache_clear()
    yield
    language.catalogue_of_locale.cache_clear()


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 réponse"),
        (1, "1 réponse"),
        (2, "2 réponses"),
        (2000, "2\u00a0000 réponses"),
    ],
)
def test_plurals_and_numbers_are_french(
    count: int, shown: str, in_french: None
) -> None:
    assert language.plural(count, "reply", "replies") == shown


def test_what_is_filled_in_is_no_message(in_french: None) -> None:
    assert (
        language._("{name}: handed on.", name="{files} %s")
        == "{files} %s\u00a0: remise."
    )


def examples(name: str) -> list[str]:
    """The lines that a command's help shows as they stand, without the remarks beside them."""
    command = group.get_command(click.Context(group), name) if name else group
    assert command is not None and command.help is not None
    kept = [part for part in command.help.split("\n\n") if part.startswith("\b\n")]
    lines = [line for part in kept for line in part.splitlines()[1:]]
    return [re.split(" {2,}", line)[0] for line in lines]


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_speaks_french_and_shows_the_same_examples(name: str) -> None:
    words = [*name.split(), "--help"]
    french, english = said("fr_FR.UTF-8", *words), said("C.UTF-8", *words)
    assert (
        french.startswith("Usage\u00a0: antirelou") and "Afficher cette aide" in french
    )
    assert "Options:" not in french and "Show " not in french
    for example in examples(name):
        assert f"  {example}" in french
    options = r"(?m)^  (?:-h, )?(--[a-z-]+)"
    assert set(re.findall(options, french)) == set(re.findall(options, english))


@pytest.mark.parametrize(
    "arguments",
    [
        ["blok"],
        ["log", "--limit", "0"],
        ["log", "--reason", "none"],
        ["log", "--sinc", "2h"],
        ["log", "--since"],
        ["why", "41", "42"],
        ["why", "x"],
        ["simulate"],
    ],
    ids=" ".join,
)
def test_misuse_is_told_in_french(arguments: list[str]) -> None:
    told = said("fr_FR.UTF-8", *arguments)
    assert told.splitlines()[-1].startswith("Erreur\u00a0: ")
    english = r"\b(?:Error|Try|Invalid|Missing|Got|No such|requires|is not|Did you|value|for)\b"
    assert not re.search(english, told)


@pytest.mark.parametrize(
    "arguments",
    [
        ["log", "--json"],
        ["log", "--csv"],
        ["log"],
        ["stats", "--until", "2026-11-30", "--json"],
        ["stats", "--until", "2026-11-30"],  # through a pipe
        ["why", "1", "--json"],
        ["line", "--json"],
        ["config"],
    ],
    ids=" ".join,
)
def test_what_programs_read_is_the_same(arguments: list[str], at: Path) -> None:
    configured = {"ANTIRELOU_CONFIG": str(at / "antirelou.toml")}
    french = said("fr_FR.UTF-8", *arguments, **configured)
    assert french == said("C.UTF-8", *arguments, **configured) != ""


def test_only_the_sentence_of_a_json_check_is_french(at: Path) -> None:
    def checked(locale: str) -> list[dict[str, str]]:
        configured = {"ANTIRELOU_CONFIG": str(at / "antirelou.toml")}
        lines = said(locale, "check", "--json", **configured).splitlines()
        return [json.loads(line) for line in lines]

    french, english = checked("fr_FR.UTF-8"), checked("C.UTF-8")
    assert [(one["item"], one["state"]) for one in french] == [
        (one["item"], one["state"]) for one in english
    ]
    assert "Aucun démon" in " ".join(one["sentence"] for one in french)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], ("Ligne main", "Réseau", "En attente", "Disque\u00a0:")),
        (["why", "1"], ("Message 1\u00a0: text de", "Décidé le")),
        (["check"], ("[ok] registre\u00a0:", "On ne pourrait pas répondre")),
        (["verify"], ("maillons de la chaîne", "La tête est")),
        (["text", "ê"], ("1 unité UTF-16 sur 70\u00a0: 1 segment.",)),
        (["pause"], ("L'ordre est dans le registre.",)),
    ],
    ids=lambda value: " ".join(value),
)
def test_commands_speak_french(
    arguments: list[str], words: tuple[str, ...], at: Path
) -> None:
    told = said("fr_FR.UTF-8", *arguments, ANTIRELOU_CONFIG=str(at / "antirelou.toml"))
    for word in words:
        assert word in told, told


def test_the_manual_page_is_made_in_french_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "antirelou.cli.man"],
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "fr_FR.UTF-8"},
        check=True,
    )
    assert ".SH CODES DE RETOUR" in done.stdout and ".SH NAME" not in done.stdout
    assert all(f".SS antirelou {name} " in done.stdout for name in NAMES)


def test_the_group_of_this_process_stays_english() -> None:
    assert (group.help or "").startswith("A phone number for someone")
