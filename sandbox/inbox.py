"""The mail catcher: takes what the product sends, over real SMTP, and refuses it when a switch says so."""

from __future__ import annotations

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.switches import is_on
from sandbox.world import World

KEPT = 500
SHOWN_HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")


class _Catcher:
    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if is_on(self._world, "mail", "smtp_mute"):
            await asyncio.sleep(3600)
        return responses

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if is_on(self._world, "mail", "smtp_451", address):
            return "451 4.3.0 Try again later"
        if is_on(self._world, "mail", "smtp_550", address):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._world.changing() as data:
            for address in envelope.rcpt_tos:
                data["inbox"].append(_letter(message, address, self._world.now().isoformat()))
            del data["inbox"][:-KEPT]
        return "250 OK"


def start(world: World, *, host: str, port: int) -> Controller:
    """The running catcher; its real port is `controller.server.sockets[0].getsockname()[1]`."""
    # aiosmtpd proves that it listens by connecting to the port it was given, so 0 has to be resolved first.
    controller = Controller(_Catcher(world), hostname=host, port=port)
    controller.start()
    return controller


def _letter(message: EmailMessage, to: str, at: str) -> dict[str, Any]:
    def part(kind: str) -> str:
        body = message.get_body(preferencelist=(kind,))
        return str(body.get_content()) if body is not None else ""

    return {
        "to": to, "subject": str(message["subject"] or ""), "text": part("plain"), "html": part("html"),
        "message_id": str(message["message-id"] or ""), "at": at,
        "headers": {name: str(message[name]) for name in SHOWN_HEADERS if message[name]},
    }  # fmt: skip
