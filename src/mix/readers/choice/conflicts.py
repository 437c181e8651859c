"""What panel members declared about vendors, and what a second person ruled on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, ConflictRuling, Declaration, Evaluation, PanelMember, Step
from mix.readers.choice.evaluations import contenders, panel_of
from mix.readers.core.once import once
from mix.rules.choice.states import Conflict, Ruling


@dataclass(frozen=True, slots=True)
class Said:
    """A member's last word about a vendor: the conflict, the note on it, and the last ruling, if any."""

    conflict: str
    note: str
    ruling: str

    @property
    def stands(self) -> bool:
        """Say whether there is a conflict that nobody else has found to be none."""
        return self.conflict != Conflict.NONE and self.ruling != Ruling.EASED

    @property
    def in_force(self) -> str:
        """The conflict that counts."""
        return self.conflict if self.stands else Conflict.NONE.value


def last_words(evaluation: Evaluation, members: Sequence[PanelMember] = ()) -> Mapping[int, Mapping[int, Said]]:
    """Return what these members said last, by member and vendor: everybody seated, if none is named."""
    found: dict[int, dict[int, Said]] = {}
    for member, vendor, conflict, note, ruling in _words(tuple(m.pk for m in members or panel_of(evaluation))):
        found.setdefault(member, {})[vendor] = Said(conflict, note, ruling or "")
    return found


@asked
def _words(members: tuple[int, ...]) -> QuerySet[Declaration, tuple[int, int, str, str, str | None]]:
    rows = Declaration.objects.filter(member_id__in=members).order_by("id", "rulings__id")
    return rows.values_list("member_id", "vendor_id", "conflict", "note", "rulings__ruling")


@once
def list_declarations(evaluation: Evaluation) -> list[Declaration]:
    """List every word of everybody who sits or sat on a panel, with what was ruled on it, as they were given."""
    return list(_declarations().filter(member__evaluation=evaluation))


def _declarations() -> QuerySet[Declaration]:
    rulings = Prefetch("rulings", ConflictRuling.objects.select_related("ruled_by").order_by("id"))
    rows = Declaration.objects.select_related("member__person", "vendor").prefetch_related(rulings)
    return rows.order_by("id")


def list_standing(evaluation: Evaluation) -> list[Declaration]:
    """List the declared conflicts of those seated with vendors on the list that stand, by member and vendor."""
    said, here = last_words(evaluation), {s.vendor_id for s in contenders(evaluation)}
    last = {(d.member_id, d.vendor_id): d for d in list_declarations(evaluation)}
    found = [
        declaration
        for (member, vendor), declaration in last.items()
        if vendor in here and member in said and said[member][vendor].stands
    ]
    return sorted(found, key=lambda d: (d.member.person.name, d.vendor.name, d.pk))


def list_panels(challenge: Challenge) -> list[tuple[Step, list[Declaration]]]:
    """List what was declared on each panel of a challenge, by step and round; panels that said nothing are left out."""
    rows = _declarations().filter(member__evaluation__step__challenge=challenge)
    found: dict[int, tuple[Evaluation, list[Declaration]]] = {}
    for declaration in rows.select_related("member__person", "member__evaluation__step", "vendor"):
        evaluation = declaration.member.evaluation
        found.setdefault(evaluation.pk, (evaluation, []))[1].append(declaration)
    panels = sorted(found.values(), key=lambda panel: (panel[0].step.position, panel[0].round))
    return [(evaluation.step, declared) for evaluation, declared in panels]
