"""Days that came to something else later, in words: what changed since somebody last looked, and what a day was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.models.day_sum import Because
from webapp.models.integration import Integration
from webapp.models.restated import DayFigure, Look, Restated
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.drill import AT_ONCE

SHOWN = 8
# For somebody who never said that they had looked.
AT_FIRST = timedelta(days=7)
FIGURES = {DayFigure.SALES: "sales", DayFigure.REFUNDS: "refunds", DayFigure.GOODS: "cost of goods"}
Platforms = Callable[[str], Platform]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """ "Tue 17 Nov", "Meta spend", "$412.30", "$431.50", "+$19.20", "corrected by Meta", "Wed 18 Nov, 14:10".

    `kept` is what is stored of it.
    """

    day: str
    figure: str
    old: str
    new: str
    by: str
    why: str
    noticed: str
    kept: Restated


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The newest of what changed; `more` are not shown. `since` is when the person last looked, None: never."""

    lines: tuple[ChangeFacts, ...]
    more: int
    since: datetime | None


def changes_since_look(
    session: Session, platform: Platforms, *, workspace_id: str, person_id: str, now: datetime
) -> Changes:
    """What changed of days that were known whole, since this person said that they had seen it."""
    look = session.get(Look, (workspace_id, person_id))
    where = (Restated.workspace_id == workspace_id, col(Restated.at) > (look.at if look else now - AT_FIRST))
    number = session.exec(select(func.count()).select_from(Restated).where(*where)).one()
    lines = tuple(_lines(session, platform, workspace_id, _newest_first().where(*where).limit(SHOWN)))
    return Changes(lines=lines, more=number - len(lines), since=look.at if look else None)


def changes_of(
    session: Session,
    platform: Platforms,
    workspace_id: str,
    first: date,
    last: date,
    *,
    page: int = 1,
    at_once: int | None = AT_ONCE,
) -> tuple[list[ChangeFacts], int]:
    """Every change that is kept of these days, newest first, a page of them or all; and how many there are."""
    where = (Restated.workspace_id == workspace_id, col(Restated.day).between(first, last))
    number = session.exec(select(func.count()).select_from(Restated).where(*where)).one()
    found = _newest_first().where(*where)
    if at_once is not None:
        found = found.limit(at_once).offset((page - 1) * at_once)
    return _lines(session, platform, workspace_id, found), number


def was_by_day(
    session: Session, platform: Platforms, workspace_id: str, first: date, last: date
) -> dict[date, tuple[str, ...]]:
    """For each day that moved, what each of its figures first was."""
    found: dict[date, dict[str, str]] = defaultdict(dict)
    for one in session.exec(
        select(Restated)
        .where(Restated.workspace_id == workspace_id, col(Restated.day).between(first, last))
        .order_by(col(Restated.at))
    ):
        line = _line(one, platform(one.platform), "UTC")
        found[one.day].setdefault(line.figure, f"{line.figure} was {line.old} at first")
    return {day: tuple(words.values()) for day, words in found.items()}


def _newest_first() -> SelectOfScalar[Restated]:
    return select(Restated).order_by(col(Restated.at).desc(), col(Restated.day).desc(), col(Restated.id))


def _lines(
    session: Session, platform: Platforms, workspace_id: str, which: SelectOfScalar[Restated]
) -> list[ChangeFacts]:
    accounts = select(Integration).where(Integration.workspace_id == workspace_id)
    zones = {(one.platform, one.account_id): one.timezone for one in session.exec(accounts)}
    return [
        _line(one, platform(one.platform), zones.get((one.platform, one.account_id), "UTC"))
        for one in session.exec(which)
    ]


def _line(one: Restated, platform: Platform, zone: str) -> ChangeFacts:
    spent = one.figure is DayFigure.SPEND
    difference = one.new_micros - one.old_micros
    old, new, by = (wording.exact_money(abs(micros), one.currency) for micros in
                    (one.old_micros, one.new_micros, difference))  # fmt: skip
    return ChangeFacts(
        day=wording.day(one.day),
        figure=f"{platform.company} spend" if spent else FIGURES[one.figure],
        old=old,
        new=new,
        by=f"{'+' if difference > 0 else '−'}{by}",
        why=_why(one.because, platform),
        noticed=wording.moment(one.at, zone),
        kept=one,
    )


def _why(because: Because, platform: Platform) -> str:
    if because is Because.DELETED:
        return f"deleted at {platform.company}"
    if because is Because.COSTS:
        return "a cost changed"
    return f"corrected by {platform.company}" if platform.kind == "ads" else "changed in the store"


def words_of(changed: Iterable[str]) -> str:
    """Several of a day's changes in one sentence, empty without any."""
    found = list(changed)
    return f"Changed since: {wording.listed(found)}" if found else ""
