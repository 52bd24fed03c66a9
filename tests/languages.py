"""Languages made up for tests: one that puts every message of ours between marks, and one made of a few lines."""

from __future__ import annotations

import io
import re

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from webapp.words import ENGLISH, FOLDER, Language, language_from

ENGLISH_PO = FOLDER / ENGLISH / "LC_MESSAGES" / "messages.po"
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")


def made_up() -> Language:
    """English, with every message of the catalogue as ⟦message⟧: what stays bare did not come from there."""
    catalogue = read_po(io.BytesIO(ENGLISH_PO.read_bytes()), locale=ENGLISH)
    for message in catalogue:
        if message.id:
            several = isinstance(message.id, tuple)
            message.string = tuple(f"⟦{one}⟧" for one in message.id) if several else f"⟦{message.id}⟧"
    return _language(ENGLISH, catalogue)


def language_of(name: str, said: dict[str | tuple[str, str], str | tuple[str, ...]]) -> Language:
    """A language that knows these messages only."""
    catalogue = Catalog(locale=name)
    for message, text in said.items():
        catalogue.add(message, text)
    return _language(name, catalogue)


def bare(text: str) -> str:
    """What of a text in the made-up language is not from the catalogue."""
    while MARKED.search(text):
        text = MARKED.sub("", text)
    return text


def _language(name: str, catalogue: Catalog) -> Language:
    out = io.BytesIO()
    write_po(out, catalogue)
    return language_from(name, out.getvalue())
