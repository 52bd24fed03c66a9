"""What each cause is called and means; where a platform differs its own words go before, and its steps always do.

All of it is English, the catalogue's message ids: `explain.py` says it in the language spoken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Closed, Remedy


@dataclass(frozen=True, slots=True)
class CauseWords:
    """Texts hold {company}, {platform}, {account} and {login}; `likely` completes "Likely: …"; `url` opens the place to
    act, None where the account's own page will do. `topic` is the help page that says more."""

    title: str
    happened: str
    likely: str
    steps: tuple[str, ...]
    topic: str = "connection-errors"
    url: str | None = None


RECONNECT = "Press Reconnect and approve Shopimize on {company}'s page, with {login}."
NOTHING = "Nothing for you to do."
_ENDED = "why-permissions-end"

CAUSES = {
    Cause.PASSWORD_CHANGED: CauseWords(
        "{company} stopped accepting our permission",
        "{company} ended the permission you gave us for {account}.",
        "the password of the login was changed, or {company} reset its sessions for security",
        (RECONNECT,),
        _ENDED,
    ),
    Cause.ACCESS_REVOKED: CauseWords(
        "{company} stopped accepting our permission",
        "{company} says that the permission for {account} is no longer valid.",
        "someone removed Shopimize's access in {company}'s settings",
        (RECONNECT,),
        _ENDED,
    ),
    Cause.SECURITY_POLICY: CauseWords(
        "{company} wants a security check first",
        "{company} holds back our access to {account} until its security rule is met.",
        "a security rule at {company} or in your company asks for a fresh sign-in",
        ("Finish what {company} asks of {login} first.", RECONNECT),
        _ENDED,
    ),
    Cause.TOKEN_EXPIRED: CauseWords(
        "The permission for {account} has run out",
        "{company} gives permissions a time limit, and this one has reached it.",
        "the permission had a time limit built in",
        (RECONNECT,),
        _ENDED,
    ),
    Cause.SCOPE_MISSING: CauseWords(
        "A permission is missing",
        "{company} lets us in, but not to the data we need from {account}.",
        "a permission was left unticked or taken away",
        ("Press Reconnect and leave every permission ticked on {company}'s page.",),
    ),
    Cause.ACCOUNT_UNAVAILABLE: CauseWords(
        "{account} is not available at {company}",
        "{company} has closed {account} to us: it is disabled, unpaid, or the login lost its role.",
        "the account is disabled or unpaid, or {login} lost its role there",
        ("Open {company} and put the account right; we check again by ourselves.",),
    ),
    Cause.WRONG_ACCOUNT: CauseWords(
        "The login does not reach {account}",
        "The login that was used at {company} cannot see {account}.",
        "another login was signed in at {company}",
        (RECONNECT,),
        "how-to-reconnect",
    ),
    Cause.REFRESH_INTERRUPTED: CauseWords(
        "A renewal was interrupted",
        "We were cut off while {company} renewed the permission for {account}, and it will not take the old one.",
        "the connection broke in the one moment it must not; this is on us",
        (RECONNECT,),
        _ENDED,
    ),
    Cause.RATE_LIMITED: CauseWords(
        "{company} asks us to slow down",
        "{company} limits how often it may be asked. We wait as long as it says.",
        "many requests at {company} at this time",
        (NOTHING,),
    ),
    Cause.PLATFORM_DOWN: CauseWords(
        "{company} is not answering properly",
        "{company}'s service fails or does not answer. Your permission is fine.",
        "an outage at {company}",
        (NOTHING,),
    ),
    Cause.BAD_REQUEST: CauseWords(
        "We have to fix something",
        "{company} refuses how we ask. That is our fault, not yours.",
        "a change at {company} that we must follow",
        (NOTHING,),
    ),
    Cause.UNKNOWN: CauseWords(
        "{company} gives an answer we do not know",
        "{company} answers in a way nobody has a name for yet. We keep trying.",
        "passing trouble at {company}",
        (NOTHING,),
    ),
}

# In which way an account is out of reach, where the platform says so.
CLOSED = {
    Closed.UNPAID: CauseWords(
        "{company} waits for a payment for {account}",
        "{company} holds {account} back until an open payment is settled. The permission you gave us is fine.",
        "a payment at {company} is open or was refused",
        ("Open {company} and settle what is open; we check again by ourselves.",),
    ),
    Closed.DISABLED: CauseWords(
        "{account} is disabled at {company}",
        "{company} has disabled or suspended {account}. The permission you gave us is fine.",
        "{company} disabled the account, for a review or a rule of its own",
        ("Open {company} and follow its notice about the account; we check again by ourselves.",),
    ),
    Closed.ROLE_LOST: CauseWords(
        "{login} may no longer see {account}",
        "{company} says that {login} has no role on {account} any more. The permission you gave us is fine.",
        "somebody took the role of {login} away",
        ("Ask whoever manages {account} at {company} to give {login} back a role that may see reports.",),
    ),
    Closed.GONE: CauseWords(
        "{account} is closed at {company}",
        "{company} says that {account} is closed, or not there any more. The permission you gave us is fine.",
        "the account was closed or deleted",
        ("Open {company} and see whether it can be opened again. If it is closed for good, disconnect it here: "
         "everything imported stays.",),
    ),
}  # fmt: skip

# What we do next, by who can put it right.
NEXT = {
    Remedy.RECONNECT: "When you are back from {company}, we fetch every missing day by ourselves, newest first, and "
    "say what came back.",
    Remedy.FIX_AT_PLATFORM: "We check again every hour, and at once when you press Check again; then we fetch every "
    "missing day.",
    Remedy.OPERATOR: "Our team has been told. When it is mended we fetch every missing day by ourselves.",
    Remedy.WAIT: "We keep trying, and fetch every missing day as soon as {company} answers.",
}

# Not a platform's answer at all: our own store holds a permission whose key we do not have.
KEY_MISSING = "vault_key"
LOCKED = CauseWords(
    "We cannot open our copy of the permission",
    "We keep permissions locked, and the key to the one for {account} is missing on our side. {company} is fine.",
    "a key of ours was lost or not put back; this is on us",
    (RECONNECT,),
)


def words_of(cause: Cause, platform: Platform, *, code: str = "", closed: Closed | None = None) -> CauseWords:
    """What this cause is at this platform. Trouble of our own vault has words of its own: no platform's steps help.

    In which way an account is closed says more than what the platform's name adds; its steps and place stay.
    """
    if code == KEY_MISSING:
        return LOCKED
    common, own = CAUSES[cause], platform.advice.get(cause)
    if cause is Cause.ACCOUNT_UNAVAILABLE and closed is not None:
        said = CLOSED[closed]
        return said if own is None else replace(said, steps=own.steps, url=own.url)
    if own is None:
        return common
    return CauseWords(
        common.title, own.happened or common.happened, own.likely or common.likely, own.steps, common.topic, own.url
    )
