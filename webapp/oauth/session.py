"""Consent address, code exchange, renewal and what became of a token, in the dialect a platform declares.

Each call makes its own Authlib session: nothing is shared between requests, tenants or threads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.integrations.requests_client import OAuth2Session
from requests import Response

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Credentials
from webapp.platforms.base import Platform
from webapp.platforms.consent import TokenSet
from webapp.platforms.diagnosis import Cause, Certainty, Trouble, common_diagnosis, unknown
from webapp.platforms.wire import NoAnswer, Request, Wire, WireAdapter

Prepared = tuple[str, dict[str, str], str]


class Client(Protocol):
    """Who we are to Authlib's client authentication methods."""

    client_id: str
    client_secret: str


def authorization_url(
    platform: Platform,
    credentials: Credentials,
    *,
    tenant: str | None,
    redirect_uri: str,
    state: str,
    verifier: str | None,
    login_hint: str | None,
    again: bool,
    choose: bool = False,
) -> str:
    """Where to send the merchant's browser. `choose`: so that the platform asks who it is, as far as it can."""
    session = OAuth2Session(
        client_id=credentials.client_id,
        redirect_uri=redirect_uri,
        scope=platform.scope_separator.join((*platform.scopes, *platform.optional_scopes))
        if platform.asks_scopes
        else None,
        code_challenge_method="S256" if platform.pkce else None,
    )
    url, _ = session.create_authorization_url(
        platform.authorize_url(tenant),
        state=state,
        code_verifier=verifier if platform.pkce else None,
        **{
            **platform.authorize_params(login_hint=login_hint, again=again),
            **(dict(platform.chooser) if choose else {}),
        },
    )
    return _renamed(str(url), {"client_id": platform.client_id_param})


def exchange(
    platform: Platform,
    wire: Wire,
    credentials: Credentials,
    *,
    tenant: str | None,
    redirect_uri: str,
    code: str,
    verifier: str | None,
    now: datetime,
) -> TokenSet:
    """Trade the code for tokens; where the first token is short-lived, trade it on at once. Raises Trouble."""
    params = {"code": code, "redirect_uri": redirect_uri, **platform.exchange_params()}
    if platform.pkce and verifier:
        params["code_verifier"] = verifier
    tokens = _fetch(
        platform, wire, credentials, Stage.TOKEN_EXCHANGE,
        url=platform.token_url(tenant), params={"grant_type": "authorization_code", **params}, now=now,
    )  # fmt: skip
    if not platform.exchange_is_short:
        return tokens
    return renew(
        platform, wire, credentials,
        tenant=tenant, access_token=tokens.access_token, refresh_token=tokens.refresh_token, now=now,
    )  # fmt: skip


def renew(
    platform: Platform,
    wire: Wire,
    credentials: Credentials,
    *,
    tenant: str | None,
    access_token: str,
    refresh_token: str | None,
    now: datetime,
) -> TokenSet:
    """One renewal call, never repeated here: whether to repeat is the refresher's decision. Raises Trouble.

    A refusal that may mean several things is asked about, where the platform can be asked.
    """
    try:
        return _fetch(
            platform, wire, credentials, Stage.TOKEN_REFRESH,
            url=platform.renewal_url(tenant),
            params=platform.renewal_params(access_token=access_token, refresh_token=refresh_token),
            now=now,
        )  # fmt: skip
    except Trouble as trouble:
        unsure = trouble.diagnosis.certainty is not Certainty.SURE and not trouble.diagnosis.transient
        if platform.introspect_url is None or refresh_token is None or not unsure:
            raise
        raise _inspected(platform, wire, credentials, platform.introspect_url, refresh_token, trouble) from None


def _inspected(
    platform: Platform, wire: Wire, credentials: Credentials, url: str, token: str, trouble: Trouble
) -> Trouble:
    """The refusal as it is known after asking what became of the token; as it was where that says nothing more."""
    form = {"client_id": credentials.client_id, "client_secret": credentials.client_secret, "token": token}
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    request = Request(method="POST", url=url, headers=headers, body=urlencode(form).encode())
    found = platform.diagnose(wire.send(request, stage=Stage.TOKEN_INSPECT))
    if found is None or found.cause not in (trouble.diagnosis.cause, *trouble.diagnosis.candidates):
        return trouble
    told = replace(
        trouble.diagnosis, cause=found.cause, certainty=found.certainty, candidates=found.candidates,
        evidence=(*trouble.diagnosis.evidence, *found.evidence),
    )  # fmt: skip
    return Trouble(told, trouble.answer)


def _fetch(
    platform: Platform,
    wire: Wire,
    credentials: Credentials,
    stage: Stage,
    *,
    url: str,
    params: dict[str, str],
    now: datetime,
) -> TokenSet:
    session = OAuth2Session(
        client_id=credentials.client_id,
        client_secret=credentials.client_secret,
        token_endpoint_auth_method=_client_auth(platform),
    )
    session.trust_env = False
    session.mount("https://", WireAdapter(wire, stage))
    found: list[TokenSet] = []

    def diagnosed(response: Response) -> Response:
        # Authlib would read a platform's envelope as a token, or its error as a bare word; our own reading comes first.
        answer = Answer(
            stage, response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content
        )
        diagnosis = platform.diagnose(answer)
        odd = diagnosis is not None and diagnosis.cause is Cause.UNKNOWN and response.status_code == 200
        if diagnosis is not None and not odd:
            raise Trouble(diagnosis, answer)
        try:
            found.append(platform.tokens(answer, now=now))
        except Trouble as garbled:
            raise Trouble(diagnosis or garbled.diagnosis, answer) from None
        # Odd and yet with a token in it: what it replaces may be gone, so it is taken.
        return _plain_token(found[0])

    session.register_compliance_hook("access_token_response", diagnosed)
    try:
        session.fetch_token(url, method=platform.token_method, **params)
    except NoAnswer as error:
        raise Trouble(common_diagnosis(error.answer) or unknown(error.answer), error.answer) from None
    return found[0]


def _plain_token(tokens: TokenSet) -> Response:
    """What Authlib may parse once we have read the platform's own envelope."""
    response = Response()
    response.status_code = 200
    response._content = json.dumps({"access_token": tokens.access_token, "token_type": "bearer"}).encode()
    return response


def _client_auth(platform: Platform) -> str | Callable[..., Prepared]:
    if platform.client_auth == "json_app_secret":
        return _json_app_secret
    if platform.client_auth == "client_secret_post" and platform.token_method == "GET":
        return _secret_in_query
    return platform.client_auth


def _secret_in_query(client: Client, _method: str, uri: str, headers: dict[str, str], body: str) -> Prepared:
    joiner = "&" if urlsplit(uri).query else "?"
    ours = urlencode({"client_id": client.client_id, "client_secret": client.client_secret})
    return f"{uri}{joiner}{ours}", headers, body


def _json_app_secret(client: Client, _method: str, uri: str, headers: dict[str, str], body: str) -> Prepared:
    """A JSON body with its own names for the three things that matter (`auth_code` is single-use)."""
    sent = dict(parse_qsl(body))
    payload = json.dumps({"app_id": client.client_id, "secret": client.client_secret, "auth_code": sent.get("code")})
    headers["Content-Type"] = "application/json"
    headers["Content-Length"] = str(len(payload))
    return uri, headers, payload


def _renamed(url: str, names: dict[str, str]) -> str:
    base, _, query = url.partition("?")
    return f"{base}?{urlencode([(names.get(key, key), value) for key, value in parse_qsl(query)])}"
