"""What is done with a call to the market: draft, publish, add documents and addenda, answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.market import addenda, named_vendors, solicitations
from mix.data.models import ExtensionProposal, Question, Solicitation, Step
from mix.readers.core.errors import Unknown
from mix.readers.market.named_vendors import get_named
from mix.readers.market.solicitations import form_of, get_question
from mix.rules.core.access import Permission
from mix.rules.market.question_lists import MOST_WORDS
from mix.rules.market.states import CustodyMode
from mix.web.drawing.showing import in_language, language, titled
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do
from mix.web.forms.several import Rows, Several
from mix.web.forms.wordings import wording, words_of


@dataclass(frozen=True)
class Draftable:
    """A step, its call as far as it is written, and whether buying is part of its competition.

    `known` is what of a new notice is known already; with `is_made` documents say most of it.
    """

    step: Step
    call: Solicitation | None
    has_purchase: bool
    known: Mapping[str, Any] = field(default_factory=dict)
    is_made: bool = False


class Draft(Act[Draftable]):
    """Write the notice."""

    label = _("Save the notice")
    done = _("Saved.")
    needs = Permission.SOLICITATION_EDIT

    body = wording(fields.text(_("The notice"), hint=_("What is asked, of whom, and what follows. Markdown."), rows=6))
    closes_at = fields.moment(_("Closes"), hint=_("On the clock of the lead city."))
    questions_until = fields.moment(_("Questions until"))
    contact = fields.line(_("One contact"))
    custody = fields.word_choice(_("Who keeps the key until opening"), "custody", radio=True)
    purchase_most_cents = fields.money(
        _("Purchase, at most"), hint=_("With every option; so buying is part of this competition.")
    )

    def fit(self) -> None:
        """Ask for the most that a purchase may cost only where one is part of this; what documents say is not asked."""
        if self.about.is_made:
            self.fields["body"].label = _("In your own words")
            self.fields["body"].required = False
            self.fields["body"].help_text = _("Above what the documents say in the notice. Markdown.")
        if not self.about.has_purchase:
            del self.fields["purchase_most_cents"]

    @classmethod
    def first(cls, about: Draftable) -> Mapping[str, Any]:
        """Show what is written so far."""
        if about.call is None:
            return {"custody": CustodyMode.MANAGED, **about.known}
        names = {name: name for name in cls.base_fields} | {"custody": "custody_mode"}
        return {name: getattr(about.call, of) for name, of in names.items()} | {"body": words_of(about.call, "body")}

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        do(request, solicitations.draft, self.about.step, **self.cleaned_data)


class NameVendor(Act[Step]):
    """Name a vendor that may answer a call by invitation."""

    label = _("Name this vendor")
    done = _("Named. It is invited when the call is published.")
    needs = Permission.SOLICITATION_EDIT

    vendor = fields.line(_("Name of the organization"), hint=_("As it is registered here, or nearly so."))
    why = fields.text(_("Why it is invited"), hint=_("For the record; the second person reads it."), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Name it."""
        do(request, named_vendors.name, self.about, **self.cleaned_data)


class TakeOut(RowAct[Step]):
    """Take a vendor out of those that are named."""

    label = _("Take out")
    done = _("Taken out.")
    needs = Permission.SOLICITATION_EDIT

    def run(self, request: HttpRequest) -> None:
        """Take it out."""
        do(request, named_vendors.take_out, get_named(self.about, self.row))


class AddDocument(Act[Solicitation]):
    """Add a document: a file, or a text that is kept as one."""

    label = _("Add the document")
    done = _("Added.")
    needs = Permission.SOLICITATION_EDIT

    title = fields.line(_("Title"), hint=_("The title of a document that is there already makes a new version."))
    file = fields.upload(
        _("File"), hint=_("Documents, tables, pictures, films, maps, ZIP or text; up to 100 MB."), required=False
    )
    body = fields.text(_("Or its text"), hint=_("Kept as a text file that anybody may fetch."), required=False)

    def run(self, request: HttpRequest) -> None:
        """Add it."""
        title, file = self.cleaned_data["title"], self.cleaned_data["file"]
        name = file.name if file else f"{title[:60]}.txt"
        content = file.read() if file else self.cleaned_data["body"].encode()
        do(request, solicitations.add_document, self.about, title=title, name=name, content=content)


class IssueAddendum(Act[Solicitation]):
    """Issue an addendum; one that moves closing is proposed."""

    label = _("Issue the addendum")
    done = _("Done.")
    needs = Permission.SOLICITATION_PUBLISH

    text = wording(fields.text(_("What changes")))
    is_substantial = fields.yes(_("Substantial: vendors must confirm that their submission still stands"))
    closes_at = fields.moment(
        _("New closing time"),
        hint=_("Only later, never earlier. A second person confirms it before anything goes out."),
        required=False,
    )

    def run(self, request: HttpRequest) -> None:
        """Issue or propose it."""
        given = dict(self.cleaned_data)
        if given["closes_at"]:
            do(request, addenda.propose_extension, self.about, **given)
        else:
            del given["closes_at"]
            do(request, addenda.issue, self.about, **given)


class ChangeQuestion(Act[Solicitation]):
    """Change the words of one question by an addendum: it alone is asked again."""

    label = _("Ask it anew")
    done = _("Issued. Everybody who answers was told; their other answers stay.")
    needs = Permission.SOLICITATION_PUBLISH

    question = fields.choice(_("Question"), [])
    title = wording(fields.text(_("Its new words"), rows=2), again=_("Its new words"))
    max_words = fields.number(_("Words, at most"), least=1, most=MOST_WORDS)
    text = fields.text(_("Why it changes"), rows=2)

    def fit(self) -> None:
        """Offer the questions that are asked; a limit of words is only for some of them."""
        offered = [(q.field.key, q.field.title.in_(language())) for q in form_of(self.about).asked]
        fields.offer(self, "question", offered)
        self.fields["max_words"].required = False

    def run(self, request: HttpRequest) -> None:
        """Issue it."""
        do(request, addenda.change_question, self.about, **self.cleaned_data)


class ConfirmExtension(Act[ExtensionProposal]):
    """Confirm a later closing that somebody else proposed."""

    label = _("Confirm the later closing")
    done = _("Issued. Everybody who takes part was told.")
    style = ""
    needs = Permission.SOLICITATION_PUBLISH

    def run(self, request: HttpRequest) -> None:
        """Confirm it."""
        do(request, addenda.confirm_extension, self.about)


class DropExtension(Act[ExtensionProposal]):
    """Drop a later closing."""

    label = _("Drop it")
    done = _("Dropped. Closing stays as it is.")
    needs = Permission.SOLICITATION_PUBLISH

    def run(self, request: HttpRequest) -> None:
        """Drop it."""
        do(request, addenda.drop_extension, self.about)


class WriteAnswer(RowAct[Step]):
    """Write the answer to a question."""

    label = _("Save the answer")
    done = _("Saved. Procurement publishes it.")
    needs = Permission.QUESTION_ANSWER

    text = wording(fields.text(_("Answer"), rows=2))

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        found = get_question(self.about, self.row)
        do(request, solicitations.draft_answer, found, text=self.cleaned_data["text"])


class GiveAnswer(RowAct[Step]):
    """Publish the answer to a question."""

    label = _("Publish")
    done = _("Published.")
    style = ""
    needs = Permission.QUESTION_PUBLISH

    def run(self, request: HttpRequest) -> None:
        """Publish it."""
        do(request, solicitations.publish_answer, get_question(self.about, self.row))


class GiveAnswers(Several[tuple[Question, ...]]):
    """Publish several answers to questions of everybody that are written: each is mailed and logged by itself."""

    label = _("Publish them")
    needs = Permission.QUESTION_PUBLISH

    def rows(self) -> Rows:
        """Offer every answer that is written and not given, with its question."""
        return [(q.code, titled(q.text, in_language(q, "answer"))) for q in self.about]

    def each(self, request: HttpRequest, item: str) -> None:
        """Publish it. Raises Unknown where somebody else did."""
        found = get_question(self.about[0].solicitation.step, item)
        if found.published_at is not None:
            raise Unknown
        do(request, solicitations.publish_answer, found)
