"""systemd/: the units keep their promises, and the table of modems says each thing once.

What needs a running systemd is in tests/system; here are the files themselves, and what `systemd-analyze` makes of them.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parent.parent / "systemd"
SERVICE = SYSTEMD / "antirelou.service"
TEMPLATE = SYSTEMD / "antirelou@.service"
RULES = (SYSTEMD / "70-antirelou.rules").read_text(encoding="utf-8")
WORST = 1.0  # of 10

analysed = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="there is no systemd here"
)


def directives(unit: Path) -> list[tuple[str, str]]:
    lines = unit.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if re.match("[A-Z]", line)]
    return [(name, value) for name, _, value in pairs]


FIXED = [
    ("Type", "notify"),
    ("WatchdogSec", "300"),
    ("Restart", "always"),
    ("RestartSec", "5"),
    ("StartLimitIntervalSec", "0"),
    ("RestartPreventExitStatus", "78"),
    ("TimeoutStopSec", "45"),
    ("PrivateNetwork", "yes"),
    ("RestrictAddressFamilies", "AF_UNIX"),
    ("IPAddressDeny", "any"),
    ("DevicePolicy", "closed"),
    ("StateDirectory", "antirelou"),
    ("StateDirectoryMode", "0700"),
    ("LimitCORE", "0"),
]


@pytest.mark.parametrize("directive", FIXED, ids="=".join)
def test_unit_has_what_the_design_fixes(directive: tuple[str, str]) -> None:
    assert directive in directives(SERVICE)


def test_no_device_but_usb_modems_is_open() -> None:
    allowed = {value for name, value in directives(SERVICE) if name == "DeviceAllow"}
    assert allowed == {"char-188 rw", "char-166 rw"}  # ttyUSB and ttyACM


def test_unit_for_several_sims_differs_in_configuration_pin_and_description() -> None:
    def of_the_line(value: str) -> str:
        return value.replace("/etc/antirelou/%i.toml", "/etc/antirelou.toml").replace(
            "antirelou-%i.pin", "antirelou.pin"
        )

    pairs = zip(directives(SERVICE), directives(TEMPLATE), strict=True)
    for (name, value), (other_name, other_value) in pairs:
        assert name == other_name
        if name != "Description":
            assert of_the_line(other_value) == value


def findings(unit: Path, directory: Path) -> tuple[float, list[dict[str, object]]]:
    """The exposure that systemd-analyze gives a unit, and what it finds open."""
    name = unit.name.replace("@.", "@one.")
    shutil.copy(unit, directory / name)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    table = subprocess.run(
        [*command, str(directory / name)], capture_output=True, text=True, check=True
    ).stdout
    exposure = re.search(r"exposure level for .*: ([0-9.]+)", table)
    assert exposure is not None, table
    told = subprocess.run(
        [*command, "--json=short", str(directory / name)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return float(exposure[1]), [one for one in json.loads(told) if one["exposure"]]


@analysed
@pytest.mark.parametrize("unit", [SERVICE, TEMPLATE], ids=lambda unit: str(unit.name))
def test_unit_is_hardened(unit: Path, tmp_path: Path) -> None:
    exposure, _ = findings(unit, tmp_path)
    assert exposure <= WORST


@analysed
def test_whatever_is_left_open_is_explained(tmp_path: Path) -> None:
    comments = "".join(re.findall("^#.*\n", SERVICE.read_text(), re.MULTILINE))
    _, left = findings(SERVICE, tmp_path)
    for one in left:
        directive, _, of_set = str(one["name"]).partition("=")
        assert f"{directive}=" in comments, one["name"]
        if of_set.startswith("~@"):
            assert of_set in comments, one["name"]


@analysed
@pytest.mark.parametrize("unit", [SERVICE, TEMPLATE], ids=lambda unit: str(unit.name))
def test_unit_is_understood(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    place = tmp_path / unit.name.replace("@.", "@one.")
    place.write_text(text.replace("/opt/antirelou/bin/antirelou", "/bin/true"))
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(place)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (told.returncode, told.stderr) == (0, "")


# The table of modems

ROW = re.compile(
    r'ENV\{ID_VENDOR_ID\}=="([0-9a-f]{4})", ENV\{ID_MODEL_ID\}=="([0-9a-f|\[\]-]+)", '
    r'(?:ENV\{ANTIRELOU_AT\}!="\?\*", )?ENV\{ANTIRELOU_AT\}="([0-9a-f]{2})"'
)


def products(patterns: str) -> list[str]:
    """Every product that a row means: `000[3-5]|1515` are four."""
    found = []
    for pattern in patterns.split("|"):
        places = re.findall(r"\[([^]]+)\]|(.)", pattern)
        choices = [_choices(group) if group else [one] for group, one in places]
        found += ["".join(each) for each in product(*choices)]
    return found


def _choices(group: str) -> list[str]:
    digits = "0123456789abcdef"
    spans = re.findall("(.)-(.)|(.)", group)
    return [
        digit
        for first, last, one in spans
        for digit in (one or digits[digits.index(first) : digits.index(last) + 1])
    ]


def rows() -> list[tuple[str, str, str]]:
    """Vendor, product and interface of every modem that the table knows by its number."""
    return [
        (vendor, one, interface)
        for vendor, patterns, interface in ROW.findall(RULES)
        for one in products(patterns)
    ]


def test_every_row_of_the_table_is_understood() -> None:
    lines = [line for line in RULES.splitlines() if line.startswith("ENV{ID_VENDOR_ID")]
    understood = [line for line in lines if ROW.fullmatch(line)]
    assert [line for line in lines if line not in understood] == [
        line for line in lines if "by protocol" in line
    ]
    assert len(rows()) > 100


def test_no_modem_is_in_the_table_twice() -> None:
    known = [(vendor, one) for vendor, one, _ in rows()]
    assert len(known) == len(set(known))
    assert all(len(one) == 4 for _, one in known)


@pytest.mark.parametrize(
    "vendor", ["12d1", "19d2", "1e0e", "2c7c", "1bc7", "1199", "1546", "2cb7"]
)
def test_the_well_known_makers_are_in_the_table(vendor: str) -> None:
    assert vendor in {known for known, _, _ in rows()}


def test_every_interface_of_the_table_can_be_compared() -> None:
    compared = set(re.findall(r"([0-9a-f]{2})=\1\b", RULES))
    assert {interface for _, _, interface in rows()} <= compared
