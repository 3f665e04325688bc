"""The demo's scripted story: two days in some seconds, on a virtual clock, with the default configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from antirelou.cli.stage import Stage, settings_for
from antirelou.clock import VirtualClock
from antirelou.language import _

START = datetime(
    2026, 11, 21, 18, 30, tzinfo=UTC
)  # half past seven in the evening in Paris
HOUR = 3600.0

ADAM, BRUNO, CHLOE, STORM = (
    "+33639980001",
    "+33639980002",
    "+33639980003",
    "+33639980004",
)
LONG = (
    "Hé, tu te souviens de moi ? On s'est parlé au bar hier soir, tu m'as donné ton numéro 😀 "
    "Je voulais savoir si tu étais libre demain, ou un autre jour, ou n'importe quand en fait. "
    "Réponds-moi, c'est pas sympa de laisser les gens sans réponse 🙏 Allez, juste un verre 🍷"
)

# Short messages that real phones and networks sent, from the tests of ModemManager (9a2d5863), xlab/at (b341cce3) and
# python-messaging (8c62c14e).
SFR = (
    "07913306091093F0040485810000F111604231805180A049B7F90D9A1AA5A01668F8769BD3E4B29B9E"
    "2EB359A03FC85D06A9C3ED707A0EA2CBC3EE79BB4CA7CBCBA05643617DA7C76990FD4D979741EE77DD"
    "5E0ED741ED371D442E83E0E1F9BC0CD281E677D9B84C06C1DF7539E85C9097E520FB9B2E2F83C6EF36"
    "9C5E064D8D52D0BC2E07DDEF77D7DC2C7799E5A0771D040FCB41F402BB0047BFDD6550B80ECAD966"
)
NAME_AND_CYRILLIC = (
    "07919730071111F10414D04937BD2C7797E9D3E614000811309291024061080442043504410442"
)
BRAZIL = (
    "0791551010010201040D91551699296568F80011719022124215293DD4B71C5E26BF41D3E6145476D3"
    "E5E573BD0C82BF40B59A2D96CBE564351BCE8603A164319D8CA6ABD540E432482673C172AED82DE502"
)
CHINESE = "07914306073011F0040B914316709807F2000880604290224080084E2D5174901A8BAF"
REAL_PDUS = (SFR, NAME_AND_CYRILLIC, BRAZIL, CHINESE)


def tell_story(directory: Path) -> None:
    """Play the story and print what happened; returns when it is over."""
    clock = VirtualClock(START)
    storm = Storm()
    local = settings_for(directory).reply.time_zone

    def tell(who: str, what: str) -> None:
        if storm.quiet:
            storm.unseen += 1
            return
        click.echo(f"{clock.now().astimezone(local):%a %H:%M:%S}  {who:8}  {what}")

    stage = Stage(settings_for(directory), clock, tell)
    try:
        _rehearse(stage, storm)
        stage.daemon.run()
    finally:
        stage.close()


@dataclass(slots=True)
class Storm:
    """What is not told, so that a storm does not fill the screen."""

    quiet: bool = False
    unseen: int = 0

    def hush(self) -> None:
        self.quiet = True

    def over(self) -> None:
        self.quiet = False
        left_out = _(
            "(and so on: {unseen} lines like these are left out)", unseen=self.unseen
        )
        click.echo(f"{'':14}{left_out}")


@dataclass(frozen=True, slots=True)
class Script:
    """What puts things on the timeline; `at` is in seconds from the start."""

    stage: Stage

    def chapter(self, at: float, title: str) -> None:
        self.stage.simulation.schedule(at, lambda: click.echo(f"\n-- {title}"))

    def text(self, at: float, sender: str, words: str) -> None:
        def send() -> None:
            self.stage.tell(
                "texter", _("{sender} writes: {text}", sender=sender, text=words)
            )
            self.stage.simulation.network.text(sender, words)

        self.stage.simulation.schedule(at, send)


def _rehearse(stage: Stage, storm: Storm) -> None:
    """Put everything that will happen on the timeline."""
    script = Script(stage)
    _first_texts(script)
    _one_who_storms(script, storm)
    _what_real_phones_sent(script)
    _night_and_morning(script)


def _first_texts(script: Script) -> None:
    script.chapter(
        5,
        _(
            "A first text: it will be answered in two to three hours, by when she has left."
        ),
    )
    script.text(6, ADAM, "Salut c'est Adam, on s'est vus au bar !")
    script.chapter(600, _("A second text from the same number: one reply is enough."))
    script.text(601, ADAM, "Allez réponds stp")
    script.chapter(
        1200, _("A short code: it may be a paid service, so it never gets an answer.")
    )
    script.text(1201, "36179", "Votre colis est en attente, repondez OUI")
    script.chapter(
        1800,
        _(
            "A long one with emoji, in segments: it is joined, and counts as one message."
        ),
    )
    script.text(1801, BRUNO, LONG)
    script.chapter(2400, _("Somebody who wants to be left alone: recorded for ever."))
    script.text(2401, CHLOE, "STOP svp !")


def _one_who_storms(script: Script, storm: Storm) -> None:
    script.chapter(
        3000,
        _(
            "A storm: one number writes forty times. Everything is kept; it costs no reply more."
        ),
    )
    for number in range(40):
        script.text(3001 + 20 * number, STORM, f"réponds !!! ({number + 1})")
    script.stage.simulation.schedule(3045, storm.hush)
    script.stage.simulation.schedule(3840, storm.over)


def _what_real_phones_sent(script: Script) -> None:
    script.chapter(
        4000,
        _(
            "Short messages of real phones, as they came off the air years ago: kept, and too old to be answered."
        ),
    )
    for number, octets in enumerate(REAL_PDUS):
        script.stage.simulation.network.pdu(octets, at=4001 + 10 * number)


def _night_and_morning(script: Script) -> None:
    simulation = script.stage.simulation
    script.chapter(
        2 * HOUR,
        _(
            "The dongle is pulled out for a while, and the replies become due meanwhile."
        ),
    )
    simulation.schedule(2 * HOUR + 1, lambda: simulation.fault("unplug", seconds=900))
    script.chapter(
        13.4 * HOUR, _("The next morning: replies leave between nine and nine only.")
    )
    script.chapter(
        15 * HOUR,
        _("The same number writes again: it was told once, and that is all it gets."),
    )
    script.text(15 * HOUR + 1, ADAM, "C'est quoi ce message ??")
    simulation.schedule(15 * HOUR + 60, script.stage.daemon.stop)
