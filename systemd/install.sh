#!/bin/sh
# install, upgrade or uninstall antirelou on a machine with systemd; called by make, as root. Or gather its wheels.
#
# Owns where things lie. What is the operator's is never overwritten and never removed: /etc/antirelou.toml,
# /etc/antirelou/, the log. With DESTDIR everything is put below it and nothing on this machine is touched.
# With a directory wheels/ (make wheels) nothing is fetched from anywhere.
set -eu
umask 022

PYTHON=${PYTHON:-python3}
DESTDIR=${DESTDIR:-}
program=/opt/antirelou
units=/usr/local/lib/systemd/system
rules=/usr/local/lib/udev/rules.d
users=/usr/local/lib/sysusers.d
command=/usr/local/bin/antirelou
# Where Debian's man, bash-completion, zsh and fish look beside what its packages bring.
manual=/usr/local/share/man/man1/antirelou.1
manual_fr=/usr/local/share/man/fr/man1/antirelou.1
for_bash=/usr/local/share/bash-completion/completions/antirelou
for_zsh=/usr/local/share/zsh/site-functions/_antirelou
for_fish=/usr/local/share/fish/vendor_completions.d/antirelou.fish
configuration=/etc/antirelou.toml
more_lines=/etc/antirelou
state=/var/lib/antirelou
here=$(cd "$(dirname "$0")/.." && pwd)

fail() {
    echo "$*" >&2
    exit 1
}

need_root() {
    [ -n "$DESTDIR" ] || [ "$(id -u)" = 0 ] || fail "This needs root: sudo make $1"
}

need_python() {
    command -v "$PYTHON" >/dev/null ||
        fail "There is no $PYTHON: sudo apt install python3 python3-venv, or name another with PYTHON=."
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "antirelou needs Python 3.11 or newer, and $PYTHON is $("$PYTHON" -V 2>&1 | cut -d' ' -f2):" \
            "use Raspberry Pi OS 12 or newer, or name another with PYTHON=."
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$PYTHON cannot make virtual environments: sudo apt install python3-venv"
}

# Everything that the program is made of, as wheels in $1; and what else is named. What can go wrong with a network goes
# wrong here.
gather() {
    mkdir "$scratch/source"
    # A copy, so that root leaves nothing in a tree that is not his.
    cp -R "$here/antirelou" "$here/setup.cfg" "$here/pyproject.toml" "$here/README.md" "$here/LICENSE" "$scratch/source"
    "$PYTHON" -m venv "$scratch/builder"
    set -- --quiet --disable-pip-version-check --no-cache-dir --wheel-dir "$@" "$scratch/source"
    [ ! -d "$here/wheels" ] || set -- --no-index --find-links "$here/wheels" "$@"
    "$scratch/builder/bin/pip" wheel "$@" ||
        fail "What antirelou needs could not be fetched (see above): go online, or bring the directory wheels/ that" \
            "make wheels makes elsewhere. Nothing was changed."
}

# What the operator added to the program, as apprise for alerts: an upgrade keeps it.
added() {
    "$program/bin/python" -m pip list --not-required --format=freeze --disable-pip-version-check | cut -d= -f1 |
        grep -vxE 'antirelou|pip|setuptools' || true
}

# The program and what else is named, from the wheels in $1, in a virtual environment beside the present one, as it will be in the latter's place.
# What else can go wrong, goes wrong here.
build_program() {
    wheels=$1
    shift
    new=$DESTDIR$program.new
    rm -rf "$new"
    if ! { mkdir -p "$new" && "$PYTHON" -m venv "$new" &&
        "$new/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-compile \
            --no-index --find-links "$wheels" antirelou "$@"; }; then
        rm -rf "$new"
        fail "The program could not be put into $new (see above). Nothing was changed."
    fi
    grep -rlIF "$new" "$new/bin" "$new/pyvenv.cfg" | xargs sed -i "s|$new|$program|g"
    # The daemon may not write there later.
    "$PYTHON" -W ignore -m compileall -q -s "$new" -p "$program" "$new/lib" >/dev/null || true
}

# The present program stays beside it as .old.
put_program() {
    place=$DESTDIR$program
    rm -rf "$place.old"
    [ ! -e "$place" ] || mv "$place" "$place.old"
    mv "$place.new" "$place"
    mkdir -p "$DESTDIR${command%/*}"
    ln -sfn "$program/bin/antirelou" "$DESTDIR$command"
}

put_files() {
    mkdir -p "$DESTDIR$units" "$DESTDIR$rules" "$DESTDIR$users"
    install -m 644 "$here"/systemd/*.service "$here"/systemd/*.path "$DESTDIR$units"
    install -m 644 "$here"/systemd/*.rules "$DESTDIR$rules"
    install -m 644 "$here/systemd/antirelou.conf" "$DESTDIR$users"
    [ -n "$DESTDIR" ] || systemd-sysusers "$users/antirelou.conf"
}

# The manual page and what the Tab key needs, as the program itself says them.
put_help() {
    python=$DESTDIR$program/bin/python
    for file in "$manual" "$manual_fr" "$for_bash" "$for_zsh" "$for_fish"; do mkdir -p "$DESTDIR${file%/*}"; done
    LC_ALL=C.UTF-8 "$python" -m antirelou.cli.man >"$DESTDIR$manual"
    LC_ALL=fr_FR.UTF-8 LANGUAGE=fr "$python" -X utf8 -m antirelou.cli.man >"$DESTDIR$manual_fr"
    completion bash >"$DESTDIR$for_bash"
    completion zsh >"$DESTDIR$for_zsh"
    completion fish >"$DESTDIR$for_fish"
}

completion() {
    _ANTIRELOU_COMPLETE=$1_source "$python" -c 'from antirelou.cli import main; main()'
}

put_configuration() {
    # systemd would make it when the daemon first starts, but `antirelou check` comes before.
    [ -n "$DESTDIR" ] || install -d -m 700 -o antirelou -g antirelou "$state"
    [ -d "$DESTDIR$more_lines" ] || install -d -m 750 "$DESTDIR$more_lines"
    if [ ! -e "$DESTDIR$configuration" ]; then
        install -m 640 "$here/antirelou/config/sample.toml" "$DESTDIR$configuration"
    fi
    # They hold the operator's own numbers; the daemon reads them.
    [ -n "$DESTDIR" ] || chgrp antirelou "$configuration" "$more_lines"
}

tell_system() {
    [ -z "$DESTDIR" ] || return 0
    [ ! -d /run/systemd/system ] || systemctl daemon-reload
    if [ -S /run/udev/control ]; then
        udevadm control --reload
        udevadm trigger --subsystem-match=usb --subsystem-match=tty
    fi
}

running_units() {
    [ -n "$DESTDIR" ] || [ ! -d /run/systemd/system ] ||
        systemctl list-units --plain --no-legend --state=active,activating,reloading \
            'antirelou.service' 'antirelou@*.service' | cut -d' ' -f1
}

install_all() {
    [ -z "$(running_units)" ] || fail "antirelou runs already: sudo make upgrade puts this version in its place."
    gather "$scratch/wheels"
    build_program "$scratch/wheels"
    put_program
    rm -rf "$DESTDIR$program.old"
    put_files
    put_help
    put_configuration
    tell_system
    [ -n "$DESTDIR" ] || cat <<END
antirelou $("$program/bin/antirelou" --version | cut -d' ' -f2) is installed, and does not run yet. Now:
  sudo nano $configuration              # each key is there with its default
  sudo -u antirelou antirelou check     # what is missing, and what to do about it
  sudo systemctl enable --now antirelou
END
}

# The logs of all configurations, one a line.
logs() {
    for file in "$configuration" "$more_lines"/*.toml; do
        [ -e "$file" ] || continue
        runuser -u antirelou -- "$program/bin/antirelou" config --check --json --config "$file" ||
            echo "What $file names is not backed up, as it cannot be read (see above)." >&2
    done | "$PYTHON" -c '
import json, sys
for log in dict.fromkeys((s["path"], s["key_file"]) for s in (json.loads(l)["settings"]["log"] for l in sys.stdin)):
    print(*log, sep="\t")
'
}

# Log and key of each, as one consistent copy beside it; the copy before goes only when this one is whole.
back_up() {
    logs | while IFS="$(printf '\t')" read -r log key; do
        [ -e "$log" ] || continue
        copy=${log%/*}/before-upgrade
        # As the daemon's user: what SQLite puts beside the log must be the daemon's.
        runuser -u antirelou -- "$PYTHON" - "$log" "$key" "$copy" <<'END' || return 1
import os, shutil, sqlite3, sys
log, key, copy = sys.argv[1:]
os.umask(0o077)
new = copy + ".new"
shutil.rmtree(new, ignore_errors=True)
os.mkdir(new)
source = sqlite3.connect(log)
target = sqlite3.connect(os.path.join(new, os.path.basename(log)))
source.backup(target)
source.close(), target.close()
if os.path.exists(key):
    shutil.copy(key, new)
shutil.rmtree(copy, ignore_errors=True)
os.rename(new, copy)
END
        echo "The log and its key are copied to $copy, as they were before."
    done
}

upgrade_all() {
    [ -z "$DESTDIR" ] || fail "There is nothing to upgrade below DESTDIR: make install DESTDIR=$DESTDIR"
    [ -e "$program/bin/antirelou" ] || fail "antirelou is not installed: sudo make install"
    kept=$(added)
    # shellcheck disable=SC2086  # a list
    gather "$scratch/wheels" $kept
    # shellcheck disable=SC2086
    build_program "$scratch/wheels" $kept
    were_running=$(running_units)
    # shellcheck disable=SC2086
    [ -z "$were_running" ] || systemctl stop $were_running
    if ! back_up; then
        # shellcheck disable=SC2086
        [ -z "$were_running" ] || systemctl start $were_running
        fail "The log could not be copied (see above), so nothing was changed: free some space, then try again."
    fi
    put_program
    put_files
    put_help
    put_configuration
    tell_system
    # Each migrates the log before it says that it is ready.
    # shellcheck disable=SC2086
    [ -z "$were_running" ] || systemctl start $were_running ||
        fail "The new version does not start: journalctl -u 'antirelou*' says why. The program before is" \
            "$program.old, the log before is in before-upgrade beside the log."
    rm -rf "$program.old"
    echo "antirelou is now $("$program/bin/antirelou" --version | cut -d' ' -f2)${were_running:+ and runs again}."
}

uninstall_all() {
    if [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; then
        systemctl stop antirelou.service 'antirelou@*.service' 'antirelou-*' 2>/dev/null || true
        rm -f /etc/systemd/system/*.wants/antirelou.service /etc/systemd/system/*.wants/antirelou[@-]*
    fi
    for file in "$here"/systemd/*.service "$here"/systemd/*.path; do rm -f "$DESTDIR$units/${file##*/}"; done
    for file in "$here"/systemd/*.rules; do rm -f "$DESTDIR$rules/${file##*/}"; done
    rm -f "$DESTDIR$users/antirelou.conf" "$DESTDIR$command"
    for file in "$manual" "$manual_fr" "$for_bash" "$for_zsh" "$for_fish"; do rm -f "$DESTDIR$file"; done
    rm -rf "$DESTDIR$program" "$DESTDIR$program.old" "$DESTDIR$program.new"
    tell_system
    cat <<END
antirelou is gone. Still there: $configuration, $more_lines/, the log in $state/ and the user antirelou.
For good, with all that was ever received, and with who asked to be left alone:
  sudo rm -r $configuration $more_lines $state && sudo userdel antirelou
END
}

# With them, and a copy of this repository, another machine needs no network. setuptools builds antirelou's own.
make_wheels() {
    rm -rf "$here/wheels"
    gather "$scratch/wheels" setuptools wheel
    mv "$scratch/wheels" "$here/wheels"
    rm "$here"/wheels/antirelou-*.whl
}

[ "${1:-}" = wheels ] || need_root "${1:-install}"
[ "${1:-}" = uninstall ] || need_python
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case ${1:-} in
install) install_all ;;
upgrade) upgrade_all ;;
uninstall) uninstall_all ;;
wheels) make_wheels ;;
*) fail "Say install, upgrade, uninstall or wheels." ;;
esac
