"""`antirelou web`: pictures and questions in a browser on this machine, over a copy of the log. Needs the extra `web`."""

from __future__ import annotations

import socket
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from antirelou.cli.errors import TRY_AGAIN
from antirelou.cli.options import config_option, numbers_option, settings_of
from antirelou.cli.output import displayed, echo
from antirelou.language import _
from antirelou.log.copy import QUESTIONS, copy_to

_HOST = "127.0.0.1"  # and never another
_SECONDS = 5  # for one question


class PortTaken(click.ClickException):
    """Another program listens there."""

    exit_code = TRY_AGAIN


class NoDatasette(click.ClickException):
    """The extra is not installed."""

    exit_code = 78


@click.command()
@config_option
@numbers_option
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
def web(config: Path, numbers: bool, port: int) -> None:
    """Show the log in a browser on this machine: a plot, questions, search. Until Ctrl-C.

    It is a copy, made now, which goes away at the end; the log is only read. Nothing but 127.0.0.1 is listened on. From
    another machine: ssh -L 8001:127.0.0.1:8001 HERE, and then http://127.0.0.1:8001/ there.

    \b
    antirelou web
    antirelou web --numbers --port 8080
    """
    settings, now = settings_of(config), datetime.now(UTC)
    try:
        import uvicorn

        from antirelou.cli import web_pages
    except ImportError as error:
        raise NoDatasette(
            _(
                "antirelou web needs Datasette: /opt/antirelou/bin/pip install 'datasette<1'."
            )
        ) from error
    with _listening(port) as listener, _directory() as directory:
        copy = Path(directory) / f"{web_pages.DATABASE}.db"
        echo(_("Copying the log…"))
        copy_to(
            copy,
            settings.log.path,
            shown=lambda sender: sender and displayed(sender, numbers=numbers),
            numbers=_("in full") if numbers else _("masked"),
            now=now,
        )
        app = web_pages.guarded(application(copy, now), port)
        echo(_("http://{host}:{port}/ until Ctrl-C.", host=_HOST, port=port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        server.run(sockets=[listener])


def application(copy: Path, now: datetime) -> Any:
    """Datasette's application over the copy, with our questions, facets and pages."""
    from datasette.app import Datasette
    from datasette.plugins import pm

    from antirelou.cli import web_pages

    if not pm.is_registered(web_pages):
        pm.register(web_pages, "antirelou")
    return Datasette(
        immutables=[str(copy)],
        metadata=_metadata(now),
        template_dir=str(Path(__file__).parent / "templates"),
        settings={
            "sql_time_limit_ms": _SECONDS * 1000,
            "facet_time_limit_ms": 1000,
            "suggest_facets": False,
            "allow_download": False,
            "truncate_cells_html": 2048,
        },
    ).app()


def _metadata(now: datetime) -> dict[str, Any]:
    newest = {"sort_desc": "id", "size": 50}
    return {
        "title": "antirelou",
        "description_html": _(
            'The log as it was {now:%Y-%m-%d %H:%M} UTC. <a href="/-/plot">The plot</a>, '
            '<a href="/antirelou/messages">all messages</a>, with search.',
            now=now,
        ),
        "databases": {
            "antirelou": {
                "tables": {
                    "messages": {
                        **newest,
                        "facets": ["reason", "reply", "kind", "line"],
                        "label_column": "id",
                    },
                    "replies": {**newest, "facets": ["state", "reason", "purpose"]},
                    "events": {**newest, "facets": ["kind", "line"]},
                    "senders": {
                        "sort_desc": "messages",
                        "facets": ["told", "blocked", "opted_out"],
                        "label_column": "sender",
                    },
                },
                "queries": {
                    name: {"title": title, "sql": query}
                    for name, (title, query) in QUESTIONS.items()
                },
            }
        },
    }


def _listening(port: int) -> socket.socket:
    """A socket on this machine's own address; taken before the copy is made, which may last."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise PortTaken(
            _(
                "Port {port} cannot be used ({strerror}): name another with --port.",
                port=port,
                strerror=error.strerror,
            )
        ) from error
    return listener


def _directory() -> tempfile.TemporaryDirectory[str]:
    """A directory that nobody else may read, and that goes away."""
    return tempfile.TemporaryDirectory(prefix="antirelou-web-")
