"""The sentences of the Integrations page: one for the whole page, one for each row, one for several at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.facts import IncidentFacts, IntegrationFacts, Progress
from webapp.queries.receipt_facts import ReceiptFacts

QUIET = (Health.PAUSED, Health.DISCONNECTED)


def status_of(rows: Sequence[IntegrationFacts], now: datetime) -> tuple[str, str, datetime]:
    """The page's one status sentence, its tone, and when the clock alone makes it read differently."""
    never = now + timedelta(hours=1)
    active = [one for one in rows if one.health not in QUIET]
    needing = [one for one in active if one.health.needs_merchant]
    if not rows:
        return "Nothing connected yet. Add your store first, then the places you buy ads.", "grey", never
    if needing:
        return _needing(needing), "red", never
    if not active:
        return "Everything is paused or disconnected. Nothing new comes in.", "grey", never
    for health, tone, words in (
        (Health.ON_US, "amber", "We're working on {names}; nothing for you to do."),
        (Health.IMPORTING, "blue", "Importing {names}, newest days first. You can leave; it goes on by itself."),
        (Health.CATCHING_UP, "blue", "Catching up on {names}. Nothing for you to do."),
        (Health.DELAYED, "amber", "{names}: delayed. We keep trying; nothing for you to do."),
        (Health.EXPIRING, "amber", "{names}: the permission ends soon. Reconnect before it does."),
    ):
        found = _names([one for one in active if one.health is health])
        if found:
            return words.format(names=wording.listed(found)), tone, never
    warned = [one for one in active if one.warning is not None]
    if warned:
        title = warned[0].warning.title if len(warned) == 1 and warned[0].warning else ""
        names = wording.listed(_names(warned))
        return title or f"{names}: what they show us is not what their own totals say.", "amber", never
    return _all_green(active, now)


def row_sentence(
    health: Health,
    integration: Integration,
    platform: Platform,
    *,
    incident: IncidentFacts | None,
    receipt: ReceiptFacts | None,
    progress: Progress | None,
    ends_at: datetime | None,
    now: datetime,
) -> str:
    """The one sentence beside a badge."""
    zone = integration.timezone
    if health is Health.DISCONNECTED:
        return "Everything imported is kept. Nothing new comes in."
    if health is Health.PAUSED:
        return "Paused by you. Nothing new comes in until you resume."
    if incident is not None:
        told = incident.explanation
        if health.needs_merchant:
            likely = "" if told.likely == "" else f" Likely: {told.likely}."
            return f"{told.title}, {wording.moment(told.noticed, zone)}.{likely} Nothing already imported is lost."
        return f"{told.happened.removesuffix(' Nothing already imported is lost.')} {told.next}"
    if health is Health.IMPORTING and progress is not None:
        return f"Importing, newest first: {_of_days(progress)}{_about(progress)}. You can leave."
    if health is Health.CATCHING_UP and progress is not None:
        by = f"Reconnected by {receipt.by} {wording.clock(receipt.away_to, zone)}. " if receipt and receipt.by else ""
        return f"{by}Catching up: {_of_days(progress)}."
    if health is Health.DELAYED:
        return f"{platform.company} has not answered properly for a while. We keep trying; nothing for you to do."
    if health is Health.EXPIRING and ends_at is not None:
        return f"The permission ends {wording.day(ends_at.astimezone(ZoneInfo(zone)).date())}. Reconnect before that."
    if receipt is not None and receipt.complete_at is not None:
        return back_again(receipt)
    return ""


def came_back(receipt: ReceiptFacts) -> str:
    """ "3 days, 412 orders, $18,204"."""
    days = wording.counted(receipt.days, ("day", "days"))
    found = [f"{wording.count(number)} {unit}" for number, unit in receipt.found if number]
    return ", ".join([days, *found, *([receipt.amount] if receipt.amount else [])])


def back_again(receipt: ReceiptFacts) -> str:
    """ "3 days, $2,184 back; matches Meta's total."."""
    check = checked(receipt)
    return f"{came_back(receipt)} back{'; ' if check else ''}{check}."


def checked(receipt: ReceiptFacts) -> str:
    """How what came back stands to the platform's own total; empty for a receipt from before that was asked."""
    theirs = f"{receipt.company}'s {receipt.measure}"
    if receipt.complete_at is None or not receipt.is_by_day:
        return ""
    if receipt.matches is None:
        return f"not checked against {receipt.company}'s total yet"
    if receipt.matches:
        return f"matches {theirs}"
    names = list(dict.fromkeys(line.name for line in receipt.differing))
    if len(names) == 1:
        return f"{names[0]} differs from {theirs}"
    return f"{wording.counted(len(names), ('day', 'days'))} differ from {theirs}"


def outbreak_words(members: Sequence[IntegrationFacts], rows: Sequence[IntegrationFacts]) -> tuple[str, str]:
    """Title and likely cause of several that dropped together, never surer than what they share."""
    title = f"{len(members)} connections dropped together"
    logins = Counter(one.login for one in members if one.login)
    fine = sorted({one.company for one in rows if one.health in (Health.CONNECTED, Health.CATCHING_UP)})
    tail = f"; {wording.listed(fine)} {'is' if len(fine) == 1 else 'are'} fine." if fine else "."
    login, shared = logins.most_common(1)[0] if logins else (None, 0)
    if login is not None and shared == len(members):
        return title, f"Likely one password or security change for {login}{tail}"
    return title, f"They began within minutes of each other, so they probably share a cause{tail}"


def _needing(needing: Sequence[IntegrationFacts]) -> str:
    told = sorted((one.incident.explanation for one in needing if one.incident), key=lambda one: one.since)
    if len(needing) == 1:
        return " ".join([f"{needing[0].platform_name} needs you.", *(one.affects for one in told)])
    if not told:
        return f"{len(needing)} connections need you."
    stores = [one.incident.explanation.left_out for one in needing if one.incident and one.kind == "store"]
    companies = list(dict.fromkeys(one.company for one in needing if one.incident and one.kind == "ads"))
    left_out = [*stores, *([f"{wording.listed(companies)} spend"] if companies else [])]
    return f"{len(needing)} connections need you. {told[0].affected} leaves out {wording.listed(left_out)}."


def _all_green(active: Sequence[IntegrationFacts], now: datetime) -> tuple[str, str, datetime]:
    number = wording.counted(len(active), ("connection", "connections"))
    reached = [one for one in active if one.complete_through is not None]
    complete = ""
    if reached:
        least = min(reached, key=lambda one: one.complete_through or now)
        assert least.complete_through is not None
        zone = ZoneInfo(least.timezone)
        behind = (now.astimezone(zone).date() - least.complete_through.astimezone(zone).date()).days
        words = "yesterday" if behind <= 1 else wording.day(least.complete_through.astimezone(zone).date())
        complete = f", complete through {words}"
    checked = min((one.checked_at for one in active if one.checked_at), default=None)
    if checked is None:
        return f"All green. {number}{complete}.", "green", now + timedelta(hours=1)
    told = f"All green. {number}{complete}. Checked {wording.ago(checked, now)}."
    return told, "green", wording.ago_turns_at(checked, now)


def _names(rows: Sequence[IntegrationFacts]) -> list[str]:
    return list(dict.fromkeys(one.platform_name for one in rows))


def _of_days(progress: Progress) -> str:
    return f"{progress.done_days} of {wording.counted(progress.owed_days, ('day', 'days'))}"


def _about(progress: Progress) -> str:
    if progress.seconds_left is None:
        return ""
    if progress.seconds_left < 60:
        return ", less than a minute left"
    return f", about {round(progress.seconds_left / 60)} min"
