"""The three programs: whether they are there, how they are set up to answer at once, and how they are started.

Each peer is set as fast as it goes without spinning: it looks every second, which is the least that both know; what
is not needed is switched off. The script that replies is what their manuals propose: gammu-smsd-inject, and a file
moved into the spool. antirelou answers at once, without limits; its modem is looked at as often as by default.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPLY = "Bonjour. Reponse automatique, envoyee une seule fois. Si une femme dit non, il ne faut pas insister."
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
_SCHEMAS = (
    "/usr/share/doc/gammu-smsd/examples/sqlite.sql",
    "/usr/share/doc/gammu/examples/sql/sqlite.sql",
)

_GAMMU = """
[gammu]
device = {folder}/modem
connection = at115200
[smsd]
service = sql
driver = sqlite3
dbdir = {folder}/
database = smsd.db
logfile = {folder}/smsd.log
debuglevel = 0
CommTimeout = 1
LoopSleep = 1
ReceiveFrequency = 1
StatusFrequency = 0
CheckSecurity = 0
CheckBattery = 0
CheckSignal = 0
CheckNetwork = 0
RunOnReceive = {folder}/reply
"""
_GAMMU_REPLY = """#!/bin/sh
exec gammu-smsd-inject -c {folder}/configuration TEXT "$SMS_1_NUMBER" -text "{reply}" >/dev/null
"""

_SMSTOOLS = """
devices = GSM1
outgoing = {folder}/outgoing
checked = {folder}/checked
incoming = {folder}/incoming
failed = {folder}/failed
sent = {folder}/sent
logfile = {folder}/smsd.log
infofile = {folder}/smsd.working
pidfile = {folder}/smsd.pid
loglevel = 4
delaytime = 1
delaytime_mainprocess = 1
trust_outgoing = yes
eventhandler = {folder}/reply
[GSM1]
device = {folder}/modem
incoming = yes
baudrate = 115200
memory_start = 0
pre_init = no
check_network = 0
"""
_SMSTOOLS_REPLY = """#!/bin/sh
[ "$1" = RECEIVED ] || exit 0
number=$(sed -n 's/^From: //p' "$2")
text=$(mktemp {folder}/reply.XXXXXX)
printf 'To: %s\\n\\n{reply}' "$number" > "$text"
mv "$text" {folder}/outgoing/
"""

_OURS = """
line = "bench"
[modem]
port = "{folder}/modem"
[log]
path = "{folder}/antirelou.db"
reserve = "1MB"
[reply]
mode = "{mode}"
texts = ["{reply}"]
delay = "0s"
delay_spread = "0s"
hours = "always"
[limits]
segments_per_hour = 10000000
segments_per_day = 10000000
recipients_per_day = 10000000
recipients_per_month = 100000000
[flood]
messages = 10000000
[health]
self_text = "never"
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One program. `missing`: a sentence if it is not there; `prepare` sets it up in a folder and tells its command."""

    name: str
    missing: Callable[[], str | None]
    prepare: Callable[[Path], list[str]]


def _script(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def _no_gammu() -> str | None:
    if any(shutil.which(name) is None for name in ("gammu-smsd", "gammu-smsd-inject")):
        return "gammu-smsd is not installed (apt install gammu-smsd libdbd-sqlite3)."
    if not any(Path(schema).exists() for schema in _SCHEMAS):
        return "gammu-smsd's SQLite schema is not where Debian puts it."
    return None


def _gammu(folder: Path) -> list[str]:
    [schema, *_] = [Path(path) for path in _SCHEMAS if Path(path).exists()]
    database = sqlite3.connect(folder / "smsd.db")
    database.executescript(schema.read_text("utf-8"))
    database.close()
    (folder / "configuration").write_text(_GAMMU.format(folder=folder))
    _script(folder / "reply", _GAMMU_REPLY.format(folder=folder, reply=REPLY))
    return ["gammu-smsd", "-c", str(folder / "configuration")]


def _no_smstools() -> str | None:
    if shutil.which("smsd", path=_PATH) is None:
        return "smstools is not installed (apt install smstools)."
    return None


def _smstools(folder: Path) -> list[str]:
    for name in ("outgoing", "checked", "incoming", "failed", "sent"):
        (folder / name).mkdir()
    (folder / "configuration").write_text(_SMSTOOLS.format(folder=folder))
    _script(folder / "reply", _SMSTOOLS_REPLY.format(folder=folder, reply=REPLY))
    program = shutil.which("smsd", path=_PATH)
    assert program is not None
    return [program, f"-c{folder}/configuration", "-t"]


def _ours(folder: Path, mode: str = "automatic") -> list[str]:
    configuration = folder / "antirelou.toml"
    configuration.write_text(_OURS.format(folder=folder, reply=REPLY, mode=mode))
    main = "from antirelou.cli import main; main()"
    return [sys.executable, "-c", main, "run", "--config", str(configuration)]


def _receiving(folder: Path) -> list[str]:
    return _ours(folder, "never")


OURS = Kind("antirelou", lambda: None, _ours)
RECEIVING = Kind("antirelou", lambda: None, _receiving)
PEERS = (
    Kind("gammu-smsd", _no_gammu, _gammu),
    Kind("smstools", _no_smstools, _smstools),
)
