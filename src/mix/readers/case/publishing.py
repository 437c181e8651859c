"""Official notices, as anybody may read them."""

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Notice


@asked
def list_notices(challenge: Challenge) -> QuerySet[Notice]:
    """List a challenge's notices, latest first."""
    return challenge.notices.order_by("-published_at", "-id")


def list_latest_notices(most: int) -> list[Notice]:
    """List the latest notices of all cities."""
    return _latest_notices.part(most)()


@asked
def _latest_notices() -> QuerySet[Notice]:
    rows = Notice.objects.filter(is_trial=False).select_related("challenge", "municipality")
    return rows.order_by("-published_at", "-id")
