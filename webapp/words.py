"""What we say in the language that is spoken here: messages out of the catalogues, plurals and numbers.

The English text is the message's id and stands where it is used. What else there is, `translations` has in
`<language>/LC_MESSAGES/messages.po`; a folder more is a language more.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

FOLDER = Path(__file__).parent / "translations"
ENGLISH = "en"


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A catalogue, and how dates, money and numbers are written with it."""

    locale: Locale
    catalogue: Translations

    @property
    def tag(self) -> str:
        """As HTML names it: "en", "pt-BR"."""
        return str(self.locale).replace("_", "-")


def language_from(name: str, po: bytes) -> Language:
    """The language a catalogue's text holds. What it does not translate, and what is marked fuzzy, stays English."""
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(po), locale=name))
    compiled.seek(0)
    return Language(Locale.parse(name), Translations(compiled))


@cache
def languages() -> tuple[str, ...]:
    """The languages there is a catalogue for, English first."""
    found = sorted(one.parent.parent.name for one in FOLDER.glob("*/LC_MESSAGES/messages.po"))
    return tuple(sorted(found, key=lambda name: name != ENGLISH))


@cache
def language(name: str) -> Language:
    """One of `languages()`."""
    return language_from(name, (FOLDER / name / "LC_MESSAGES" / "messages.po").read_bytes())


def spoken() -> Language:
    """The language of this request or this mail."""
    return _spoken.get() or language(ENGLISH)


def speak(one: Language | None) -> None:
    """Speak it in this thread from here on; None: what nobody chose."""
    _spoken.set(one)


@contextmanager
def speaking(one: Language) -> Iterator[None]:
    """Speak it for a while."""
    before = _spoken.set(one)
    try:
        yield
    finally:
        _spoken.reset(before)


def say(message: str, /, **names: object) -> str:
    """The message with its {names} filled in."""
    told = spoken().catalogue.gettext(message) if message else ""
    return told.format_map(names) if names else told


def say_number(one: str, several: str, number: int, /, **names: object) -> str:
    """The form that goes with the number; {count} in it is the number as it is written here."""
    told = spoken().catalogue.ngettext(one, several, number)
    return told.format_map({"count": written(number), **names})


def marked(message: str) -> str:
    """A message that is kept in English and said later."""
    return message


def unit(one: str, several: str) -> tuple[str, str]:
    """What is counted, in English; `say_unit` says it."""
    return one, several


def say_unit(number: int, what: tuple[str, str]) -> str:
    """ "1 order", "412 orders"."""
    return say_number(f"{{count}} {what[0]}", f"{{count}} {what[1]}", number)


def written(number: int) -> str:
    """ "2,214", "2.214"."""
    return format_decimal(number, locale=spoken().locale)


_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)
