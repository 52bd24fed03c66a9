"""What permissions are called to a merchant that several platforms know by the same name (OpenID Connect)."""

from __future__ import annotations

from webapp.words import marked

OPENID = (
    ("openid", marked("Know who signed in")),
    ("profile", marked("See your name")),
    ("email", marked("See your email address")),
    ("offline_access", marked("Stay connected while you are away")),
)
