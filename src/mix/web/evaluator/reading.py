"""What there is to read of a submission: its answers, those that one criterion is scored by, files, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mix.data.models import Evaluation, Submission
from mix.readers.choice.evaluations import spec_of_evaluation
from mix.readers.delivery.sprints import gather_plans, latest_evidence, list_hypotheses, room_of
from mix.readers.market.sealing import FileFact, list_sealed_files
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import find_current, opened_answers, opened_in
from mix.rules.core.kinds import Envelope
from mix.web.documents.asked import noting_earlier
from mix.web.documents.attached import with_attached
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.showing import titled
from mix.web.evaluator.saving import Asked


def scored_by(found: Evaluation, asked: Sequence[Asked]) -> dict[str, list[Answer]]:
    """Return, by score, the answers that its criterion is scored by, where the call was fitted and says which."""
    form = found.solicitation.fitted
    if form is None:
        return {}
    opened = opened_in([one.submission for one in asked], Envelope.TECHNICAL)
    beside = {}
    for one in asked:
        fields = [q.field for q in form.scoring(f"{found.step.key}.{one.criterion.key}")]
        one.submission.solicitation = found.solicitation
        answers = noting_earlier(one.submission, read_only(fields, opened.get(one.submission.pk, {})))
        beside[one.name] = naming_files(found, one.submission, one.label, answers)
    return beside


def naming_files(found: Evaluation, submission: Submission, label: str, answers: list[Answer]) -> list[Answer]:
    """Put the files that answer a question beside it, under the numbers that the panel knows them by."""
    if not any(answer.hashes for answer in answers):
        return answers
    place, names = (found.step.challenge.code, found.step.key, label), not spec_of_evaluation(found).anonymous

    def drawn(number: int, file: FileFact) -> tuple[str, str]:
        title = _("File %(n)d") % {"n": number}
        return titled(title, file.name) if names else title, reverse("evaluator-file", args=[*place, file.code])

    return with_attached(answers, files_of(submission), drawn=drawn)


def read_answers(found: Evaluation, submission: Submission, label: str) -> list[Answer]:
    """Return everything that a panel reads of a submission."""
    asked = spec_of_call(found.solicitation).fields_of(Envelope.TECHNICAL.value)
    submission.solicitation = found.solicitation
    answers = read_only([f for f in asked if f.for_panel], opened_answers(submission, Envelope.TECHNICAL))
    return naming_files(found, submission, label, noting_earlier(submission, answers))


def files_of(submission: Submission) -> list[FileFact]:
    """List the files that came with what is scored."""
    version = find_current(submission)
    return list_sealed_files(submission, version=version.number, envelope=Envelope.TECHNICAL) if version else []


def gather_evidence(found: Evaluation, submission: Submission) -> list[Any]:
    """Return the sprint's evidence by hypothesis, where there is any."""
    challenge, room = found.step.challenge, room_of(found.step)
    if room is None:
        return []
    latest, plans = latest_evidence(room), gather_plans(challenge)
    vendor = submission.vendor_id
    return [
        (h, plans.get((vendor, str(h["key"]))), latest[vendor, str(h["key"])])
        for h in list_hypotheses(challenge)
        if (vendor, str(h["key"])) in latest
    ]
