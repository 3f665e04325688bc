# make demo and make test need python3 (3.11 or newer), python3-venv and make; they set up the rest in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo install upgrade uninstall wheels test test-oldest test-driver test-long test-death times test-system test-web fuzz soak mutations raid groups evidence long-log bench growth pages man french lint format clean

demo: $(VENV)/ready
	@$(BIN)/antirelou demo

# These three need root; what they do, and where things lie, is in the script. DESTDIR puts all below another directory.
install upgrade uninstall:
	@PYTHON="$(PYTHON)" DESTDIR="$(DESTDIR)" systemd/install.sh $@

# What antirelou needs, into wheels/: a copy of this directory then installs without a network.
wheels:
	@PYTHON="$(PYTHON)" systemd/install.sh wheels

test: $(VENV)/ready
	$(BIN)/pytest

# The same with the oldest releases that setup.cfg admits.
test-oldest: $(VENV)-oldest/ready
	$(VENV)-oldest/bin/pytest -p no:cacheprovider

# The library as shipped, failing where ours does not: real threads, real seconds.
test-driver: $(VENV)/ready
	$(BIN)/pytest tests/driver

# What takes long: the real process with its bad input, signals and kills; raids; a month of robots.
test-long: $(VENV)/ready
	$(BIN)/pytest tests/long

# The real process killed at 560 exact system calls, thousands of power cuts (both need strace), and a week of each
# fault: an hour.
test-death: $(VENV)/ready
	$(BIN)/pytest -s tests/death

# How long after each fault the next reply leaves, on a virtual clock, for each family of modems.
times: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python tests/bench/recovery.py

# A real systemd: a Debian container is installed into, broken in every way and rebooted. As root; some minutes.
test-system: $(VENV)/ready
	PYTHON=$(BIN)/python tests/system/run

# antirelou web in a real browser, Debian's chromium.
test-web: $(VENV)/web-ready
	$(BIN)/pytest tests/web

# Coverage-guided: what decodes and encodes, then a session with a modem that spoils its answers. SECONDS=900 for longer.
fuzz: $(VENV)/fuzz-ready
	$(BIN)/python tests/fuzz sms $(or $(SECONDS),60)
	$(BIN)/python tests/fuzz channel $(or $(SECONDS),60)

# The evening of 30 October 2017 ten times over, and its kin: half an hour a run. SEEDS="1 2 3", PROFILE=raid for one.
raid: $(VENV)/ready
	$(BIN)/python tests/bench/raid.py $(if $(PROFILE),--profile $(PROFILE)) $(SEEDS)

# Near-identical texts put together: 200,000 of a raid, and of what is worst for it.
groups: $(VENV)/ready
	$(BIN)/python tests/bench/groups.py

# A raid of MESSAGES messages (20,000) exported for a complaint: time, memory, size.
evidence: $(VENV)/ready
	$(BIN)/python tests/bench/evidence.py $(MESSAGES)

# A log of a million messages, and how long the commands take with it: some minutes. KEEP=DIRECTORY keeps it.
long-log: $(VENV)/ready
	$(BIN)/python tests/bench/long_log.py $(if $(KEEP),--keep $(KEEP))

# Beside gammu-smsd and smstools, on the same modem: an hour. RUNS=1 MESSAGES=20 for a quick look, ONLY=antirelou.
bench: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m bench.peers $(if $(RUNS),--runs $(RUNS)) $(if $(MESSAGES),--messages $(MESSAGES)) $(if $(ONLY),--only $(ONLY))

# What a text costs in logs of 10,000, a million and ten million messages: a quarter of an hour and 15 GB. SIZES="10000 1000000".
growth: $(VENV)/ready
	$(BIN)/python tests/bench/growth.py $(SIZES)

# Which pages of the log a text dirties.
pages: $(VENV)/ready
	$(BIN)/python tests/bench/pages.py

# The manual page, made of the commands' own help.
man: $(VENV)/ready
	@mkdir -p build
	$(BIN)/python -m antirelou.cli.man > build/antirelou.1

# The French of what the program says, antirelou.po beside antirelou.mo: brought up to date; tells what lacks its French.
french: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python tests/catalogue.py

# COUNT random days (10,000 take half an hour on two cores), from the seed FIRST on; TRACE=SEED shows one day.
soak: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m soak $(COUNT) $(if $(FIRST),--first $(FIRST)) $(if $(TRACE),--trace $(TRACE))

# Deliberate defects, and how many random days it takes to see each.
mutations: $(VENV)/ready
	PYTHONPATH=tests $(BIN)/python -m soak.mutations

lint: $(VENV)/lint-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/lint-ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) $(VENV)-oldest wheels build *.egg-info .hypothesis .pytest_cache .mypy_cache .ruff_cache .fuzz

$(VENV)/ready: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[test]"
	@touch $@

$(VENV)/fuzz-ready: $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[test,fuzz]"
	@touch $@

$(VENV)/lint-ready: $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[test,lint]"
	@touch $@

$(VENV)/web-ready: $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[test,web]"
	@touch $@

$(VENV)-oldest/ready: setup.cfg pyproject.toml tests/oldest.txt
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/pip install --quiet --disable-pip-version-check --constraint tests/oldest.txt --editable ".[test]"
	@touch $@
