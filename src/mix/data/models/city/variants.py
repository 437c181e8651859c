"""A city's own variants of methods, while they are written."""

from django.db import models

from mix.data.models.city.methods import MethodVersion
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.rules.city.states import DraftState


class MethodDraft(Kept):
    """The document of a variant as it stands; published, it is a version for ever and the draft goes on from it.

    `parent` is the version from which it came, or whose changes it took over last. `mark` counts the saves.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="method_drafts")
    key = models.SlugField(max_length=60, unique=True)
    parent = models.ForeignKey(MethodVersion, on_delete=models.PROTECT, related_name="+")
    document = models.TextField()
    mark = models.PositiveIntegerField(default=1)
    state = choice(DraftState, default=DraftState.DRAFT.value)
    edited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", DraftState),
            models.CheckConstraint(
                name="method_draft_proposed_whole",
                condition=models.Q(
                    state=DraftState.PROPOSED.value, proposed_by__isnull=False, proposed_at__isnull=False
                )
                | (~models.Q(state=DraftState.PROPOSED.value) & models.Q(proposed_by=None, proposed_at=None)),
            ),
        ]
