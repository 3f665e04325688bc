"""Help that helps: examples that work, completion in real shells, and a manual page that says the same."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from antirelou.cli import COMMANDS, group
from antirelou.cli.errors import MEANINGS
from antirelou.cli.man import page

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from antirelou.cli import main; main()"]
CONTEXT = click.Context(group, info_name="antirelou")
NAMES = group.list_commands(CONTEXT)


def command(name: str) -> click.Command:
    found = group.get_command(CONTEXT, name)
    assert found is not None
    return found


def examples(name: str) -> list[list[str]]:
    """The command lines of a command's help, each as its words, without remarks and redirections."""
    lines = re.findall(
        rf"^ *antirelou ({name}\b.*)$", command(name).help or "", re.MULTILINE
    )
    bare = [re.split(r"\s+[<>|]|\s{3,}", line)[0] for line in lines]
    return [shlex.split(line)[1:] for line in bare]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_two_examples_that_it_understands(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raiders.txt").write_text("+33639980008\n")
    shown = examples(name)
    assert len(shown) >= 2, f"antirelou {name} --help has {len(shown)} examples"
    for words in shown:
        # raises what click says of options that are unknown and values that are wrong
        command(name).make_context(name, list(words), parent=CONTEXT).close()


def test_every_command_says_in_the_list_what_it_does() -> None:
    for commands in COMMANDS.values():
        for name, (_, short) in commands.items():
            assert short.endswith(".") and len(short) < 80, name


# Completion


def completed(shell: str, words: str) -> str:
    """What a shell's script gets from us for a line that is typed so far."""
    environment = os.environ | {
        "_ANTIRELOU_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": (words.rpartition(" ")[2] if shell == "fish" else "")
        or str(len(words.split(" ")) - 1),
    }
    return subprocess.run(
        COMMAND, capture_output=True, text=True, env=environment, check=True
    ).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script_and_our_words(shell: str) -> None:
    environment = os.environ | {"_ANTIRELOU_COMPLETE": f"{shell}_source"}
    script = subprocess.run(
        COMMAND, capture_output=True, text=True, env=environment, check=True
    ).stdout
    assert f"_ANTIRELOU_COMPLETE={shell}_complete" in script
    found = completed(shell, "antirelou st")
    assert re.findall(r"\bsta\w+", found)[0] == "status" and "stats" in found
    assert "pause" not in found


def test_words_of_options_are_completed_too() -> None:
    assert "plain,flooder" not in completed("bash", "antirelou log --reason f")
    assert "plain,already_told" in completed("bash", "antirelou log --reason al")
    assert "plain,--search" in completed("bash", "antirelou log --se")


def test_the_tab_key_loads_no_command() -> None:
    environment = os.environ | {
        "_ANTIRELOU_COMPLETE": "bash_complete",
        "COMP_WORDS": "antirelou ",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:]],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert len(done.stdout.splitlines()) == len(NAMES)
    assert "sqlite3" not in done.stderr and "antirelou.config" not in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_itself_completes(tmp_path: Path) -> None:
    program = tmp_path / "antirelou"
    program.write_text(
        f"#!{sys.executable}\nfrom antirelou.cli import main\nmain()\n", "utf-8"
    )
    program.chmod(0o755)
    script = (
        'eval "$(_ANTIRELOU_COMPLETE=bash_source antirelou)"\n'
        "COMP_WORDS=(antirelou wh) COMP_CWORD=1\n"
        "_antirelou_completion antirelou wh antirelou\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    environment = os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("why\n", "")


# The manual page


@pytest.fixture(scope="module")
def manual() -> str:
    """The page as `man` shows it on a wide terminal."""
    if shutil.which("groff") is None:
        pytest.skip("there is no groff")
    done = subprocess.run(
        ["groff", "-k", "-ww", "-man", "-Tutf8", "-rLL=200n", "-P-cbou"],
        input=page().encode(),
        capture_output=True,
        check=True,
    )
    assert done.stderr == b"", done.stderr.decode()
    return done.stdout.decode()


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_manual_names_every_command_option_and_status(manual: str) -> None:
    flat = plain(manual)
    for name in NAMES:
        assert f"antirelou {name} " in flat
        for parameter in command(name).params:
            if isinstance(parameter, click.Option):
                assert set(parameter.opts) <= set(re.findall(r"--?[a-z][a-z-]*", flat))
    for status, meaning in MEANINGS.items():
        assert f"{status} {meaning}" in flat


def test_the_manual_shows_the_examples_as_they_are_typed(manual: str) -> None:
    assert 'antirelou log --sender "06 39 98 00 01" --csv' in plain(manual)
    assert 'antirelou text "Si une femme dit non, inutile d’insister."' in manual
    assert r"\b" not in manual and "\b" not in manual


def test_the_page_does_not_depend_on_the_terminal() -> None:
    def made(columns: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "antirelou.cli.man"],
            capture_output=True,
            text=True,
            env=os.environ | {"COLUMNS": columns, "ANTIRELOU_CONFIG": columns},
            check=True,
        ).stdout

    assert made("40") == made("300") != ""
