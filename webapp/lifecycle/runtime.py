"""What every verb is handed: settings, database, clock, vault, and one wire per platform."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session

from webapp.clock import Clock
from webapp.database import Database, table_of
from webapp.models.people import Workspace
from webapp.platforms import registry
from webapp.platforms.api import TRIES, Api
from webapp.platforms.base import Platform
from webapp.platforms.jwks import PublicKeys
from webapp.platforms.wire import Wire
from webapp.settings import Credentials, Settings
from webapp.vault import Vault

_workspace = table_of(Workspace)
# For what is asked while others wait: a question that takes longer is put later.
QUICK_SECONDS = 5.0


class UnknownPlatform(Exception):
    """No such platform, or none that this installation has credentials for."""


class Runtime:
    """Made once in `create_app`; holds no state of its own beside the wires' open connections.

    `stopping` is set when this process is to end: whoever works through a list stops after the item in hand.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock(settings.clock_offset_file)
        self.database = Database(settings.database_url)
        self.vault = Vault(settings.vault_keys)
        self.started_at = self.clock.now()
        self.stopping = threading.Event()
        self._wires = {
            slug: Wire(base_url=ours.base_url, refuse_private=settings.is_production)
            for slug, ours in settings.credentials.items()
        }
        self._quick_wires = {
            slug: Wire(base_url=ours.base_url, refuse_private=settings.is_production, total_seconds=QUICK_SECONDS)
            for slug, ours in settings.credentials.items()
        }
        self._keys = {slug: PublicKeys(wire) for slug, wire in self._quick_wires.items()}

    def now(self) -> datetime:
        return self.clock.now()

    @property
    def sync_interval(self) -> timedelta:
        return timedelta(seconds=self.settings.sync_interval)

    def platforms(self) -> tuple[Platform, ...]:
        """Those this installation has credentials for."""
        return tuple(platform for slug, platform in registry().items() if slug in self._wires)

    def platform(self, slug: str) -> Platform:
        if slug not in self._wires or slug not in registry():
            raise UnknownPlatform(slug)
        return registry()[slug]

    def credentials(self, slug: str) -> Credentials:
        return self.settings.credentials[slug]

    def wire(self, slug: str) -> Wire:
        return self._wires[slug]

    def public_keys(self, slug: str) -> PublicKeys:
        return self._keys[slug]

    def api(
        self,
        platform: Platform,
        *,
        token: str,
        tenant: str | None,
        renew: Callable[[str], str | None] | None = None,
        patience: int = TRIES,
        quick: bool = False,
        newborn: bool = False,
    ) -> Api:
        wires, ours = self._quick_wires if quick else self._wires, self.credentials(platform.slug)
        wire = wires[platform.slug]
        return Api(
            wire, platform, ours, token=token, tenant=tenant, renew=renew, patience=patience, newborn=newborn
        )  # fmt: skip

    def callback_url(self, slug: str) -> str:
        return f"{self.settings.public_url}/oauth/{slug}/callback"

    def signal_addresses(self) -> list[tuple[str, str, str]]:
        """Every platform, path and address that somebody has to type in at the platform."""
        return [
            (platform.slug, kind.path, self.signal_url(platform.slug, kind.path))
            for platform in self.platforms() for kind in platform.signals if kind.register is not None
        ]  # fmt: skip

    def signal_url(self, slug: str, path: str) -> str:
        return f"{self.settings.public_url}/signals/{slug}/{path}"


def bump(session: Session, *workspace_ids: str) -> None:
    """Tell every open page of these workspaces that something it shows has changed; commits with the change."""
    changed = _workspace.c.id == workspace_ids[0]
    if len(workspace_ids) > 1:
        # In one order everywhere, or two that meet in several workspaces wait for each other for ever.
        several = select(_workspace.c.id).where(_workspace.c.id.in_(workspace_ids)).order_by(_workspace.c.id)
        changed = _workspace.c.id.in_(several.with_for_update())
    session.execute(update(_workspace).where(changed).values(revision=_workspace.c.revision + 1))
