"""The specific error, in a merchant's words: one Incident told as an Explanation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.models.integration import Integration
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Certainty, Remedy
from webapp.queries import wording
from webapp.queries.causes import CAUSES, KEY_MISSING, words_of
from webapp.queries.deadlines import deadline
from webapp.queries.facts import Explanation


def explain(
    incident: Incident, integration: Integration, platform: Platform, *, login: str | None, now: datetime
) -> Explanation:
    """What happened, since when, what it affects, why and how sure, what to do, what we do next."""
    names = {
        "company": platform.company,
        "platform": platform.name,
        "account": integration.account_name,
        "login": login or "the login you used before",
    }
    words = words_of(incident.cause, code=incident.code)
    # A platform's own steps are about its answers, and this is none.
    advice = platform.advice.get(incident.cause) if incident.code != KEY_MISSING else None
    default_url = platform.manage_url(integration.account_id)
    since = incident.data_through or incident.began_at
    day = wording.short_day(since.astimezone(ZoneInfo(integration.timezone)).date())
    return Explanation(
        title=words.title.format_map(names),
        happened=f"{words.happened.format_map(names)} Nothing already imported is lost.",
        noticed=incident.opened_at,
        since=since,
        affected=f"Profit since {day}",
        left_out=f"{platform.company} spend" if platform.kind == "ads" else f"orders from {integration.account_name}",
        deadline=deadline(incident, integration, platform, now),
        likely=_likely(incident, names),
        certainty=_certainty(incident, names),
        steps=_steps(incident, advice.steps if advice else (), words.steps, names),
        url=(advice.url if advice else None) or default_url,
        next=_next(incident, names),
        evidence=tuple(incident.evidence),
        technical=_technical(incident),
    )


def _likely(incident: Incident, names: Mapping[str, str]) -> str:
    if incident.code == KEY_MISSING:
        return words_of(incident.cause, code=incident.code).likely
    causes = [incident.cause, *(Cause(one) for one in incident.candidates if one != incident.cause)]
    reasons = [CAUSES[cause].likely.format_map(names) for cause in causes[:3]]
    return "; or ".join(dict.fromkeys(reasons))


def _certainty(incident: Incident, names: Mapping[str, str]) -> str:
    if incident.code == KEY_MISSING:
        return "We know: it is our own key."
    if incident.certainty is Certainty.SURE:
        return f"{names['company']} says so itself."
    if incident.certainty is Certainty.LIKELY:
        return "Likely, from what we know."
    return f"{names['company']} gives one answer for several causes, so we cannot tell which."


def _steps(
    incident: Incident, at_platform: tuple[str, ...], common: tuple[str, ...], names: Mapping[str, str]
) -> tuple[str, ...]:
    if incident.remedy is Remedy.OPERATOR:
        return ("Nothing for you to do.",)
    steps = at_platform or tuple(step.format_map(names) for step in common)
    ends_in_reconnect = any("Reconnect" in step for step in steps)
    if incident.remedy is Remedy.RECONNECT and not ends_in_reconnect:
        steps = (*steps, common[-1].format_map(names))
    return steps


def _next(incident: Incident, names: Mapping[str, str]) -> str:
    if incident.remedy is Remedy.RECONNECT:
        return (
            "When you are back from {company}, we fetch every missing day by ourselves, newest first, "
            "and say what came back."
        ).format_map(names)
    if incident.remedy is Remedy.FIX_AT_PLATFORM:
        return "We check again every hour, and at once when you press Check again; then we fetch every missing day."
    if incident.remedy is Remedy.OPERATOR:
        return "Our team has been told. When it is mended we fetch every missing day by ourselves."
    return "We keep trying, and fetch every missing day as soon as {company} answers.".format_map(names)


def _technical(incident: Incident) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Code", incident.code),
        ("Message", incident.message),
        ("HTTP status", str(incident.http_status) if incident.http_status else ""),
        ("Where", incident.stage),
        ("First seen", incident.opened_at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("Reference", incident.id),
    )
    return tuple((name, value) for name, value in rows if value)
