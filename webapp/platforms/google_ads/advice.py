"""What a merchant does about each cause at Google, with Google's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

ACCESS = "https://myaccount.google.com/connections"
PASSKEYS = "https://g.co/passkeys"
_AGAIN = "Press Reconnect and leave the box for Google Ads ticked."
# Without one the consent page leads nowhere, so it comes before the button.
_PASSKEY = (
    "Have a passkey on your Google Account first (g.co/passkeys): Google asks for it with every new permission, and "
    "one made today may need up to seven days."
)
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(
            _PASSKEY,
            _AGAIN,
            "Google Account, Security, Third-party connections shows whether Shopimize was removed.",
        ),
        url=ACCESS,
    ),
    Cause.TOKEN_EXPIRED: Advice(
        steps=(_PASSKEY, _AGAIN),
        happened="Google ends a permission that nothing has used for six months, or at the time somebody set for it.",
    ),
    Cause.PASSWORD_CHANGED: Advice(
        steps=(_PASSKEY, _AGAIN),
        likely="Google signed the login out everywhere for security; a changed password alone does not end it",
    ),
    Cause.REFRESH_INTERRUPTED: Advice(steps=(_PASSKEY, _AGAIN)),
    Cause.SECURITY_POLICY: Advice(
        steps=(
            "Sign in to Google again and follow what it asks; some organisations require this every day.",
            "If it comes back, ask your Google Workspace admin to trust Shopimize under Security, API controls.",
            _PASSKEY,
            _AGAIN,
        ),
        url=PASSKEYS,
    ),
    Cause.SCOPE_MISSING: Advice(steps=(_PASSKEY, "Press Reconnect and tick the box for Google Ads on Google's page.")),
    Cause.WRONG_ACCOUNT: Advice(steps=("Press Reconnect and choose the Google account named here.",)),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open Google Ads and look for a notice about the account: closed, unpaid, or your access removed.",
            "Somebody with admin access can give it back under Admin, Access and security.",
        ),
        url="https://ads.google.com/aw/accountaccess/users",
    ),
}
