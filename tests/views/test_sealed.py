"""No page opens what is sealed, or even fetches it; and whoever opens it is known by name."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.views.test_tenancy import ANY, OPERATOR, OWNED, PUBLIC, SIGNED_IN, asked, ids, path_of, rules
from webapp.lifecycle.operators import add_operator
from webapp.models.sync import Outcome
from webapp.vault import Vault

# The way back from a platform is no page: it opens the verifier of the one round trip that it ends, and redirects.
NO_PAGE = {"static", "authorizations.callback"}

__all__ = ["ids"]


@contextmanager
def watching(runtime):
    """Every statement that fetches a sealed column, and every opening."""
    found: list[str] = []

    def look(_connection, _cursor, statement, *_rest):
        if "_sealed" in statement and statement.lstrip().upper().startswith("SELECT"):
            found.append(statement)

    def opened(_vault, _sealed, *, place):
        found.append(f"opened {place}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vault, "open", opened)
        event.listen(runtime.database.engine, "before_cursor_execute", look)
        try:
            yield found
        finally:
            event.remove(runtime.database.engine, "before_cursor_execute", look)


@pytest.mark.parametrize("broken", [False, True])
def test_pages_never_load_tokens(app, acts, runtime, ids, ana, broken):
    assert acts.syncs(ids["integration_id"]) is Outcome.DONE
    if broken:
        acts.sandbox.switch("shopify", "access_revoked")
        assert acts.syncs(ids["integration_id"]) is Outcome.TROUBLE
    add_operator(runtime, "ana@test.test")
    answered = 0
    with watching(runtime) as found:
        for method, rule in rules(app, (PUBLIC | SIGNED_IN | OWNED | OPERATOR) - NO_PAGE):
            if method == "GET":
                page = asked(
                    ana,
                    method,
                    path_of(rule, {**ids, **ANY, "token": "x", "code": "x", "_rest": "x", "filename": "favicon.svg"}),
                )
                assert found == [], rule
                answered += page.status_code == 200
    assert answered >= 15


def test_who_opens_anything():
    """The first for sync, renewal and revocation; the others seal anew, try keys, end a round trip, write to a chat."""
    files = [path for room in ("webapp", "jobs") for path in (Path(__file__).parents[2] / room).rglob("*.py")]
    opening = {path.stem for path in files if "vault.open(" in path.read_text(encoding="utf-8")}
    assert opening == {"open_grant", "rotate_keys", "doctor", "complete_authorization", "channels"}
