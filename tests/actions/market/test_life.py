"""The life of a call as a state machine: whatever happens in whatever order, what counts is what came in time.

CI runs 15 lives of 25 acts; `MIX_LIVES=2000 pytest tests/actions/market/test_life.py` is the long form (`make lab`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mix.actions.core.run import run
from mix.actions.market import addenda, openings, submissions
from mix.data.models import Addendum, Chain, Event, OpenedEnvelope, Solicitation, Vendor
from mix.readers.core.actors import Actor
from mix.readers.core.events import sealed_chain, verify_chain
from mix.readers.market.submissions import find_current
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused
from mix.rules.market.closing import EMBARGO

LIVES = int(os.environ.get("MIX_LIVES", "15"))
VENDORS = {"kestrel": "kim", "tamarack": "tess", "northlight": "nora"}
ANSWERS = {"approach": "Listen", "insurance": True}


class Life(RuleBasedStateMachine):
    """Vendors, officers and a clock. `counts` is what the model says must count, by vendor: the team's name."""

    actors: dict[str, Actor]

    @initialize()
    def begin(self) -> None:
        """Begin with an open call, inside a transaction that ends with this life."""
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True  # so that durable transactions may nest in it, as in Django's own tests
        self.atomic.__enter__()
        self.call = Solicitation.objects.select_related("step__challenge__municipality", "step__challenge__method").get(
            step__challenge__code="water-leaks", step__key="invitation"
        )
        self.call.submissions.exclude(vendor__code__in=VENDORS).update(state="withdrawn")
        self.call.submissions.update(state="draft")
        self.now = self.call.closes_at - timedelta(hours=60)
        self.closes_at: datetime = self.call.closes_at
        self.counts: dict[str, str] = {}
        self.drafts: dict[str, str] = {}
        self.keys: dict[str, tuple[str, int]] = {}
        self.opened = False
        self.number = 0
        self.proposal: Any = None

    def teardown(self) -> None:
        """Verify the chain of the call and forget this life."""
        if not hasattr(self, "atomic"):
            return
        try:
            chain = Chain.objects.filter(code=sealed_chain(self.call)).first()
            assert chain is None or verify_chain(chain) is None
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def _try(self, verb: Callable[..., Any], *subject: Any, who: str, allowed: bool, **facts: Any) -> Any:
        """Run a verb; it must be refused when, and only when, the model says so."""
        result, unmet = None, ()
        try:
            result = run(self.actors[who], self.now, verb, *subject, **facts)
        except Refused as error:
            unmet = error.unmet
        assert (unmet == ()) == allowed, (verb, unmet)
        return result

    def _submission(self, vendor: str) -> Any:
        return self.call.submissions.select_related("vendor", "solicitation__step__challenge").get(vendor__code=vendor)

    @property
    def is_open(self) -> bool:
        """Say whether the model takes submissions."""
        return self.now < self.closes_at

    @rule(minutes=st.sampled_from([1, 30, 600, 2000, 3599, 4000]))
    def wait(self, minutes: int) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)

    @rule(microseconds=st.sampled_from([-1, 0, 1]))
    def wait_until_closing(self, microseconds: int) -> None:
        """Go to the very instant of closing, or one microsecond beside it."""
        self.now = max(self.now, self.closes_at + timedelta(microseconds=microseconds))

    @rule(vendor=st.sampled_from(sorted(VENDORS)))
    def draft(self, vendor: str) -> None:
        """Start and write."""
        self.number += 1
        who, name = VENDORS[vendor], f"Team {self.number}"
        row = Vendor.objects.get(code=vendor)
        started = self._try(submissions.start, self.call, row, who=who, allowed=self.is_open)
        if started:
            run(
                self.actors[who],
                self.now,
                submissions.save_answers,
                started,
                answers={**ANSWERS, "team": name},
            )
            self.drafts[vendor] = name

    @rule(vendor=st.sampled_from(sorted(VENDORS)), again=st.booleans())
    def finalise(self, vendor: str, again: bool) -> None:
        """Finalise, or send the last request again."""
        if vendor not in self.drafts and vendor not in self.keys:
            return
        submission, who = self._submission(vendor), VENDORS[vendor]
        if again and vendor in self.keys and vendor not in self.drafts:
            key, number = self.keys[vendor]
            version = run(self.actors[who], self.now, submissions.finalise, submission, retry_key=key)
            assert version.number == number  # the same receipt, however late
            return
        self.number += 1
        key, unread = f"key-{self.number}", self._unread(submission)
        allowed = self.is_open and vendor in self.drafts and not unread
        version = self._try(submissions.finalise, submission, who=who, allowed=allowed, retry_key=key)
        if version:
            self.keys[vendor] = (key, version.number)
            self.counts[vendor] = self.drafts.pop(vendor)

    @staticmethod
    def _unread(submission: Any) -> list[Addendum]:
        seen = submission.acknowledgements.values("addendum_id")
        return list(submission.solicitation.addenda.exclude(id__in=seen))

    @rule(vendor=st.sampled_from(sorted(VENDORS)))
    def confirm(self, vendor: str) -> None:
        """Confirm every addendum."""
        if vendor in self.drafts or vendor in self.keys:
            submission = self._submission(vendor)
            for addendum in self._unread(submission):
                self._try(
                    submissions.acknowledge,
                    submission,
                    who=VENDORS[vendor],
                    allowed=self.is_open,
                    addendum=addendum,
                )

    @rule(vendor=st.sampled_from(sorted(VENDORS)))
    def withdraw(self, vendor: str) -> None:
        """Withdraw what was submitted."""
        if vendor in self.drafts or vendor in self.keys:
            allowed = self.is_open and vendor in self.counts
            if self._try(submissions.withdraw, self._submission(vendor), who=VENDORS[vendor], allowed=allowed):
                del self.counts[vendor]

    @rule(substantial=st.booleans())
    def change(self, substantial: bool) -> None:
        """Issue an addendum."""
        enough = self.closes_at - self.now >= addenda.ADDENDUM_NOTICE
        allowed = self.is_open and (enough or not substantial)
        facts = {"text": "Changed.", "is_substantial": substantial}
        self._try(addenda.issue, self.call, who="olivia", allowed=allowed, **facts)

    @rule(hours=st.sampled_from([-5, 0, 24, 72]), who=st.sampled_from(["olivia", "martin"]))
    def extend(self, hours: int, who: str) -> None:
        """Propose another closing, or confirm the one that was proposed."""
        if self.proposal is None:
            later = self.closes_at + timedelta(hours=hours)
            facts = {"text": "Later.", "is_substantial": False, "closes_at": later}
            allowed = self.is_open and hours > 0
            self.proposal = self._try(addenda.propose_extension, self.call, who="olivia", allowed=allowed, **facts)
            return
        allowed = self.is_open and who == "martin"
        if self._try(addenda.confirm_extension, self.proposal, who=who, allowed=allowed):
            self.closes_at, self.proposal = self.proposal.closes_at, None

    @rule()
    def open(self) -> None:
        """Open the envelopes."""
        allowed = self.now >= self.closes_at + EMBARGO and not self.opened
        if self._try(openings.open_envelopes, self.call, who="olivia", allowed=allowed, envelope=Envelope.TECHNICAL):
            self.opened = True

    @invariant()
    def what_counts_is_what_came_in_time(self) -> None:
        """Compare the tables with the model."""
        if not hasattr(self, "call"):
            return
        self.call.refresh_from_db(fields=["closes_at"])
        assert self.call.closes_at == self.closes_at
        current = {}
        for submission in self.call.submissions.filter(vendor__code__in=VENDORS).select_related("vendor"):
            version = find_current(submission)
            if version:
                assert version.received_at < self.closes_at
                current[submission.vendor.code] = version.number
        assert current == {vendor: self.keys[vendor][1] for vendor in self.counts}
        opened = OpenedEnvelope.objects.filter(submission__solicitation=self.call)
        found = {row.submission.vendor.code: row.answers["team"] for row in opened.select_related("submission__vendor")}
        assert found == (self.counts if self.opened else {})


@pytest.mark.django_db
def test_the_life_of_a_call(actor: Callable[[str], Any]) -> None:
    Life.actors = {code: actor(code) for code in ("olivia", "martin", *VENDORS.values())}
    before = Event.objects.count()
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=LIVES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert Event.objects.count() == before
