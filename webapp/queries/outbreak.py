"""Several that dropped together, in words: what they probably share, what that rests on, and what is fine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from webapp.models.health import Health
from webapp.platforms.diagnosis import Cause
from webapp.queries import wording
from webapp.queries.board_facts import OutbreakFacts
from webapp.queries.facts import IncidentFacts, IntegrationFacts
from webapp.queries.shared_cause import Fallen, Grade, Guess, Standing, Tie, domain_of, shared_cause
from webapp.words import marked, say, say_number

_SAID = {
    Cause.PASSWORD_CHANGED: marked("{company} says that the password of {login} was changed"),
    Cause.ACCESS_REVOKED: marked("{company} says that the access we had through {login} was taken back"),
    Cause.SECURITY_POLICY: marked("{company} says that a security rule stops {login}"),
}
_CHANGE = {
    Cause.PASSWORD_CHANGED: marked("one password change for {who}"),
    Cause.ACCESS_REVOKED: marked("one password or security change for {who}, or somebody who took our access back"),
    Cause.SECURITY_POLICY: marked("one security change for {who}"),
    None: marked("one password or security change for {who}"),
}
_SAME = {
    Cause.PASSWORD_CHANGED: marked("the password was changed"),
    Cause.ACCESS_REVOKED: marked("access was taken back"),
    Cause.SECURITY_POLICY: marked("a security rule stands in the way"),
    Cause.TOKEN_EXPIRED: marked("the permission has reached its time limit"),
    Cause.SCOPE_MISSING: marked("a permission is missing"),
    Cause.REFRESH_INTERRUPTED: marked("the renewal was interrupted"),
    Cause.WRONG_ACCOUNT: marked("the login does not reach the account"),
}


def outbreak_facts(members: Sequence[IntegrationFacts], rows: Sequence[IntegrationFacts], *, id: str) -> OutbreakFacts:
    """The card of `members`, which dropped together, among all `rows` of their workspace."""
    fallen = [_fallen(one, one.incident) for one in members if one.incident is not None]
    found = max((one.found_at for one in fallen), default=None)
    fine = [
        one for one in rows
        if one.health in (Health.CONNECTED, Health.CATCHING_UP)
        and one.checked_at is not None and (found is None or one.checked_at >= found)
    ]  # fmt: skip
    guess = shared_cause(fallen, [Standing(company=one.company, login=one.login) for one in fine])
    return OutbreakFacts(
        id=id,
        title=say_number("{count} connection dropped together", "{count} connections dropped together", len(members)),
        likely=_sentence(guess, {one.company for one in fine} - {one.company for one in members}),
        evidence=tuple(_evidence(guess, members, fallen)),
        members=tuple(members),
    )


def largest(
    rows: Sequence[IntegrationFacts], outbreak_ids: Iterable[tuple[IntegrationFacts, str]]
) -> OutbreakFacts | None:
    """The outbreak that most are still down of; None where nothing that dropped together is."""
    groups: dict[str, list[IntegrationFacts]] = defaultdict(list)
    for one, outbreak_id in outbreak_ids:
        groups[outbreak_id].append(one)
    found = max(groups.items(), key=lambda item: len(item[1]), default=None)
    if found is None or len(found[1]) < 2:
        return None
    return outbreak_facts(found[1], rows, id=found[0])


def words_of_guess(guess: Guess) -> str:
    """The guess as half a sentence: "Likely one password or security change for ops@aurora.test"."""
    if guess.tie is Tie.LOGIN:
        return _of_login(guess)
    if guess.tie is Tie.DOMAIN:
        what = say("one security change for everybody at {domain}, such as a company-wide password reset",
                   domain=guess.about)  # fmt: skip
        return _graded(guess, what)
    if guess.tie is Tie.CAUSE and guess.cause is not None:
        return say("Of each we are told the same, that {cause}; it may be one change", cause=say(_SAME[guess.cause])) \
            if guess.cause in _SAME else say("Of each we are told the same; it may be one change")  # fmt: skip
    if guess.tie is Tie.PLATFORM and guess.grade is Grade.PERHAPS:
        return say("All of them are at {company}; it may be one change there", company=guess.about)
    if guess.tie is None:
        return say("They were found within minutes of each other, but did not break at the same time")
    return say("They began within minutes of each other, so they may share a cause; nothing else says so")


def _of_login(guess: Guess) -> str:
    if guess.grade is Grade.SAID and guess.cause in _SAID:
        return say(_SAID[guess.cause], company=guess.company, login=guess.about)
    who = say("{login} at {company}", login=guess.about, company=guess.company) if guess.company else guess.about
    return _graded(guess, say(_CHANGE.get(guess.cause, _CHANGE[None]), who=who))


def _graded(guess: Guess, what: str) -> str:
    told = say("Likely {what}", what=what) if guess.grade is Grade.LIKELY else say("Perhaps {what}", what=what)
    if guess.against is None:
        return told
    if guess.tie is Tie.LOGIN:
        return say("{told}; at {company} the same login still works", told=told, company=guess.against.company)
    return say("{told}; but {login} at {company} still works", told=told, login=guess.against.login,
               company=guess.against.company)  # fmt: skip


def _sentence(guess: Guess, fine: Collection[str]) -> str:
    why = words_of_guess(guess)
    names = sorted(set(fine) - ({guess.against.company} if guess.against else set()))
    if not names:
        return say("{why}.", why=why)
    return say_number(
        "{why}; {names} is fine.", "{why}; {names} are fine.", len(names), why=why, names=wording.listed(names)
    )


def _evidence(guess: Guess, members: Sequence[IntegrationFacts], fallen: Sequence[Fallen]) -> Iterable[str]:
    """What the guess rests on, a line each."""
    if Tie.LOGIN in guess.ties:
        yield say("The same login: {login}", login=fallen[0].login)
    if Tie.DOMAIN in guess.ties:
        yield say("The same mail domain: {domain}", domain=domain_of(fallen[0].login))
    if Tie.PLATFORM in guess.ties:
        yield say("The same platform: {company}", company=fallen[0].company)
    if Tie.CAUSE in guess.ties:
        common = frozenset.intersection(*(one.causes for one in fallen)) - {Cause.UNKNOWN}
        says = say(_SAME[next(iter(common))]) if common <= _SAME.keys() else ""
        if says and all(one.is_sure for one in fallen):
            yield say("The same answer: {answer}", answer=says)
        elif says:
            yield say("Answers that can all mean the same: {answer}", answer=says)
    if Tie.MINUTES in guess.ties:
        zone = members[0].timezone
        first, last = max(one.worked_at for one in fallen), min(one.found_at for one in fallen)
        said = wording.moment(first, zone), wording.moment(last, zone)
        if first < last and said[0] != said[1]:
            yield say("All of them broke between {first} and {last}", first=said[0], last=said[1])
        else:
            yield say("All of them broke at about {when}", when=said[1])


def _fallen(one: IntegrationFacts, incident: IncidentFacts) -> Fallen:
    return Fallen(
        company=one.company, login=one.login, causes=incident.causes, is_sure=incident.is_sure,
        worked_at=incident.began_at, found_at=incident.opened_at,
    )  # fmt: skip
