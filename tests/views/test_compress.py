"""Text leaves compressed for whoever takes it so, and says the same as the plain one."""

from __future__ import annotations

import gzip

import pytest

from tests.views.conftest import plain

GZIP = "gzip, deflate, br"
STYLES = "/static/css/base.css"


def get(someone, path: str, **headers: str):
    """The whole answer, its file closed as a server would."""
    with someone.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}) as reply:
        assert reply.data is not None
    return reply


def test_a_page_says_the_same(ana, acts):
    acts.connects("shopify")
    packed, loose = get(ana, "/integrations", Accept_Encoding=GZIP), get(ana, "/integrations")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(loose.data) / 2
    assert plain(gzip.decompress(packed.data).decode()) == plain(loose.text)
    assert "Content-Encoding" not in loose.headers
    assert "Accept-Encoding" in packed.vary
    assert "Accept-Encoding" in loose.vary


@pytest.mark.parametrize("asked", ["", "identity", "br", "gzip;q=0"])
def test_nobody_gets_what_they_did_not_ask_for(nobody, asked):
    assert "Content-Encoding" not in get(nobody, STYLES, Accept_Encoding=asked).headers


def test_a_static_file_is_kept_and_asked_for_again_by_its_tag(nobody):
    packed, loose = get(nobody, STYLES, Accept_Encoding=GZIP), get(nobody, STYLES)
    assert gzip.decompress(packed.data) == loose.data
    assert "max-age=31536000" in packed.headers["Cache-Control"]
    assert packed.headers["ETag"].startswith("W/"), "the same text, not the same bytes"
    again = get(nobody, STYLES, Accept_Encoding=GZIP, If_None_Match=packed.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_packed_already_stays_as_it_is(nobody):
    font = get(nobody, "/static/vendor/inter/inter.woff2", Accept_Encoding=GZIP)
    assert font.status_code == 200
    assert "Content-Encoding" not in font.headers


def test_a_part_of_a_file_is_that_part(nobody):
    part = get(nobody, STYLES, Accept_Encoding=GZIP, Range="bytes=0-1999")
    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers
    assert len(part.data) == 2000
