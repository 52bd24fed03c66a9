"""What a merchant does about each cause at Shopify, with Shopify's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

ADMIN = "https://admin.shopify.com/"
_AGAIN = ("Press Reconnect and approve Shopimize in your store.",)
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(
            *_AGAIN,
            "If somebody removed it on purpose, ask first: Settings, Apps and sales channels shows what is there.",
        ),
        url=ADMIN,
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=_AGAIN,
        happened="Shopify gives a permission for 90 days, and the one for {account} was not renewed in that time.",
    ),
    Cause.REFRESH_INTERRUPTED: Advice(steps=_AGAIN),
    Cause.PASSWORD_CHANGED: Advice(
        steps=_AGAIN,
        likely="Shopify reset the store's access for security; a changed password there does not end it by itself",
    ),
    Cause.SECURITY_POLICY: Advice(
        steps=("Sign in to your Shopify admin and clear any security check.", *_AGAIN), url=ADMIN
    ),
    Cause.SCOPE_MISSING: Advice(
        steps=("Press Reconnect and approve all permissions; Shopify lists them on one page.",), url=ADMIN
    ),
    Cause.WRONG_ACCOUNT: Advice(steps=("Press Reconnect and sign in to the store named here.",), url=ADMIN),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open your Shopify admin: a frozen store usually has an open bill under Settings, Billing.",
            "Nothing needs reconnecting; syncing goes on by itself when the store is open again.",
        ),
        url=ADMIN,
    ),
}
