"""The Flask extensions, made once and bound to the app in `create_app`."""

from __future__ import annotations

import smtplib
import ssl
from email import charset
from functools import cache
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_login import LoginManager
from flask_mail import Connection, Mail
from flask_wtf import CSRFProtect

SMTP_SECONDS = 10
# Flask-Mail sends text as it stands; a line of inlined styles is longer than the 998 characters that a mail server
# must take (RFC 5321, 4.5.3.1.6), and some refuse the mail.
charset.add_charset("utf-8", charset.SHORTEST, charset.QP, "utf-8")

login_manager = LoginManager()
csrf = CSRFProtect()


@cache
def _verifying() -> ssl.SSLContext:
    """Reading the authorities it trusts takes as long as sending a mail."""
    return ssl.create_default_context()


class PatientConnection(Connection):
    """Flask-Mail's connection with the two things it lacks: a timeout, and a TLS context that verifies."""

    def configure_host(self) -> smtplib.SMTP:
        mail = self.mail
        if mail.use_ssl:
            host: smtplib.SMTP = smtplib.SMTP_SSL(mail.server, mail.port, timeout=SMTP_SECONDS, context=_verifying())
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=SMTP_SECONDS)
        if mail.use_tls:
            host.starttls(context=_verifying())
        if mail.username and mail.password:
            host.login(mail.username, mail.password)
        return host


class PatientMail(Mail):
    def connect(self) -> Connection:
        return PatientConnection(current_app.extensions["mail"])


mail = PatientMail()


def mail_config(url: str, sender: str) -> dict[str, object]:
    """Flask-Mail's settings from `smtp://user:pass@host:port`; `smtps` is TLS from the start, `?tls=1` STARTTLS."""
    parts = urlsplit(url)
    return {
        "MAIL_SERVER": parts.hostname or "localhost",
        "MAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "MAIL_USE_SSL": parts.scheme == "smtps",
        "MAIL_USE_TLS": "tls=1" in parts.query,
        "MAIL_USERNAME": unquote(parts.username) if parts.username else None,
        "MAIL_PASSWORD": unquote(parts.password) if parts.password else None,
        "MAIL_DEFAULT_SENDER": sender,
        "MAIL_SUPPRESS_SEND": False,
    }


def init_app(app: Flask) -> None:
    for extension in (login_manager, csrf, mail):
        extension.init_app(app)
