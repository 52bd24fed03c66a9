"""The overview of a store with 100,000 orders in three years, against the same page of one that sold nothing yet."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session

from app import create_app
from tests.bench.effort import Effort
from tests.bench.load import Answer, Target, rate
from tests.bench.product import product, signed_in
from tests.bench.seed import ZONE, integrated, just_checked, read_to_the_end
from tests.e2e.world import World, http
from tests.figures import Figure
from webapp.lifecycle.demo_person import ensure_demo_person
from webapp.lifecycle.migrate import migrate
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sum_days import mark_stale, owner_of, sum_stale_days
from webapp.models.data import LineRow, OrderRow, SpendRow
from webapp.models.integration import Integration
from webapp.settings import Settings

GOAL = 2.0
DAYS, ORDERS, LINES, VARIANTS, CAMPAIGNS = 1095, 100_000, 2, 200, 10
SHARE = 0.1


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    for name, share in (("empty", 0.0), ("full", effort.share)):
        (folder / name).mkdir()
        seed(folder / name, share)
    many = max(1, round(effort.requests * SHARE))
    with product(folder / "empty") as empty, product(folder / "full") as full:
        for path, what in (
            ("/", "30 days"),
            (f"/?from={_today() - timedelta(days=DAYS - 1)}&to={_today()}", "3 years"),
        ):
            pair = [Target.get(world.port, path, signed_in(world)) for world in (full, empty)]
            rounds = []
            for _ in range(effort.rounds):
                ours, theirs = (rate(one, _is_page, requests=many, seconds=effort.seconds) for one in pair)
                rounds.append((theirs / ours, ours, theirs))
            found = median(slower for slower, _, _ in rounds)
            anew = [median(_first_time(world, path) for _ in range(effort.rounds * 3)) for world in (full, empty)]
            against = " to ".join(f"{median(one[at] for one in rounds):.0f}/s" for at in (1, 2))
            yield Figure(
                f"overview: {what} of {round(ORDERS * effort.share)} orders, against an empty store",
                f"{found:.2f} ({against}; {anew[0] * 1000:.0f} ms to {anew[1] * 1000:.0f} ms after every sync)",
                f"<= {GOAL:g}" if what == "30 days" else "noted",
                what != "30 days" or found <= GOAL,
            )


def _first_time(world: World, path: str) -> float:
    """Seconds for the page when something has changed since the last time."""
    just_checked(world, 1)
    headers = signed_in(world)
    began = time.perf_counter()
    reply = http.request("GET", f"{world.url}{path}", headers=headers)
    took = time.perf_counter() - began
    assert reply.status == 200
    return took


def seed(folder: Path, share: float) -> None:
    """Everything the demo connects by itself, and three years of a store and its ads in `share` of their size."""
    runtime: Runtime = create_app(Settings.from_env({"ENV": "demo"}, instance=folder)).extensions["runtime"]
    migrate(runtime.database)
    person_id, workspace_id = ensure_demo_person(runtime)
    now = runtime.now()
    with runtime.database.writing() as session:
        for number, platform in enumerate(one for one in runtime.platforms() if one.in_demo):
            one = integrated(session, platform, workspace_id, person_id, number, now)
            one.first_day = _today() - timedelta(days=DAYS - 1)
            read_to_the_end(session, platform, one, now)
            if share:
                (_sell if platform.kind == "store" else _spend)(session, one, share)
                mark_stale(session, owner_of(one), _all_days())
    sum_stale_days(runtime)
    runtime.database.engine.dispose()


def _sell(session: Session, one: Integration, share: float) -> None:
    owner, number = owner_of(one)._asdict(), round(ORDERS * share)
    for start in range(0, number, 10_000):
        some = range(start, min(number, start + 10_000))
        session.execute(insert(OrderRow), [owner | _order(at, number, one) for at in some])
        session.execute(insert(LineRow), [owner | _line(at, place) for at in some for place in range(LINES)])


def _order(at: int, number: int, one: Integration) -> dict[str, object]:
    day = _today() - timedelta(days=at * DAYS // number)
    return {
        "order_id": str(at), "name": f"#{at}", "day": day, "created_at": one.created_at, "changed_at": one.created_at,
        "cancelled_at": None, "currency": "USD", "total_micros": 90_000_000, "subtotal_micros": 80_000_000,
        "discount_micros": 0, "shipping_micros": 4_000_000, "tax_micros": 6_000_000, "refunded_micros": 0,
    }  # fmt: skip


def _line(at: int, place: int) -> dict[str, object]:
    variant = (at * LINES + place) * 7 % VARIANTS
    return {
        "order_id": str(at), "line_id": f"{at}-{place}", "product_id": str(variant // 2), "variant_id": str(variant),
        "title": f"Trail jacket {variant}", "sku": None, "quantity": 1 + place, "total_micros": 40_000_000,
    }  # fmt: skip


def _spend(session: Session, one: Integration, share: float) -> None:
    owner = owner_of(one)._asdict()
    rows = [
        owner | {
            "day": day, "campaign_id": str(campaign), "campaign_name": f"Autumn {campaign}", "spend_micros": 40_000_000,
            "currency": "USD", "impressions": 1000, "clicks": 50, "conversions_micros": 0, "value_micros": 90_000_000,
            "read_at": one.created_at,
        }
        for day in _all_days()
        for campaign in range(max(1, round(CAMPAIGNS * share)))
    ]  # fmt: skip
    session.execute(insert(SpendRow), rows)


def _all_days() -> list[date]:
    return [_today() - timedelta(days=number) for number in range(DAYS)]


def _today() -> date:
    return datetime.now(ZoneInfo(ZONE)).date()


def _is_page(answer: Answer) -> bool:
    return answer.status == 200
