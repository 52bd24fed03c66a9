"""What a merchant does about each cause at Amazon, with Amazon's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

LOGINS = "https://www.amazon.com/ap/adam"
CONSOLE = "https://advertising.amazon.com/"
_AGAIN = "Press Reconnect and sign in with the Amazon login that may see the advertising account."
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(
            _AGAIN,
            "Amazon, Your Account, Login with Amazon shows whether Shopimize was removed from Manage Your Data.",
        ),
        url=LOGINS,
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=(_AGAIN,),
        happened="Amazon no longer renews the permission for {account}. It names no time limit, but it may set one.",
    ),
    Cause.PASSWORD_CHANGED: Advice(steps=("Press Reconnect and sign in to Amazon with the new password.",)),
    Cause.REFRESH_INTERRUPTED: Advice(steps=(_AGAIN,)),
    Cause.SECURITY_POLICY: Advice(
        steps=("Sign in to Amazon first and finish what it asks, such as two-step verification.", _AGAIN), url=CONSOLE
    ),
    Cause.SCOPE_MISSING: Advice(
        steps=("Press Reconnect and press Allow on Amazon's page, for your name and for the advertising account.",)
    ),
    Cause.WRONG_ACCOUNT: Advice(
        steps=(
            "Press Reconnect and sign in to Amazon as the person named here.",
            "Amazon remembers who is signed in: sign out at amazon.com first to choose another login.",
        )
    ),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open the Amazon Ads console and look for a notice about the account: closed, suspended or unpaid.",
            "If your access was removed, an admin of the account can give it back under Administration, Account access "
            "and settings, Manage access: viewing reports is enough.",
            "Then press Check again; a reconnect is not needed.",
        ),
        url=CONSOLE,
    ),
}
