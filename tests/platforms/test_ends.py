"""When a permission ends, as each platform gives it; and what it lets us do, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.models.ahead import end_that_counts
from webapp.platforms import registry
from webapp.queries.permission import scope_words

NOW = datetime(2026, 11, 12, 9, tzinfo=UTC)
HOUR, SOON, SIXTY, NINETY, YEAR = (NOW + timedelta(hours=one) for one in (1, 14 * 24, 60 * 24, 90 * 24, 365 * 24))


def ends(slug, **given):
    platform = registry()[slug]
    clocks = {"access": None, "refresh": None, "consent": None, **given}
    found = platform.ends(**clocks)
    return [(end.at, end.moves) for end in found], end_that_counts(found, NOW)


def test_meta_has_two_clocks_and_the_earlier_counts():
    both = [(SIXTY, True), (NINETY, False)]
    assert ends("meta_ads", access=SIXTY, consent=NINETY) == (both, NINETY), "the token renews itself till then"
    assert ends("meta_ads", access=SOON, consent=NINETY)[1] == SOON, "it has not been renewed for weeks"
    assert ends("meta_ads", access=NINETY, consent=SOON)[1] == SOON
    assert ends("meta_ads", access=SIXTY) == ([(SIXTY, True)], None)
    assert ends("meta_ads") == ([], None)


@pytest.mark.parametrize(
    ("slug", "given", "expected"),
    [
        ("linkedin_ads", {"access": SIXTY, "refresh": YEAR}, ([(YEAR, False)], YEAR)),
        ("shopify", {"access": HOUR, "refresh": NINETY}, ([(NINETY, True)], None)),
        ("shopify", {"access": HOUR, "refresh": SOON}, ([(SOON, True)], SOON)),
        ("microsoft_ads", {"access": HOUR}, ([], None)),
        ("google_ads", {"access": HOUR}, ([], None)),
        # Google states an end only where the person chose one: no renewal brings another token.
        ("google_ads", {"access": HOUR, "refresh": SIXTY}, ([(SIXTY, False)], SIXTY)),
        ("tiktok_ads", {}, ([], None)),
    ],
)
def test_what_moves_when_it_is_renewed_is_warned_of_only_when_that_failed(slug, given, expected):
    assert ends(slug, **given) == expected


@pytest.mark.parametrize("slug", registry())
def test_every_permission_we_ask_for_is_named(slug):
    platform = registry()[slug]
    asked = [*platform.scopes, *platform.optional_scopes]
    assert not set(scope_words(platform, asked)) & set(asked)


def test_what_has_no_words_is_shown_as_it_is():
    platform = registry()["meta_ads"]
    assert scope_words(platform, ["zeta", "ads_read", "alpha"]) == (
        "See ad accounts and what they spend", "alpha", "zeta",
    )  # fmt: skip
