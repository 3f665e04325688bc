"""What `antirelou web` adds to Datasette: the page with the plot, harmless cells, and what a browser may not do.

A plugin, registered by `web.py`. Texts are data (P7): no link is made of them, nothing in them acts, and no page asks
anybody but this server for anything. A table of texts for a spreadsheet is `antirelou log --csv`'s, which is careful.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import Response
from markupsafe import Markup, escape

from antirelou.cli.output import visible
from antirelou.cli.plot import colours, drawn
from antirelou.language import _
from antirelou.log.copy import ARRIVALS, BOUNDS
from antirelou.policy.facts import HoldReason, Reason

DATABASE = "antirelou"
WORDS = [*(reason.value for reason in Reason), *(hold.value for hold in HoldReason)]
WORDS.append("undecided")
# unit -> (characters of the hour, how far the plot goes back)
_UNITS = {
    "hour": (13, timedelta(days=3)),
    "day": (10, timedelta(days=90)),
    "month": (7, timedelta(days=3650)),
}
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The plot, and the style that hides what is not offered."""
    return [(r"^/-/plot$", plot), (r"^/-/antirelou\.css$", style)]


@hookimpl
def extra_css_urls() -> list[str]:
    """On every page."""
    return ["/-/antirelou.css"]


@hookimpl
def menu_links() -> list[dict[str, str]]:
    """In the menu of every page."""
    return [{"href": "/-/plot", "label": _("Plot of what came")}]


@hookimpl
def render_cell(value: object) -> Markup | None:
    """A text as what it is: Datasette would make links of some, and a browser would obey some characters."""
    return Markup(escape(visible(value))) if isinstance(value, str) else None


async def style() -> Response:
    """Hide the ways to a CSV, which a spreadsheet would obey; JSON is there all the same."""
    return Response(
        ".export-links, .advanced-export { display: none }",
        content_type="text/css",
    )


async def plot(datasette: Any, request: Any) -> Response:
    """Arrivals by reason over time."""
    database = datasette.get_database(DATABASE)
    first, latest = (await database.execute(BOUNDS)).rows[0]
    unit = request.args.get("by")
    if unit not in _UNITS:
        unit = _usual_unit(first, latest)
    length, back = _UNITS[unit]
    end = _hour(latest) if latest else datetime.now(UTC)
    since = max(_hour(first), end - back) if first else end
    values = {"length": length, "since": f"{since:%Y-%m-%dT%H}"}
    rows = (await database.execute(ARRIVALS, values)).rows
    spans: dict[str, Counter[str]] = {
        span: Counter() for span in _spans(since, end, length)
    }
    for span, reason, messages in rows:
        spans.setdefault(span, Counter())[reason] += messages
    total = sum(spans.values(), Counter[str]())
    colour = colours(WORDS)
    page = {
        "title": _("What came, and what was decided"),
        "each_bar": _("Each bar is one {unit} (UTC); per", unit=_(unit)),
        "units": {each: _(each) for each in _UNITS},
        "came": _("{messages:,} messages since {since:%Y-%m-%d %H:00}.", messages=total.total(), since=since),
        "database": DATABASE,
        "svg": Markup(drawn(sorted(spans.items()), WORDS, _("What came, by reason"))),
        "legend": [(word, colour[word], f"{total[word]:,}") for word in WORDS if total[word]],
    }  # fmt: skip
    return Response.html(
        await datasette.render_template("plot.html", page, request=request)
    )


def _usual_unit(first: str | None, latest: str | None) -> str:
    """The finest of which the plot can show everything."""
    length = _hour(latest) - _hour(first) if first and latest else timedelta(0)
    return next(unit for unit, (_length, back) in _UNITS.items() if length <= back)


def _hour(written: str) -> datetime:
    return datetime.strptime(written, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def _spans(since: datetime, end: datetime, length: int) -> list[str]:
    """Every span from one hour to another, those included in which nothing came."""
    hours = int((end - since) / timedelta(hours=1)) + 1
    step = 1 if length == 13 else 24  # hours; no month is shorter than a day
    times = (since + timedelta(hours=n) for n in range(0, hours + step, step))
    names = [f"{at:%Y-%m-%dT%H}"[:length] for at in times if at <= end]
    return list(dict.fromkeys([*names, f"{end:%Y-%m-%dT%H}"[:length]]))


def guarded(app: App, port: int) -> App:
    """Answer this machine's own browser only, whatever name a page gives it, and let pages ask nobody else."""
    names = {f"{host}:{port}".encode() for host in ("127.0.0.1", "localhost")}

    async def answer(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if dict(scope["headers"]).get(b"host") not in names:
            await _refuse(send, _("Open http://127.0.0.1:{port}/ instead.", port=port))
        elif ".csv" in scope["path"] or b"_format=csv" in scope["query_string"]:
            await _refuse(
                send, _("antirelou log --csv makes a table that is safe to open.")
            )
        else:
            await app(scope, receive, _with_policy(send))

    return answer


def _with_policy(send: Any) -> Any:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            policy = (b"content-security-policy", _POLICY.encode())
            message = {**message, "headers": [*message.get("headers", ()), policy]}
        await send(message)

    return sent


async def _refuse(send: Any, words: str) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 403,
            "headers": [(b"content-type", b"text/plain; charset=utf-8")],
        }
    )
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
