"""Say one thing to a chat or a webhook, in a process of its own, which reads what and where as JSON.

Whoever is spoken to is nobody we know: the process has little memory and is ended after a while,
so an answer without end harms nothing. Exits with 0 when it was taken, 1 when not.
"""

from __future__ import annotations

import importlib
import ipaddress
import json
import resource
import socket
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECONDS, MEMORY = 20.0, 512 * 2**20
SLACK = ("hooks.slack.com", "hooks.slack-gov.com")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BadAddress(Exception):
    """Not an address that we would send to; the message is for the merchant."""


def checked(address: str, *, allow_inside: bool) -> str:
    """The address, trimmed. Raises BadAddress.

    `allow_inside` is for the sandbox: plain http on this machine. Anything else is https, and never inside our network.
    """
    address = address.strip()
    parts = urlsplit(address)
    try:
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise BadAddress("That is not an address.") from None
    if allow_inside and parts.scheme == "http" and host in LOOPBACK:
        return address
    if parts.scheme != "https" or not host or parts.username or len(address) > 1000:
        raise BadAddress("It must begin with https:// and hold no password.")
    if not _is_public(host, port or 443):
        raise BadAddress("That address cannot be reached from the internet.")
    return address


def speak(address: str, *, title: str, body: str, allow_inside: bool = False) -> bool:
    """Whether it was taken, within twenty seconds. Never raises for anything the other side does."""
    said = json.dumps({"address": address, "title": title, "body": body, "allow_inside": allow_inside})
    try:
        done = subprocess.run([sys.executable, "-P", __file__], input=said, text=True, timeout=SECONDS, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def target(address: str) -> Any:
    """What Apprise calls it: a Slack webhook for what is Slack's, else JSON by POST. None where it is neither."""
    apprise = importlib.import_module("apprise")
    # An answer that leads elsewhere is no answer.
    asset = apprise.AppriseAsset(http_redirects=False)
    parts = urlsplit(address)
    if parts.hostname in SLACK:
        return apprise.Apprise.instantiate(f"https://{parts.hostname}{parts.path}", asset=asset)
    # Part by part: in an address of its own kind a query could change what is sent, and how.
    secure = parts.scheme == "https"
    return apprise.Apprise.instantiate(
        {"schema": "jsons" if secure else "json", "host": parts.hostname, "port": parts.port,
         "fullpath": parts.path or "/", "params": dict(parse_qsl(parts.query))},
        asset=asset,
    )  # fmt: skip


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    said = json.load(sys.stdin)
    if not said["allow_inside"]:
        _refuse_inside()
    found = target(said["address"])
    return 0 if found is not None and found.notify(title=said["title"], body=said["body"]) else 1


def _refuse_inside() -> None:
    """Whatever a name leads to by now is looked at once more, at the very moment of connecting."""
    look_up = socket.getaddrinfo

    def outside(*asked: Any, **named: Any) -> Any:
        found = look_up(*asked, **named)
        if not all(ipaddress.ip_address(one[4][0]).is_global for one in found):
            raise OSError("inside")
        return found

    socket.getaddrinfo = outside


def _is_public(host: str, port: int) -> bool:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(one[4][0]).is_global for one in found)


if __name__ == "__main__":
    raise SystemExit(main())
