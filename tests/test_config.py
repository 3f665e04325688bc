"""A configuration is used as it is meant, or a sentence says what is wrong with it: a line a misuse.

Longer than 400 lines: one table of misuses, in which each sentence can be compared with its neighbours.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antirelou.config import LINES, ConfigError, Loaded, load, sample
from antirelou.config.keys import sections
from antirelou.config.values import Reader, Wrong, duration, hours
from antirelou.settings import DAY, HOUR, Hours, Settings

Written = Callable[[str | bytes], Loaded]
EXAMPLE = "Si une femme dit non, inutile d'insister."


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Load a file with this text in it."""

    def load_text(text: str | bytes) -> Loaded:
        path = tmp_path / "antirelou.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(path)

    return load_text


def uncommented() -> str:
    return re.sub(r"(?m)^#(?=\[|[a-z_]+ = )", "", sample())


def test_nothing_written_gives_the_defaults(written: Written) -> None:
    assert written("") == load(None)
    assert load(None).settings == Settings()
    assert load(None).warnings == ()


def test_sample_as_it_is_gives_the_defaults(written: Written) -> None:
    assert written(sample()) == load(None)


def test_sample_uncommented_says_exactly_the_defaults(written: Written) -> None:
    assert written(uncommented()).settings == Settings()


def test_sample_has_every_key_and_no_other() -> None:
    there = {
        (name, key)
        for name, keys in tomllib.loads(uncommented()).items()
        if name != "line"
        for key in keys
    }
    assert there == {
        (name, key) for name, keys in sections("FR").items() for key in keys
    }


def test_every_setting_has_a_key() -> None:
    known = {name: set(keys) for name, keys in sections("FR").items()}
    of_settings = {
        field.name: {each.name for each in fields(getattr(Settings(), field.name))}
        for field in fields(Settings)
        if is_dataclass(getattr(Settings(), field.name))
    }
    assert known == of_settings


def test_everything_can_be_set(written: Written) -> None:
    loaded = written(
        """
        line = "paris-2"
        [modem]
        port = "simulated"
        number = "06 39 98 00 03"
        service_centre = "+33 6 89 00 40 00"
        poll_interval = "1m"
        [log]
        path = "/tmp/log.db"
        reserve = "2GB"
        [reply]
        mode = "approved"
        texts = ["Un.", "Deux."]
        delay = "0s"
        delay_spread = "0s"
        hours = "22:30-06:00"
        time_zone = "Indian/Reunion"
        countries = ["FR", "re", "FR"]
        [reply.by_country]
        RE = ["Bonzour."]
        [limits]
        segments_per_hour = 100
        month_starts_on = 28
        [flood]
        replies_per_hour = 0
        [operator]
        numbers = ["0639980001", "+33639980001", "+447700900123"]
        test_delay = "0s"
        [health]
        self_text = "never"
        [privacy]
        forget_senders_after = "3y"
        """
    )
    found = loaded.settings
    assert found.line == "paris-2"
    assert (found.modem.port, found.modem.number) == ("simulated", "+33639980003")
    assert found.modem.service_centre == "+33689004000"
    assert (found.log.reserve, found.log.key_file) == (
        2_000_000_000,
        Path("/tmp/log.db.key"),
    )
    assert found.reply.hours == Hours(time(22, 30), time(6))
    assert (found.reply.delay, found.reply.delay_spread) == (timedelta(0), timedelta(0))
    assert found.reply.time_zone == ZoneInfo("Indian/Reunion")
    assert found.reply.countries == ("FR", "RE")
    assert found.reply.by_country == {"RE": ("Bonzour.",)}
    assert found.flood.replies_per_hour == 0
    assert found.operator.numbers == ("+33639980001", "+447700900123")
    assert found.health.self_text is None
    assert found.privacy.forget_senders_after == 3 * 365 * DAY


def test_key_file_of_its_own_stays_where_it_is(written: Written) -> None:
    path = Settings().log.key_file
    assert (
        written(
            f'[log]\npath = "/tmp/log.db"\nkey_file = "{path}"'
        ).settings.log.key_file
        == path
    )


def test_hours_always_and_until_midnight(written: Written) -> None:
    assert written('[reply]\nhours = "always"').settings.reply.hours is None
    assert hours("9:00 - 24:00") == Hours(time(9), time(0))
    assert hours("23:59-08:00") == Hours(time(23, 59), time(8))


MISUSES: list[tuple[str, str]] = [
    (
        "lin = 'x'",
        'lin = "x" is not a key at the top of the file: did you mean line, which stands above',
    ),
    (
        "delay = '2h'",
        'delay = "2h" is not a key at the top of the file: did you mean reply.delay?',
    ),
    ("[replies]", "[replies] is not a section: did you mean [reply]?"),
    (
        "[zzz]",
        "[zzz] is not a section: remove it; `antirelou config` lists all that there are.",
    ),
    ("reply = 3", "reply = 3 is not a section: write [reply] and its keys below it."),
    ("[[reply]]", "reply = [{}] is not a section"),
    ("[reply]\ndeley = '2h'", 'reply.deley = "2h" is not a key: did you mean delay?'),
    (
        "[limits]\nline = 'x'",
        'limits.line = "x" is not a key: did you mean line, which stands above the first',
    ),
    (
        "[limits]\nhours = 'x'",
        'limits.hours = "x" is not a key: did you mean reply.hours?',
    ),
    ('[limits]\n"\\u001b[31m" = 1', r"limits.\x1b[31m = 1 is not a key"),
    ("line = ''", 'line = "" is not a name for a line: use up to 32 letters'),
    ("line = '../x'", 'line = "../x" is not a name for a line'),
    ("line = 3", "line = 3 is not a text: write it between quotes"),
    (
        "[modem]\nport = ''",
        'modem.port = "" is empty: give it a value, or remove the line',
    ),
    (
        "[modem]\nbaud_rate = 0",
        "modem.baud_rate = 0 is too small: write a whole number of at least 1.",
    ),
    (
        "[modem]\nbaud_rate = '9600'",
        'modem.baud_rate = "9600" is not a whole number: write one of at least 1, without',
    ),
    ("[modem]\nbaud_rate = 9600.0", "modem.baud_rate = 9600.0 is not a whole number"),
    (
        "[modem]\nnumber = '3617'",
        'modem.number = "3617" is not a telephone number: write it with its country',
    ),
    (
        "[modem]\nnumber = +33639980001",
        "modem.number = 33639980001 is not a text: write it between quotes",
    ),
    (
        "[modem]\ncountry = 'UK'",
        'modem.country = "UK" is not a country with telephone numbers: Great Britain is "GB".',
    ),
    (
        "[modem]\ncountry = 'France'",
        'modem.country = "France" is not a country with telephone numbers: write the two',
    ),
    (
        "[modem]\nservice_centre = '0689'",
        'modem.service_centre = "0689" is not the number of a service centre',
    ),
    (
        "[modem]\npoll_interval = '0s'",
        'modem.poll_interval = "0s" would be no time at all: write at least "1s".',
    ),
    (
        "[modem]\npoll_interval = 30",
        "modem.poll_interval = 30 is not a duration: write a whole number and its unit",
    ),
    ("[log]\npath = ''", 'log.path = "" is empty'),
    ('[log]\npath = "a\\u0000b"', r'log.path = "a\x00b" is not a path: a file'),
    (
        "[log]\nreserve = 500",
        "log.reserve = 500 is not a size: write a whole number and its unit",
    ),
    ("[log]\nreserve = '5 apples'", 'log.reserve = "5 apples" is not a size'),
    (
        "[reply]\nmode = 'auto'",
        'reply.mode = "auto" is not known: write "automatic", "approved" or "never".',
    ),
    ("[reply]\nmode = true", "reply.mode = true is not known"),
    (
        "[reply]\ntexts = 'Non.'",
        'reply.texts = "Non." is not a list of texts: write ["…"]',
    ),
    ("[reply]\ntexts = []", "reply.texts = [] has 0 texts: give one or two"),
    (
        "[reply]\ntexts = ['a', 'b', 'c']",
        "has 3 texts: give one or two, for no number ever gets more than two",
    ),
    ("[reply]\ntexts = [' ']", "reply.texts = [' '] has an empty text"),
    (
        "[reply]\ntexts = ['\u200b']",
        'reply.texts, text 1 = "\\u200b" has nothing to read in it: write a text.',
    ),
    (
        "[reply]\ntexts = ['%s']" % ("x" * 307),
        "needs 3 segments, more than reply.max_segments = 2: shorten it, or raise",
    ),
    (
        "[reply]\ntexts = ['ê%s']" % ("x" * 134),
        "needs 3 segments, in UCS-2 because of ê (character 1), more than",
    ),
    (
        "[reply]\nmax_segments = 1\ntexts = ['%s']" % ("x" * 161),
        "needs 2 segments, more than reply.max_segments = 1",
    ),
    ("[reply]\ndistress_text = '%s'" % ("x" * 307), "reply.distress_text = "),
    ("[reply.by_country]\nGB = ['%s']" % ("x" * 307), "reply.by_country.GB, text 1 = "),
    (
        "[reply]\nmax_segments = 0",
        "reply.max_segments = 0 is too small: write a whole number from 1 to 255.",
    ),
    (
        "[reply]\nmax_segments = 256",
        "reply.max_segments = 256 is too large: write a whole number from 1 to 255.",
    ),
    (
        "[reply]\ndelay = '2 hours'",
        'reply.delay = "2 hours" is not a duration: write a whole number and its unit',
    ),
    ("[reply]\ndelay = '-1h'", 'reply.delay = "-1h" is not a duration'),
    ("[reply]\ndelay = '1.5h'", 'reply.delay = "1.5h" is not a duration'),
    (
        "[reply]\ndelay = '101y'",
        'reply.delay = "101y" is too long: write at most 100 years.',
    ),
    ("[reply]\ndelay = '999999999999y'", "is too long: write at most 100 years."),
    (
        "[reply]\nexpire_after = '0s'",
        'reply.expire_after = "0s" would be no time at all',
    ),
    ("[reply]\nstale_after = 'never'", 'reply.stale_after = "never" is not a duration'),
    (
        "[reply]\nhours = '9h-21h'",
        'reply.hours = "9h-21h" is not a span of hours: write it as "09:00-21:00", or "always".',
    ),
    (
        "[reply]\nhours = '09:00-25:00'",
        'reply.hours = "09:00-25:00" names a time that no clock shows',
    ),
    (
        "[reply]\nhours = '09:60-21:00'",
        'reply.hours = "09:60-21:00" names a time that no clock shows',
    ),
    (
        "[reply]\nhours = '24:00-21:00'",
        'reply.hours = "24:00-21:00" names a time that no clock shows',
    ),
    (
        "[reply]\nhours = '00:00-24:00'",
        'opens and closes at the same time: write "always"',
    ),
    ("[reply]\nhours = 09:00:00", "reply.hours = 09:00:00 is not a span of hours"),
    (
        "[reply]\ntime_zone = 'Europe/Pari'",
        'reply.time_zone = "Europe/Pari" is not a time zone: did you mean "Europe/Paris"?',
    ),
    (
        "[reply]\ntime_zone = '../../etc/passwd'",
        'reply.time_zone = "../../etc/passwd" is not a time zone: ',
    ),
    ("[reply]\ntime_zone = 'Europe'", 'reply.time_zone = "Europe" is not a time zone'),
    (
        "[reply]\npatience = -1",
        "reply.patience = -1 is too small: write a whole number of at least 0.",
    ),
    (
        "[reply]\ncountries = []",
        'reply.countries = [] would answer nobody: write ["FR"], or set reply.mode = "never".',
    ),
    (
        "[reply]\ncountries = ['XX']",
        "reply.countries = ['XX'] is wrong at \"XX\", which is not a country",
    ),
    (
        "[reply]\ncountries = 'FR'",
        'reply.countries = "FR" is not a list: write countries between brackets',
    ),
    (
        "[reply]\ndistress_words = ['!!']",
        'is wrong at "!!", which has neither letters nor digits',
    ),
    (
        "[reply]\nstatus_report = 'no'",
        'reply.status_report = "no" is neither true nor false',
    ),
    (
        "[reply]\nby_country = 3",
        "reply.by_country = 3 is not a section: write [reply.by_country]",
    ),
    (
        "[reply.by_country]\nGB = 'Hi.'",
        'is wrong at GB = "Hi.", which is not a list of texts',
    ),
    (
        "[reply.by_country]\nUK = ['Hi.']",
        "is wrong at UK = ['Hi.'], which is not a country",
    ),
    (
        "[limits]\nsegments_per_hour = 0",
        "limits.segments_per_hour = 0 is too small: write a whole number of at least 1, or set",
    ),
    ("[limits]\nsegments_per_day = 0", 'or set reply.mode = "never" to send nothing.'),
    ("[limits]\nrecipients_per_day = 0", "limits.recipients_per_day = 0 is too small"),
    (
        "[limits]\nrecipients_per_month = -5",
        "limits.recipients_per_month = -5 is too small",
    ),
    (
        "[limits]\nsegments_per_hour = true",
        "limits.segments_per_hour = true is not a whole number",
    ),
    (
        "[limits]\nsegments_per_hour = 0x" + "f" * 5000,
        "= a number of thousands of digits is too large",
    ),
    (
        "[limits]\nmonth_starts_on = 29",
        "limits.month_starts_on = 29 is too large: write a whole number from 1 to 28.",
    ),
    ("[flood]\nmessages = 0", "flood.messages = 0 is too small"),
    (
        "[flood]\nrecipients = 0",
        "or set flood.replies_per_hour = 0 to send nothing in a flood.",
    ),
    ("[flood]\nwindow = '0m'", 'flood.window = "0m" would be no time at all'),
    ("[calls]\nreply = 1", "calls.reply = 1 is neither true nor false"),
    (
        "[operator]\nnumbers = '0639980001'",
        'operator.numbers = "0639980001" is not a list: write numbers between brackets',
    ),
    (
        "[operator]\nnumbers = ['0639']",
        "operator.numbers = ['0639'] is wrong at \"0639\", which is not a telephone number",
    ),
    ("[health]\nself_text = 'no'", 'health.self_text = "no" is not a duration'),
    (
        "[privacy]\nerase_after = '0d'",
        'privacy.erase_after = "0d" would be no time at all',
    ),
    ("[metrics]\nfile = 3", "metrics.file = 3 is not a text"),
    ("[alerts]\ndirectory = 'x'", 'alerts.directory = "x" does not begin with "/"'),
    ("[reply]\ndelay = 2h", "is not valid TOML: "),
    ("[reply]\ndelay = 2h", "line 2"),
    ("[reply]\n[reply]", "is not valid TOML: "),
    ("x = " + "[" * 9000, "is not valid TOML: "),
    ("x = " + "9" * 9000, "is not valid TOML: "),
]


@pytest.mark.parametrize(("text", "sentence"), MISUSES)
def test_misuse_is_a_sentence(written: Written, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        written(text)
    assert len(error.value.problems) == 1
    assert sentence in error.value.problems[0]
    assert error.value.problems[0].endswith((".", "?"))
    assert error.value.exit_status == 78


def test_all_problems_are_told_together(written: Written) -> None:
    with pytest.raises(ConfigError) as error:
        written(
            "x = 1\n[reply]\ndelay = 1\nhours = 2\ntexts = ['%s']\n[limits]\nrecipients_per_day = 0"
            % ("x" * 400)
        )
    assert len(error.value.problems) == 5
    assert str(error.value).splitlines() == list(error.value.problems)


def test_file_that_is_no_text(written: Written) -> None:
    with pytest.raises(
        ConfigError, match=r"is not UTF-8 text \(line 2\): save it as UTF-8\."
    ):
        written(b"line = 'x'\n# caf\xe9\n")


def test_editors_of_other_systems_are_understood(written: Written) -> None:
    assert (
        written(
            b"\xef\xbb\xbfline = 'x'\r\n[reply]\r\ndelay = '1h'\r\n"
        ).settings.reply.delay
        == HOUR
    )


def test_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    with pytest.raises(
        ConfigError,
        match=f"There is no configuration {path}: write one with `antirelou config > {path}`",
    ):
        load(path)
    assert load(path, missing_ok=True) == load(None)


def test_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError,
        match=r"cannot be read \(Is a directory\): make it a file that this user may read",
    ):
        load(tmp_path)


def test_line_has_the_name_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("antirelou.config.LINES", tmp_path)
    (tmp_path / "lyon.toml").write_text("")
    (tmp_path / "nice.toml").write_text("line = 'main'")
    assert load(tmp_path / "lyon.toml").settings.line == "lyon"
    assert load(tmp_path / "nice.toml").settings.line == "main"
    assert LINES == Path("/etc/antirelou")


WARNINGS: list[tuple[str, str]] = [
    (
        "[limits]\nsegments_per_hour = 101",
        "limits.segments_per_hour = 101 is above 100, from where networks in France",
    ),
    ("[limits]\nsegments_per_day = 501", "limits.segments_per_day = 501 is above 500"),
    (
        "[limits]\nrecipients_per_day = 201",
        "limits.recipients_per_day = 201 is above 200",
    ),
    (
        "[limits]\nrecipients_per_month = 201",
        "limits.recipients_per_month = 201 is above 200",
    ),
    (
        "[limits]\nsegments_per_hour = 1\n[reply]\ntexts = ['%s']" % ("x" * 161),
        "limits.segments_per_hour = 1 never lets a text of 2 segments leave",
    ),
    (
        "[reply]\ntexts = ['Envoyé une seule fois.', 'Deux.']",
        'has two texts, and one of them says "une seule fois"',
    ),
    (
        "[reply]\ntexts = ['Lisez https://example.org/x']",
        'has a link ("https://example.org/x")',
    ),
    ("[reply]\ntexts = ['Lisez exemple.fr/non svp']", 'has a link ("exemple.fr/non")'),
    (
        "[reply]\ntexts = ['C’est non… «\u00a0non\u00a0»']",
        'In reply.texts, text 1, ’ by \', … by ..., « by ", U+00A0 by a space, » by " was',
    ),
    (
        "[reply]\ntexts = ['Le même']",
        "because of ê (character 5): write it without them",
    ),
    ("[reply]\ntexts = ['êçâîôû']", "ô (character 5) and 1 more: "),
    (
        "[reply]\nexpire_after = '12h'",
        "reply.expire_after is not longer than the 12 hours a day in which no reply leaves",
    ),
    (
        "[reply.by_country]\nGB = ['No.']",
        "reply.by_country.GB is never used: add 'GB' to reply.countries",
    ),
    (
        "[operator]\nnumbers = ['+33199000001']",
        "operator.numbers has +33199000001, no mobile number (fixed)",
    ),
    (
        "[modem]\nnumber = '+33639980001'\n[operator]\nnumbers = ['0639980001']",
        "operator.numbers has +33639980001, this line's own number, which is never answered",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), WARNINGS)
def test_what_is_probably_not_meant_is_a_warning(
    written: Written, text: str, sentence: str
) -> None:
    (warning,) = written(text).warnings
    assert sentence in warning
    assert warning.endswith(".")


HARMLESS = [
    "[limits]\nsegments_per_hour = 2\n[reply]\ntexts = ['%s']" % ("x" * 161),
    "[limits]\nsegments_per_hour = 100\nsegments_per_day = 500\nrecipients_per_day = 200\nrecipients_per_month = 200",
    "[reply]\nexpire_after = '43201s'",
    "[reply]\nhours = 'always'\nexpire_after = '1s'",
    "[reply]\ntexts = ['Envoyé une seule fois.']",
    "[reply]\ntexts = ['Non.Si une femme dit non, 3.5 fois']",
    "[reply]\ndelay = '0s'\ndelay_spread = '0s'",
    "[reply]\ncountries = ['FR', 'GB']\n[reply.by_country]\nGB = ['No.']",
    "[operator]\nnumbers = ['0639980001']",
    "[calls]\nring = '0s'",
    "[privacy]\nerase_after = '1d'",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_meant_is_no_warning(written: Written, text: str) -> None:
    assert written(text).warnings == ()


def test_position_is_that_in_the_file_although_something_before_was_replaced(
    written: Written,
) -> None:
    replaced, forced = written("[reply]\ntexts = ['L’œuvre… même']").warnings
    assert "’ by ', œ by oe, … by ..." in replaced
    assert "ê (character 11)" in forced


def test_texts_are_kept_as_they_will_be_sent(written: Written) -> None:
    found = written(
        "[reply]\ntexts = ['C’est non…']\ndistress_text = ''"
    ).settings.reply
    assert found.texts == ("C'est non...",)
    assert found.distress_text == ""


def test_texts_are_measured(written: Written) -> None:
    assert written(
        f'[reply]\ntexts = ["{EXAMPLE}", "ê"]\ndistress_text = ""'
    ).notes == (
        "reply.texts, text 1: 41 septets, 1 segment.",
        "reply.texts, text 2: 1 UTF-16 unit, 1 segment.",
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("1h", HOUR),
        ("30d", 30 * DAY),
        ("100y", 36500 * DAY),
    ],
)
def test_durations(text: str, length: timedelta) -> None:
    assert duration(text) == length


TOML_VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=30),
        st.datetimes(),
        st.times(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    max_leaves=6,
)
READERS = [
    (f"{name}.{key}", read)
    for name, keys in sections("FR").items()
    for key, read in keys.items()
]


@settings(max_examples=300)
@given(st.sampled_from(READERS), TOML_VALUES)
def test_any_value_is_read_or_refused_with_a_sentence(
    reader: tuple[str, Reader], value: object
) -> None:
    name, read = reader
    try:
        read(value)
    except Wrong as wrong:
        assert str(wrong).endswith((".", "?")), name
