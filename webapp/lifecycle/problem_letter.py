"""The letter about trouble: what is broken, since when, why, what it affects, one button, and what happens next.

Made of plain facts, so that the page that previews every mail can make some up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import render_template

from webapp.lifecycle.letter import Letter, one_line
from webapp.models.health import Health
from webapp.models.notice import NoticeKind
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.words import marked, say, say_number

# What a letter lists, and up to how many it says all about each; the page has the rest.
SHOWN, IN_FULL = 10, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """`places` are workspaces by name with what is wrong there; of how many, and how much in all, is counted beside.

    `together` is the title and likely cause of what began together. `reminder_at` is None where none will come.
    """

    kind: NoticeKind
    places: tuple[tuple[str, tuple[IntegrationFacts, ...]], ...]
    count: int
    workspaces: int
    together: tuple[str, str] | None
    others: tuple[str, ...]
    now: datetime
    zone: ZoneInfo
    reminder_at: datetime | None
    home: str
    stop: str | None

    @property
    def first(self) -> IntegrationFacts:
        return self.places[0][1][0]


def letter_of(told: Problems) -> Letter:
    link = f"{told.home}/integrations/{told.first.id}"
    walks = _is_walk(told)
    context = {
        "kind": str(told.kind),
        "title": _title(told),
        "lead": _lead(told),
        "places": told.places,
        "several": told.workspaces > 1,
        "count": told.count,
        "brief": told.count > IN_FULL,
        "left": told.count - sum(len(items) for _, items in told.places),
        "needs_somebody": told.kind is not NoticeKind.DELAYED,
        "next": _next(told),
        "others": told.others,
        "link": (f"{link}/guide" if walks else link) if told.workspaces == 1 else f"{told.home}/workspaces?state=needs",
        "walks": walks,
        "snooze": f"{told.home}/integrations/{told.first.id}/snooze",
        "choices": f"{told.home}/preferences",
    }
    return Letter(
        subject=one_line(_subject(told), _place(told)),
        text=render_template("emails/problem.txt", **context),
        html=render_template("emails/problem.html", **context),
        stop=told.stop,
    )


_ONE = {
    NoticeKind.BROKEN: marked("{state}: {name}"),
    NoticeKind.REMINDER: marked("Still broken: {name}"),
    NoticeKind.FLAPPING: marked("Breaks again and again: {name}"),
    NoticeKind.DELAYED: marked("Delayed, nothing to do: {name}"),
    NoticeKind.ESCALATED: marked("A day without anybody: {name}"),
}
_SEVERAL = {
    NoticeKind.BROKEN: (marked("{count} connection needs you"), marked("{count} connections need you")),
    NoticeKind.REMINDER: (marked("Still broken: {count} connection"), marked("Still broken: {count} connections")),
    NoticeKind.FLAPPING: (
        marked("{count} connection breaks again and again"), marked("{count} connections break again and again"),
    ),
    NoticeKind.DELAYED: (
        marked("Delayed, nothing to do: {count} connection"), marked("Delayed, nothing to do: {count} connections"),
    ),
    NoticeKind.ESCALATED: (
        marked("A day without anybody: {count} connection"), marked("A day without anybody: {count} connections"),
    ),
}  # fmt: skip
_TITLES = {
    NoticeKind.BROKEN: marked("{name} needs you"),
    NoticeKind.REMINDER: marked("{name} still needs you"),
    NoticeKind.FLAPPING: marked("{name} breaks again and again"),
    NoticeKind.DELAYED: marked("{name} is delayed; nothing for you to do"),
    NoticeKind.ESCALATED: marked("Nobody has seen to {name} for a day"),
}


def _is_walk(told: Problems) -> bool:
    """Whether several of one workspace need Reconnect: then the button leads to the walk through them."""
    broken = [one for _, items in told.places for one in items if one.health is Health.NEEDS_RECONNECT]
    return told.workspaces == 1 and len(broken) > 1


def _subject(told: Problems) -> str:
    if told.count > 1:
        return _several(told)
    return say(_ONE[told.kind], state=told.first.label, name=told.first.platform_name)


def _title(told: Problems) -> str:
    return _several(told) if told.count > 1 else say(_TITLES[told.kind], name=told.first.platform_name)


def _several(told: Problems) -> str:
    if told.together is not None:
        return told.together[0]
    return say_number(*_SEVERAL[told.kind], told.count)


def _place(told: Problems) -> str:
    if told.workspaces == 1:
        return told.places[0][0]
    return say_number("{count} workspace", "{count} workspaces", told.workspaces)


def _lead(told: Problems) -> str:
    if told.kind is NoticeKind.FLAPPING:
        return say(
            "It was mended and broke again within a day. We do not write each time any more: once more when it has "
            "held for a day, and as a reminder if it stays broken."
        )
    if told.kind is NoticeKind.ESCALATED:
        return say(
            "Whoever is responsible was told a day ago. Since then nobody has reconnected, tried to, or put it off; as "
            "an owner you should know."
        )
    if told.kind is NoticeKind.DELAYED:
        return say("It takes longer than a day now, so you should know. It is not your doing.")
    return told.together[1] if told.together is not None else ""


def _next(told: Problems) -> str:
    if told.kind is NoticeKind.DELAYED:
        return say(
            "We keep trying, and fetch every missing day as soon as we get an answer. No other mail comes about this."
        )
    if told.reminder_at is None:
        return say("One mail when it is fixed; you have turned reminders off.")
    when = _when(told.reminder_at, told.now, told.zone)
    if told.kind is NoticeKind.FLAPPING:
        return say("One reminder {when} if it is still broken.", when=when)
    return say("One reminder {when} if it is still broken, and one mail when it is fixed.", when=when)


def _when(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    if at.astimezone(zone).date() == now.astimezone(zone).date() + timedelta(days=1):
        return say("tomorrow at {time}", time=wording.clock(at, zone.key))
    day = wording.day(at.astimezone(zone).date())
    return say("on {day} at {time}", day=day, time=wording.clock(at, zone.key))
