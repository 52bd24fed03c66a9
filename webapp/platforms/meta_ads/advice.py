"""What a merchant does about each cause at Meta, with Meta's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

_AGAIN = "Press Reconnect and sign in to Facebook with the new password if it asks."
_APPS = "https://www.facebook.com/settings?tab=business_tools"
ADVICE = {
    Cause.PASSWORD_CHANGED: Advice(steps=(_AGAIN,)),
    Cause.ACCESS_REVOKED: Advice(
        steps=(
            "Press Reconnect and approve Shopimize again.",
            "Settings, Business integrations on Facebook shows whether somebody removed it.",
        ),
        url=_APPS,
    ),
    Cause.SECURITY_POLICY: Advice(
        steps=(
            "Open facebook.com first and clear the security check it shows. Reconnecting before that does not work.",
            "Then come back and press Reconnect.",
        ),
        url="https://www.facebook.com/",
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=("Press Reconnect and approve Shopimize again.",),
        happened="Meta gives a permission for 60 days at a time, and this one ran out before it was renewed.",
    ),
    Cause.REFRESH_INTERRUPTED: Advice(steps=("Press Reconnect and approve Shopimize again.",)),
    Cause.SCOPE_MISSING: Advice(
        steps=("Press Reconnect and leave every permission ticked, and every ad account that Shopimize should see.",)
    ),
    Cause.WRONG_ACCOUNT: Advice(steps=("Press Reconnect and choose the Facebook profile named here.",)),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open Ads Manager: a disabled account usually has an open payment or a review under Account Quality.",
            "If your role was removed, ask an admin of the business portfolio to give it back.",
        ),
        url="https://www.facebook.com/accountquality",
    ),
}
