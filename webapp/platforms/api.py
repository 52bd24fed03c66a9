"""One platform, one permission: sends requests, diagnoses every answer, and renews a token that has merely aged."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from time import sleep
from typing import Protocol

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Fault,
    Remedy,
    Trouble,
)
from webapp.platforms.wire import Request, Wire

TRIES = 3
LONGEST_WAIT_SECONDS = 8.0
# How long somebody who has just consented is kept waiting for a new token to be known everywhere, in all.
SETTLING_PAUSES = (1.0, 2.0, 4.0)
RENEWABLE = frozenset({Cause.TOKEN_EXPIRED, Cause.ACCESS_REVOKED, Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY})


class Credentials(Protocol):
    """The part of our app's identity that calls with a token still need."""

    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str: ...
    @property
    def developer_token(self) -> str | None: ...
    @property
    def service_account(self) -> str | None: ...


class Api:
    """Calls made with one access token.

    `renew` gets the token that was refused and returns another one to try, None where nothing can renew it, or raises
    Trouble with the renewal's own verdict: where there is a renewal, an access-token refusal is never a disconnection.
    `newborn` says that the token was given a moment ago: where a platform's tokens need to settle, a refusal is waited
    out a little.
    """

    def __init__(
        self,
        wire: Wire,
        platform: Platform,
        credentials: Credentials,
        *,
        token: str,
        tenant: str | None = None,
        renew: Callable[[str], str | None] | None = None,
        patience: int = TRIES,
        newborn: bool = False,
    ) -> None:
        self.credentials = credentials
        self.tenant = tenant
        self.calls = 0
        self._wire = wire
        self._platform = platform
        self._token = token
        self._renew = renew
        self._patience = patience
        self._settling = iter(SETTLING_PAUSES if newborn and platform.settles_in else ())

    @property
    def token(self) -> str:
        """The access token as it is now; a platform puts it where its dialect wants it."""
        return self._token

    def call(self, build: Callable[[str], Request], *, stage: Stage = Stage.API, renewing: bool = True) -> Answer:
        """Send what `build(token)` makes and return the good answer.

        A refused token is renewed once and the call repeated once, unless `renewing` says that it is not this token
        that would be refused; passing trouble is retried a few times with backoff and jitter while the wait stays
        short. Raises Trouble for everything else.
        """
        renewed = not renewing
        for attempt in range(1, self._patience + 1):
            answer, diagnosis = self._settled(build, stage)
            if diagnosis is None:
                return answer
            other = self._another_token(diagnosis) if not renewed else None
            if other is not None:
                self._token, renewed = other, True
                self.calls += 1
                answer = self._wire.send(build(self._token), stage=stage)
                diagnosis = self._platform.diagnose(answer)
                if diagnosis is None:
                    return answer
            if renewed and diagnosis.cause in RENEWABLE:
                raise Trouble(_refused_though_renewed(diagnosis), answer)
            if not diagnosis.transient or attempt == self._patience or not _sleep(diagnosis, attempt):
                raise Trouble(diagnosis, answer)
        raise AssertionError("the loop above returns or raises")

    def ask_once(self, build: Callable[[str], Request], *, stage: Stage) -> Diagnosis | None:
        """What the answer to one question means, asked once and with nothing renewed; None when it is a good one."""
        self.calls += 1
        return self._platform.diagnose(self._wire.send(build(self._token), stage=stage))

    def _settled(self, build: Callable[[str], Request], stage: Stage) -> tuple[Answer, Diagnosis | None]:
        while True:
            self.calls += 1
            answer = self._wire.send(build(self._token), stage=stage)
            diagnosis = self._platform.diagnose(answer)
            if diagnosis is None or diagnosis.cause not in RENEWABLE:
                return answer, diagnosis
            pause = next(self._settling, None)
            if pause is None:
                return answer, diagnosis
            sleep(pause)

    def _another_token(self, diagnosis: Diagnosis) -> str | None:
        return self._renew(self._token) if self._renew is not None and diagnosis.cause in RENEWABLE else None


def _sleep(diagnosis: Diagnosis, attempt: int) -> bool:
    """Wait out short trouble; False when the platform asked for more than we hold a worker for."""
    wait = diagnosis.retry_after if diagnosis.retry_after is not None else 0.3 * 2**attempt * random.uniform(0.5, 1.5)
    if wait > LONGEST_WAIT_SECONDS:
        return False
    sleep(wait)
    return True


def _refused_though_renewed(diagnosis: Diagnosis) -> Diagnosis:
    # The permission has just proved itself at the token endpoint, so this refusal cannot mean that it is gone.
    return replace(
        diagnosis, cause=Cause.UNKNOWN, remedy=Remedy.WAIT, transient=True, fault=Fault.PLATFORM,
        certainty=Certainty.AMBIGUOUS,
    )  # fmt: skip
