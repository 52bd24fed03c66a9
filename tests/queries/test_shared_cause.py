"""What several that dropped together probably share: a guess never says more than its evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.platforms.diagnosis import Cause
from webapp.queries.outbreak import words_of_guess
from webapp.queries.shared_cause import (
    CHANGES,
    LAG,
    PUBLIC,
    Fallen,
    Grade,
    Guess,
    Standing,
    Tie,
    domain_of,
    shared_cause,
)

T = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
ANA, BOB = "ana@aurora.test", "bob@aurora.test"
PASSWORD, REVOKED, POLICY = Cause.PASSWORD_CHANGED, Cause.ACCESS_REVOKED, Cause.SECURITY_POLICY
ANY = (PASSWORD, REVOKED, POLICY)


def fell(company: str, login: str | None, *causes: Cause, sure: bool = False, worked=0, found=10) -> Fallen:
    return Fallen(
        company=company, login=login, causes=frozenset(causes or ANY), is_sure=sure,
        worked_at=T + timedelta(minutes=worked), found_at=T + timedelta(minutes=found),
    )  # fmt: skip


def stands(company: str, login: str | None = "Aurora Outdoor") -> Standing:
    return Standing(company=company, login=login)


TABLE = [
    (
        "one address on three platforms",
        [fell("Meta", ANA), fell("Google", ANA), fell("TikTok", ANA)], [stands("Shopify")],
        "Likely one password or security change for ana@aurora.test",
    ),
    (
        "one of them knows that it was the password, the others allow it",
        [fell("Meta", ANA, PASSWORD, sure=True), fell("Google", ANA)], [],
        "Likely one password change for ana@aurora.test",
    ),
    (
        "one knows that access was taken back, which is how and not why",
        [fell("Meta", ANA, REVOKED, sure=True), fell("Google", ANA)], [],
        "Likely one password or security change for ana@aurora.test",
    ),
    (
        "each knows that access was taken back",
        [fell("Meta", ANA, REVOKED, sure=True), fell("Google", ANA, REVOKED, sure=True)], [],
        "Likely one password or security change for ana@aurora.test, or somebody who took our access back",
    ),
    (
        "two that know are of two minds",
        [fell("Meta", ANA, PASSWORD, sure=True), fell("Google", ANA, REVOKED, sure=True)], [],
        "Perhaps one password or security change for ana@aurora.test",
    ),
    (
        "the platform says it itself, of each",
        [fell("Meta", ANA, PASSWORD, sure=True), fell("Meta", ANA, PASSWORD, sure=True)], [],
        "Meta says that the password of ana@aurora.test was changed",
    ),
    (
        "the same address still works elsewhere",
        [fell("Meta", ANA), fell("Meta", ANA)], [stands("Google", ANA)],
        "Likely one password or security change for ana@aurora.test at Meta; at Google the same login still works",
    ),
    (
        "the same login still works at the same platform",
        [fell("Meta", ANA, REVOKED, sure=True), fell("Meta", ANA, REVOKED, sure=True)], [stands("Meta", ANA)],
        "Perhaps one password or security change for ana@aurora.test at Meta, or somebody who took our access back; "
        "at Meta the same login still works",
    ),
    (
        "two people of one company",
        [fell("Meta", ANA), fell("Google", BOB)], [stands("Shopify")],
        "Likely one security change for everybody at aurora.test, such as a company-wide password reset",
    ),
    (
        "two people of one company, and a third who is fine",
        [fell("Meta", ANA), fell("Google", BOB)], [stands("TikTok", "eve@aurora.test")],
        "Perhaps one security change for everybody at aurora.test, such as a company-wide password reset; "
        "but eve@aurora.test at TikTok still works",
    ),
    (
        "two addresses that anybody can have",
        [fell("Meta", "ana@gmail.com"), fell("Google", "bob@gmail.com")], [],
        "They began within minutes of each other, so they may share a cause; nothing else says so",
    ),
    (
        "one platform, two strangers",
        [fell("Meta", ANA), fell("Meta", "bob@borealis.test")], [],
        "All of them are at Meta; it may be one change there",
    ),
    (
        "one platform, two strangers, and a third who is fine there",
        [fell("Meta", ANA), fell("Meta", "bob@borealis.test")], [stands("Meta", "eve@elsewhere.test")],
        "They began within minutes of each other, so they may share a cause; nothing else says so",
    ),
    (
        "a time limit is nobody's change, whoever signed in",
        [fell("Meta", ANA, Cause.TOKEN_EXPIRED, sure=True), fell("LinkedIn", ANA, Cause.TOKEN_EXPIRED, sure=True)], [],
        "Of each we are told the same, that the permission has reached its time limit; it may be one change",
    ),
    (
        "nobody knows who signed in",
        [fell("Meta", None), fell("Google", None)], [],
        "They began within minutes of each other, so they may share a cause; nothing else says so",
    ),
    (
        "one broke after the other had been found broken",
        [fell("Meta", ANA, found=10), fell("Google", ANA, worked=40, found=50)], [],
        "They were found within minutes of each other, but did not break at the same time",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fallen", "standing", "says"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_said(fallen, standing, says):
    assert words_of_guess(shared_cause(fallen, standing)) == says


LOGINS = st.sampled_from([None, ANA, ANA.upper(), BOB, "eve@borealis.test", "ana@gmail.com", "bob@gmail.com", "Aurora"])
COMPANIES = st.sampled_from(["Meta", "Google", "TikTok"])
CAUSES = st.frozensets(st.sampled_from([*ANY, Cause.TOKEN_EXPIRED, Cause.SCOPE_MISSING, Cause.UNKNOWN]), min_size=1)
FALLEN = st.builds(
    lambda company, login, causes, sure, worked, lasts: fell(
        company, login, *causes, sure=sure and len(causes) == 1, worked=worked, found=worked + lasts
    ),
    COMPANIES, LOGINS, CAUSES, st.booleans(), st.integers(0, 20), st.integers(0, 20),
)  # fmt: skip
STANDING = st.lists(st.builds(Standing, company=COMPANIES, login=LOGINS), max_size=3)


@given(st.lists(FALLEN, min_size=2, max_size=5), STANDING)
def test_a_guess_never_claims_more_than_its_evidence(fallen, standing):
    guess = shared_cause(fallen, standing)
    said = words_of_guess(guess)
    logins = {(one.login or "").casefold() for one in fallen}
    companies = {one.company for one in fallen}
    apart = max(one.worked_at for one in fallen) - min(one.found_at for one in fallen) > LAG
    still = {(one.login or "").casefold() for one in standing}
    if apart:
        assert guess == Guess(grade=Grade.OPEN), "what did not break together has no common cause"
        return
    assert said.startswith("Likely ") == (guess.grade is Grade.LIKELY)
    for login in {one.login for one in fallen if one.login and "@" in one.login}:
        if login.casefold() in said.casefold().split(" at ")[0]:
            assert logins == {login.casefold()}, "a login is named only where all have it"
    if guess.grade in (Grade.SAID, Grade.LIKELY):
        assert all(one.causes & CHANGES for one in fallen), "what happened fits what each platform says"
        assert len({one for each in fallen if each.is_sure for one in each.causes}) <= 1, "those that know agree"
    if guess.grade is Grade.SAID:
        assert len(logins) == len(companies) == 1
        assert all(one.is_sure and one.causes == {guess.cause} for one in fallen)
        assert not still & logins
    if guess.grade is Grade.LIKELY and guess.tie is Tie.LOGIN:
        assert len(logins) == 1
        assert "" not in logins
        assert not still & logins or (len(companies) == 1 and guess.against and guess.against.company not in companies)
    if guess.grade is Grade.LIKELY and guess.tie is Tie.DOMAIN:
        (domain,) = {domain_of(one.login) for one in fallen}
        assert domain not in PUBLIC | {None}
        assert domain not in {domain_of(one.login) for one in standing}
    for company in ("Meta", "Google", "TikTok"):
        if f"All of them are at {company}" in said or f"{company} says" in said:
            assert companies == {company}
    if "password change" in said and "or security" not in said:
        assert any(one.is_sure and one.causes == {PASSWORD} for one in fallen), "somebody knows that it was that"
        assert all(PASSWORD in one.causes for one in fallen)
