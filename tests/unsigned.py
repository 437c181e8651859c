"""A contract as it was before anybody signed it."""

from mix.data.models import Agreement, Challenge, Step


def unsigned_contract() -> Agreement:
    """Return the contract for vans, nobody's signature on it: Anita signs for the city, Nora for Northlight."""
    Challenge.objects.filter(code="fleet-vans").update(status="running")
    Step.objects.filter(challenge__code="fleet-vans", key="contract").update(state="active")
    found = Agreement.objects.get(step__challenge__code="fleet-vans", kind="contract")
    Agreement.objects.filter(pk=found.pk).update(state="drafting", signed_at=None)
    found.signatories.update(signed_at=None, signed_digest="")
    found.papers.update(expires_on=None)
    around = ("vendor", "step__challenge__municipality", "step__challenge__method")
    return Agreement.objects.select_related(*around).get(pk=found.pk)
