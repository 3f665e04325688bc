"""The demo's scripted story: two days in some seconds, on a virtual clock, with the default configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from antirelou.cli.stage import Stage, settings_for
from antirelou.clock import VirtualClock

START = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # half past seven in the evening in Paris
HOUR = 3600.0

ADAM, BRUNO, CHLOE, STORM = "+33639980001", "+33639980002", "+33639980003", "+33639980004"
LONG = (
    "Hé, tu te souviens de moi ? On s'est parlé au bar hier soir, tu m'as donné ton numéro 😀 "
    "Je voulais savoir si tu étais libre demain, ou un autre jour, ou n'importe quand en fait. "
    "Réponds-moi, c'est pas sympa de laisser les gens sans réponse 🙏 Allez, juste un verre 🍷"
)


def tell_story(directory: Path) -> None:
    """Play the story and print what happened; returns when it is over."""
    clock = VirtualClock(START)
    local = settings_for(directory).reply.time_zone

    def tell(who: str, what: str) -> None:
        click.echo(f"{clock.now().astimezone(local):%a %H:%M:%S}  {who:8}  {what}")

    stage = Stage(settings_for(directory), clock, tell)
    try:
        _rehearse(stage)
        stage.daemon.run()
    finally:
        stage.close()


def _rehearse(stage: Stage) -> None:
    """Put everything that will happen on the timeline."""
    network, simulation = stage.simulation.network, stage.simulation

    def chapter(at: float, title: str) -> None:
        simulation.schedule(at, lambda: click.echo(f"\n-- {title}"))

    def text(at: float, sender: str, words: str) -> None:
        def send() -> None:
            stage.tell("texter", f"{sender} writes: {words}")
            network.text(sender, words)

        simulation.schedule(at, send)

    chapter(5, "A first text: it will be answered in two to three hours, by when she has left.")
    text(6, ADAM, "Salut c'est Adam, on s'est vus au bar !")
    chapter(600, "A second text from the same number: one reply is enough.")
    text(601, ADAM, "Allez réponds stp")
    chapter(1200, "A short code: it may be a paid service, so it never gets an answer.")
    text(1201, "36179", "Votre colis est en attente, repondez OUI")
    chapter(1800, "A long one with emoji, in segments: it is joined, and counts as one message.")
    text(1801, BRUNO, LONG)
    chapter(2400, "Somebody who wants to be left alone: recorded for ever.")
    text(2401, CHLOE, "STOP svp !")
    chapter(3000, "A storm: one number writes forty times. Everything is kept; it costs no reply more.")
    for number in range(40):
        text(3001 + 20 * number, STORM, f"réponds !!! ({number + 1})")
    chapter(2 * HOUR, "The dongle is pulled out for a while, and the replies become due meanwhile.")
    simulation.schedule(2 * HOUR + 1, lambda: simulation.fault("unplug", seconds=900))
    chapter(13.4 * HOUR, "The next morning: replies leave between nine and nine only.")
    chapter(15 * HOUR, "He writes again: he was told once, and that is all he gets.")
    text(15 * HOUR + 1, ADAM, "C'est quoi ce message ??")
    simulation.schedule(15 * HOUR + 60, stage.daemon.stop)
