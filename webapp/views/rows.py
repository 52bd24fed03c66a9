"""A row of the board as HTML. The same facts are the same row: one that has not changed is not drawn again.

So a row holds nothing that is another in every answer: its buttons belong to the page's one form, which has the token.
"""

from __future__ import annotations

import zlib
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app
from markupsafe import Markup

from webapp import words
from webapp.models.plan import local_day
from webapp.queries.facts import IntegrationFacts
from webapp.views import door

KEPT = 1024


def row_html(
    row: IntegrationFacts,
    *,
    can_change: bool,
    is_open: bool = False,
    is_linked: bool = False,
    in_outbreak: bool = False,
) -> Markup:
    """`is_linked`: a mail's link led here, so it is brought into view."""
    return _drawn(row, _today(row), words.spoken(), can_change, is_open, is_linked, in_outbreak).html


def row_mark(row: IntegrationFacts, *, can_change: bool) -> str:
    """A few letters that are others as soon as the row reads differently."""
    return _drawn(row, _today(row), words.spoken(), can_change, False, False, False).mark


def _today(row: IntegrationFacts) -> date:
    # "Today" and "yesterday" are the only words of a row that the clock alone changes.
    return local_day(door.now(), ZoneInfo(row.timezone))


class _Drawn(NamedTuple):
    html: Markup
    mark: str


@lru_cache(KEPT)
def _drawn(
    row: IntegrationFacts,
    _today: date,
    _language: words.Language,
    can_change: bool,
    is_open: bool,
    is_linked: bool,
    in_outbreak: bool,
) -> _Drawn:
    template = current_app.jinja_env.get_template("integrations/_row.html")
    html = template.render(
        row=row, can_change=can_change, is_open=is_open, is_linked=is_linked, in_outbreak=in_outbreak
    )
    return _Drawn(Markup(html), f"{zlib.crc32(html.encode()):x}")
