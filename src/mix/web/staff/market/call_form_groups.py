"""What is changed of the headings of a call: which questions stand under which, in whose words, in which order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mix.rules.core.fields import Wording
from mix.rules.market import call_groups as changes
from mix.rules.market.call_changes import Change
from mix.web.drawing.showing import language
from mix.web.forms import fields
from mix.web.forms.wordings import wording
from mix.web.staff.market.call_form_acts import Fit, FitRow, under

TITLE_HINT = _("Vendors see it above its questions; so do the notice, the panel and every print.")


class AddGroup(Fit):
    """Put questions under a heading, a new one or one that is there."""

    label = _("Put them under it")

    title = wording(fields.line(_("Heading"), hint=TITLE_HINT, most=120))

    def fit(self) -> None:
        """Offer the questions that may stand under a heading."""
        found = [(q.field.key, q.field.title.in_(language())) for q in self.about.form.asked if q.may_stand_in_group]
        self.fields["questions"] = fields.many(_("These questions"), found)

    def change(self) -> Change:
        """Return the heading with its questions."""
        title: Wording = self.cleaned_data["title"]
        return changes.GroupQuestions(title=title, questions=tuple(self.cleaned_data["questions"]))


class SetGroup(FitRow):
    """Put one question under a heading that is there, or under none."""

    label = _("Put it there")

    def fit(self) -> None:
        """Show the heading under which it stands."""
        self.fields["group"] = under(self.about)
        asked = self.about.question(self.at())
        numbers = {group.en: str(n) for n, group in enumerate(self.about.form.groups, start=1)}
        self.initial = {"group": numbers.get(asked.heading if asked else "", ""), **self.initial}

    def change(self) -> Change:
        """Return where it stands."""
        heading = self.about.heading(self.cleaned_data["group"])
        title = self.about.form.group(heading) if heading else None
        return changes.GroupQuestions(title=title, questions=(self.row,))


class RenameGroup(FitRow):
    """Say a heading in other words; its item is its number."""

    label = _("Keep this heading")

    title = wording(fields.line(_("Heading"), most=120))

    def fit(self) -> None:
        """Show the heading as it stands."""
        if heading := self.about.heading(self.at()):
            self.initial = {"title": self.about.form.group(heading), **self.initial}

    def change(self) -> Change:
        """Return the heading in these words."""
        title: Wording = self.cleaned_data["title"]
        return changes.RenameGroup(group=self.about.heading(self.row), title=title)


class GroupUp(FitRow):
    """Put a heading with its questions earlier."""

    label = _("Earlier")
    up = True

    def change(self) -> Change:
        """Move it."""
        return changes.MoveGroup(group=self.about.heading(self.row), up=self.up)


class GroupDown(GroupUp):
    """Put a heading with its questions later."""

    label = _("Later")
    up = False
