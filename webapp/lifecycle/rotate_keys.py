"""Seal everything anew with the newest key while the app runs.

Each value is replaced only if it is still the one that was opened, so a renewal in between is never overwritten; the
command can be stopped and run again at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import case, func, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Authorization, Grant, place, verifier_place
from webapp.models.channel import Channel, address_place
from webapp.vault import CannotOpen

BATCH = 200


class _Sealed(NamedTuple):
    """A column of sealed values, and the place each is bound to."""

    table: type[Grant] | type[Authorization] | type[Channel]
    column: Mapped[Any]
    place: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many values were sealed anew, and how many were left because no key on the ring opens them."""

    resealed: int
    unopened: int


def rotate_keys(runtime: Runtime) -> Rotation:
    """Everything sealed, whatever became of the row it is on. Committed batch by batch."""
    resealed = 0
    while True:
        found = [_pass(runtime, sealed) for sealed in _everything_sealed()]
        resealed += sum(done for done, _ in found)
        # A process that still seals with the older key may have slipped in behind us: look until nothing is left.
        if not any(done for done, _ in found):
            return Rotation(resealed, sum(unopened for _, unopened in found))


def sealed_by_key(session: Session, keys: tuple[str, ...]) -> dict[str, int]:
    """How many values each key of the ring seals; under "" those whose key is not on it."""
    found = dict.fromkeys((*keys, ""), 0)
    for _, column, _ in _everything_sealed():
        # In one statement, so that what is sealed anew meanwhile is counted once.
        by_key = [func.count(case((column.startswith(f"{key}."), 1))) for key in keys]
        total, *counts = session.execute(sql_select(func.count(column), *by_key)).one()
        for key, count in zip((*keys, ""), (*counts, total - sum(counts)), strict=True):
            found[key] += count
    return found


def sample(session: Session, key: str) -> tuple[str, str] | None:
    """One value under this key and the place it is bound to; None when it seals nothing."""
    for table, column, place_of in _everything_sealed():
        row = session.exec(select(table.id, column).where(column.startswith(f"{key}.")).limit(1)).first()
        if row is not None:
            return row[1], place_of(row[0])
    return None


def _everything_sealed() -> tuple[_Sealed, ...]:
    return (
        _Sealed(Grant, col(Grant.access_sealed), lambda id: place(id, "access")),
        _Sealed(Grant, col(Grant.refresh_sealed), lambda id: place(id, "refresh")),
        _Sealed(Authorization, col(Authorization.verifier_sealed), verifier_place),
        _Sealed(Channel, col(Channel.address_sealed), address_place),
    )


def _pass(runtime: Runtime, sealed: _Sealed) -> tuple[int, int]:
    """Once over one column; how many were sealed anew, how many did not open."""
    table, column, place_of = sealed
    vault, last, done, unopened = runtime.vault, "", 0, 0
    while True:
        with runtime.database.reading() as session:
            rows = session.exec(
                select(table.id, column)
                .where(table.id > last, ~column.startswith(f"{vault.newest}."))
                .order_by(table.id)
                .limit(BATCH)
            ).all()
        if not rows:
            return done, unopened
        last, anew = rows[-1][0], []
        for row_id, value in rows:
            try:
                anew.append(
                    (row_id, value, vault.seal(vault.open(value, place=place_of(row_id)), place=place_of(row_id)))
                )
            except CannotOpen:
                unopened += 1
        with runtime.database.writing() as session:
            for row_id, value, other in anew:
                swap = update(table).where(col(table.id) == row_id, column == value).values({column: other})
                done += session.execute(swap.returning(col(table.id))).one_or_none() is not None
