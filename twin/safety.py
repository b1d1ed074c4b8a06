"""Words of a report that say that people are in danger, and what follows from them.

The one home of the rule: feeds raise the level of an order by it, the simulated city tells
its stories by it, and questions suggest units by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from twin.city import City

WORDS = ("焦煳", "焦糊", "煤气", "燃气", "烟", "明火", "爆", "触电", "溺")
PRIORITY = 2


@dataclass(frozen=True)
class Safety:
    """The rule, as [feeds.work_orders] of a city has it.

    Attributes:
        words: of a report, whatever its case; one is enough.
        priority: the report has this level or a worse one.
        units: who is suggested for it, by the names that orders go to.
    """

    words: tuple[str, ...] = WORDS
    priority: int = PRIORITY
    units: tuple[str, ...] = ()

    def level(self, priority: int, *said: str | None) -> int:
        """Return the level of a report: its own, or a worse one for what it says."""
        text = " ".join(each.lower() for each in said if each)
        is_danger = any(word.lower() in text for word in self.words)
        return min(priority, self.priority) if is_danger else priority


def safety_of(city: City) -> Safety:
    """Return the rule of a city; what its pack does not say is as the program has it."""
    feeds = cast("dict[str, Any]", city.settings.get("feeds", {}))
    given = feeds.get("work_orders")
    own = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    words, priority = own.get("safety_words", WORDS), own.get("safety_priority")
    return Safety(
        _texts(words, WORDS),
        priority if isinstance(priority, int) else PRIORITY,
        _texts(own.get("safety_units", ()), ()),
    )


def _texts(given: object, instead: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of words as it is; another where it is none: the feed says what is off."""
    if not isinstance(given, (list, tuple)):
        return instead
    words = cast("list[object]", given)
    return tuple(each for each in words if isinstance(each, str)) or instead
