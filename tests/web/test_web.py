"""`antirelou web` as it runs: with a real browser, and with hostile texts in the log."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browser import PATIENCE, Browser
from cli_world import HOSTILE, SECRETS, filled

LINK = "Regarde https://example.org/piege vite"
COMMAND = [os.path.dirname(sys.executable) + "/antirelou", "web"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("log")
    world = filled(directory)
    world.start()
    world.text(LINK, "+33639980009")
    world.text("<script>document.title = 'evil'</script><img src=//evil.example/>")
    world.run(60)
    world.store.close()
    return directory


class Served:
    """A running `antirelou web`."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.port = free_port()
        self.copies = directory / "copies"
        self.copies.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [*COMMAND, "--port", str(self.port), *options],
            env={
                **os.environ,
                "ANTIRELOU_CONFIG": str(directory / "antirelou.toml"),
                "TMPDIR": str(self.copies),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "until Ctrl-C" in line:
                break
        self.wait()

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                self.get("/")
                return
            except OSError:
                time.sleep(0.05)  # the server is another process
        raise AssertionError("it does not answer")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> str:
        with urlopen(Request(self.address + path, headers=headers)) as answer:
            content: bytes = answer.read()
            return content.decode()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def served(directory: Path) -> Iterator[Served]:
    served = Served(directory)
    yield served
    served.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


def texts(browser: Browser, selector: str) -> list[str]:
    found: list[str] = browser.run(
        f"[...document.querySelectorAll({json.dumps(selector)})].map(each => each.innerText)"
    )
    return found


def test_the_pages_load_and_ask_nobody_else_for_anything(
    served: Served, browser: Browser
) -> None:
    browser.asked.clear()
    for path in ("/", "/antirelou", "/antirelou/messages", "/-/plot"):
        browser.open(served.address + path)
        assert "Datasette" in browser.run("document.body.innerText")
        assert browser.run("document.title") != "evil"
    for question in ("loudest", "decided", "happened"):
        browser.open(f"{served.address}/antirelou/{question}")
        assert texts(browser, "table.rows-and-columns tbody tr"), question
    assert browser.asked
    ours = (f"{served.address}/", "data:")
    assert [one for one in browser.asked if not one.startswith(ours)] == []


def test_the_plot_is_drawn(served: Served, browser: Browser) -> None:
    browser.open(f"{served.address}/-/plot")
    sizes = browser.run(
        "[...document.querySelectorAll('svg.plot rect.bar')].map(each => {"
        " const box = each.getBoundingClientRect();"
        " return [box.width, box.height, getComputedStyle(each).fill] })"
    )
    assert len(sizes) >= 3
    assert all(width > 0 and height > 0 for width, height, _ in sizes)
    assert len({fill for _, _, fill in sizes}) >= 3, "a colour a reason"
    assert "to_answer" in browser.run("document.querySelector('.legend').innerText")


def test_a_click_on_the_legend_shows_those_messages(
    served: Served, browser: Browser
) -> None:
    browser.open(f"{served.address}/-/plot")
    browser.run(
        "[...document.querySelectorAll('.legend a')].find(a => a.innerText == 'opted_out').click()"
    )
    browser.loaded()
    assert texts(browser, "td.col-text") == ["Stop !"]


def test_search_finds_words_without_their_accents(
    served: Served, browser: Browser
) -> None:
    browser.open(f"{served.address}/antirelou/messages")
    browser.run(
        "document.querySelector('input[name=_search]').value = 'DÖRS';"
        "document.querySelector('input[name=_search]').form.submit()"
    )
    browser.loaded()
    assert texts(browser, "td.col-text") == ["Salut, c'est moi. Tu dors\u202f?"]


def test_facets_count_reasons_and_replies(served: Served, browser: Browser) -> None:
    browser.open(f"{served.address}/antirelou/messages")
    facets = " ".join(texts(browser, ".facet-info"))
    assert "reason" in facets and "to_answer" in facets and "submitted" in facets


def test_a_text_is_shown_as_what_it_is(served: Served, browser: Browser) -> None:
    browser.open(f"{served.address}/antirelou/messages")
    shown = texts(browser, "td.col-text")
    assert LINK in shown
    assert browser.run("document.querySelectorAll('td.col-text a').length") == 0
    hostile = next(each for each in shown if "DROP TABLE" in each)
    assert "\\u202e" in hostile and "\u202e" not in hostile
    assert HOSTILE.splitlines()[0][:4] in hostile


def test_numbers_are_masked_everywhere(served: Served) -> None:
    for path in ("/antirelou/messages.json?_size=max", "/antirelou/senders.json"):
        content = served.get(path)
        assert "****" in content or "messages" in path
        assert not [secret for secret in SECRETS if secret in content]
    tables = json.loads(served.get("/antirelou.json"))["tables"]
    for name in (table["name"] for table in tables):
        content = served.get(f"/antirelou/{name}.json?_size=max&_labels=on")
        assert not [secret for secret in SECRETS if secret in content], name


def test_numbers_are_shown_if_asked_for(directory: Path) -> None:
    served = Served(directory, "--numbers")
    try:
        assert "+33639980001" in served.get("/antirelou/senders.json")
    finally:
        served.stop()


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"Host": "evil.example"}),
        ("/antirelou/messages.csv", {}),
        ("/antirelou/messages?_format=csv", {}),
        ("/antirelou.db", {}),
    ],
)
def test_what_is_refused(served: Served, path: str, headers: dict[str, str]) -> None:
    with pytest.raises(HTTPError) as refused:
        served.get(path, **headers)
    assert refused.value.code in (403, 404)


def test_nothing_can_be_written(served: Served) -> None:
    query = "/antirelou?sql=delete%20from%20messages"
    with pytest.raises(HTTPError) as refused:
        served.get(query)
    assert refused.value.code == 400


def test_it_listens_on_this_machine_only(served: Served) -> None:
    with open("/proc/net/tcp", encoding="ascii") as file:
        ours = [line.split()[1] for line in file if f":{served.port:04X} " in line]
    assert "0100007F:" + f"{served.port:04X}" in ours
    assert not [one for one in ours if one.startswith("00000000:")]


def test_the_copy_goes_away_with_it(directory: Path) -> None:
    served = Served(directory)
    left = list(served.copies.glob("antirelou-web-*"))
    assert left and all(each.stat().st_mode & 0o077 == 0 for each in left)
    before = set(left)
    served.stop()
    assert len(before & set(served.copies.glob("antirelou-web-*"))) < len(before)


def test_a_port_that_is_taken_is_said(served: Served, directory: Path) -> None:
    config = {"ANTIRELOU_CONFIG": str(directory / "antirelou.toml")}
    ended = subprocess.run(
        [*COMMAND, "--port", str(served.port)],
        env=os.environ | config,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, "--port" in ended.stderr) == (75, True)
