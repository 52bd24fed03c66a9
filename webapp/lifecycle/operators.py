"""Who may see the operator page: given and taken on the command line only, by whoever runs this installation."""

from __future__ import annotations

import logging

from sqlmodel import select

from webapp.lifecycle.runtime import Runtime
from webapp.models.people import Person

log = logging.getLogger(__name__)


class NotPossible(Exception):
    """Why this person cannot be an operator; the message is for whoever typed the address."""


def add_operator(runtime: Runtime, email: str) -> None:
    """Let a person see the operator page, from their next request on. Raises NotPossible."""
    with runtime.database.writing() as session:
        person = session.exec(select(Person).where(Person.email == email.strip().lower())).one_or_none()
        if person is None:
            raise NotPossible(f"Nobody has signed up as {email}.")
        if person.confirmed_at is None:
            # Else whoever signs up first with the operator's address would be let in.
            raise NotPossible(f"{email} is not confirmed: the link is in that inbox.")
        person.operator_since = person.operator_since or runtime.now()
        log.warning("operator added", extra={"person": person.id})


def remove_operator(runtime: Runtime, email: str) -> None:
    """From the next request on they get the same answer as everybody. Raises NotPossible when they were none."""
    with runtime.database.writing() as session:
        person = session.exec(select(Person).where(Person.email == email.strip().lower())).one_or_none()
        if person is None or person.operator_since is None:
            raise NotPossible(f"{email} is no operator.")
        person.operator_since = None
        log.warning("operator removed", extra={"person": person.id})
