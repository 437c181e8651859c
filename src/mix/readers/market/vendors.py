"""Questions about vendors and their teams."""

from urllib.parse import urlsplit

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Merger, Vendor, VendorInvitation
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.rows import get_row
from mix.rules.market.likeness import likeness


def list_own_vendors(actor: Actor) -> list[Vendor]:
    """List the vendors that the actor acts for, by name, without those that go on as another."""
    return _own_vendors(tuple(actor.vendors))


@asked
def _own_vendors(vendors: tuple[int, ...]) -> QuerySet[Vendor]:
    return Vendor.objects.filter(id__in=vendors, merged_into=None).order_by("name", "id")


def get_own_vendor(code: str, *, actor: Actor) -> Vendor:
    """Return a vendor that the actor acts for. Raises Unknown: another's vendor is not to be known."""
    found = Vendor.objects.filter(code=code, id__in=actor.vendors).first()
    if found is None:
        raise Unknown
    return found


def list_alike(name: str) -> list[Vendor]:
    """List the vendors whose names look like this one, by name; for one that goes on as another, that other."""
    rows = Vendor.objects.filter(likeness=likeness(name)).select_related("merged_into").order_by("name", "id")
    return list(dict.fromkeys(row.merged_into or row for row in rows))


def find_by_number(number: str) -> Vendor | None:
    """Return the vendor of a number, if one has it and goes on under its own name."""
    return Vendor.objects.filter(number=number, merged_into=None).first() if number else None


def domain_of(vendor: Vendor) -> str:
    """Return the domain of a vendor's website where somebody of its team has a confirmed address, else ""."""
    host = (urlsplit(vendor.website).hostname or "").removeprefix("www.")
    team = {"user__vendor_members__vendor": vendor, "user__vendor_members__ended_at": None}
    theirs = EmailAddress.objects.filter(verified=True, email__iendswith=f"@{host}", **team)
    return host if host and theirs.exists() else ""


def list_under_way(vendor: Vendor) -> list[Challenge]:
    """List the challenges under way in which a vendor takes part or has begun to answer, or is asked to, by title."""
    running = Challenge.objects.filter(ended_at=None)
    begun = "steps__solicitations__submissions"
    rows = running.filter(participations__vendor=vendor) | running.filter(**{f"{begun}__vendor": vendor})
    beside = {f"{begun}__co_applicants__vendor": vendor, f"{begun}__co_applicants__state__in": ["asked", "joined"]}
    rows |= running.filter(**beside)
    return list(rows.distinct().order_by("code"))


def find_merger(vendor: Vendor) -> Merger | None:
    """Return what a vendor asked and nobody has answered."""
    return vendor.mergers.filter(answered_at=None).select_related("into", "asked_by").first()


def list_mergers_asked(vendor: Vendor) -> list[Merger]:
    """List the vendors that ask to go on as this one and wait for its answer, first asked first."""
    rows = vendor.mergers_asked.filter(answered_at=None).select_related("vendor", "asked_by")
    return list(rows.order_by("asked_at", "id"))


def get_merger(vendor: Vendor, item: str) -> Merger:
    """Return one such question to a vendor, also one that was answered meanwhile. Raises Unknown."""
    return get_row(vendor.mergers_asked.select_related("vendor", "into", "asked_by"), item)


def check_own_vendor(vendor_id: int, *, actor: Actor) -> None:
    """Raise Unknown unless the actor acts for the vendor."""
    if vendor_id not in actor.vendors:
        raise Unknown


def list_invitations(vendor: Vendor) -> list[VendorInvitation]:
    """List the invitations that nobody has accepted or taken back, latest first."""
    return list(vendor.invitations.filter(accepted_at=None, withdrawn_at=None).order_by("-expires_at", "id"))


def get_invitation_of(vendor: Vendor, item: str) -> VendorInvitation:
    """Return one invitation of a vendor, also one that was accepted meanwhile. Raises Unknown."""
    return get_row(vendor.invitations.select_related("vendor"), item)
