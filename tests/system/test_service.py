"""What the operator's months are made of, in this order: installed, killed, hung, unplugged, full, misconfigured, rebooted.

The tests share one machine and one log and build on each other; the first that fails ends the run.
"""

from __future__ import annotations

import re

import pytest
from conftest import section
from machine import ANSWERS_WITHIN, Dongle, Machine, until

OPERATOR = "+33639980001"  # as in README.md
HELP = (  # the manual page, and what bash, zsh and fish read at the Tab key
    "/usr/local/share/man/man1/antirelou.1",
    "/usr/local/share/bash-completion/completions/antirelou",
    "/usr/local/share/zsh/site-functions/_antirelou",
    "/usr/local/share/fish/vendor_completions.d/antirelou.fish",
)
SIM = "+33639980000"
WELL = "Receiving and replying."
QUICK = """
[reply]
delay = "1s"
delay_spread = "0s"
hours = "always"
"""
RESTARTS_WITHIN = 60.0  # seconds: RestartSec, and the start of Python on a busy machine


def typed(machine: Machine, line: str) -> str:
    """What a line of README.md prints, typed in a copy of the repository."""
    return machine.shell(f"cd /root/antirelou; {line}")


def tells(machine: Machine, sentence: str, *, active: str = "active (running)") -> None:
    """Both `systemctl status` and `antirelou status` say so."""

    def told() -> bool:
        status = machine.tried("systemctl", "status", "--no-pager", "antirelou").stdout
        ours = machine.tried("antirelou", "status").stdout
        return (
            f"Active: {active}" in status
            and re.search(f'Status: "{sentence}', status) is not None
            and re.search(sentence, ours) is not None
        )

    until(told, within=ANSWERS_WITHIN, what=f"{active}: {sentence}")


def is_answered(machine: Machine, dongle: Dongle, number: str) -> None:
    """A text of this number gets its one reply, and all three places say that all is well, the journal no text."""
    dongle.text(number)

    def submitted() -> bool:
        states = [
            reply["state"]
            for message in machine.messages(number)
            for reply in message["replies"]
        ]
        return states == ["submitted"]

    until(submitted, within=ANSWERS_WITHIN, what=f"a reply to {number}")
    sent = [event["destination"] for event in dongle.events("submitted")]
    assert sent.count(number) == 1
    journal = machine.journal()
    assert "accepted, reference" in journal
    assert "Salut" not in journal and number[1:] not in journal
    tells(machine, WELL)


def restarted(machine: Machine, before: str, restarts: int) -> None:
    def started_again() -> bool:
        return (
            machine.property("NRestarts") == str(restarts + 1)
            and machine.property("ActiveState") == "active"
        )

    until(started_again, within=RESTARTS_WITHIN, what="systemd has started it again")
    assert machine.property("MainPID") != before


@pytest.fixture(scope="module")
def dongle(machine: Machine) -> Dongle:
    """The one modem, plugged in once what simulates it is installed."""
    dongle = Dongle(machine, "main", "--number", SIM)
    dongle.plugged()
    return dongle


def test_readme_leads_from_a_bare_system_to_a_checked_installation(
    machine: Machine,
) -> None:
    packages, install, edit, check, start = section("Install")[0][:5]
    typed(machine, packages)
    assert "is installed, and does not run yet" in typed(machine, install)
    assert edit == "sudo nano /etc/antirelou.toml"
    assert "#port = " in machine.run("cat", "/etc/antirelou.toml")
    machine.write("/etc/antirelou.toml", section("Install")[1])
    without = machine.tried("sh", "-c", check)
    assert without.returncode == 69 and "There is no modem at" in without.stdout
    assert start == "sudo systemctl enable --now antirelou"


def test_a_text_from_the_operators_phone_is_answered(
    machine: Machine, dongle: Dongle
) -> None:
    *_, check, start, log = section("Install")[0]
    assert "A text could be answered now." in typed(machine, check)
    typed(machine, start)
    is_answered(machine, dongle, OPERATOR)
    assert "submitted" in typed(machine, log)


def test_a_reload_is_enough_for_another_delay(machine: Machine, dongle: Dongle) -> None:
    before = machine.property("MainPID")
    machine.write("/etc/antirelou.toml", section("Install")[1] + QUICK)
    machine.run("systemctl", "reload", "antirelou")
    is_answered(machine, dongle, "+33639980010")
    assert machine.property("MainPID") == before


def test_the_daemon_sees_no_network_and_writes_nowhere_but_to_its_log(
    machine: Machine,
) -> None:
    inside = ("nsenter", "-t", machine.property("MainPID"), "-n", "-m")
    assert machine.run(*inside, "ls", "/sys/class/net").split() == ["lo"]
    written = machine.run(*inside, "findmnt", "-rno", "TARGET,OPTIONS").splitlines()
    ours = {
        place: options.split(",")[0]
        for place, options in (line.rsplit(" ", 1) for line in written)
    }
    assert ours["/"] == "ro"
    assert ours["/var/lib/antirelou"] == "rw"
    assert "Seccomp:\t2" in machine.run(
        "cat", f"/proc/{machine.property('MainPID')}/status"
    )


def test_killed_it_is_started_again_and_tells_nobody_twice(
    machine: Machine, dongle: Dongle
) -> None:
    before, restarts = machine.property("MainPID"), int(machine.property("NRestarts"))
    machine.run("systemctl", "kill", "--signal=KILL", "antirelou")
    restarted(machine, before, restarts)
    assert "status=9/KILL" in machine.journal()
    dongle.text("+33639980010", "Encore moi")
    is_answered(machine, dongle, "+33639980011")
    again = machine.messages("+33639980010")[-1]
    assert (again["reason"], again["replies"]) == ("already_told", [])


def test_a_daemon_that_hangs_is_killed_by_the_watchdog(
    machine: Machine, dongle: Dongle
) -> None:
    drop_in = "/run/systemd/system/antirelou.service.d/watchdog.conf"
    machine.run("mkdir", "-p", drop_in.rpartition("/")[0])
    machine.write(drop_in, "[Service]\nWatchdogSec=8\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "antirelou")
    tells(machine, WELL)
    before, restarts = machine.property("MainPID"), int(machine.property("NRestarts"))
    machine.run("systemctl", "kill", "--kill-who=main", "--signal=STOP", "antirelou")
    restarted(machine, before, restarts)
    assert "Watchdog timeout (limit 8s)!" in machine.journal()
    machine.run("rm", drop_in)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "antirelou")
    is_answered(machine, dongle, "+33639980012")


def test_a_modem_that_comes_back_under_another_name_is_found_again(
    machine: Machine, dongle: Dongle
) -> None:
    before = machine.property("MainPID")
    dongle.order("fault new_name_after_replug")
    dongle.order("fault unplug=15")
    tells(machine, "There is no modem at /dev/antirelou-modem")
    dongle.plugged("tty1")
    is_answered(machine, dongle, "+33639980013")
    assert machine.property("MainPID") == before
    dongle.order("clear new_name_after_replug")


def test_with_a_full_disk_nothing_is_deleted_and_nothing_lost(
    machine: Machine, dongle: Dongle
) -> None:
    machine.run("systemctl", "stop", "antirelou")
    place = "/var/lib/antirelou"
    disk = "size=16m,mode=700,uid=antirelou,gid=antirelou"
    machine.run("mount", "-t", "tmpfs", "-o", disk, "tmpfs", place)
    small = '[log]\nreserve = "1MB"\n'
    machine.write("/etc/antirelou.toml", section("Install")[1] + QUICK + small)
    machine.run("systemctl", "start", "antirelou")
    is_answered(machine, dongle, "+33639980014")
    machine.tried("dd", "if=/dev/zero", f"of={place}/ballast", "bs=64k")
    dongle.text("+33639980015")
    until(
        lambda: "disk is full" in machine.journal(),
        within=ANSWERS_WITHIN,
        what="the journal tells of the full disk",
    )
    assert machine.property("ActiveState") == "active"
    assert not machine.messages("+33639980015")
    machine.run("rm", f"{place}/ballast")
    until(
        lambda: machine.messages("+33639980015"),
        within=ANSWERS_WITHIN,
        what="what waited on the SIM is in the log",
    )
    is_answered(machine, dongle, "+33639980016")
    machine.run("systemctl", "stop", "antirelou")
    machine.run("umount", place)
    machine.write("/etc/antirelou.toml", section("Install")[1] + QUICK)
    machine.run("systemctl", "start", "antirelou")
    tells(machine, WELL)


def test_a_wrong_configuration_is_told_and_not_tried_for_ever(
    machine: Machine, dongle: Dongle
) -> None:
    good = section("Install")[1] + QUICK
    machine.write("/etc/antirelou.toml", good + "[limits]\nsegments_per_day = 0\n")
    assert machine.tried("systemctl", "restart", "antirelou").returncode != 0
    machine.run("sleep", "8")  # more than RestartSec
    status = machine.tried("systemctl", "status", "--no-pager", "antirelou").stdout
    assert "Active: failed" in status and "status=78" in status
    assert machine.property("NRestarts") == "0"
    assert "limits.segments_per_day = 0" in machine.journal()
    checked = machine.tried("antirelou", "check")
    assert checked.returncode == 78 and "limits.segments_per_day" in checked.stdout
    machine.write("/etc/antirelou.toml", good)
    machine.run("systemctl", "start", "antirelou")
    is_answered(machine, dongle, "+33639980017")


def test_after_a_reboot_it_waits_for_its_modem_and_goes_on(machine: Machine) -> None:
    known = len(machine.messages("+33639980017"))
    machine.reboot()
    tells(machine, "There is no modem at /dev/antirelou-modem")
    dongle = Dongle(machine, "main", "--number", SIM)
    dongle.plugged()
    is_answered(machine, dongle, "+33639980018")
    assert len(machine.messages("+33639980017")) == known
    dongle.text("+33639980017", "Alors ?")
    until(
        lambda: len(machine.messages("+33639980017")) > known,
        within=ANSWERS_WITHIN,
        what="the next text",
    )
    assert machine.messages("+33639980017")[-1]["reason"] == "already_told"


def test_several_sims_share_one_log(machine: Machine) -> None:
    lines = [line for line in section("Several SIMs")[0] if " nano " not in line]
    machine.run("mkdir", "-p", "-m", "700", "/etc/credstore")
    machine.write("/etc/credstore/antirelou-two.pin", "1234\n")
    one = Dongle(machine, "one", link="antirelou-modem-one")
    two = Dongle(machine, "two", "--pin", "1234", link="antirelou-modem-two")
    for each in (one, two):
        each.plugged()
    *settle, start, show = lines
    for line in settle:
        typed(machine, line)
    port = '[modem]\nport = "/dev/antirelou-modem-{}"\n{}'
    pin = 'pin_file = "antirelou-two.pin"\n'
    machine.write("/etc/antirelou/one.toml", port.format("one", "") + QUICK)
    machine.write("/etc/antirelou/two.toml", port.format("two", pin) + QUICK)
    typed(machine, start)
    number = "+33639980019"
    one.text(number)
    until(
        lambda: one.events("submitted"),
        within=ANSWERS_WITHIN,
        what="the reply of one",
    )
    two.text(number)
    until(
        lambda: len(machine.messages(number)) == 2,
        within=ANSWERS_WITHIN,
        what="the text to two",
    )
    told = [(each["line"], each["reason"]) for each in machine.messages(number)]
    assert told == [("one", "to_answer"), ("two", "already_told")]
    assert not two.events("submitted")
    listed = typed(machine, show)
    assert "one" in listed and "two" in listed and "main" in listed


def test_an_upgrade_copies_the_log_first_and_starts_what_ran(machine: Machine) -> None:
    [line] = section("Upgrade")[0]
    before = machine.property("MainPID", "antirelou@one")
    machine.shell(
        "sed -i 's/^__version__ = .*/__version__ = \"9.9.9\"/' "
        "/root/antirelou/antirelou/__init__.py"
    )
    own_pip = "/opt/antirelou/bin/pip"
    wheels = "--no-index --find-links /mnt/source/wheels"
    machine.shell(f"{own_pip} install --quiet {wheels} wheel")
    assert "antirelou is now 9.9.9 and runs again." in typed(machine, line)
    assert "wheel" in machine.run(own_pip, "list")
    assert machine.property("MainPID", "antirelou@one") != before
    for unit in ("antirelou@one", "antirelou@two"):
        assert machine.property("ActiveState", unit) == "active"
    assert machine.property("ActiveState") == "inactive"
    copy = machine.run("ls", "-l", "/var/lib/antirelou/before-upgrade")
    assert "antirelou.db" in copy and "antirelou.db.key" in copy
    assert "root" not in copy
    assert machine.messages(OPERATOR), "the log is still there"
    assert 'port = "/dev/antirelou-modem-one"' in machine.run(
        "cat", "/etc/antirelou/one.toml"
    )


def test_an_alert_is_handed_on_by_a_unit_that_sees_no_log(machine: Machine) -> None:
    unit = "antirelou-alert"
    machine.write("/etc/antirelou.toml", section("Install")[1] + section("Alerts")[1])
    machine.write(
        f"/etc/{unit}",
        "#!/bin/sh\n[ ! -e /etc/broken ] || exit 1\n"
        'echo "told: $ANTIRELOU_ALERT_TEXT" $(ls /var/lib/antirelou)\n',
    )
    machine.shell(f"chmod 755 /etc/{unit}; touch /etc/broken")
    *_, start, test = section("Alerts")[0]
    typed(machine, start)
    typed(machine, test)

    def says(words: str, *, within: float = ANSWERS_WITHIN) -> None:
        until(lambda: words in machine.journal(unit), within=within, what=words)

    says("the next attempt is in a minute")
    assert machine.property("ActiveState", unit) == "active", "it waits by itself"
    machine.run("rm", "/etc/broken")
    says("told: This is a test of the alerts: nothing has happened. alerts", within=120)
    says("main-0.json: handed on.")
    until(
        lambda: machine.property("ActiveState", unit) == "inactive",
        within=ANSWERS_WITHIN,
        what="it ends once no alert is left",
    )
    assert machine.property("ActiveState", f"{unit}.path") == "active"
    typed(machine, test)
    until(
        lambda: machine.journal(unit).count("handed on.") == 2,
        within=ANSWERS_WITHIN,
        what="the next alert starts it again",
    )


def test_uninstalling_leaves_configuration_log_and_user(machine: Machine) -> None:
    [line] = section("Uninstall")[0]
    machine.run("ls", *HELP)
    typed(machine, line)
    assert "antirelou" not in machine.tried("ls", *HELP).stdout
    units = machine.run("systemctl", "list-units", "--all", "--no-legend", "antirelou*")
    assert "running" not in units
    assert not machine.tried("which", "antirelou").stdout
    assert machine.tried("ls", "/opt/antirelou").returncode != 0
    machine.run("ls", "/etc/antirelou.toml", "/var/lib/antirelou/antirelou.db")
    machine.run("id", "antirelou")
