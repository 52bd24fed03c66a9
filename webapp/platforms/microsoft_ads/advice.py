"""What a merchant does about each cause at Microsoft, with Microsoft's own menu names."""

from __future__ import annotations

from webapp.platforms.advice import Advice
from webapp.platforms.diagnosis import Cause

_CONSENTS = "https://myapps.microsoft.com/"
_SECURITY = "https://mysignins.microsoft.com/security-info"
_ACCOUNTS = "https://ui.ads.microsoft.com/"
_AGAIN = "Press Reconnect and pick the Microsoft account named here."
ADVICE = {
    Cause.ACCESS_REVOKED: Advice(
        steps=(
            _AGAIN,
            "Work account: My Apps, the three dots on Shopimize, Manage your application shows what it may do. "
            "Personal account: account.microsoft.com, Privacy, App access.",
        ),
        url=_CONSENTS,
    ),
    Cause.PASSWORD_CHANGED: Advice(steps=("Press Reconnect and sign in to Microsoft with the new password.",)),
    Cause.TOKEN_EXPIRED: Advice(
        steps=(_AGAIN,),
        happened="Microsoft ends a permission that nothing has used for 90 days, or sooner where your company says so.",
    ),
    Cause.REFRESH_INTERRUPTED: Advice(steps=(_AGAIN,)),
    Cause.SECURITY_POLICY: Advice(
        steps=(
            "Sign in at mysignins.microsoft.com, Security info, and finish what Microsoft asks: a second factor, "
            "a new password, a device to register.",
            "If it says that an administrator must approve: ask them to open Entra admin center, Enterprise "
            "applications, Shopimize, Permissions, and press Grant admin consent.",
            "If it comes back every few days, ask them about the sign-in frequency under Conditional Access.",
            "Then press Reconnect.",
        ),
        url=_SECURITY,
    ),
    Cause.SCOPE_MISSING: Advice(
        steps=("Press Reconnect and press Accept on Microsoft's page; nothing on it can be left out.",)
    ),
    Cause.WRONG_ACCOUNT: Advice(
        steps=(
            "Press Reconnect and pick the Microsoft account named here. "
            "The same address can be a work account and a personal one: try the other.",
        )
    ),
    Cause.ACCOUNT_UNAVAILABLE: Advice(
        steps=(
            "Open Microsoft Advertising and look for a notice: account paused, suspended or unpaid under Billing, "
            "or your access removed.",
            "A Super Admin can give your role back under Settings, Account access.",
            "If Microsoft says that a work account is needed (or a personal one), sign in with that one.",
        ),
        url=_ACCOUNTS,
    ),
}
