"""The layers and their arrows, as the tree really is: who imports whom, who knows SQL, serial ports and printing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "antirelou"
FILES = sorted(PACKAGE.rglob("*.py"))

# layer -> what it may import of antirelou beside itself; "modem.facts" is the vocabulary without the driver
ALLOWED = {
    "clock": set(),
    "settings": set(),
    "language": set(),
    "harmless": set(),
    "sms": set(),
    "simulator": set(),
    "policy": {"sms", "settings"},
    "modem": {"sms", "settings", "clock", "language"},
    "log": {"sms", "settings", "clock", "language", "policy", "modem.facts"},
    "config": {"sms", "settings", "language", "policy"},
    # reads what log reads and proves it by the log's chain; the daemon never loads it, its packages are an extra
    "evidence": {"sms", "settings", "language", "policy", "harmless", "log"},
    "daemon": {"sms", "settings", "clock", "language", "policy", "log", "modem"},
}


def layer_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports_of(path: Path) -> list[str]:
    """The modules that a file imports, dotted, wherever in it."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_between_the_layers_point_one_way(path: Path) -> None:
    layer = layer_of(path)
    if layer not in ALLOWED:
        assert layer in ("cli", "__init__")
        return
    for name in imports_of(path):
        if not name.startswith("antirelou."):
            continue
        module = name.removeprefix("antirelou.")
        allowed = ALLOWED[layer] | {layer}
        assert any(module == one or module.startswith(one + ".") for one in allowed), (
            f"{path} imports {name}"
        )


def owners(pattern: str) -> set[str]:
    return {
        layer_of(path)
        for path in FILES
        if re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_only_the_modem_knows_serial_ports_and_the_driver() -> None:
    assert owners(r"^\s*(?:import|from) (?:serial|gsmmodem)\b") == {"modem"}


def test_only_the_log_knows_sql() -> None:
    assert owners(
        r"\b(?:SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b"
    ) == {"log"}
    assert owners(r"^\s*(?:import|from) (?:sqlite3|sqlite_utils)\b") == {"log"}


def test_only_the_commands_print() -> None:
    assert owners(r"^\s*(?:print|click\.echo)\(") <= {"cli"}


def test_pure_layers_read_no_clock_and_touch_no_file() -> None:
    assert not {"sms", "policy"} & owners(
        r"\bopen\(|datetime\.now\(|time\.time\(|^import (?:os|time|random)\b"
    )


def test_no_thread_and_no_sleep_in_what_the_daemon_runs() -> None:
    assert owners(r"^\s*(?:import|from) (?:threading|asyncio)\b") <= {"simulator"}
    assert not {"modem", "daemon", "policy", "sms"} & owners(r"\bsleep\(")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 400
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            first = (
                node.body[1]
                if ast.get_docstring(node) and len(node.body) > 1
                else node.body[0]
            )
            assert (node.end_lineno or 0) - first.lineno < 40, (
                f"{path}:{node.lineno} {node.name}"
            )


def test_the_oldest_releases_that_are_tested_are_those_that_are_admitted() -> None:
    admitted = set(
        re.findall(
            r"^    ([\w-]+)>=([\d.]+)$",
            (ROOT / "setup.cfg").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    tested = set(
        re.findall(
            r"^([\w-]+)==([\d.]+)$",
            (ROOT / "tests/oldest.txt").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    used_by_tests_and_program = {
        pair for pair in admitted if pair[0] not in ("mypy", "ruff", "atheris")
    }
    assert {(name, version) for name, version in tested} == used_by_tests_and_program
