"""What the page says after Check all."""

from dataclasses import replace
from datetime import timedelta

from webapp.models.health import Health
from webapp.queries.checks import PATIENCE, WORTH_SAYING, check_of
from webapp.views.samples import GOOGLE, META, NOW, TIKTOK, broken

ASKED = NOW
SOON = timedelta(seconds=5)


def at(row, seconds):
    """The row, last proved so many seconds after everything was asked."""
    return replace(row, checked_at=ASKED + timedelta(seconds=seconds))


def said(*rows, after=SOON, attempted=("meta", "google", "tiktok")):
    check, turns = check_of(ASKED, rows, dict.fromkeys(attempted, ASKED + timedelta(seconds=1)), ASKED + after)
    return (check and check.said, check and check.is_pending, turns)


def test_all_that_answered_is_counted():
    both = at(META, 2), at(GOOGLE, 3)
    assert said(*both) == ("Checked just now: 2 of 2 reachable.", False, ASKED + timedelta(minutes=1))
    assert said(*both, after=timedelta(minutes=3))[0] == "Checked 3 min ago: 2 of 2 reachable."
    assert said(*both, after=WORTH_SAYING) == (None, None, None)
    assert check_of(None, both, {}, NOW) == (None, None)


def test_while_answers_come_in_it_says_how_many():
    rows = at(META, 2), at(GOOGLE, -60), replace(at(TIKTOK, -60), syncing=True)
    assert said(*rows, attempted=("meta", "tiktok")) == (
        "Checking: 1 of 3 have answered.", True, ASKED + PATIENCE,
    )  # fmt: skip


def test_what_could_not_be_asked_keeps_what_was_last_proved():
    words = "Checked just now: 1 of 2 reachable. We could not check Google Ads Aurora Outdoor US (last reachable Thu"
    assert said(at(META, 2), at(GOOGLE, -3600))[0].startswith(words)
    nobody_answers = said(at(META, 2), at(GOOGLE, -60), after=PATIENCE, attempted=())
    assert nobody_answers[0].endswith("just now.")
    assert not nobody_answers[1]


def test_what_is_broken_is_named_and_never_counted_as_reachable():
    assert said(at(META, 2), broken(at(GOOGLE, 1)))[0] == (
        "Checked just now: 1 of 2 reachable. Google Ads Aurora Outdoor US needs you."
    )


def test_what_the_platform_told_us_by_itself_is_not_waited_for():
    check = said(at(META, 2), broken(at(GOOGLE, -60)), attempted=("meta",))
    assert check[:2] == ("Checked just now: 1 of 2 reachable. Google Ads Aurora Outdoor US needs you.", False)


def test_what_the_merchant_paused_is_not_asked():
    assert said(at(META, 2), replace(GOOGLE, health=Health.PAUSED))[0] == "Checked just now: 1 of 1 reachable."
    assert said(replace(GOOGLE, health=Health.PAUSED)) == (None, None, None)
