"""What counts as the total estimated value of a procurement, by route (docs/glossary.md), in cents before tax."""

from mix.rules.core.kinds import Route


def estimated_value(
    route: Route,
    *,
    fee: int | None,
    places: int | None,
    purchase: int | None,
    options: int | None,
    buys_now: bool,
    later: int = 0,
    prizes: int = 0,
) -> int | None:
    """Add up what one procurement commits to; None while a part of it is unknown.

    One competition that may end in a purchase (routes A and T) counts sprint fees, purchase and every option from the
    start. A sprint that an open competition follows (B) is a procurement of its own: its fees until the final call is
    prepared (`buys_now`), then the purchase. A pilot (C) buys nothing: its fees. Without any purchase (N):
    the prizes that are given. Fees are those of the first phase by its places, and of `later` phases in all.
    """
    if route is Route.NO_PURCHASE:
        return prizes
    fees = (fee or 0) * (places or 0) + later
    sprint_only = route is Route.PILOT_ONLY or (route is Route.SPRINT_THEN_OPEN and not buys_now)
    if sprint_only:
        return None if fee is None or places is None else fees
    if purchase is None or options is None:
        return None
    return purchase + options + (0 if route is Route.SPRINT_THEN_OPEN else fees)
