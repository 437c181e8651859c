"""What panel members declared about vendors, and what a second person ruled on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from mix.data.asked import asked
from mix.data.models import Challenge, ConflictRuling, Declaration, Evaluation, PanelMember, Step
from mix.readers.choice.evaluations import contenders, list_evaluations, panel_of, vendors_in
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
    return _declarations(evaluation)


@asked
def _declarations(evaluation: Evaluation) -> QuerySet[Declaration]:
    rows = Declaration.objects.filter(member__evaluation=evaluation).select_related("member__person", "vendor")
    return rows.prefetch_related(_with_rulings()).order_by("id")


def _with_rulings() -> Prefetch[str]:
    return Prefetch("rulings", ConflictRuling.objects.select_related("ruled_by").order_by("id"))


def list_standing(evaluation: Evaluation) -> list[Declaration]:
    """List the declared conflicts of those seated with vendors on the list that stand, by member and vendor."""
    said, here = last_words(evaluation), {v for s in contenders(evaluation) for v in vendors_in(s)}
    last = {(d.member_id, d.vendor_id): d for d in list_declarations(evaluation)}
    found = [
        declaration
        for (member, vendor), declaration in last.items()
        if vendor in here and member in said and said[member][vendor].stands
    ]
    return sorted(found, key=lambda d: (d.member.person.name, d.vendor.name, d.pk))


def list_panels(challenge: Challenge) -> list[tuple[Step, list[Declaration]]]:
    """List what was declared on each panel of a challenge, by step and round; panels that said nothing are left out.

    What was ruled is fetched where there is a conflict to rule on.
    """
    found: dict[int, list[Declaration]] = {}
    declared = _declared_in(challenge)
    for declaration in declared:
        found.setdefault(declaration.member.evaluation_id, []).append(declaration)
    prefetch_related_objects([d for d in declared if d.conflict != Conflict.NONE], _with_rulings())
    panels = sorted(list_evaluations(challenge), key=lambda e: (e.step.position, e.round))
    return [(evaluation.step, found[evaluation.pk]) for evaluation in panels if evaluation.pk in found]


@asked
def _declared_in(challenge: Challenge) -> QuerySet[Declaration]:
    rows = Declaration.objects.filter(member__evaluation__step__challenge=challenge)
    return rows.select_related("member__person", "vendor").order_by("id")
