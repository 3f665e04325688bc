"""The configuration as frozen dataclasses: what everyone may read, and the defaults.

`config.py` fills these from a file or says what is wrong with it; nothing here reads anything. The operator's own
description of each key is the commented file that `antirelou config` prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

LESSON = (
    "Bonjour. Réponse automatique, envoyée une seule fois. Si une femme dit non, inutile d'insister. "
    "Erreur de numéro ? Ignorez ce message. Vos SMS sont conservés."
)
DISTRESS = (
    "Bonjour. Ce numéro est un répondeur automatique, il ne peut pas vous aider. En danger : 17, 112, "
    "ou 114 par SMS. Violences faites aux femmes : 3919."
)
PROOF = (
    "Code {code} : il prouve à la personne qui gère ce numéro que vous demandez à voir ou effacer vos SMS. "
    "Vous n'avez rien demandé ? Ne le donnez à personne."
)


@dataclass(frozen=True, slots=True)
class Modem:
    port: str = "/dev/antirelou-modem"
    baud_rate: int = 115200
    number: str = ""
    country: str = "FR"
    pin_file: str = ""
    service_centre: str = ""
    poll_interval: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Log:
    path: Path = Path("/var/lib/antirelou/antirelou.db")
    key_file: Path = Path("/var/lib/antirelou/antirelou.db.key")
    reserve: int = 500_000_000  # octets


@dataclass(frozen=True, slots=True)
class Hours:
    """When replies may leave, by the operator's clock on the wall; `opens` > `closes` goes over midnight."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Reply:
    mode: str = "automatic"  # or "approved", "never"
    texts: tuple[str, ...] = (LESSON,)
    delay: timedelta = 2 * HOUR
    delay_spread: timedelta = HOUR
    hours: Hours | None = Hours(time(9), time(21))  # None: always
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    expire_after: timedelta = 36 * HOUR
    stale_after: timedelta = 72 * HOUR
    patience: int = 30
    max_segments: int = 2
    countries: tuple[str, ...] = ("FR",)
    distress_words: tuple[str, ...] = (
        "au secours",
        "aidez-moi",
        "aide-moi",
        "il me frappe",
        "help me",
        "suicide",
    )
    distress_text: str = DISTRESS
    status_report: bool = False
    by_country: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    segments_per_hour: int = 30
    segments_per_day: int = 150
    recipients_per_day: int = 20
    recipients_per_month: int = 200
    month_starts_on: int = 1


@dataclass(frozen=True, slots=True)
class Flood:
    messages: int = 60
    window: timedelta = timedelta(minutes=10)
    quiet: timedelta = HOUR
    per_sender: int = 3
    patience: int = 5
    replies_per_hour: int = 6
    recipients: int = 20


@dataclass(frozen=True, slots=True)
class Calls:
    ring: timedelta = timedelta(seconds=15)
    reply: bool = False


@dataclass(frozen=True, slots=True)
class Operator:
    numbers: tuple[str, ...] = ()
    test_delay: timedelta = timedelta(seconds=10)
    anchor_text: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Health:
    self_text: timedelta | None = 7 * DAY


@dataclass(frozen=True, slots=True)
class Privacy:
    erase_after: timedelta = 90 * DAY
    erase_raid_after: timedelta = 365 * DAY
    forget_senders_after: timedelta = 3 * 365 * DAY
    controller: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Metrics:
    file: str = ""


@dataclass(frozen=True, slots=True)
class Alerts:
    directory: str = ""
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    line: str = "main"
    modem: Modem = Modem()
    log: Log = Log()
    reply: Reply = field(default_factory=Reply)
    limits: Limits = Limits()
    flood: Flood = Flood()
    calls: Calls = Calls()
    operator: Operator = Operator()
    health: Health = Health()
    privacy: Privacy = Privacy()
    metrics: Metrics = Metrics()
    alerts: Alerts = Alerts()
