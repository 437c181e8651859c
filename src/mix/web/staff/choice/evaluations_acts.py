"""What procurement does with an evaluation: appoint, open scoring, invite, hold meetings, compute, break a tie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.choice import conflicts, evaluations, meetings, panels, ties
from mix.data.models import Declaration, Evaluation, PanelMember, Person, Result, StageInvitation, Step
from mix.readers.choice.evaluations import list_invitations, stage_now
from mix.readers.core.errors import Unknown
from mix.rules.choice.sharing import LEAST
from mix.rules.choice.states import Seat
from mix.rules.core.access import Permission
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do
from mix.web.forms.several import Rows, Several


@dataclass(frozen=True)
class Appointable:
    """A step, who may be appointed to its panel, and who of them sits there."""

    step: Step
    people: tuple[Person, ...]
    seated: frozenset[int] = frozenset()


class Appoint(Act[Appointable]):
    """Appoint somebody to the panel."""

    label = _("Appoint")
    done = _("Appointed. The person was told.")
    needs = Permission.PANEL_APPOINT

    person = fields.choice(_("Person"), [])
    seat = fields.word_choice(_("Seat"), "role", Seat, radio=True)
    due_at = fields.moment(_("Hand in by"), required=False)

    def fit(self) -> None:
        """Offer the evaluators of the challenge's cities."""
        fields.offer(self, "person", [(p.code, p.name) for p in self.about.people])

    @classmethod
    def first(cls, about: Appointable) -> Mapping[str, Any]:  # noqa: ARG003 - the same for every panel
        """Most are no chair."""
        return {"seat": Seat.EVALUATOR}

    def run(self, request: HttpRequest) -> None:
        """Appoint them."""
        person = next(p for p in self.about.people if p.code == self.cleaned_data["person"])
        do(request, panels.appoint, self.about.step, **{**self.cleaned_data, "person": person})


class AppointSeveral(Several[Appointable]):
    """Appoint several evaluators at once: each is told, and stands in the log."""

    label = _("Appoint them")
    needs = Permission.PANEL_APPOINT
    ticked = False

    due_at = fields.moment(_("Hand in by"), required=False)

    def rows(self) -> Rows:
        """Offer the evaluators who have no seat."""
        return [(p.code, p.name) for p in self.about.people if p.pk not in self.about.seated]

    def each(self, request: HttpRequest, item: str) -> None:
        """Appoint one. Raises Refused for whoever may not sit."""
        person = next(p for p in self.about.people if p.code == item)
        facts = {"seat": Seat.EVALUATOR, "due_at": self.cleaned_data["due_at"]}
        do(request, panels.appoint, self.about.step, person=person, **facts)


class OpenScoring(Act[Step]):
    """Open scoring, to everybody or to shares of a large panel."""

    label = _("Open scoring")
    done = _("The panel was told.")
    style = ""
    needs = Permission.PANEL_APPOINT

    each = fields.number(
        _("Scored by"),
        least=LEAST,
        required=False,
        hint=_("How many members score each submission, drawn by lot. Empty: everybody scores all of them."),
    )

    def run(self, request: HttpRequest) -> None:
        """Open it."""
        do(request, panels.open_scoring, self.about, each=self.cleaned_data["each"])


class AboutMember(Act[tuple[PanelMember, ...]]):
    """What is done about one of these members, with a reason."""

    needs = Permission.PANEL_APPOINT

    item = fields.choice(_("Member"), [])
    reason = fields.text(_("Reason"), rows=2)

    def fit(self) -> None:
        """Offer the members."""
        fields.offer(self, "item", [(m.person.code, m.person.name) for m in self.about])

    def chosen(self) -> PanelMember:
        """Return the member that was chosen."""
        return next(m for m in self.about if m.person.code == self.cleaned_data["item"])


class EndSeat(AboutMember):
    """End a seat."""

    label = _("End this seat")
    done = _("The seat is free.")

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, panels.leave_panel, self.chosen(), reason=self.cleaned_data["reason"])


class GiveChair(AboutMember):
    """Give the chair to another member."""

    label = _("Give this member the chair")
    done = _("The chair has changed.")

    def run(self, request: HttpRequest) -> None:
        """Give it."""
        do(request, panels.give_chair, self.chosen(), reason=self.cleaned_data["reason"])


class RuleOnConflict(Act[tuple[Declaration, ...]]):
    """Say of a declared conflict that the member goes on with the rivals, or that it is none."""

    label = _("Decide")
    done = _("Decided. The member was told.")
    needs = Permission.PANEL_APPOINT

    item = fields.choice(_("Declared conflict"), [])
    ruling = fields.word_choice(_("Decision"), "ruling", radio=True)
    reason = fields.text(
        _("Reason"),
        hint=_("It is kept with the case. Whoever oversees the case reads it; vendors may ask for it."),
        rows=2,
    )

    def fit(self) -> None:
        """Offer the conflicts that stand."""
        pairs = [(str(d.pk), f"{d.member.person.name}, {d.vendor.name}") for d in self.about]
        fields.offer(self, "item", [fields.UNSAID, *pairs])

    def run(self, request: HttpRequest) -> None:
        """Decide."""
        chosen = next(d for d in self.about if str(d.pk) == self.cleaned_data["item"])
        facts = {name: self.cleaned_data[name] for name in ("ruling", "reason")}
        do(request, conflicts.rule, chosen, **facts)


class Invite(Act[Step]):
    """Invite who reaches the next stage."""

    label = _("Invite who reaches the next stage")
    done = _("Invited by the rules of the notice. Vendors and panel were told.")
    style = ""
    needs = Permission.PANEL_APPOINT

    def run(self, request: HttpRequest) -> None:
        """Invite them."""
        do(request, meetings.invite, self.about)


class SetMeeting(RowAct[Evaluation]):
    """Agree with a vendor on when it is met."""

    label = _("Set the time")
    done = _("The vendor was told.")
    needs = Permission.PANEL_APPOINT

    meets_at = fields.moment(_("When"))
    place = fields.line(_("Where, or how to join"))

    def run(self, request: HttpRequest) -> None:
        """Set it."""
        do(request, meetings.set_meeting, _invitation(self.about, self.row), **self.rest())


class RecordMeeting(RowAct[Evaluation]):
    """Record what was said at a meeting."""

    label = _("Record the meeting")
    done = _("Recorded. The panel reads it beside its scores.")
    needs = Permission.PANEL_APPOINT

    minutes = fields.number(_("Minutes it took"))
    present = fields.text(_("Who was there"), rows=2)
    notes = fields.text(_("What was asked, and answered"), rows=4)

    @classmethod
    def first(cls, about: Evaluation) -> Mapping[str, Any]:
        """Begin with as long as the stage says that it takes."""
        stage = stage_now(about)
        return {"minutes": stage.minutes} if stage and stage.minutes else {}

    def run(self, request: HttpRequest) -> None:
        """Record it."""
        do(request, meetings.record_meeting, _invitation(self.about, self.row), **self.rest())


class Finalise(Act[Evaluation]):
    """Compute the result."""

    label = _("Compute the result")
    done = _("Computed from the agreed scores.")
    style = ""
    needs = Permission.RESULT_FINALISE

    def run(self, request: HttpRequest) -> None:
        """Compute it."""
        do(request, evaluations.finalise_result, self.about)


@dataclass(frozen=True)
class Tie:
    """Equals of an evaluation whose order is drawn."""

    evaluation: Evaluation
    equals: tuple[Result, ...]

    @property
    def among(self) -> tuple[str, ...]:
        """The codes of the vendors."""
        return tuple(r.submission.vendor.code for r in self.equals)

    @property
    def places(self) -> dict[str, int]:
        """Return the names of the places among them, each with its rank."""
        first = self.equals[0].rank or 1
        return {f"place_{n}": first + n - 1 for n in range(1, len(self.equals) + 1)}


class FixLot(Act[Tie]):
    """Fix the secret of a lot, and by which words it is drawn."""

    label = _("Fix the lot")
    done = _("Fixed. Its fingerprint is in the log; now the words may be said.")
    needs = Permission.RESULT_FINALISE

    source = fields.line(
        _("By which words is it drawn?"),
        hint=_("Something that nobody can know now: three dice in front of both, the next public draw of a lottery."),
    )

    def run(self, request: HttpRequest) -> None:
        """Fix it."""
        do(request, ties.fix_lot, self.about.evaluation, among=self.about.among, source=self.cleaned_data["source"])


class DrawLot(Act[Tie]):
    """Draw the lot that was fixed, by the words that were said."""

    label = _("Draw the lot")
    done = _("Drawn and recorded. Anybody can draw it again. The result follows it.")
    needs = Permission.RESULT_FINALISE

    said = fields.line(_("The words that were said"), hint=_("As they were said or thrown: “3, 5, 1”."))
    how = fields.text(_("When, and who was there"), rows=2)
    reason = fields.text(
        _("Reason"), hint=_("What the notice says about equals, and why it does not part these."), rows=2
    )

    def run(self, request: HttpRequest) -> None:
        """Draw it."""
        do(request, ties.draw_lot, self.about.evaluation, among=self.about.among, **self.cleaned_data)


class BreakTie(Act[Tie]):
    """Record the order in which equals were drawn."""

    label = _("Record the order")
    done = _("Recorded. The result follows it.")
    needs = Permission.RESULT_FINALISE

    def fit(self) -> None:
        """Ask for each place among them, then how and why."""
        names = [("", "–"), *((r.submission.code, r.submission.names) for r in self.about.equals)]
        for place, rank in self.about.places.items():
            self.fields[place] = fields.choice(gettext("Rank %(rank)s") % {"rank": rank}, names)
        self.fields["how"] = fields.text(_("How it was drawn, when, and who was there"), rows=2)
        hint = _("What the notice says about equals, and why it does not part these.")
        self.fields["reason"] = fields.text(_("Reason"), hint=hint)

    def run(self, request: HttpRequest) -> None:
        """Record it."""
        given, by_code = self.cleaned_data, {r.submission.code: r.submission for r in self.about.equals}
        order = [by_code[given[place]] for place in self.about.places]
        facts = {"how": given["how"], "reason": given["reason"]}
        do(request, evaluations.break_tie, self.about.evaluation, order=order, **facts)


def _invitation(evaluation: Evaluation, code: str) -> StageInvitation:
    found = next((i for i in list_invitations(evaluation) if i.submission.code == code), None)
    if found is None:
        raise Unknown
    return found
