"""Official notices, as anybody may read them."""

from mix.data.models import Challenge, Notice


def list_notices(challenge: Challenge) -> list[Notice]:
    """List a challenge's notices, latest first."""
    return list(challenge.notices.order_by("-published_at", "-id"))


def list_latest_notices(most: int = 20) -> list[Notice]:
    """List the latest notices of all cities."""
    return list(Notice.objects.select_related("challenge", "municipality").order_by("-published_at", "-id")[:most])
