"""The board of the workspace one is in: put together once, and shown for as long as its digest holds.

A page that is open gets what differs from what it shows, which it says itself; nobody here remembers it.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

from flask import render_template
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from webapp import words
from webapp.lifecycle.incident_mail import situation
from webapp.lifecycle.runtime import Runtime
from webapp.queries.board import board_of
from webapp.queries.board_facts import Board, PlatformFacts
from webapp.queries.facts import IntegrationFacts
from webapp.queries.poll import still_holds
from webapp.views import door
from webapp.views.rows import row_mark

KEPT = 64
# Where a drawn form has the token of whoever it is for.
TOKEN = "the-token-of-this-session"


def board_here() -> Board:
    """What the signed-in person's workspace looks like now."""
    runtime, viewer = door.runtime(), door.viewer()
    place = _place(runtime, viewer.workspace_id, viewer.may_change, words.spoken())
    board = place.board
    if board is None or not still_holds(runtime.database, board.digest, runtime.now()):
        with runtime.database.reading() as session:
            board = place.board = board_of(
                session, situation(runtime),
                workspace_id=viewer.workspace_id, can_change=viewer.may_change, platforms=runtime.platforms(),
            )  # fmt: skip
    return board.told_to(viewer.person_id)


def board_html(board: Board, opened: str | None) -> Markup:
    """The board as a page shows it; `opened` is the integration that a mail's link leads to."""
    return _board_html(board, opened, words.spoken())


def add_platform_html(board: Board) -> Markup:
    """What can be added, as the page shows it; nothing for whoever may only look."""
    if not board.can_change:
        return Markup()
    drawn = _add_platform_html(board.platforms, not board.rows, words.spoken())
    return Markup(drawn.replace(TOKEN, generate_csrf()))


def marks_of(board: Board) -> str:
    """What a page says it shows when it asks for news: how the rows stand, then a mark for each."""
    shown = board.mute, board.guide, board.waiting, [row.id for row in board.rows]
    stand = "" if board.outbreak else f"{zlib.crc32(repr(shown).encode()):x}"
    return ".".join([stand, *(row_mark(row, can_change=board.can_change) for row in board.rows)])


def changed_rows(board: Board, shown: str) -> list[IntegrationFacts] | None:
    """The rows that read otherwise than in a page that shows `shown`; None where more than rows would change."""
    (stand, *marks), (stood, *before) = marks_of(board).split("."), shown.split(".")
    if not stand or stand != stood or len(marks) != len(before):
        return None
    return [row for row, mark, old in zip(board.rows, marks, before, strict=True) if mark != old]


@lru_cache(KEPT)
def _board_html(board: Board, opened: str | None, _language: words.Language) -> Markup:
    return Markup(render_template("integrations/_board.html", board=board, opened=opened))


@lru_cache(KEPT)
def _add_platform_html(platforms: tuple[PlatformFacts, ...], is_open: bool, _language: words.Language) -> str:
    token = Markup(f'<input type="hidden" name="csrf_token" value="{TOKEN}">')
    return render_template("integrations/_add_platform.html", platforms=platforms, is_open=is_open, token=token)


class _Place:
    """Where the last board of a workspace is kept."""

    board: Board | None = None


@lru_cache(KEPT)
def _place(_runtime: Runtime, _workspace_id: str, _can_change: bool, _language: words.Language) -> _Place:
    return _Place()
