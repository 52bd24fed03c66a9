"""Procrastinate's way to the database, with patience: a restarted PostgreSQL ends no worker and cuts off no sync."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, LiteralString, TypeVar

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy import make_url

R = TypeVar("R")
ASK_AGAIN_SECONDS = 0.5


class PatientConnector(PsycopgConnector):
    """Asks again for as long as the database is out of reach; any other error is raised as ever."""

    def __init__(self, url: str) -> None:
        # As libpq takes it, without SQLAlchemy's word for the driver.
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        super().__init__(conninfo=plain, min_size=1, max_size=4, timeout=5, kwargs={"connect_timeout": 5})
        self._lost_at = float("-inf")

    def was_lost_within(self, seconds: float) -> bool:
        return time.monotonic() - self._lost_at < seconds

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        await self._patiently(super().execute_query_async, query, arguments)

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        return await self._patiently(super().execute_query_one_async, query, arguments)

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        return await self._patiently(super().execute_query_all_async, query, arguments)

    async def _patiently(self, ask: Callable[..., Awaitable[R]], query: LiteralString, arguments: dict[str, Any]) -> R:
        while True:
            try:
                return await ask(query, **arguments)
            except ConnectorException as error:
                if not isinstance(error.__cause__, psycopg.OperationalError):
                    raise
                self._lost_at = time.monotonic()
                await asyncio.sleep(ASK_AGAIN_SECONDS)
