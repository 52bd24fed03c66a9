"""What a merchant does about each cause at LinkedIn, with LinkedIn's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

_SERVICES = "https://www.linkedin.com/mypreferences/d/data-sharing-for-permitted-services"
_MANAGER = "https://www.linkedin.com/campaignmanager/accounts"
_AGAIN = "Press Reconnect and press Allow on LinkedIn's page."
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(
            _AGAIN,
            "LinkedIn, Settings & Privacy, Data privacy, Permitted services shows whether Shopimize was removed.",
        ),
        url=_SERVICES,
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=(_AGAIN,),
        happened="LinkedIn gives a permission for 365 days and never longer, however it is used. The one for "
        "{account} has had its year.",
    ),
    Cause.PASSWORD_CHANGED: Advice(steps=("Press Reconnect and sign in to LinkedIn with the new password.",)),
    Cause.REFRESH_INTERRUPTED: Advice(steps=(_AGAIN,)),
    Cause.SECURITY_POLICY: Advice(
        steps=(
            "Sign in at linkedin.com and clear what it shows: a restricted profile has to prove who it is first.",
            "Then come back and press Reconnect. Somebody else with a role on the ad account can do it, too.",
        ),
        url="https://www.linkedin.com/",
    ),
    Cause.SCOPE_MISSING: Advice(steps=("Press Reconnect and allow everything that LinkedIn lists.",)),
    Cause.WRONG_ACCOUNT: Advice(steps=("Press Reconnect and sign in to LinkedIn as the member named here.",)),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open Campaign Manager and look for a notice: account on hold, an open payment under Billing center, or "
            "cancelled.",
            "If your role was removed, an account manager can give it back under Account settings, Manage access.",
        ),
        url=_MANAGER,
    ),
}
