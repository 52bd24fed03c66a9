"""What may still change by itself, in words: a day that is not over, and days that a platform still corrects."""

from __future__ import annotations

from collections.abc import Collection

from webapp.queries import wording
from webapp.queries.gaps import Completeness


def moving_words(whole: Completeness, companies: Collection[str] | None = None) -> tuple[str, ...]:
    """Of figures that are made of what these companies say; of all of them where none are named."""
    changing = {name: days for name, days in whole.changing.items() if companies is None or name in companies}
    corrected = {name: days[0] for name, days in changing.items() if days[0] not in whole.running}
    said = []
    if corrected:
        said.append(
            f"{wording.listed(list(corrected))} may still correct {'its' if len(corrected) == 1 else 'their'} figures "
            f"from {wording.short_day(min(corrected.values()))} on."
        )
    running = whole.running & {day for days in changing.values() for day in days}
    if running:
        said.append(f"{wording.day(max(running))} is not over: its figures are what has come in so far.")
    return tuple(said)
