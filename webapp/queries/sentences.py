"""The sentences of the Integrations page: one for the whole page, one for each row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.facts import IncidentFacts, IntegrationFacts, Progress
from webapp.queries.receipt_facts import ReceiptFacts
from webapp.words import marked, say, say_number

QUIET = (Health.PAUSED, Health.DISCONNECTED)
# In which nobody here has to do anything, and it may be the platform's bad hour for everybody.
PASSING = (Health.ON_US, Health.DELAYED)
MANY_STORES = marked("{company} is failing for many stores; nothing for you to do.")
_STATUS = (
    (Health.ON_US, "amber", marked("We're working on {names}; nothing for you to do.")),
    (Health.IMPORTING, "blue", marked("Importing {names}, newest days first. You can leave; it goes on by itself.")),
    (Health.CATCHING_UP, "blue", marked("Catching up on {names}. Nothing for you to do.")),
    (Health.DELAYED, "amber", marked("{names}: delayed. We keep trying; nothing for you to do.")),
    (Health.EXPIRING, "amber", marked("{names}: the permission ends soon. Reconnect before it does.")),
)


def status_of(
    rows: Sequence[IntegrationFacts], now: datetime, *, says_checked: bool = True
) -> tuple[str, str, datetime]:
    """The page's one status sentence, its tone, and when the clock alone makes it read differently.

    `says_checked`: whether it says when all was checked; not where something beside it does.
    """
    never = now + timedelta(hours=1)
    active = [one for one in rows if one.health not in QUIET]
    need = [one for one in active if one.health.needs_merchant]
    if not rows:
        return say("Nothing connected yet. Add your store first, then the places you buy ads."), "grey", never
    if need:
        return needing(need), "red", never
    if not active:
        return say("Everything is paused or disconnected. Nothing new comes in."), "grey", never
    widespread = list(dict.fromkeys(one.company for one in active if one.is_widespread))
    if widespread:
        return _for_many(widespread), "amber", never
    for health, tone, words in _STATUS:
        found = _names([one for one in active if one.health is health])
        if found:
            return say(words, names=wording.listed(found)), tone, never
    warned = [one for one in active if one.warning is not None]
    if warned:
        title = warned[0].warning.title if len(warned) == 1 and warned[0].warning else ""
        names = wording.listed(_names(warned))
        several = say("{names}: what they show us is not what their own totals say.", names=names)
        return title or several, "amber", never
    return _all_green(active, now, says_checked=says_checked)


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
    is_widespread: bool = False,
    successor: str | None = None,
    deadline: str | None = None,
) -> str:
    """The one sentence beside a badge; a pause has its `deadline` with it."""
    zone = integration.timezone
    if health is Health.DISCONNECTED:
        return _at_rest(integration, successor)
    if health is Health.PAUSED:
        paused = say("Paused by you. Nothing new comes in until you resume.")
        return f"{paused} {deadline}" if deadline else paused
    if is_widespread and health in PASSING:
        many = say(MANY_STORES, company=platform.company)
        if health is Health.ON_US:
            return say(
                "{many} It turns away many of its customers at once, and we do not take that for your doing: we are "
                "looking into it and keep asking. Nothing already imported is lost.", many=many,
            )  # fmt: skip
        return say(
            "{many} We keep asking, and fetch what is missing as soon as it answers. Nothing already imported is lost.",
            many=many,
        )
    if incident is not None:
        told = incident.explanation
        if not health.needs_merchant:
            return say("{happened} {next}", happened=told.happened, next=told.next)
        when = wording.moment(told.noticed, zone)
        if told.likely == "":
            return say("{title}, {when}. {kept}", title=told.title, when=when, kept=told.kept)
        return say(
            "{title}, {when}. Likely: {likely}. {kept}",
            title=told.title, when=when, likely=told.likely, kept=told.kept,
        )  # fmt: skip
    if health is Health.IMPORTING and progress is not None:
        return say("Importing, newest first: {so_far}. You can leave.", so_far=_of_days(progress) + _about(progress))
    if health is Health.CATCHING_UP and progress is not None:
        catching_up = say("Catching up: {days}.", days=_of_days(progress))
        if receipt is None or not receipt.by:
            return catching_up
        return f"{reconnected(receipt, wording.clock(receipt.away_to, zone))} {catching_up}"
    if health is Health.DELAYED:
        return say(
            "{company} has not answered properly for a while. We keep trying; nothing for you to do.",
            company=platform.company,
        )
    if health is Health.EXPIRING and ends_at is not None:
        day = wording.day(ends_at.astimezone(ZoneInfo(zone)).date())
        return say("The permission ends {day}. Reconnect before that.", day=day)
    if receipt is not None and receipt.complete_at is not None:
        return back_again(receipt)
    return ""


def _at_rest(integration: Integration, successor: str | None) -> str:
    if integration.is_erased and integration.erased_at is not None:
        when = wording.moment(integration.erased_at, integration.timezone)
        return say("Its imported data was deleted, {when}. Nothing new comes in.", when=when)
    if successor is not None:
        return say("Replaced with {account}. Its history is kept, and nothing new comes in.", account=successor)
    return say("Everything imported is kept. Nothing new comes in.")


def reconnected(receipt: ReceiptFacts, time: str = "") -> str:
    """ "Reconnected by Ana 09:32."; empty where it works again by itself."""
    if not receipt.by:
        return ""
    if receipt.through_link:
        told = marked("Reconnected {time} through the link {name} sent.") if time else \
            marked("Reconnected through the link {name} sent.")  # fmt: skip
    else:
        told = marked("Reconnected by {name} {time}.") if time else marked("Reconnected by {name}.")
    return say(told, name=receipt.by, time=time)


def came_back(receipt: ReceiptFacts) -> str:
    """ "3 days, 412 orders, $18,204"."""
    days = wording.counted(receipt.days, wording.DAYS)
    found = [f"{wording.count(number)} {unit}" for number, unit in receipt.found if number]
    return ", ".join([days, *found, *([receipt.amount] if receipt.amount else [])])


def back_again(receipt: ReceiptFacts) -> str:
    """ "3 days, $2,184 back; matches Meta's total."."""
    check = checked(receipt)
    if not check:
        return say("{what} back.", what=came_back(receipt))
    return say("{what} back; {check}.", what=came_back(receipt), check=check)


def checked(receipt: ReceiptFacts) -> str:
    """How what came back stands to the platform's own total; empty for a receipt from before that was asked."""
    company, is_count = receipt.company, receipt.measure == "count"
    theirs = say("{company}'s count", company=company) if is_count else say("{company}'s total", company=company)
    if receipt.complete_at is None or not receipt.is_by_day:
        return ""
    if receipt.matches is None:
        return say("not checked against {company}'s total yet", company=company)
    if receipt.matches:
        return say("matches {theirs}", theirs=theirs)
    names = list(dict.fromkeys(line.name for line in receipt.differing))
    if len(names) == 1:
        return say("{day} differs from {theirs}", day=names[0], theirs=theirs)
    return say_number(
        "{count} day differs from {theirs}", "{count} days differ from {theirs}", len(names), theirs=theirs
    )


def needing(rows: Sequence[IntegrationFacts]) -> str:
    """What needs the merchant, and what the numbers leave out meanwhile; `rows` are those that do."""
    told = sorted((one.incident.explanation for one in rows if one.incident), key=lambda one: one.since)
    if len(rows) == 1:
        return " ".join([say("{name} needs you.", name=rows[0].platform_name), *(one.affects for one in told)])
    number = say_number("{count} connection needs you.", "{count} connections need you.", len(rows))
    if not told:
        return number
    stores = [one.incident.explanation.left_out for one in rows if one.incident and one.kind == "store"]
    companies = list(dict.fromkeys(one.company for one in rows if one.incident and one.kind == "ads"))
    spend = [say("{company} spend", company=wording.listed(companies))] if companies else []
    left_out = wording.listed([*stores, *spend])
    return f"{number} {say('{affected} leaves out {left_out}.', affected=told[0].affected, left_out=left_out)}"


def _for_many(companies: Sequence[str]) -> str:
    if len(companies) == 1:
        return say(MANY_STORES, company=companies[0])
    return say("{companies} are failing for many stores; nothing for you to do.", companies=wording.listed(companies))


def _all_green(active: Sequence[IntegrationFacts], now: datetime, *, says_checked: bool) -> tuple[str, str, datetime]:
    said = say("All green. {connections}", connections=wording.counted(len(active), wording.CONNECTIONS))
    reached = [one for one in active if one.complete_through is not None]
    if reached:
        least = min(reached, key=lambda one: one.complete_through or now)
        assert least.complete_through is not None
        zone = ZoneInfo(least.timezone)
        behind = (now.astimezone(zone).date() - least.complete_through.astimezone(zone).date()).days
        day = say("yesterday") if behind <= 1 else wording.day(least.complete_through.astimezone(zone).date())
        said = say("{said}, complete through {day}", said=said, day=day)
    checked = min((one.checked_at for one in active if one.checked_at), default=None)
    if checked is None or not says_checked:
        return say("{said}.", said=said), "green", now + timedelta(hours=1)
    told = say("{said}. Checked {ago}.", said=said, ago=wording.ago(checked, now))
    return told, "green", wording.ago_turns_at(checked, now)


def _names(rows: Sequence[IntegrationFacts]) -> list[str]:
    return list(dict.fromkeys(one.platform_name for one in rows))


def _of_days(progress: Progress) -> str:
    return say_number(
        "{done} of {count} day", "{done} of {count} days", progress.owed_days, done=wording.count(progress.done_days)
    )


def _about(progress: Progress) -> str:
    if progress.seconds_left is None:
        return ""
    if progress.seconds_left < 60:
        return say(", less than a minute left")
    return say(", about {minutes} min", minutes=round(progress.seconds_left / 60))
