"""The words platforms have for what went wrong, in whatever envelope: read where none of their codes says it."""

from __future__ import annotations

import html
import re

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Fault,
    common_diagnosis,
    retry_after,
    unknown,
    verdict,
)

MOST_TEXT = 4_000
RENEWALS = frozenset({Stage.TOKEN_REFRESH, Stage.TOKEN_MINT})
_APP = r"\b(app|application|client|integration|project|developer account|developer token)\b"
_ACCOUNT = r"\b(ad)?(accounts?|customers?|profiles?|advertisers?|shop|store|organi[sz]ation|merchant)\b"
_SHUT = (
    r"(closed|suspended|disabled|deleted|deactivated|inactive|not (yet )?(enabled|active|found|exist)|cancell?ed|frozen"
    r"|no longer (active|exists?|available)|on hold|life ?cycle|unpaid|paused|past due|n't exist|punished|terminated)"
)
# Our app or its registration: nothing that a merchant could approve, and said alike at every stage.
OUR_APP = re.compile(
    r"redirect.?ur[il]|callback.?url|app'?s'? domains?|domain of (this|the) url|redirection uri mismatch"
    rf"|{_APP}.{{0,40}}\b(is|are|was|been|has|have|currently|'s)\b.{{0,15}}\b(deleted|disabled|blocked|restricted"
    r"|suspended|rejected|deactivated|archived|unpublished|in (development|sandbox|review|trial)|under review"
    r"|pending|inactive|banned)\b"
    rf"|{_APP}.{{0,40}}\b(not|cannot|\w+n't|no longer)\b.{{0,25}}\b(approved|whitelisted|allowlisted|registered"
    r"|reviewed|allowed|eligible|enabled|active|accessible|available|set ?up|live|published|verified|recognized|found"
    r"|exist)\b"
    r"|(not|n't) (set|configured) up this app|must be (reviewed|approved)|app review|protected customer data"
    r"|\bapp (needs|requires|must) .{0,20}(review|approv|verif)|reviewable feature"
    r"|development (mode|access)|apply for .{0,20}(scope|access|permission)|validating (application|client)"
    r"|(unknown|invalid|incorrect|bad|wrong|no such|missing|find) ((?!token)\w+ ){0,2}(application|client|app)\b"
    r"(?! (code|data))"
    r"|verification process|being tested|test(ing)? (mode|users)|approved testers"
    rf"|{_APP} (is )?not authori[sz]ed(?! (by|for this|to access))"
    r"|(invalid|unknown|malformed|unsupported) (\w+ )?scopes?\b"
    r"|api access (is |has been )?(blocked|disabled|deactivated|suspended|restricted)|permission to get url"
    r"|client (id|secret|authentication)\b"
    r"|security profile"
    r"|\bapp (id|secret|key)\b|appsecret|developer.?token|authori[sz]ed developer|access not configured"
    r"|unsupported (grant|response) type|grant.?type .{0,20}not (supported|allowed)",
    re.I,
)
# An account in a state of its own, whoever asks.
SHUT = re.compile(rf"{_ACCOUNT}.{{0,60}}{_SHUT}|{_SHUT} .{{0,20}}{_ACCOUNT}|(life ?cycle|financial) status", re.I)
# The first that is said decides: so what is plain stands before what is vague.
_SAID = (
    (Cause.RATE_LIMITED, re.compile(
        r"throttl|too (fast|frequent)"
        r"|too many (\w+ ){0,3}(requests?|calls|queries|attempts|pending|operations|connections)"
        r"|rate.?limit|rate (was )?exceed|\bquota|\bqp[smdh]\b|slow down"
        r"|(request|call|usage|daily|data) limit\b|limit (has been |was |is )?(reached|exceeded|hit)"
        r"|exceeded .{0,40}\b(rate|calls|requests)\b"
        r"|(have|has) exceeded .{0,20}\blimit|concurrent \w*requests"
        r"|try again (in|after) \d|temporarily (restricted|limited)"
        r"|requests per (second|minute|hour|day)|over.?limit", re.I)),
    (Cause.SECURITY_POLICY, re.compile(
        r"suspicious|compromised|check.?point|two.?(factor|step)|multi.?factor|\bmfa\b|\b2fa\b|unusual (activity|login)"
        r"|verify (your|the) (account|identity|email)|identity verification|conditional access|session control"
        r"|admin(istrator)?'?s? (consent|approval|policy|permission)|requires? admin|confirmed user|safe mode"
        r"|account (is |has been |was )?(temporarily )?locked|security (check|challenge|policy)|restricted member"
        r"|member is restricted|(blocked|not allowed|disallowed) by (an? |your )?(admin|organi[sz]ation)", re.I)),
    (Cause.PASSWORD_CHANGED, re.compile(
        r"password.{0,40}\b(changed?|reset|expir\w+|updated)\b|\b(changed?|resets?|updated) .{0,20}password", re.I)),
    (Cause.SECURITY_POLICY, re.compile(r"security (reasons|concerns)", re.I)),
    (Cause.SCOPE_MISSING, re.compile(
        r"insufficient (\w+ )?scopes?|(missing|lacks?|needs?|without|requires?|required) .{0,40}\bscopes?\b"
        r"|\bscopes?\b.{0,40}\b(not|missing|required|insufficient|lacks?|n't)\b|approval for \w+ scope", re.I)),
    (Cause.ACCESS_REVOKED, re.compile(
        r"not authori[sz]ed (the |this |our )?app"
        r"|(token|grant|permission|consent|access|authori[sz]ation|session)\b.{0,40}\b(revoked|invalidated"
        r"|withdrawn)\b|deauthori[sz]ed|uninstalled|app not installed|not installed on", re.I)),
    (Cause.ACCOUNT_UNAVAILABLE, re.compile(
        rf"{SHUT.pattern}|not a member of|\broles?\b"
        rf"|(permission|access|authori[sz]ed|privileges|allowed|permitted|manage|operate)\b.{{0,50}}{_ACCOUNT}"
        rf"|{_ACCOUNT}.{{0,40}}\b(not|n't|no longer)\b.{{0,20}}(access|authori[sz]ed|permi)", re.I)),
    (Cause.SCOPE_MISSING, re.compile(
        r"insufficient permissions?|not enough permissions|missing .{0,20}permission|not (been )?grant(ed)?\b"
        r"|requires? .{0,60}\bpermission|permissions? .{0,30}\b(missing|required|not granted)|access denied for"
        r"|authentication scopes", re.I)),
    (Cause.PLATFORM_DOWN, re.compile(
        r"maintenance|temporar(y|ily) .{0,20}(unavailable|error|problem|issue|failure|down|out)|backend error"
        r"|\bupstream|internal .{0,12}(error|failure|exception)|tim(ed?|ing)[ -]?out"
        r"|service (is )?(currently )?(un|not )available"
        r"|retry later|system (error|is busy)|went wrong|unexpected (error|condition)"
        r"|overloaded|bad gateway|deadline exceeded|server (error|busy)", re.I)),
)  # fmt: skip
_DEAD_GRANT = re.compile(
    r"\b(grant|refresh token|token|authori[sz]ation)\b.{0,40}\b(invalid|not found|not valid|no longer valid|unknown"
    r"|removed|deleted|not exist|n't exist|inactive)\b|invalid .{0,15}\b(grant|refresh token)\b", re.I,
)  # fmt: skip
_EXPIRED = re.compile(
    r"\b(token|grant|session|authori[sz]ation)\b.{0,40}\bexpired\b|\bexpired (\w+ )?(token|grant)", re.I
)
_QUESTION = re.compile(
    r"parameters? .{0,40}\b(missing|required|invalid|not supported)|(missing|required|invalid|unknown|unsupported"
    r"|unrecognized) .{0,20}\b(param|field|header|element|argument|value|version|request|column|metric|path|json)"
    r"|malformed|deprecated|sunset|no longer (supported|available)|not support(ed)?\b|method not allowed"
    r"|cannot (get|post) /"
    r"|(api|version).{0,30}(not active|retired|removed)", re.I,
)  # fmt: skip
# What everybody says who has nothing else to say: only where nothing is said against the question.
_AGAIN = re.compile(r"try again|retry (your|the) request|please retry", re.I)
_MISSING_PARAMETER = re.compile(
    r"required parameters?\b.{0,30}\bmissing|missing (a )?(required )?parameter:? \W?\w", re.I
)
# What a page of somebody in between may say; of permissions and accounts it knows nothing.
_OF_A_PAGE = frozenset({Cause.RATE_LIMITED, Cause.PLATFORM_DOWN})


def in_words(answer: Answer, code: str, message: str) -> Diagnosis | None:
    """What is said in so many words, in code or message; None when nothing plain is."""
    said = words_of(f"{code} {message}")
    if OUR_APP.search(said):
        return app_refused(code, message)
    cause = next((cause for cause, words in _SAID if words.search(said)), None)
    if cause is None and _AGAIN.search(said) and not _QUESTION.search(said):
        cause = Cause.PLATFORM_DOWN
    if cause in _OF_A_PAGE:
        return verdict(cause, transient=True, code=code, message=message, retry_after=retry_after(answer))
    if answer.is_html:
        return None
    if cause is None or cause is Cause.ACCESS_REVOKED:
        return _grant(answer, cause, said, code, message)
    return verdict(cause, certainty=Certainty.LIKELY, code=code, message=message)


def last_words(answer: Answer, *, code: str = "", message: str = "") -> Diagnosis:
    """An answer that no rule of the platform covers: what its words say, else its status, else unknown."""
    code, message = code or str(answer.status), message or answer.text[:MOST_TEXT]
    # What a browser brings back is no data, and has no status of the platform's.
    common = None if answer.stage is Stage.AUTHORIZE_CALLBACK else common_diagnosis(answer)
    found = common or in_words(answer, code, message) or in_words(answer, code, answer.text[:MOST_TEXT])
    if found is not None:
        return found
    if answer.status != 401 and _QUESTION.search(words_of(message)):
        return app_refused(code, message)
    nowhere = answer.status == 404 and answer.json is None and answer.stage in (Stage.API, Stage.IDENTITY_CHECK)
    if nowhere or answer.status in (405, 410, 414, 415, 426):
        return app_refused(code, message)
    return unknown(answer, code=code, message=message)


def app_refused(code: str, message: str) -> Diagnosis:
    return verdict(
        Cause.BAD_REQUEST,
        fault=Fault.OURS,
        code=code,
        message=message,
        evidence=("The platform refuses our app or our question, not this permission.",),
    )


def lacks_a_parameter(said: str) -> bool:
    """We left something out: no word about what a merchant allowed."""
    return _MISSING_PARAMETER.search(words_of(said)) is not None


def words_of(text: str) -> str:
    """As a person would read it: no markup, and `INVALID_GRANT`, `invalidGrant` and `invalid-grant` in two words."""
    text = html.unescape(re.sub(r"<[^>]{0,300}>", " ", text[:MOST_TEXT]))
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.sub(r"[_+]|(?<=[A-Za-z])-(?=[A-Za-z])", " ", text).split())


def _grant(answer: Answer, cause: Cause | None, said: str, code: str, message: str) -> Diagnosis | None:
    """The permission itself; a one-time code that is refused says nothing about it."""
    if answer.stage is Stage.TOKEN_EXCHANGE:
        dead = cause or _DEAD_GRANT.search(said) or _EXPIRED.search(said)
        return verdict(Cause.BAD_REQUEST, code=code, message=message) if dead else None
    if cause is not None:
        return verdict(cause, certainty=Certainty.LIKELY, code=code, message=message)
    if _EXPIRED.search(said):
        passing = answer.stage not in RENEWALS
        return verdict(Cause.TOKEN_EXPIRED, transient=passing, certainty=Certainty.LIKELY, code=code, message=message)
    if answer.stage in RENEWALS and _DEAD_GRANT.search(said):
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=(Cause.TOKEN_EXPIRED,), code=code,
            message=message,
        )  # fmt: skip
    return None
