"""Many rows at once, by the database's own driver, inside the session's transaction: they commit with the rest of it.

A row has one value for each column of its table, in the table's order. Days and instants are text, ISO 8601 and by
`instant`: both databases take it, and it costs less than handing either a date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import event
from sqlmodel import Session, SQLModel

from webapp.database import table_of

if TYPE_CHECKING:
    import psycopg

Row = tuple[object, ...]
Rows = Callable[[], Iterator[Row]]
# Every table of the merchant's own numbers begins its key with these.
OWNER = ("workspace_id", "platform", "account_id")


def bulk(session: Session) -> Bulk:
    """What writes many rows into the database of this session."""
    if session.get_bind().dialect.name == "sqlite":
        return _Sqlite(session.connection().connection.driver_connection)
    return _Postgres(session)


class Bulk:
    """Writes through the driver's own connection, so nothing may be left unflushed in the session that it relies on."""

    def instant(self, at: datetime) -> str:
        """As the database reads it, in UTC."""
        return _rfc3339(at)

    def upsert(self, model: type[SQLModel], rows: Rows, *, all_new: bool = False) -> bool:
        """Insert what is new and replace what is there, by primary key; of two rows with one key the later stays.

        `rows` makes them, anew whenever it is called: they are on their way to the database while they are made.
        `all_new` is the caller's expectation that none of them is there: right, it is the faster way; wrong, it
        changes nothing. True comes back only where it is certain that none of them was there.
        """
        raise NotImplementedError

    def delete(self, model: type[SQLModel], owner: Row, column: str, values: Sequence[str]) -> None:
        """The owner's rows whose column has one of the values."""
        raise NotImplementedError


class _Sqlite(Bulk):
    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def instant(self, at: datetime) -> str:
        # SQLAlchemy keeps no zone there, and compares as text: always six digits of a second.
        said = _rfc3339(at)
        return f"{said[:10]} {said[11:19]}.{said[20:-1]:0<6}"

    def upsert(self, model: type[SQLModel], rows: Rows, *, all_new: bool = False) -> bool:
        know = _statements(model)
        if all_new:
            made = list(rows())
            # Counts what went in: <https://docs.python.org/3/library/sqlite3.html#sqlite3.Cursor.rowcount>.
            if not made or self._driver.executemany(know.insert_values, made).rowcount == len(made):
                return True
        self._driver.executemany(know.upsert_values, rows())
        return False

    def delete(self, model: type[SQLModel], owner: Row, column: str, values: Sequence[str]) -> None:
        statement = f"DELETE FROM {_statements(model).table} WHERE {_of_owner('?')} AND {column} = ?"
        self._driver.executemany(statement, [(*owner, value) for value in values])


class _Postgres(Bulk):
    def __init__(self, session: Session) -> None:
        self._session = session
        # Lives as long as the connection to the server, like the temporary tables that it names.
        self._known: set[str] = session.connection().connection.info.setdefault("temporary", set())
        self._driver: Any = session.connection().connection.driver_connection
        driver = session.get_bind().dialect.dbapi
        assert driver is not None
        self._refused = driver.IntegrityError

    def upsert(self, model: type[SQLModel], rows: Rows, *, all_new: bool = False) -> bool:
        know = _statements(model)
        if all_new and self._copied(know, rows()):
            return True
        # An upsert refuses to touch one row twice.
        unique = {row[3 : know.keys]: row for row in rows()}
        if not unique:
            return True
        with self._driver.cursor() as cursor:
            if know.table not in self._known:
                cursor.execute(know.beside)
                # Rolled back, the temporary table would be gone again.
                event.listen(self._session, "after_commit", lambda _: self._known.add(know.table), once=True)
            _copy(cursor, know.copy_beside, unique.values())
            inserted: int = cursor.execute(know.insert_beside).rowcount
            if inserted < len(unique):
                cursor.execute(know.upsert_beside)
            return inserted == len(unique)

    def _copied(self, know: _Statements, rows: Iterator[Row]) -> bool:
        """Straight into the table, which costs half as much; False, and nothing done, where one was there already."""
        first = next(rows, None)
        if first is None:
            return True
        try:
            with self._driver.transaction(), self._driver.cursor() as cursor:
                _copy(cursor, know.copy, chain((first,), rows))
        except self._refused:
            return False
        return True

    def delete(self, model: type[SQLModel], owner: Row, column: str, values: Sequence[str]) -> None:
        statement = f"DELETE FROM {_statements(model).table} WHERE {_of_owner('%s')} AND {column} = ANY(%s)"
        # Planned anew each time: a plan prepared while the table was empty reads all of it for ever.
        self._driver.execute(statement, (*owner, list(values)), prepare=False)


@dataclass(frozen=True, slots=True)
class _Statements:
    """One table's, made once. `beside` is a temporary table of the same shape, which COPY fills."""

    table: str
    keys: int
    insert_values: str
    upsert_values: str
    copy: str
    beside: str
    copy_beside: str
    insert_beside: str
    upsert_beside: str


@cache
def _statements(model: type[SQLModel]) -> _Statements:
    table = table_of(model)
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    assert tuple(keys[:3]) == OWNER
    assert keys == names[: len(keys)]
    columns, values = ", ".join(names), ", ".join("?" * len(names))
    changed = ", ".join(f"{name} = excluded.{name}" for name in names[len(keys) :])
    on_conflict = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
    insert, beside = f"INSERT INTO {table.name} ({columns})", f"new_{table.name}"
    return _Statements(
        table=table.name,
        keys=len(keys),
        insert_values=f"{insert} VALUES ({values}) ON CONFLICT DO NOTHING",
        upsert_values=f"{insert} VALUES ({values}) {on_conflict}",
        copy=f"COPY {table.name} ({columns}) FROM STDIN",
        beside=f"CREATE TEMPORARY TABLE IF NOT EXISTS {beside} (LIKE {table.name}) ON COMMIT DELETE ROWS",
        copy_beside=f"COPY {beside} ({columns}) FROM STDIN",
        insert_beside=f"{insert} SELECT {columns} FROM {beside} ON CONFLICT DO NOTHING",
        upsert_beside=f"{insert} SELECT {columns} FROM {beside} {on_conflict}",
    )


def _rfc3339(at: datetime) -> str:
    # Two of these for every order: a third of what `datetime.isoformat` takes.
    said: str = msgspec.to_builtins(at.astimezone(UTC))
    return said


def _copy(cursor: psycopg.Cursor, statement: str, rows: Iterable[Row]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _of_owner(placeholder: str) -> str:
    return " AND ".join(f"{name} = {placeholder}" for name in OWNER)
