"""A headless Chromium, spoken to through two pipes in its own protocol; remembers every address that it asked for.

https://chromedevtools.github.io/devtools-protocol/; messages are JSON, each ended by a NUL.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any, Self

PATIENCE = 30.0  # seconds for any answer

_OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # which needs a user other than root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)


class Browser:
    """One page; `with Browser(directory) as browser:`."""

    def __init__(self, directory: Path) -> None:
        self.asked: list[str] = []
        self._number, self._buffer = 0, b""
        self._loaded = False
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        theirs = [
            fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (theirs_in, theirs_out)
        ]

        def as_it_expects() -> None:
            os.dup2(theirs[0], 3)
            os.dup2(theirs[1], 4)

        self._process = subprocess.Popen(
            ["chromium", *_OPTIONS, f"--user-data-dir={directory}", "about:blank"],
            pass_fds=(3, 4),
            preexec_fn=as_it_expects,  # noqa: PLW1509 - the tests have one thread
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in (theirs_in, theirs_out, *theirs):
            os.close(each)
        self._in, self._out = ours_in, ours_out
        self._session: str | None = None
        pages = self.call("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in pages if each["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def open(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        self._loaded = False
        self.call("Page.navigate", url=address)
        self.loaded()

    def loaded(self) -> None:
        """Wait until the page that is being opened is loaded."""
        while not self._loaded:
            self._hear()
        self._loaded = False

    def run(self, script: str) -> Any:
        """What a script in the page says."""
        said = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something, and wait for the answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard
                result: dict[str, Any] = heard["result"]
                return result

    def _hear(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], until - time.monotonic())
            octets = os.read(self._in, 1 << 16) if ready else b""
            assert octets, "chromium says nothing"
            self._buffer += octets
        one, self._buffer = self._buffer.split(b"\0", 1)
        heard: dict[str, Any] = json.loads(one)
        if heard.get("method") == "Network.requestWillBeSent":
            self.asked.append(heard["params"]["request"]["url"])
        if heard.get("method") == "Page.loadEventFired":
            self._loaded = True
        return heard
