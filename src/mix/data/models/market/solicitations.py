"""Calls to the market: notice, documents, dates, addenda, questions."""

import json
from functools import lru_cache

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.data.models.market.vendors import Vendor
from mix.rules.city.schemes import TieRule
from mix.rules.core.kinds import OutageRule
from mix.rules.market.call_forms import CallForm
from mix.rules.market.freezing import FrozenRules, Terms
from mix.rules.market.states import CustodyMode, QuestionKind


@lru_cache(maxsize=256)
def _read_form(text: str) -> CallForm:
    """Read a form once in a process, however many rows and requests ask for it. Raises FormUnknown."""
    return CallForm.read(json.loads(text))


class Solicitation(Kept, Worded):
    """One call. Closing is one UTC instant with the zone in which it was published; it is only ever extended."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="solicitations")
    round = models.PositiveIntegerField(default=1)
    reference = models.CharField(max_length=30, unique=True)
    body = models.TextField(blank=True)
    sections = models.JSONField(default=list)  # what documents said in the notice as it was published
    posting_address = models.URLField(max_length=300)
    contact = models.CharField(max_length=200)
    is_trial = models.BooleanField(default=False)  # as its challenge
    published_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField()
    zone = models.CharField(max_length=60)
    questions_until = models.DateTimeField()
    purchase_most_cents = models.BigIntegerField(null=True)
    form = models.JSONField(default=dict)  # what it asks and scores, where that is not as the method has it
    frozen = models.JSONField(default=dict)
    custody_mode = choice(CustodyMode, default=CustodyMode.MANAGED.value)
    outage_rule = choice(OutageRule, default=OutageRule.EXTEND.value)
    key_id = models.CharField(max_length=40, blank=True)
    recipients = models.JSONField(default=dict)  # public keys by envelope, and the recovery key's
    technical_opened_at = models.DateTimeField(null=True)
    price_opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "round"], name="solicitation_round_once"),
            models.CheckConstraint(
                name="solicitation_opened_after_closing",
                condition=models.Q(technical_opened_at=None) | models.Q(technical_opened_at__gte=models.F("closes_at")),
            ),
            models.CheckConstraint(
                name="solicitation_price_after_technical",
                condition=models.Q(price_opened_at=None)
                | models.Q(price_opened_at__gte=models.F("technical_opened_at")),
            ),
            one_of("custody_mode", CustodyMode),
            one_of("outage_rule", OutageRule),
        ]

    @property
    def rules(self) -> dict[str, FrozenRules]:
        """The rules of each evaluation of this call, by its step, as fixed at publication. Raises FormUnknown."""
        of, found = self.__dict__.get("_read", (None, {}))
        if of is not self.frozen:
            found = {step: FrozenRules.read(kept) for step, kept in self.frozen.items()}
            self.__dict__["_read"] = (self.frozen, found)
        return dict(found)

    @property
    def fitted(self) -> CallForm | None:
        """The form of this call, or None where it asks what the method asks. Raises FormUnknown."""
        kept: tuple[object, CallForm | None] = self.__dict__.get("_form", (None, None))
        if kept[0] is not self.form:
            kept = (self.form, _read_form(json.dumps(self.form)) if self.form else None)
            self.__dict__["_form"] = kept
        return kept[1]


class SolicitationDocument(Kept):
    """A public document of a call, as a file that anybody may fetch once the notice is out."""

    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="documents")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    title = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)


class Addendum(Kept, Worded):
    """A change after publication, told to everybody; a substantial one must be reconfirmed.

    Nobody issued the one that extends closing after an outage: the rule in the notice did. One that changes a question
    (its key) keeps what was asked before and after, and the number of the form from then on.
    """

    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="addenda")
    number = models.PositiveIntegerField()
    text = models.TextField()
    is_substantial = models.BooleanField(default=False)
    question = models.CharField(max_length=60, blank=True)
    asked_before = models.JSONField(default=dict)
    asked_after = models.JSONField(default=dict)
    form_number = models.PositiveIntegerField(null=True)
    closed_at_before = models.DateTimeField(null=True)
    closes_at_after = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["solicitation", "number"], name="addendum_once"),
            models.CheckConstraint(
                name="addendum_only_extends",
                condition=models.Q(closes_at_after=None) | models.Q(closes_at_after__gt=models.F("closed_at_before")),
            ),
        ]


class HandOver(Kept):
    """A call as one person handed it over for publication; another publishes exactly this, or sends it back.

    Ended by nobody where it was handed over anew. `mark` is the digest of all that binds once it is published.
    """

    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="hand_overs")
    tie = choice(TieRule)
    full_at_cents = models.BigIntegerField(null=True)
    none_at_cents = models.BigIntegerField(null=True)
    fixed_cents = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)
    mark = models.CharField(max_length=64)
    handed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["solicitation"], condition=models.Q(ended_at=None), name="hand_over_one_waits"
            ),
            models.CheckConstraint(name="hand_over_by_two", condition=~models.Q(handed_by=models.F("ended_by"))),
            one_of("tie", TieRule),
        ]

    @property
    def terms(self) -> Terms:
        """What was said of ties and of how a price earns points."""
        return Terms(TieRule(self.tie), self.full_at_cents, self.none_at_cents, self.fixed_cents)


class ExtensionProposal(Kept, Worded):
    """A later closing that one person proposed and a second confirms or drops. Ended when either was done."""

    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="extensions")
    text = models.TextField()
    is_substantial = models.BooleanField()
    closes_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["solicitation"], condition=models.Q(ended_at=None), name="extension_one_waits"
            ),
            models.CheckConstraint(name="extension_by_two", condition=~models.Q(proposed_by=models.F("confirmed_by"))),
        ]


class Question(Kept, Worded):
    """A vendor's question. A general one is answered to all without a name; a confidential one to its asker."""

    private = frozenset({"vendor", "text", "answer", "translations"})

    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="questions")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    kind = choice(QuestionKind, default=QuestionKind.GENERAL.value)
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    drafted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("kind", QuestionKind)]
