"""Publishing official notices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mix.data.models import Challenge, Notice
from mix.data.models.core.wordings import columns_of
from mix.rules.case.states import NoticeKind
from mix.rules.core.fields import Said, as_wording


def publish(
    challenge: Challenge,
    *,
    kind: NoticeKind,
    title: Said,
    text: Said,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> Notice:
    """Publish a notice under the challenge's next number. Called inside other verbs; never changed after."""
    number = challenge.notices.count() + 1
    words = {column: said for column, one in (("title", title), ("text", text)) if (said := as_wording(one))}
    return Notice.objects.create(
        municipality_id=challenge.municipality_id,
        challenge=challenge,
        kind=kind,
        reference=f"{challenge.code}-N{number}",
        **{"title": "", "text": "", **columns_of(**words)},
        published_at=now,
        details=dict(details or {}),
        is_trial=challenge.is_trial,
    )
