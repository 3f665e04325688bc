"""`antirelou notice` and `antirelou register`: what to publish, and what to keep, about the data of those who write.

Drafts in French, filled with what the configuration says. Who runs the service stands in them only if the configuration
has it; what they cannot know stands between brackets. They are no legal advice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import click

from antirelou.cli.options import config_option, settings_of
from antirelou.cli.output import echo, visible
from antirelou.language import _
from antirelou.log import LogMissing, Reader
from antirelou.settings import Settings

_UNITS = (
    (timedelta(days=365), "an", "ans"),
    (timedelta(days=1), "jour", "jours"),
    (timedelta(hours=1), "heure", "heures"),
    (timedelta(minutes=1), "minute", "minutes"),
    (timedelta(seconds=1), "seconde", "secondes"),
)


@click.command()
@config_option
def notice(config: Path) -> None:
    """Print the notice to publish, in French: what becomes of texts to the number, for how long, and whom to ask.

    Who you are stands in it only if privacy.controller and privacy.contact say so.

    \b
    antirelou notice
    antirelou notice > mention.txt
    """
    settings = settings_of(config)
    _print("notice", settings, reply=_reply(settings), distress=_distress(settings))


@click.command()
@config_option
def register(config: Path) -> None:
    """Print the record of processing activities (GDPR, article 30), in French, with what the configuration and log say.

    \b
    antirelou register
    antirelou register > registre.txt
    """
    settings = settings_of(config)
    today = datetime.now(settings.reply.time_zone)
    exports, holds = _counts(settings)
    _print(
        "register",
        settings,
        today=f"{today:%d/%m/%Y}",
        exports=exports,
        holds=holds,
        countries=_countries(settings),
        limits=_limits(settings),
    )


def _print(name: str, settings: Settings, **facts: str) -> None:
    template = files("antirelou.cli").joinpath("templates", f"{name}.fr.txt")
    privacy = settings.privacy
    text = template.read_text(encoding="utf-8").format(
        controller=visible(privacy.controller) or "[à compléter : votre nom]",
        contact=visible(privacy.contact) or "[à compléter : courriel ou adresse]",
        erase_after=french(privacy.erase_after),
        erase_raid_after=french(privacy.erase_raid_after),
        forget_senders_after=french(privacy.forget_senders_after),
        **facts,
    )
    echo(text.strip())
    click.echo(
        _(
            "Finish what stands between brackets, and have it read by somebody who knows the law: this is a draft, no "
            "advice."
        ),
        err=True,
    )


def french(value: timedelta) -> str:
    """A duration in words, in the largest unit that leaves no rest."""
    unit, one, many = next(each for each in _UNITS if not value % each[0])
    number = value // unit
    return f"{number} {one if number < 2 else many}"


def _reply(settings: Settings) -> str:
    reply = settings.reply
    if reply.mode == "never":
        return "Il ne répond à aucun message."
    when = french(reply.delay)
    if reply.delay_spread:
        when = f"{when} à {french(reply.delay + reply.delay_spread)}"
    hours = ""
    if reply.hours:
        hours = f", entre {reply.hours.opens:%H:%M} et {reply.hours.closes:%H:%M}"
    agreed = ", après accord du responsable" if reply.mode == "approved" else ""
    calls = " et à certains appels" if settings.calls.reply else ""
    return (
        f"Il répond par SMS aux messages venus de mobiles{calls}, environ {when} plus tard{hours}{agreed}.\n"
        "Un même numéro ne reçoit jamais plus de deux SMS automatiques."
    )


def _distress(settings: Settings) -> str:
    said = (
        ""
        if settings.reply.mode == "never" or not settings.reply.distress_text
        else (
            "Si un message contient certains mots d'appel à l'aide, un SMS indique où en trouver.\n"
        )
    )
    return f"\nEN DANGER\n{said}Ce numéro n'est pas un service de secours : appelez le 17 ou le 112, ou écrivez au 114."


def _countries(settings: Settings) -> str:
    abroad = [country for country in settings.reply.countries if country != "FR"]
    if not abroad:
        return "Réponses : à des numéros français seulement."
    return f"Réponses par SMS aussi vers : {', '.join(abroad)}."


def _limits(settings: Settings) -> str:
    limits = settings.limits
    return f"au plus {limits.recipients_per_month} destinataires par mois et {limits.segments_per_day} segments par jour"


def _counts(settings: Settings) -> tuple[str, str]:
    """How many exports and legal holds there are, by the log."""
    try:
        with Reader.open(settings.log.path) as reader:
            exports, holds = len(reader.exports()), len(reader.holds())
    except LogMissing:
        exports = holds = 0
    return str(exports or "aucun"), str(holds or "aucune")
