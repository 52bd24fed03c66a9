"""What an answer means: why it happened, who can put it right, and how sure we are."""

from __future__ import annotations

import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from webapp.platforms.answer import Answer, Failure

MESSAGE_LIMIT = 600


class Cause(StrEnum):
    PASSWORD_CHANGED = "password_changed"
    ACCESS_REVOKED = "access_revoked"
    SECURITY_POLICY = "security_policy"
    TOKEN_EXPIRED = "token_expired"
    SCOPE_MISSING = "scope_missing"
    ACCOUNT_UNAVAILABLE = "account_unavailable"
    WRONG_ACCOUNT = "wrong_account"
    REFRESH_INTERRUPTED = "refresh_interrupted"
    RATE_LIMITED = "rate_limited"
    PLATFORM_DOWN = "platform_down"
    BAD_REQUEST = "bad_request"
    UNKNOWN = "unknown"


class Remedy(StrEnum):
    RECONNECT = "reconnect"
    FIX_AT_PLATFORM = "fix_at_platform"
    WAIT = "wait"
    OPERATOR = "operator"
    NONE = "none"


class Fault(StrEnum):
    MERCHANT = "merchant"
    PLATFORM = "platform"
    OURS = "ours"


class Closed(StrEnum):
    """In which way an account is out of reach, where the answer says so; each has words and a way out of its own."""

    UNPAID = "unpaid"
    DISABLED = "disabled"
    ROLE_LOST = "role_lost"
    GONE = "gone"


class Certainty(StrEnum):
    SURE = "sure"
    LIKELY = "likely"
    AMBIGUOUS = "ambiguous"


REMEDY_OF = {
    Cause.PASSWORD_CHANGED: Remedy.RECONNECT,
    Cause.ACCESS_REVOKED: Remedy.RECONNECT,
    Cause.SECURITY_POLICY: Remedy.RECONNECT,
    Cause.TOKEN_EXPIRED: Remedy.RECONNECT,
    Cause.SCOPE_MISSING: Remedy.RECONNECT,
    Cause.WRONG_ACCOUNT: Remedy.RECONNECT,
    Cause.REFRESH_INTERRUPTED: Remedy.RECONNECT,
    Cause.ACCOUNT_UNAVAILABLE: Remedy.FIX_AT_PLATFORM,
    Cause.RATE_LIMITED: Remedy.WAIT,
    Cause.PLATFORM_DOWN: Remedy.WAIT,
    Cause.BAD_REQUEST: Remedy.OPERATOR,
    Cause.UNKNOWN: Remedy.WAIT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """`retry_after` is in seconds; `code` and `message` are the platform's own, untrusted, cut to 600 characters.

    `candidates` are the other causes the same answer may mean; `evidence` says in words what the verdict rests on.
    `closed` only where the account is out of reach.
    """

    cause: Cause
    remedy: Remedy
    transient: bool
    fault: Fault
    certainty: Certainty
    candidates: tuple[Cause, ...] = ()
    retry_after: float | None = None
    code: str = ""
    message: str = ""
    evidence: tuple[str, ...] = ()
    closed: Closed | None = None

    @property
    def is_definite(self) -> bool:
        """Nothing we repeat will change this answer; somebody has to act."""
        return self.remedy in (Remedy.RECONNECT, Remedy.FIX_AT_PLATFORM, Remedy.OPERATOR)

    @property
    def is_about_one_stream(self) -> bool:
        """The next stream may well be readable: neither the permission nor the whole platform is in question."""
        return self.cause in (Cause.PLATFORM_DOWN, Cause.UNKNOWN, Cause.SCOPE_MISSING, Cause.BAD_REQUEST)


class Trouble(Exception):
    """A platform's answer that is not what was asked for, already diagnosed."""

    def __init__(self, diagnosis: Diagnosis, answer: Answer) -> None:
        super().__init__(f"{diagnosis.cause} {diagnosis.code}".strip())
        self.diagnosis = diagnosis
        self.answer = answer


def verdict(
    cause: Cause,
    *,
    remedy: Remedy | None = None,
    transient: bool = False,
    fault: Fault | None = None,
    certainty: Certainty = Certainty.SURE,
    candidates: tuple[Cause, ...] = (),
    retry_after: float | None = None,
    code: str = "",
    message: str = "",
    evidence: tuple[str, ...] = (),
) -> Diagnosis:
    """A Diagnosis with the parts that follow from the cause filled in: transient means wait, ours means operator."""
    if fault is None:
        fault = Fault.PLATFORM if transient or REMEDY_OF[cause] is Remedy.WAIT else Fault.MERCHANT
        fault = Fault.OURS if cause is Cause.BAD_REQUEST and not transient else fault
    if remedy is None:
        remedy = REMEDY_OF[cause]
        remedy = Remedy.OPERATOR if fault is Fault.OURS else remedy
        remedy = Remedy.WAIT if transient else remedy
    return Diagnosis(
        cause=cause,
        remedy=remedy,
        transient=transient,
        fault=fault,
        certainty=certainty,
        candidates=candidates,
        retry_after=retry_after,
        code=_storable(code)[:80],
        message=_storable(message)[:MESSAGE_LIMIT],
        evidence=tuple(_storable(one) for one in evidence),
        closed=_closed(f"{code} {message}") if cause is Cause.ACCOUNT_UNAVAILABLE else None,
    )


def _storable(text: str) -> str:
    """JSON can spell half a character and a NUL; neither can be written to a terminal or kept in a database."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def common_diagnosis(answer: Answer) -> Diagnosis | None:
    """What any answer means before a platform's own words are read; None when only the platform can tell.

    No answer, 429, 5xx, HTML where data was asked for and bodies that break off are passing trouble on every
    platform: none of them says anything about the permission.
    """
    if answer.failure is not None:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=answer.failure, message=_SENTENCE[answer.failure])
    if answer.status == 429:
        return verdict(Cause.RATE_LIMITED, transient=True, retry_after=retry_after(answer), code="429")
    if answer.status >= 500:
        return verdict(Cause.PLATFORM_DOWN, transient=True, retry_after=retry_after(answer), code=str(answer.status))
    if answer.status == 200 and (answer.is_html or not answer.body.strip() or answer.json is None):
        return verdict(
            Cause.PLATFORM_DOWN, transient=True, code="garbled", message="The answer was cut short or is not data."
        )
    return None


def unknown(answer: Answer, *, code: str = "", message: str = "") -> Diagnosis:
    """An answer nobody has a rule for: waited out, never called a disconnection."""
    return verdict(
        Cause.UNKNOWN,
        transient=True,
        certainty=Certainty.AMBIGUOUS,
        code=code or str(answer.status),
        message=message or answer.text,
        retry_after=retry_after(answer),
    )


def retry_after(answer: Answer) -> float | None:
    """Seconds asked for by a Retry-After header, as a number or an HTTP date (RFC 9110 §10.2.3); None when absent."""
    raw = answer.headers.get("retry-after", "").strip()
    try:
        seconds = float(raw)
    except ValueError:
        try:
            seconds = (email.utils.parsedate_to_datetime(raw) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(seconds, 86_400.0) if seconds >= 0 else None


def _closed(said: str) -> Closed | None:
    """Only what is said plainly: an answer that names two ways, "deleted or no permission", names none."""
    named = [kind for kind, words in _CLOSED if words.search(said)]
    return named[0] if named[:1] == [Closed.UNPAID] or len(named) == 1 else None


# Read where the answer is, once, like every other word of a platform's.
_CLOSED = (
    (Closed.UNPAID, re.compile(r"unpaid|unsettled|payment|past due|billing|\bfrozen\b|\b402\b", re.I)),
    (Closed.ROLE_LOST, re.compile(
        r"permission|not authori[sz]ed|NotAuthorized|\broles?\b|does(n't| not) have access|no access|access (to|was) "
        r"(this|removed)|NOT_ADS_USER|not permitted|operate advertiser|privileges", re.I,
    )),
    (Closed.DISABLED, re.compile(
        r"disabled|suspend|not.?(yet )?enabled|inactive|not.?active|on hold|paused|locked|in review", re.I,
    )),
    (Closed.GONE, re.compile(r"closed|deleted|does(n't| not) exist|not.?found|deactivated|cancel", re.I)),
)  # fmt: skip
_SENTENCE = {
    Failure.TIMEOUT: "No answer in time.",
    Failure.UNREACHABLE: "The platform could not be reached.",
    Failure.TOO_LARGE: "The answer was larger than any we ask for.",
    Failure.REDIRECTED: "The answer pointed to another place.",
    Failure.CUT_SHORT: "The answer broke off.",
}
