"""A platform's answer as it is kept for the operator: what it said, cut short and without secrets."""

from __future__ import annotations

from datetime import datetime

from webapp.platforms.answer import Answer, Stage
from webapp.redact import redacted, redacted_headers, redacted_query


def kept_answer(answer: Answer, *, at: datetime) -> dict[str, object]:
    """What is stored beside a fault or a breaker; nothing else of an answer is."""
    back = answer.stage is Stage.AUTHORIZE_CALLBACK
    return {
        "at": at.isoformat(),
        "stage": str(answer.stage),
        "status": answer.status,
        "failure": str(answer.failure) if answer.failure else None,
        "headers": redacted_headers(answer.headers),
        "body": redacted_query(answer.text) if back else redacted(answer.body),
    }
