"""A Microsoft login of the wrong kind is told which kind is needed, and not to try the same again."""

from __future__ import annotations

import pytest

from sandbox.replies import json_reply
from tests.acts import Acts
from webapp.models.access import Ending
from webapp.queries.authorization import authorization_of


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("code", "told"),
    [
        (122, "This is a personal Microsoft account; sign in with the work account."),
        (123, "This is a work account; sign in with the personal Microsoft account."),
    ],
)
def test_it_says_which_login_to_use_and_changes_nothing(acts: Acts, code, told):
    fault = {"Errors": [{"Code": code, "ErrorCode": "", "Message": "Wrong identity."}]}
    acts.sandbox.instead = lambda asked: json_reply(fault, 400) if "/User/Query" in asked else None
    back = acts.returns("microsoft_ads", acts.sandbox.approve(acts.leaves_for("microsoft_ads")))
    assert back.ending is Ending.FAILED
    with acts.runtime.database.reading() as session:
        found = authorization_of(
            session, acts.runtime.platform, authorization_id=back.authorization_id or "", person_id=acts.person_id,
            workspace_id=acts.workspace_id,
        )  # fmt: skip
    assert found is not None
    assert found.told == (told,)
