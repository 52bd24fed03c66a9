"""What health is derived from, read off an integration and what belongs to it; the same on every page that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from webapp.models.health import Facts
from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Remedy
from webapp.platforms.streams import Reading
from webapp.queries.permission import PermissionRow, ends_at

if TYPE_CHECKING:
    from webapp.queries.board import Situation


def health_facts(
    integration: Integration,
    permission: PermissionRow,
    situation: Situation,
    *,
    remedy: Remedy | None,
    through: datetime | None,
    is_catching_up: bool,
    suspended: bool,
) -> Facts:
    """`through` is up to when every dated stream was read; `is_catching_up`: a receipt is still open."""
    now, platform = situation.now, situation.platform(integration.platform)
    return Facts(
        disconnected=integration.disconnected_at is not None,
        paused=integration.paused_at is not None,
        remedy=remedy,
        imported=integration.imported_at is not None,
        owes_days=is_catching_up or _owes_days(integration, through, now),
        attempted=integration.last_attempt_at is not None,
        last_success_at=integration.last_success_at,
        granted_at=integration.granted_at,
        process_started_at=situation.started_at,
        sync_interval=max(situation.sync_interval, timedelta(seconds=integration.paced_seconds or 0)),
        ends_at=ends_at(permission, platform, now),
        suspended=suspended and integration.is_dead,
    )


def through_all(platform: Platform, reached: Mapping[str, datetime | None]) -> datetime | None:
    """Up to when every stream with days was read; None while one has not been."""
    dated = {stream.name for stream in platform.streams if stream.reading is not Reading.SNAPSHOT}
    found = [at for stream, at in reached.items() if stream in dated and at is not None]
    return min(found) if len(found) == len(dated) else None


def _owes_days(integration: Integration, through: datetime | None, now: datetime) -> bool:
    if integration.imported_at is None or through is None:
        return True
    zone = ZoneInfo(integration.timezone)
    # A day's last minutes are read after midnight as a matter of course; only a whole day missing is a gap.
    return local_day(through, zone) < local_day(now, zone) - timedelta(days=1)
