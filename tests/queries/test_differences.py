"""A difference from the platform's own total: every word of it comes from the catalogue."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from tests.languages import bare, made_up
from webapp import words
from webapp.models.day_note import DayNote, Reason
from webapp.models.integration import Integration
from webapp.platforms import registry
from webapp.queries.differences import note_words, warning_of

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
FIGURES = ((3, 9, None, None), (9, 3, None, None), (3, 3, 5_000_000, 90_000_000), (3, 3, 90_000_000, 5_000_000))


def noted(platform, stream, reason, figures, *, settled=None, nights=2) -> tuple[DayNote, Integration]:
    our_rows, their_rows, ours, theirs = figures
    note = DayNote(
        workspace_id="w", platform=platform.slug, account_id="7", stream=stream.name, day=NOW.date(), found_at=NOW,
        asked_on=NOW.date(), nights=nights, our_rows=our_rows, our_micros=ours or 0, their_rows=their_rows,
        their_micros=theirs, reason=reason, subject="9", settled_at=settled,
    )  # fmt: skip
    integration = Integration(
        workspace_id="w", platform=platform.slug, account_id="7", account_name="77", currency="USD", timezone="UTC",
        first_day=NOW.date(), created_at=NOW, granted_at=NOW, next_sync_at=NOW,
    )  # fmt: skip
    return note, integration


@pytest.mark.parametrize("slug", ["shopify", "meta_ads"])
def test_every_word_comes_from_the_catalogue(slug):
    platform = registry()[slug]
    stream = platform.dated_streams[0]
    with words.speaking(made_up()):
        for reason, figures, settled, nights in product(Reason, FIGURES, (None, NOW), (0, 2)):
            note, integration = noted(platform, stream, reason, figures, settled=settled, nights=nights)
            warning = warning_of([note], integration, platform, login=None) if figures[2] is not None else None
            said = [note_words(note, integration, platform)]
            said += [warning.title, warning.text, warning.advice] if warning else []
            left = [re.sub(r"[^\w]|\d", "", bare(one)) for one in said]
            assert left == ["" for _ in said], said
