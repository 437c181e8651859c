"""Questions about vendors and their teams."""

from mix.data.models import Vendor, VendorInvitation
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.rows import get_row
from mix.rules.market.likeness import likeness


def list_own_vendors(actor: Actor) -> list[Vendor]:
    """List the vendors that the actor acts for, by name."""
    return list(Vendor.objects.filter(id__in=actor.vendors).order_by("name", "id"))


def get_own_vendor(code: str, *, actor: Actor) -> Vendor:
    """Return a vendor that the actor acts for. Raises Unknown: another's vendor is not to be known."""
    found = Vendor.objects.filter(code=code, id__in=actor.vendors).first()
    if found is None:
        raise Unknown
    return found


def list_alike(name: str) -> list[Vendor]:
    """List the vendors whose names look like this one, by name."""
    return list(Vendor.objects.filter(likeness=likeness(name)).order_by("name", "id"))


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
