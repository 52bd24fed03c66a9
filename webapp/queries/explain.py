"""The specific error, in a merchant's words: one Incident told as an Explanation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from itertools import takewhile
from zoneinfo import ZoneInfo

from webapp.models.integration import Integration
from webapp.models.plan import day_start
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Certainty, Remedy
from webapp.queries import wording
from webapp.queries.causes import KEY_MISSING, NEXT, NOTHING, RECONNECT, CauseWords, words_of
from webapp.queries.deadlines import deadline
from webapp.queries.facts import Explanation
from webapp.words import marked, say

KEPT = marked("Nothing already imported is lost.")


def explain(
    incident: Incident,
    integration: Integration,
    platform: Platform,
    *,
    login: str | None,
    now: datetime,
    usually: str = "",
) -> Explanation:
    """What happened, since when, what it affects, why and how sure, what to do, what we do next."""
    names = {
        "company": platform.company,
        "platform": platform.name,
        "account": integration.account_name,
        "login": login or say("the login you used before"),
    }
    words = words_of(incident.cause, platform, code=incident.code, closed=incident.account_closed)
    steps = steps_of(incident.remedy, words)
    zone = ZoneInfo(integration.timezone)
    since = lacking_since(incident, integration)
    day = wording.short_day(since.astimezone(zone).date())
    account = integration.account_name
    return Explanation(
        title=say(words.title, **names),
        happened=say(words.happened, **names),
        kept=_kept(integration, platform),
        noticed=incident.opened_at,
        since=since,
        affected=say("Profit since {day}", day=day),
        left_out=say("{company} spend", company=platform.company)
        if platform.kind == "ads"
        else say("orders from {account}", account=account),
        usually=usually,
        deadline=deadline(incident, integration, platform, now),
        likely=_likely(incident, words, platform, names),
        certainty=_certainty(incident, names),
        steps=tuple(say(step, **names) for step in steps),
        first=tuple(say(step, **names) for step in _first(incident, steps)),
        url=words.url or platform.manage_url(integration.account_id),
        next=say(NEXT.get(incident.remedy, NEXT[Remedy.WAIT]), **names),
        evidence=tuple(say(line) for line in incident.evidence),
        technical=_technical(incident),
        topic=words.topic,
    )


def lacking_since(incident: Incident, integration: Integration) -> datetime:
    """Up to when the data is complete: there the hole begins. Of what was deleted nothing is."""
    if integration.is_erased:
        return day_start(integration.first_day, ZoneInfo(integration.timezone))
    return incident.data_through or incident.began_at


def steps_of(remedy: Remedy, words: CauseWords) -> tuple[str, ...]:
    """What the merchant does, still in English: always ends in a Reconnect where that is the remedy."""
    if remedy is Remedy.OPERATOR:
        return (NOTHING,)
    ends_in_reconnect = any("Reconnect" in step for step in words.steps)
    return words.steps if remedy is not Remedy.RECONNECT or ends_in_reconnect else (*words.steps, RECONNECT)


def _first(incident: Incident, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The steps before the one that says to press Reconnect, where the platform lets nobody in until they are done."""
    if incident.remedy is not Remedy.RECONNECT or incident.cause is not Cause.SECURITY_POLICY:
        return ()
    return tuple(takewhile(lambda step: "press reconnect" not in step.lower(), steps))


def _kept(integration: Integration, platform: Platform) -> str:
    if integration.erased_at is None or not integration.is_erased:
        return say(KEPT)
    return say(
        "Its data was deleted on {when}, because {company} asked us to; connected again, it is imported anew.",
        when=wording.moment(integration.erased_at, integration.timezone), company=platform.company,
    )  # fmt: skip


def _likely(incident: Incident, words: CauseWords, platform: Platform, names: Mapping[str, str]) -> str:
    others = [Cause(one) for one in incident.candidates if one != incident.cause]
    reasons = [words.likely, *(words_of(cause, platform, code=incident.code).likely for cause in others[:2])]
    said = [say(reason, **names) for reason in dict.fromkeys(reasons)]
    return reduce(lambda first, second: say("{first}; or {second}", first=first, second=second), said)


def _certainty(incident: Incident, names: Mapping[str, str]) -> str:
    if incident.code == KEY_MISSING:
        return say("We know: it is our own key.")
    if incident.certainty is Certainty.SURE:
        return say("{company} says so itself.", **names)
    if incident.certainty is Certainty.LIKELY:
        return say("Likely, from what we know.")
    return say("{company} gives one answer for several causes, so we cannot tell which.", **names)


def _technical(incident: Incident) -> tuple[tuple[str, str], ...]:
    rows = (
        (say("Code"), incident.code),
        (say("Message"), incident.message),
        (say("HTTP status"), str(incident.http_status) if incident.http_status else ""),
        (say("Where"), incident.stage),
        (say("First seen"), incident.opened_at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        (say("Reference"), incident.id),
    )
    return tuple((name, value) for name, value in rows if value)
