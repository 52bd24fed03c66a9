"""In which way an account is out of reach: said where the platform says it plainly, and never guessed."""

from __future__ import annotations

import pytest

from webapp.platforms.diagnosis import Cause, Closed, verdict


@pytest.mark.parametrize(
    ("code", "message", "closed"),
    [
        ("402", "Unavailable Shop", Closed.UNPAID),
        ("account_status 3", "Meta says that the ad account is unsettled.", Closed.UNPAID),
        ("account_status 2", "Meta says that the ad account is disabled.", Closed.DISABLED),
        ("403", "This ad account has been suspended.", Closed.DISABLED),
        ("40001", "No permission to operate advertiser", Closed.ROLE_LOST),
        ("106 UserIsNotAuthorized", "The user is not authorized to perform this action.", Closed.ROLE_LOST),
        ("ACCESS_DENIED", "Member does not have a role on the ad account", Closed.ROLE_LOST),
        ("40001", "Advertiser doesn't exist or has been deleted", Closed.GONE),
        ("50", "Ad account not found.", Closed.GONE),
        ("100/33", "Object does not exist, cannot be loaded due to missing permissions", None),
        ("404", "Not Found at all, or no permission", None),
        ("403", "Unavailable Shop", None),
        ("x", "", None),
    ],
)
def test_an_answer_that_says_which_way(code, message, closed):
    assert verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=message).closed is closed


def test_no_other_cause_has_one():
    assert verdict(Cause.ACCESS_REVOKED, message="permission disabled, payment closed").closed is None
