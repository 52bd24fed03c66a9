"""What runs when. Every job claims what it works on, so running one twice, anywhere, is harmless."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from webapp.lifecycle.act_on_signals import act_on_signals
from webapp.lifecycle.breaker import look_after_breakers
from webapp.lifecycle.clock_jump import take_back_the_future
from webapp.lifecycle.compare import compare_due
from webapp.lifecycle.count_stores import count_stores
from webapp.lifecycle.digest import owe_digests
from webapp.lifecycle.escalate import escalate
from webapp.lifecycle.keep_alive import keep_alive
from webapp.lifecycle.leave_tick import leave_tick
from webapp.lifecycle.mute import end_mutes
from webapp.lifecycle.our_faults import resolve_faults
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.send_notices import send_due_notices
from webapp.lifecycle.subscribe import subscribe_due
from webapp.lifecycle.sum_days import sum_stale_days
from webapp.lifecycle.tell_channels import tell_channels
from webapp.lifecycle.tidy import tidy
from webapp.lifecycle.warn_ahead import warn_ahead
from webapp.models.tick import TICK


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[Runtime], object]


TIMETABLE = (
    Job("act_on_signals", timedelta(seconds=1), act_on_signals),
    Job("count_stores", timedelta(seconds=2), count_stores),
    Job("send_notices", timedelta(seconds=2), send_due_notices),
    Job("tell_channels", timedelta(seconds=2), tell_channels),
    Job("keep_alive", timedelta(seconds=15), keep_alive),
    Job("take_back_the_future", timedelta(minutes=1), take_back_the_future),
    Job("subscribe", timedelta(seconds=5), subscribe_due),
    Job("sum_days", timedelta(seconds=2), sum_stale_days),
    Job("compare", timedelta(seconds=5), compare_due),
    Job("warn_ahead", timedelta(minutes=1), warn_ahead),
    Job("escalate", timedelta(minutes=1), escalate),
    Job("digests", timedelta(minutes=1), owe_digests),
    Job("end_mutes", timedelta(seconds=5), end_mutes),
    Job("leave_tick", TICK, leave_tick),
    Job("look_after_breakers", timedelta(seconds=15), look_after_breakers),
    Job("resolve_faults", timedelta(minutes=1), resolve_faults),
    Job("tidy", timedelta(hours=1), tidy),
)
SYNC_TICK = timedelta(seconds=1)
