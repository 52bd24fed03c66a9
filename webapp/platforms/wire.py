"""The one HTTP client: bounded in time, size and direction, so that a hostile or broken platform cannot hold us.

It follows no redirect, verifies TLS, reads no proxy or netrc from the environment, and maps `https://HOST/PATH` to
`BASE/HOST/PATH` where a platform is answered by a stand-in. Whatever happens, an `Answer` comes back.
"""

from __future__ import annotations

import io
import ipaddress
import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import certifi
import urllib3
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from webapp.platforms.answer import Answer, Failure, Stage
from webapp.platforms.deadline import Exchange, PlainPool, SecurePool, watch

MAX_BODY = 32 * 1024 * 1024
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 90.0
# Whoever renews a permission holds it alone meanwhile, and a token answer is one small page.
TOKEN_TOTAL_SECONDS = 20.0
# Asked only after a refusal, and only to know more: not worth waiting for.
INSPECT_TOTAL_SECONDS = 4.0
LONGEST_TOKEN_CALL_SECONDS = TOKEN_TOTAL_SECONDS + INSPECT_TOTAL_SECONDS + 2 * CONNECT_SECONDS
CHUNK = 64 * 1024
CONTENT_ENCODING = "gzip, deflate"
NEVER_SENT = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.LocationValueError,
)
# At DEBUG it writes every address it asks, and some platforms take secrets in the address.
logging.getLogger("urllib3").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """What to send: a full https URL of the platform, and at most one of `form` and `body`."""

    method: str = "GET"
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


class ForeignHost(Exception):
    """A platform's answer pointed us at a host that is not one of its own."""


class Wire:
    """Sends requests of one platform. Thread-safe; connections are kept open and reused."""

    def __init__(
        self, *, base_url: str | None = None, refuse_private: bool = False, total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._base = base_url.rstrip("/") if base_url else None
        self._refuse_private = refuse_private and base_url is None
        self._total_seconds = total_seconds
        self._pool = urllib3.PoolManager(
            num_pools=32, maxsize=8, retries=False, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()
        )
        self._pool.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def locate(self, url: str) -> str:
        """Where a platform's URL really lives."""
        if self._base is None:
            return url
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return f"{self._base}/{parts.netloc}{parts.path}{query}"

    def send(self, request: Request, *, stage: Stage) -> Answer:
        """One request, one answer. Never raises for anything the other side does."""
        url = request.url
        if request.params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(request.params)}"
        if self._refuse_private and _is_private(urlsplit(url).hostname or ""):
            return Answer(stage, 0, failure=Failure.UNREACHABLE)
        with watch().within(self._seconds_for(stage)) as exchange:
            try:
                response = self._pool.request(
                    request.method,
                    self.locate(url),
                    body=request.body,
                    headers={"accept-encoding": CONTENT_ENCODING, **request.headers},
                    redirect=False,
                    preload_content=False,
                    timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                )
            except NEVER_SENT:
                return Answer(stage, 0, failure=Failure.UNREACHABLE)
            except (urllib3.exceptions.TimeoutError, TimeoutError):
                return Answer(stage, 0, failure=Failure.TIMEOUT)
            except (urllib3.exceptions.HTTPError, OSError):
                return Answer(stage, 0, failure=Failure.TIMEOUT if exchange.is_over else Failure.CUT_SHORT)
            return _read(response, stage, exchange)

    def _seconds_for(self, stage: Stage) -> float:
        most = {Stage.TOKEN_REFRESH: TOKEN_TOTAL_SECONDS, Stage.TOKEN_INSPECT: INSPECT_TOTAL_SECONDS}
        return min(self._total_seconds, most.get(stage, self._total_seconds))


def _read(response: urllib3.BaseHTTPResponse, stage: Stage, exchange: Exchange) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if response.status in (301, 302, 303, 307, 308):
        response.close()
        return Answer(stage, response.status, headers, failure=Failure.REDIRECTED)
    body = bytearray()
    failure: Failure | None = None
    try:
        for chunk in response.stream(CHUNK, decode_content=True):
            body += chunk
            if len(body) > MAX_BODY:
                failure = Failure.TOO_LARGE
                break
    except (urllib3.exceptions.TimeoutError, TimeoutError):
        failure = Failure.TIMEOUT
    except (urllib3.exceptions.HTTPError, OSError):
        failure = Failure.CUT_SHORT
    # A shut socket can look like the end of an answer without a stated length.
    failure = Failure.TIMEOUT if exchange.is_over else failure
    if failure:
        response.close()
        return Answer(stage, response.status, headers, failure=failure)
    response.release_conn()
    return Answer(stage, response.status, headers, bytes(body))


def _is_private(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(not ipaddress.ip_address(entry[4][0]).is_global for entry in found)


class NoAnswer(Exception):
    """The transport under Authlib got no usable answer; carries the `Answer` that says how."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.failure)
        self.answer = answer


class WireAdapter(BaseAdapter):
    """Lets a requests session (Authlib's) speak through the Wire, under the same bounds."""

    def __init__(self, wire: Wire, stage: Stage) -> None:
        super().__init__()
        self._wire = wire
        self._stage = stage

    def send(self, request: PreparedRequest, *_args: object, **_kwargs: object) -> Response:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = self._wire.send(
            Request(
                method=request.method or "GET",
                url=request.url or "",
                headers={name: str(value) for name, value in request.headers.items()},
                body=body if isinstance(body, bytes) else None,
            ),
            stage=self._stage,
        )
        if answer.failure is not None:
            raise NoAnswer(answer)
        response = Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(
            {name: value for name, value in answer.headers.items() if name != "content-encoding"}
        )
        response.raw = io.BytesIO(answer.body)
        response._content = answer.body
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        return
