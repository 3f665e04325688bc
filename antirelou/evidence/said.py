"""How facts are said in the report's language: words, figures, times, durations."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import ModuleType
from zoneinfo import ZoneInfo

from antirelou.evidence import english, french

LANGUAGES = {"fr": french, "en": english}
_NO_BREAK = "\u00a0"


class Said:
    """The words of one language, and its way to write figures and times."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language, self._zone = language, zone
        self.words: ModuleType = LANGUAGES[language]

    def __call__(self, name: str, *values: object) -> str:
        """A sentence, with whole numbers as the language writes them."""
        said = [
            self.figure(one) if isinstance(one, int) else str(one) for one in values
        ]
        text: str = self.words.WORDS[name].format(*said)
        return text

    def word(self, table: str, name: str) -> str:
        """What a stable word means; the word itself where there is no other."""
        found: str = getattr(self.words, table).get(name, name)
        return found

    def figure(self, number: int) -> str:
        """20 000, or 20,000."""
        return f"{number:,}".replace(",", _NO_BREAK if self.language == "fr" else ",")

    def share(self, part: int, whole: int) -> str:
        """A share in per cent."""
        percent = 100 * part / max(1, whole)
        shown = f"{percent:.1f}" if percent >= 0.1 or not part else "< 0.1"
        if self.language == "fr":
            return f"{shown.replace('.', ',')} %".replace(" ", _NO_BREAK)
        return f"{shown}%"

    def when(self, at: datetime | str | None) -> str:
        """A time of ours by the clock on the wall, with its offset from UTC."""
        if at is None:
            return "\u2013"
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        return self._written(moment.astimezone(self._zone))

    def network(self, at: str | None) -> str:
        """A service centre's time, in the zone that it came with."""
        return "\u2013" if at is None else self._written(datetime.fromisoformat(at))

    def _written(self, at: datetime) -> str:
        day = f"{at:%d/%m/%Y}" if self.language == "fr" else f"{at:%d %b %Y}"
        offset = f"{at:%z}"
        return f"{day} {at:%H:%M:%S} UTC{offset[:3]}:{offset[3:5]}"

    def lasting(self, seconds: float | None) -> str:
        """A time that passed: 4 s, 12 min 30 s, 3 h 05 min."""
        if seconds is None:
            return "\u2013"
        whole = round(timedelta(seconds=seconds).total_seconds())
        hours, minutes = divmod(whole // 60, 60)
        if whole < 60:
            return f"{whole}{_NO_BREAK}s"
        if not hours:
            return f"{minutes}{_NO_BREAK}min {whole % 60:02d}{_NO_BREAK}s"
        return f"{hours}{_NO_BREAK}h {minutes:02d}{_NO_BREAK}min"
