"""What a merchant does about each cause at Snapchat, with Snapchat's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

BUSINESS = "https://business.snapchat.com/"
ACCOUNT = "https://accounts.snapchat.com/"
_AGAIN = "Press Reconnect and sign in to Snapchat as the member of the business who may see the ad account."
_ONE_SCOPE = (
    "Snapchat has one permission for everything: what Shopimize sees is what your own role in Business Manager allows."
)
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(_AGAIN, "Snapchat, Settings, Connected Apps shows whether Shopimize was removed."), url=ACCOUNT
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=(_AGAIN,),
        happened="Snapchat no longer renews the permission for {account}. It names no time limit, but it may set one.",
    ),
    Cause.PASSWORD_CHANGED: Advice(steps=("Press Reconnect and sign in to Snapchat with the new password.",)),
    Cause.REFRESH_INTERRUPTED: Advice(steps=(_AGAIN,)),
    Cause.SECURITY_POLICY: Advice(
        steps=("Sign in at accounts.snapchat.com first and finish what it asks, such as a login verification.", _AGAIN),
        url=ACCOUNT,
    ),
    Cause.SCOPE_MISSING: Advice(steps=("Press Reconnect and press Continue on Snapchat's page.", _ONE_SCOPE)),
    Cause.WRONG_ACCOUNT: Advice(steps=("Press Reconnect and sign in to Snapchat as the person named here.",)),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open Snapchat Business Manager, Ad Accounts, and look at the account's status and payment.",
            "If your role was removed, an organisation admin can give it back under Members: the ad account needs "
            "at least the role Data Manager or Account Admin.",
            "Then press Check again; a reconnect is not needed.",
        ),
        url=BUSINESS,
    ),
}
