"""`antirelou backup` and `antirelou restore`, as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_world import Run, filled, write_config

from antirelou.log import sealed

pytest_plugins = ["cli_fixtures"]
WORDS = "correct cheval batterie agrafe"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_COST", 2**4)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    directory = tmp_path / "old"
    directory.mkdir()
    filled(directory)
    return directory


@pytest.fixture
def new(tmp_path: Path) -> Path:
    directory = tmp_path / "new"
    directory.mkdir()
    write_config(directory)
    return directory


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text(f"{WORDS}\n# not this line\n")
    return path


def test_a_log_comes_back_on_a_fresh_card(
    run: Run, old: Path, new: Path, words: Path
) -> None:
    file = old.parent / "antirelou.backup"
    given = ("--passphrase-file", str(words))
    told = run(old, "backup", *given, str(file))
    assert (told.status, str(file) in told.out) == (0, True)
    before = run(old, "log", "--json", "--numbers").out
    told = run(new, "restore", *given, str(file))
    assert (told.status, told.err) == (0, "")
    assert "antirelou resume --memory-gap" in told.out
    after = run(new, "log", "--json", "--numbers").out
    assert after.replace('"unknown"', '"queued"') == before
    for command in ("status", "check"):
        assert "obody new gets a text until" in run(new, command).out


def test_a_passphrase_is_asked_for_twice_and_never_shown(
    run: Run, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([WORDS, "something else", WORDS, WORDS])
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: next(answers))
    told = run(old, "backup", str(old / "b"))
    assert told.status == 0
    assert WORDS not in told.out + told.err


@pytest.mark.parametrize(
    ("prepare", "status", "sentence"),
    [
        (lambda words, new: words.write_text("\n"), 2, "is empty"),
        (lambda words, new: words.unlink(), 2, "cannot be read"),
        (lambda words, new: words.write_bytes(b"\xff"), 2, "cannot be read"),
        (lambda words, new: words.write_text("other"), 78, "not sealed with this"),
        (lambda words, new: (new / "antirelou.db").touch(), 78, "is there already"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    run: Run,
    old: Path,
    new: Path,
    words: Path,
    prepare: object,
    status: int,
    sentence: str,
) -> None:
    file = old.parent / "antirelou.backup"
    given = ("--passphrase-file", str(words))
    run(old, "backup", *given, str(file))
    prepare(words, new)  # type: ignore[operator]
    told = run(new, "restore", *given, str(file))
    assert (told.status, sentence in told.err) == (status, True), told.err
    assert not (new / "antirelou.db.key").exists()


def test_a_backup_that_is_not_there_is_named(run: Run, new: Path, words: Path) -> None:
    given = ("--passphrase-file", str(words))
    told = run(new, "restore", *given, str(new / "no.backup"))
    assert (told.status, "no.backup" in told.err) == (78, True)


def test_without_the_package_it_says_what_to_install(
    run: Run, old: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        __import__("sys").modules,
        "cryptography.hazmat.primitives.kdf.scrypt",
        None,
    )
    given = ("--passphrase-file", str(words))
    told = run(old, "backup", *given, str(old / "b"))
    assert (told.status, "pip install cryptography" in told.err) == (78, True)
    assert not (old / "b").exists()
