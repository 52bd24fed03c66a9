"""Each request in its own language, where there is a catalogue of it; nothing that is kept mixes two of them."""

from __future__ import annotations

import shutil

import pytest

from webapp import words

EMPTY = "Nothing connected yet. Add your store first, then the places you buy ads."
DEUTSCH = "Noch nichts verbunden."


@pytest.fixture
def german_too(tmp_path, monkeypatch):
    """A second catalogue, in a folder of its own."""
    folder = tmp_path / "translations"
    shutil.copytree(words.FOLDER, folder)
    (folder / "de" / "LC_MESSAGES").mkdir(parents=True)
    (folder / "de" / "LC_MESSAGES" / "messages.po").write_text(
        f'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "{EMPTY}"\nmsgstr "{DEUTSCH}"\n'
    )
    monkeypatch.setattr(words, "FOLDER", folder)
    words.languages.cache_clear(), words.language.cache_clear()
    yield
    words.languages.cache_clear(), words.language.cache_clear()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_speaks_what_the_browser_asks_for(german_too, ana):
    for asked, tag, said in (
        ("de-AT,de;q=0.9,en;q=0.8", "de", DEUTSCH), ("en", "en", EMPTY), ("fr", "en", EMPTY),
        ("fr,de;q=0.5", "de", DEUTSCH), ("*", "en", EMPTY),
        ("nonsense;;q=x", "en", EMPTY), ("", "en", EMPTY), ("../../etc", "en", EMPTY),
    ):  # fmt: skip
        page = ana.client.get("/integrations", headers={"Accept-Language": asked}).text
        assert f'<html lang="{tag}">' in page, asked
        assert said in page, asked
    ana.client.get("/integrations", headers={"Accept-Language": "de"})
    assert words.spoken().tag == "en", "the next request of this thread is somebody else's"
