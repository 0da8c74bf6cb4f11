"""How numbers are shown: seconds become minutes, hours or days where there are many, and every axis names its unit."""

from collections.abc import Iterable
from dataclasses import dataclass

from voxloop.domain.statistics import Metric
from voxloop.domain.texts import say
from voxloop.reports.metrics import UNITS, Unit

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True)
class Scale:
    """What numbers are divided by before they are shown, and the text that names the unit they then have."""

    divisor: float
    unit: str
    format: str

    def shown(self, value: float | None) -> float | None:
        """A number as figures draw it; with as many digits as a reader can use."""
        return None if value is None else round(value / self.divisor, 4)

    def words(self, language: str, value: float | None) -> str:
        """A number as a sentence names it, with its unit."""
        if value is None:
            return say(language, "figure.nothing")
        number = value * 100 if self.unit == Unit.SHARE else value / self.divisor
        return say(language, f"unit_words.{self.unit}", value=f"{number:,.1f}".removesuffix(".0"))


def scale_for(metric: Metric, values: Iterable[float | None]) -> Scale:
    """The scale on which all of these values can be read."""
    unit = UNITS[metric]
    if unit is Unit.SECONDS:
        most = max((value for value in values if value is not None), default=0.0)
        if most < 2 * _MINUTE:
            return Scale(1, Unit.SECONDS, ",.1~f")
        if most < 2 * _HOUR:
            return Scale(_MINUTE, "minutes", ",.1~f")
        return Scale(_HOUR, "hours", ",.1~f") if most < 3 * _DAY else Scale(_DAY, "days", ",.1~f")
    formats = {Unit.SHARE: ".1~%", Unit.STARS: ".2~f", Unit.POINTS: "+.1~f"}
    return Scale(1, unit, formats.get(unit, ","))
