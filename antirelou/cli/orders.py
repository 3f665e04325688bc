"""`antirelou pause`, `resume`, `block`, `unblock`, `drop`, `approve`: the operator's orders.

Each checks what was typed before it gives anything. Numbers are read as the daemon reads senders.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import click

from antirelou.cli.loudest import loudest
from antirelou.cli.options import config_option, numbers_option, settings_of
from antirelou.cli.ordering import order, what_waits
from antirelou.cli.output import echo, masked, visible
from antirelou.language import _, plural
from antirelou.log import Reader
from antirelou.policy.numbers import MASK, NumberKind, classify, normalise
from antirelou.settings import Settings

_MISTAKES = 10  # lines of a file that are told one by one
_LONGEST_NAME = (
    11  # characters of an alphanumeric sender (3GPP TS 23.040 clause 9.1.2.5)
)

_from_file = click.option(
    "--from-file",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="Numbers in a file, one a line; # begins a remark; - is standard input.",
)


@click.command()
@config_option
def pause(config: Path) -> None:
    """Hold every reply and every decision; go on receiving.

    \b
    antirelou pause
    antirelou pause --config /etc/antirelou/second.toml    another line's
    antirelou resume                                       lets replies leave again
    """
    order(settings_of(config), "pause")


@click.command()
@config_option
@click.option(
    "--clock",
    is_flag=True,
    help="Also declare that rows with a time still to come had a wrong clock.",
)
@click.option(
    "--memory-gap",
    is_flag=True,
    help="Also declare that nothing left between the backup that was restored and the restore.",
)
def resume(config: Path, clock: bool, memory_gap: bool) -> None:
    """Let replies leave again.

    \b
    antirelou resume
    antirelou resume --clock         after the clock was wrong: replies were held as clock_behind
    antirelou resume --memory-gap    after antirelou restore: replies were held as memory_gap
    """
    settings = settings_of(config)
    order(settings, "resume", [("", {"clock": clock, "memory_gap": memory_gap})])
    echo(what_waits(settings))


@click.command()
@config_option
@click.argument("given", nargs=-1, metavar="NUMBER...")
@_from_file
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="N",
    help="The N numbers that wrote most; asks first.",
)
@click.option(
    "--since",
    metavar="TIME",
    help="With --top: what came since then; 24h if not given.",
)
@click.option("--yes", is_flag=True, help="With --top: do not ask.")
@numbers_option
def block(
    config: Path,
    given: tuple[str, ...],
    from_file: IO[str] | None,
    numbers: bool,
    **loud: Any,
) -> None:
    """Never answer these numbers, and drop what waits for them; their texts are still logged.

    \b
    antirelou block "06 39 98 00 01" +33639980002
    antirelou block --from-file raiders.txt
    antirelou block --top 20 --since 2h
    """
    settings = settings_of(config)
    if loud["top"] is None and (loud["since"] or loud["yes"]):
        raise click.UsageError(_("--since and --yes go with --top N."))
    if loud["top"] is None:
        _each_number("block", settings, given, from_file, numbers=numbers)
        return
    if given or from_file is not None:
        raise click.UsageError(_("Give numbers, or --top N, not both."))
    addresses = loudest(
        settings, loud["top"], loud["since"], numbers=numbers, yes=loud["yes"]
    )
    if addresses:
        _order_each("block", settings, addresses, numbers=numbers)


@click.command()
@config_option
@click.argument("given", nargs=-1, metavar="NUMBER...")
@_from_file
@numbers_option
def unblock(
    config: Path, given: tuple[str, ...], from_file: IO[str] | None, numbers: bool
) -> None:
    """Answer these numbers again, unless they opted out or were told already.

    \b
    antirelou unblock "06 39 98 00 01"
    antirelou unblock --from-file raiders.txt
    """
    _each_number("unblock", settings_of(config), given, from_file, numbers=numbers)


def _which(command: Any) -> Any:
    """The options that say whose replies are meant."""
    for option in (
        click.option(
            "--all", "everything", is_flag=True, help="All that wait on this line."
        ),
        click.option(
            "--search", metavar="WORDS", help="Those to messages with these words."
        ),
        click.option("--sender", metavar="NUMBER", help="Those to this number."),
        click.argument("ids", nargs=-1, type=click.IntRange(min=1), metavar="[ID...]"),
        config_option,
    ):
        command = option(command)
    return command


@click.command()
@_which
def drop(config: Path, **which: Any) -> None:
    """Take waiting replies back for ever: to the messages ID, to a sender, to texts with some words, or all.

    ID is a message's, as `antirelou log` shows it.

    \b
    antirelou drop 41 42
    antirelou drop --search "bande de nazes"
    """
    settings = settings_of(config)
    order(settings, "drop", [("", _chosen("drop", settings, **which))])


@click.command()
@_which
def approve(config: Path, **which: Any) -> None:
    """Let waiting replies leave, with reply.mode = "approved"; limits and hours still hold.

    ID is a message's, as `antirelou log` shows it.

    \b
    antirelou log --state queued    what waits
    antirelou approve 41 42
    antirelou approve --all
    """
    settings = settings_of(config)
    order(settings, "approve", [("", _chosen("approve", settings, **which))])


def _chosen(
    kind: str,
    settings: Settings,
    *,
    ids: tuple[int, ...],
    sender: str | None,
    search: str | None,
    everything: bool,
) -> dict[str, Any]:
    """The argument of the order; exactly one way to choose."""
    if sum((bool(ids), sender is not None, search is not None, everything)) != 1:
        raise click.UsageError(
            _(
                "Say whose replies, in one way: antirelou {kind} ID…, --sender, --search or --all.",
                kind=kind,
            )
        )
    if ids:
        return {"ids": _replies_to(settings, ids)}
    if sender is not None:
        return {"sender": address_of(sender, settings.modem.country)}
    if search is not None:
        if not search.strip():
            raise click.UsageError(
                _("--search needs a word to look for; --all means all replies.")
            )
        return {"search": search}
    return {"all": True}


def _replies_to(settings: Settings, messages: Iterable[int]) -> list[int]:
    """The ids of the replies that wait for these messages; a message without one is a mistake."""
    found: list[int] = []
    with Reader.open(settings.log.path) as reader:
        for number in dict.fromkeys(messages):
            message = reader.message(number)
            if message is None:
                raise click.UsageError(
                    _("There is no message {number} in the log.", number=number)
                )
            if message["line"] != settings.line:
                raise click.UsageError(
                    _(
                        "Message {number} is of line {line}: name that line's configuration with --config.",
                        number=number,
                        line=message["line"],
                    )
                )
            waiting = [
                int(reply["id"])
                for reply in message["replies"]
                if reply["state"] == "queued"
            ]
            if not waiting:
                raise click.UsageError(
                    _(
                        "No reply waits for message {number}: antirelou why {number} tells its story.",
                        number=number,
                    )
                )
            found += waiting
    return found


def _each_number(
    kind: str,
    settings: Settings,
    given: tuple[str, ...],
    file: IO[str] | None,
    *,
    numbers: bool,
) -> None:
    """One order a number; nothing is ordered if one of them is no number."""
    addresses = [address_of(number, settings.modem.country) for number in given]
    if file is not None:
        addresses += _read(file, settings.modem.country)
    if not addresses:
        raise click.UsageError(
            _('Give at least one number: antirelou {kind} "06 39 98 00 01".', kind=kind)
        )
    _order_each(kind, settings, addresses, numbers=numbers)


def _order_each(
    kind: str, settings: Settings, addresses: Iterable[str], *, numbers: bool
) -> None:
    """One order a number, given all at once."""
    named = [
        (masked(address, numbers=numbers), {"address": address})
        for address in dict.fromkeys(addresses)
    ]
    order(settings, kind, named)


def _read(file: IO[str], country: str) -> list[str]:
    try:
        lines = [line.partition("#")[0].strip() for line in file]
    except UnicodeDecodeError as error:
        raise click.UsageError(
            _("{name} is not UTF-8 text: save it as UTF-8.", name=visible(file.name))
        ) from error
    addresses, mistakes = [], []
    for position, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            addresses.append(address_of(line, country))
        except click.UsageError as error:
            mistakes.append(
                _(
                    "Line {position}: {message}",
                    position=position,
                    message=error.message,
                )
            )
    if mistakes:
        more = len(mistakes) - _MISTAKES
        rest = (
            [_("And {more} like these.", more=plural(more, "more line"))]
            if more > 0
            else []
        )
        what = _(
            "Nothing was ordered, since not every line of {name} is a number.",
            name=visible(file.name),
        )
        raise click.UsageError("\n".join([what, *mistakes[:_MISTAKES], *rest]))
    return addresses


def address_of(given: str, country: str) -> str:
    """A sender as the log knows it. A usage error if it could be none."""
    if MASK in given:
        raise click.UsageError(
            _(
                "{given} is masked: look the number up with antirelou log --numbers.",
                given=visible(given),
            )
        )
    address = normalise(given.strip(), country)
    kind = classify(address, country).kind
    too_long = kind is NumberKind.ALPHANUMERIC and len(address) > _LONGEST_NAME
    if not address or kind is NumberKind.IMPOSSIBLE or too_long:
        raise click.UsageError(
            _(
                '"{given}" is no number: write it as "06 39 98 00 01" or +33639980001.',
                given=visible(given),
            )
        )
    return address
