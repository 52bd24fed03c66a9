"""An integration's story: what people did, what broke, what was told, what came back; routine syncs as one line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.models.integration import Event, EventKind, Integration
from webapp.models.link import LinkKind
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Member, Person
from webapp.models.sync import Outcome, SyncRun
from webapp.models.trouble import Closing, Incident, Receipt
from webapp.platforms.answer import dig_text
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.causes import words_of
from webapp.queries.facts import HistoryEntry
from webapp.queries.receipts import receipt_of
from webapp.queries.sentences import came_back
from webapp.words import marked, say, unit

RUNS_SHOWN = 2_000
SYNCS, ROWS = unit("sync", "syncs"), unit("row", "rows")
_EVENTS = {
    EventKind.CONNECTED: ("plug", "green", "Connected"),
    EventKind.RECONNECTED: ("plug", "green", "Reconnected"),
    EventKind.REPAIRED: ("plug", "green", "Repaired by the same sign-in"),
    EventKind.PAUSED: ("circle-pause", "grey", "Paused"),
    EventKind.RESUMED: ("play", "grey", "Resumed"),
    EventKind.DISCONNECTED: ("circle-off", "grey", "Disconnected"),
    EventKind.SNOOZED: ("hourglass", "grey", "Reminders put off until tomorrow"),
    EventKind.RESPONSIBLE: ("users", "grey", "Responsibility changed"),
    EventKind.LINK_MADE: ("external-link", "grey", "Link handed out"),
    EventKind.LINK_USED: ("external-link", "green", "Done through a link handed out"),
    EventKind.LINK_TAKEN_BACK: ("x", "grey", "Link taken back"),
    EventKind.ERASED: ("circle-off", "grey", "Imported data deleted"),
    EventKind.REPLACED: ("arrow-right", "grey", "Replaced with another account"),
}

_MAILS = {
    NoticeKind.BROKEN: marked("what is broken"),
    NoticeKind.FLAPPING: marked("it breaks again and again"),
    NoticeKind.DELAYED: marked("delayed, nothing to do"),
    NoticeKind.RECOVERED: marked("what came back"),
    NoticeKind.ESCALATED: marked("a day without anybody"),
}


def history_of(session: Session, platform: Platform, integration_id: str) -> list[HistoryEntry]:
    """Newest first. The caller has made sure that the integration is this workspace's."""
    integration = session.get_one(Integration, integration_id)
    people = _people(session, integration)
    entries = [
        *_events(session, integration, people),
        *_incidents(session, integration, platform, people),
        *_mails(session, integration, people),
        *_receipts(session, integration, platform, people),
        *_syncs(session, integration),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def fixed_note(session: Session, integration_id: str, *, viewer_id: str, since: datetime | None = None) -> str | None:
    """ "Already fixed by Ana, Tue 12 Nov, 09:32", for an old mail's link; None while nothing was, or something is.

    With `since` also where that was before.
    """
    last = session.exec(
        select(Incident).where(Incident.integration_id == integration_id).order_by(col(Incident.opened_at).desc())
    ).first()
    if last is None or last.closed_at is None or (since is not None and last.closed_at < since):
        return None
    integration = session.get_one(Integration, integration_id)
    when = wording.moment(last.closed_at, integration.timezone)
    if last.closing is Closing.RECOVERED:
        return f"Already fixed: it works again by itself since {when}."
    if last.closing is Closing.WITHDRAWN:
        return f"Taken back, {when}: it was no doing of yours, the platform turned away many at once."
    person = session.get(Person, last.closed_by) if last.closed_by else None
    who = "you" if last.closed_by == viewer_id else person.name if person else "a colleague"
    if last.through_link:
        return f"{'Fixed' if who == 'you' else 'Already fixed'} through the link {who} sent, {when}."
    verb = "Disconnected" if last.closing is Closing.DISCONNECTED else "Fixed" if who == "you" else "Already fixed"
    return f"{verb} by {who}, {when}."


def _people(session: Session, integration: Integration) -> dict[str, str]:
    members = select(Member.person_id).where(Member.workspace_id == integration.workspace_id)
    acted = select(Event.person_id).where(Event.integration_id == integration.id)
    wanted = select(Person).where(col(Person.id).in_(members) | col(Person.id).in_(acted))
    return {person.id: person.name for person in session.exec(wanted)}


def _events(session: Session, integration: Integration, people: dict[str, str]) -> Iterable[HistoryEntry]:
    for event in session.exec(select(Event).where(Event.integration_id == integration.id)):
        icon, tone, title = _EVENTS[event.kind]
        who = people.get(event.person_id or "")
        login = dig_text(event.details, "login")
        if who:
            title = f"{title} through the link {who} sent" if event.details.get("through_link") else f"{title} by {who}"
        yield HistoryEntry(
            at=event.at, icon=icon, tone=tone, title=title,
            text=f"Signed in at the platform as {login}." if login else _event_text(event),
        )  # fmt: skip


def _event_text(event: Event) -> str:
    if event.kind is EventKind.ERASED and event.person_id is None:
        return "The platform asked for it."
    if event.kind is EventKind.RESPONSIBLE:
        name = dig_text(event.details, "name")
        return say("{name} is responsible.", name=name) if name else say("Every owner and admin is told at once.")
    to = dig_text(event.details, "to")
    if dig_text(event.details, "link") == LinkKind.PROBLEM:
        return say("To read about the problem.")
    return say("Mailed to {email}.", email=to) if to else ""


def _incidents(
    session: Session, integration: Integration, platform: Platform, people: dict[str, str]
) -> Iterable[HistoryEntry]:
    for incident in session.exec(select(Incident).where(Incident.integration_id == integration.id)):
        words = words_of(incident.cause, platform, code=incident.code, closed=incident.account_closed)
        names = {"company": platform.company, "account": integration.account_name, "login": say("the login")}
        length = ""
        if incident.closed_at is not None:
            length = " " + say("It lasted {span}.", span=wording.span(incident.closed_at - incident.opened_at))
        yield HistoryEntry(
            at=incident.opened_at, icon="triangle-alert", tone="red" if incident.remedy != "wait" else "amber",
            title=say(words.title, **names),
            text=say("Likely: {likely}.", likely=say(words.likely, **names)) + length,
        )  # fmt: skip
        if incident.closing is Closing.RECOVERED and incident.closed_at is not None:
            yield HistoryEntry(at=incident.closed_at, icon="circle-check", tone="green", title="Works again by itself")
        if incident.closing is Closing.WITHDRAWN and incident.closed_at is not None:
            yield HistoryEntry(
                at=incident.closed_at, icon="wrench", tone="amber", title="Taken back",
                text=f"{platform.company} turned away many of its customers at once. We looked into it.",
            )  # fmt: skip


def _mails(session: Session, integration: Integration, people: dict[str, str]) -> Iterable[HistoryEntry]:
    sent = session.exec(
        select(Notice)
        .join(Incident, col(Incident.id) == col(Notice.incident_id))
        .where(Incident.integration_id == integration.id, col(Notice.sent_at).is_not(None))
        .order_by(col(Notice.sent_at))
    ).all()
    for (_, kind), notices in groupby(sent, key=lambda one: (one.message_id, one.kind)):
        told = list(notices)
        names = wording.listed([people.get(one.person_id or "", "a colleague") for one in told])
        title = f"Mail to {names}: {say(_MAILS[kind])}"
        yield HistoryEntry(at=told[0].sent_at or told[0].created_at, icon="mail", tone="grey", title=title)


def _receipts(
    session: Session, integration: Integration, platform: Platform, people: dict[str, str]
) -> Iterable[HistoryEntry]:
    for receipt in session.exec(
        select(Receipt).where(Receipt.integration_id == integration.id, col(Receipt.complete_at).is_not(None))
    ):
        facts = receipt_of(receipt, integration, platform, people)
        yield HistoryEntry(
            at=receipt.complete_at or receipt.away_to, icon="package-check", tone="green",
            title=f"What came back: {came_back(facts)}",
            href=f"/integrations/{integration.id}/receipts/{receipt.id}",
        )  # fmt: skip


def _syncs(session: Session, integration: Integration) -> Iterable[HistoryEntry]:
    """Neighbouring runs of one day and one outcome as one line: "96 syncs, all fine".

    One that we broke off ourselves says nothing of the platform; it is part of the one that went on with it.
    """
    runs = session.exec(
        select(SyncRun)
        .where(SyncRun.integration_id == integration.id, col(SyncRun.ended_at).is_not(None))
        .order_by(col(SyncRun.started_at).desc())
        .limit(RUNS_SHOWN)
    ).all()
    incidents = session.exec(select(Incident).where(Incident.integration_id == integration.id)).all()
    zone = ZoneInfo(integration.timezone)

    def is_told(run: SyncRun) -> bool:
        # What failed while a problem was open is that problem, and the history has it already.
        return run.outcome is Outcome.TROUBLE and any(
            one.opened_at <= run.ended_at <= (one.closed_at or run.ended_at) for one in incidents if run.ended_at
        )

    def together(run: SyncRun) -> tuple[object, bool]:
        return run.started_at.astimezone(zone).date(), run.outcome is not Outcome.TROUBLE

    for (_, fine), group in groupby((run for run in runs if not is_told(run)), key=together):
        found = list(group)
        whole = [run for run in found if run.outcome is not Outcome.INTERRUPTED]
        if not whole:
            continue
        number = wording.counted(len(whole), SYNCS)
        rows = wording.counted(sum(run.rows for run in found), ROWS)
        verdict = ", all fine" if len(whole) > 1 and fine else ", fine" if fine else " without an answer we could use"
        yield HistoryEntry(
            at=whole[0].started_at, icon="refresh-cw" if fine else "clock-alert", tone="grey" if fine else "amber",
            title=f"{number}{verdict}", text=f"{rows} read." if fine else _reasons(found),
        )  # fmt: skip


def _reasons(runs: Iterable[SyncRun]) -> str:
    causes = sorted({(run.cause or "unknown").replace("_", " ") for run in runs})
    return f"Reason: {wording.listed(causes)}. Tried again by itself."
