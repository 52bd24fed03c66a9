"""What a merchant does about each cause at Pinterest, with Pinterest's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

_APPS = "https://www.pinterest.com/settings/security"
_MANAGER = "https://ads.pinterest.com/"
_AGAIN = "Press Reconnect and press Give access on Pinterest's page."
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(_AGAIN, "Pinterest, Settings, Security, Connected apps shows whether Shopimize was removed."), url=_APPS
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=(_AGAIN,),
        happened="Pinterest ends a permission that nothing has renewed for 60 days, and the one for {account} was not.",
    ),
    Cause.PASSWORD_CHANGED: Advice(steps=("Press Reconnect and sign in to Pinterest with the new password.",)),
    Cause.REFRESH_INTERRUPTED: Advice(steps=(_AGAIN,)),
    Cause.SECURITY_POLICY: Advice(
        steps=(
            "Sign in at pinterest.com and finish what it asks: a new password, or the code of two-factor login.",
            "Then come back and press Reconnect.",
        ),
        url="https://www.pinterest.com/",
    ),
    Cause.SCOPE_MISSING: Advice(steps=("Press Reconnect and give access to everything that Pinterest lists.",)),
    Cause.WRONG_ACCOUNT: Advice(
        steps=(
            "Press Reconnect and sign in to Pinterest as the account named here. Pinterest lets you switch between "
            "your own profile and a business account: pick the one that owns the ads.",
        )
    ),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open Ads Manager and look for a notice: ad account suspended, or an open payment under Billing.",
            "If your role was removed, an admin can give it back under Business Manager, People, Ad accounts.",
        ),
        url=_MANAGER,
    ),
}
