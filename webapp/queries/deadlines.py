"""What cannot wait: until when it all still comes back, and the days for which that is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.sync import Coverage
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Remedy
from webapp.platforms.streams import Reading
from webapp.queries import wording
from webapp.words import marked, say, say_number

# A date further off helps nobody to decide anything today.
WORTH_SAYING = timedelta(days=120)


def deadline(incident: Incident, integration: Integration, platform: Platform, now: datetime) -> str | None:
    """The nearest point after which something is lost for good, as a sentence with its date; None when none is near."""
    if incident.remedy not in (Remedy.RECONNECT, Remedy.FIX_AT_PLATFORM):
        return None
    is_ours = incident.remedy is Remedy.RECONNECT
    told = marked("Reconnect before {day}, or {only}.") if is_ours else marked("Put it right before {day}, or {only}.")
    return _deletion(incident, integration, platform, now) or _reach(
        told, incident.data_through or incident.began_at, integration, platform, now
    )


def pause_deadline(
    integration: Integration, platform: Platform, through: datetime | None, died_at: datetime | None, now: datetime
) -> str | None:
    """Until when a pause loses nothing, as a sentence with its date; None when that is not near.

    `died_at` is since when the permission is over, where no incident tells it.
    """
    ends = deletion_after(platform, died_at, now)
    if ends is not None:
        return say(
            "Resume and reconnect before {when}, or {company} makes us delete the data of {account}.",
            when=wording.moment(ends, integration.timezone), company=platform.company, account=integration.account_name,
        )  # fmt: skip
    told = marked("Resume before {day}, or {only}.")
    return _reach(told, through or integration.paused_at or now, integration, platform, now)


def deletion_after(platform: Platform, died_at: datetime | None, now: datetime) -> datetime | None:
    """When the platform makes us delete the data of what died then; None where it does not, or has already."""
    if died_at is None or platform.deletes_after is None:
        return None
    at = died_at + platform.deletes_after
    return at if at > now else None


def lost_days(session: Session, platform: Platform, integration: Integration, now: datetime) -> list[date]:
    """Days that were never read whole and that the platform no longer gives; oldest first."""
    horizon = integration.readable_from(local_day(now, ZoneInfo(integration.timezone)))
    if integration.imported_at is None or horizon <= integration.first_day:
        return []
    days = [integration.first_day + timedelta(days=number) for number in range((horizon - integration.first_day).days)]
    lost: set[date] = set()
    for stream in platform.streams:
        if stream.reading is not Reading.SNAPSHOT:
            whole = session.execute(
                select(col(Coverage.day)).where(
                    col(Coverage.workspace_id) == integration.workspace_id,
                    col(Coverage.platform) == integration.platform,
                    col(Coverage.account_id) == integration.account_id,
                    col(Coverage.stream) == stream.name,
                    col(Coverage.complete),
                    col(Coverage.day) < horizon,
                )
            ).scalars()
            lost |= set(days) - set(whole)
    return sorted(lost)


def lost_words(days: Sequence[date], integration: Integration, platform: Platform) -> str | None:
    """The days that cannot come back, each named; None when there are none."""
    if not days:
        return None
    return say_number(
        "{only}, so {count} day cannot come back: {days}.",
        "{only}, so {count} days cannot come back: {days}.",
        len(days),
        only=_only(platform, integration.reach_days or 0), days=wording.days_listed(days),
    )  # fmt: skip


def _deletion(incident: Incident, integration: Integration, platform: Platform, now: datetime) -> str | None:
    at = deletion_after(platform, incident.began_at, now)
    if at is None or Cause.ACCESS_REVOKED not in (incident.cause, *incident.candidates):
        return None
    names = {"company": platform.company, "account": integration.account_name}
    when = wording.moment(at, integration.timezone)
    if incident.certainty == "sure":
        return say("Reconnect before {when}, or {company} makes us delete the data of {account}.", when=when, **names)
    return say(
        "If Shopimize was removed there: Reconnect before {when}, or {company} makes us delete the data of {account}.",
        when=when, **names,
    )  # fmt: skip


def _reach(told: str, since: datetime, integration: Integration, platform: Platform, now: datetime) -> str | None:
    if integration.reach_days is None:
        return None
    zone = ZoneInfo(integration.timezone)
    first_owed, today = local_day(since, zone), local_day(now, zone)
    before = first_owed + timedelta(days=integration.reach_days)
    only = _only(platform, integration.reach_days)
    if before <= today:
        return say("{only}. Every day you wait, one more cannot come back.", only=only)
    if before - today > WORTH_SAYING:
        return None
    return say(told, day=wording.day(before), only=only)


def _only(platform: Platform, days: int) -> str:
    return say_number(
        "{company} only gives us the last {count} day",
        "{company} only gives us the last {count} days",
        days,
        company=platform.company,
    )
