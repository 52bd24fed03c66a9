"""What a merchant does about each cause at TikTok, with TikTok's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

_MANAGER = "https://ads.tiktok.com/"
_AGAIN = "Press Reconnect and leave the ad account ticked on TikTok's page."
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(
            _AGAIN,
            "TikTok Ads Manager, Account settings, Authorized apps shows whether somebody removed Shopimize.",
        ),
        url=_MANAGER,
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=(_AGAIN,),
        happened="TikTok sets its permissions no time limit, and yet it no longer takes the one for {account}.",
        likely="TikTok ended the permission on its side: it has no time limit built in",
    ),
    Cause.PASSWORD_CHANGED: Advice(steps=(_AGAIN,)),
    Cause.REFRESH_INTERRUPTED: Advice(steps=(_AGAIN,)),
    Cause.SECURITY_POLICY: Advice(
        steps=("Sign in to TikTok Ads Manager and clear any security check.", _AGAIN), url=_MANAGER
    ),
    Cause.SCOPE_MISSING: Advice(steps=("Press Reconnect and approve everything TikTok lists.",)),
    Cause.WRONG_ACCOUNT: Advice(steps=("Press Reconnect and sign in to TikTok as the person named here.",)),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open TikTok Ads Manager and look for a notice: account disabled, unpaid, or your role removed.",
            "An admin of the Business Center can give your role back under Users, Members.",
        ),
        url=_MANAGER,
    ),
}
