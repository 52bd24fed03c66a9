"""What is said, counted, dated and paid follows the language that is spoken, and English is whole."""

from __future__ import annotations

import io
import re
import string
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.messages.pofile import read_po

from tests.languages import language_of
from tools.catalogue import brought_up_to_date, files
from webapp import words
from webapp.queries import wording

DAY = date(2026, 11, 12)
MOMENT = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
GERMAN = {
    "just now": "gerade eben",
    ("{count} day", "{count} days"): ("{count} Tag", "{count} Tage"),
    "{day}, {time}": "{day}, {time} Uhr",
}
POLISH = {("{count} day", "{count} days"): ("{count} dzień", "{count} dni", "{count} dnia")}


def fields(text: str) -> set[str]:
    braces = {name for _, name, _, _ in string.Formatter().parse(re.sub(r"%\(\w+\)s", "", text)) if name}
    return braces | set(re.findall(r"%\((\w+)\)s", text))


def test_english_is_what_nobody_chose():
    assert wording.day(DAY) == "Thu 12 Nov"
    assert wording.moment(MOMENT, "America/New_York") == "Thu 12 Nov, 09:10"
    assert wording.money(2_184_000_000, "USD") == "$2,184"
    assert wording.money(12_500_000, "EUR") == "€12.50"
    assert wording.money(-2_184_000_000, "USD") == "-$2,184"
    assert wording.listed(["Meta", "Google", "TikTok"]) == "Meta, Google and TikTok"
    assert [wording.counted(number, wording.DAYS) for number in (0, 1, 2214)] == ["0 days", "1 day", "2,214 days"]
    assert wording.ago(MOMENT, MOMENT + timedelta(hours=50)) == "2 days ago"


def test_another_language_has_its_own_plurals_dates_money_and_lists():
    with words.speaking(language_of("de", GERMAN)):
        assert wording.day(DAY) == "Do., 12. Nov."
        assert wording.moment(MOMENT, "UTC") == "Do., 12. Nov., 14:10 Uhr"
        assert wording.money(2_184_000_000, "EUR") == "2.184\xa0€"
        assert wording.money(12_500_000, "EUR") == "12,50\xa0€"
        assert wording.listed(["Meta", "Google", "TikTok"]) == "Meta, Google und TikTok"
        assert wording.span(timedelta(days=1)) == "1 Tag"
        assert wording.span(timedelta(days=2214)) == "2.214 Tage"
        assert wording.ago(MOMENT, MOMENT) == "gerade eben"
        assert wording.ago(MOMENT, MOMENT + timedelta(minutes=5)) == "5 min ago", "not translated: English"
    with words.speaking(language_of("pl", POLISH)):
        assert [wording.counted(number, wording.DAYS) for number in (1, 3, 5)] == ["1 dzień", "3 dni", "5 dnia"]
    assert wording.day(DAY) == "Thu 12 Nov", "and afterwards English again, out of the same caches"


def test_what_a_translator_marks_as_doubtful_stays_english():
    doubtful = b'msgid ""\nmsgstr "Language: de\\n"\n\n#, fuzzy\nmsgid "just now"\nmsgstr "eben"\n'
    with words.speaking(words.language_from("de", doubtful)):
        assert words.say("just now") == "just now"


def test_nothing_is_said_for_nothing():
    assert words.say("") == ""


@pytest.mark.parametrize("path", sorted(files(), key=str), ids=lambda path: path.parts[-3])
def test_every_catalogue_is_as_the_code_says(path):
    assert path.read_bytes() == files()[path], "`make fix` brings it up to date"


@pytest.mark.parametrize("name", words.languages())
def test_a_translation_fills_in_what_its_message_does(name):
    catalogue = read_po(io.BytesIO((words.FOLDER / name / "LC_MESSAGES" / "messages.po").read_bytes()), locale=name)
    assert len(catalogue) > 200
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(texts):
            known = set().union(*map(fields, ids))
            assert all(fields(text) <= known for text in texts), message.id
        if name == words.ENGLISH and message.id:
            assert texts == ids


def test_a_new_language_gets_every_message_and_keeps_what_is_translated():
    first = brought_up_to_date("de", b"")
    assert b'msgid "just now"\nmsgstr ""' in first
    translated = first.replace(b'msgid "just now"\nmsgstr ""', b'msgid "just now"\nmsgstr "gerade eben"')
    again = brought_up_to_date("de", translated + b'\nmsgid "gone"\nmsgstr "weg"\n')
    assert b'msgstr "gerade eben"' in again
    assert b"weg" not in again
