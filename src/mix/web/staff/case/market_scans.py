"""A market scan, on its step page: begin with what another city found."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.case import documents
from mix.data.models import Step
from mix.readers.case.documents import latest_versions, list_reusable
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import StepState
from mix.web.drawing.requests import actor_of, today_of
from mix.web.drawing.showing import day, in_language, titled
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted
from mix.web.forms.kinds import Nothing


@dataclass(frozen=True)
class Reusable:
    """A step without a scan yet, and the steps whose scans it may begin with."""

    step: Step
    sources: tuple[Step, ...]


def _source(scan: Step) -> str:
    city = in_language(scan.challenge.municipality, "name")
    return titled(city, f"{in_language(scan.challenge, 'title')}, {day(scan.done_at)}")


class Reuse(Act[Reusable]):
    """Begin with the scan of another challenge."""

    label = _("Begin with this scan")
    done = _("Copied. Check every line, and set a new day until which it is good.")
    needs = Permission.DOCUMENT_EDIT

    source = fields.choice(_("Scan of"), [])

    def fit(self) -> None:
        """Offer the scans that may be used again."""
        fields.offer(self, "source", [(s.challenge.code, _source(s)) for s in self.about.sources])

    def run(self, request: HttpRequest) -> None:
        """Copy it."""
        source = next(s for s in self.about.sources if s.challenge.code == self.cleaned_data["source"])
        do(request, documents.reuse, self.about.step, source=source)


def panel(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, Nothing]:
    """Offer the scans of other challenges while nothing is written here."""
    if step.state != StepState.ACTIVE or step.asked_at is not None or step.key in latest_versions(step.challenge):
        return {}, Nothing()
    found = list_reusable(step, actor=actor_of(request), today=today_of(request))
    acts = {"reuse": Listed(Reuse, Reusable(step, tuple(found)))} if found else {}
    return granted(roles, acts), Nothing()
