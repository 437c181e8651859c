"""A city's table of authority: who may approve how much, in two hands; and what an outage does to a closing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.city import bands, municipalities
from mix.data.models import AuthorityBand, BandsProposal, Municipality
from mix.readers.city.municipalities import bands_of, find_bands_proposal, get_own_municipality, list_bands
from mix.rules.city.delegation import Band
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import OutageRule
from mix.web.drawing.requests import signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted, show, take

BAND_ROLES = (
    Role.PROCUREMENT_OFFICER,
    Role.PROCUREMENT_MANAGER,
    Role.SPONSOR,
    Role.FINANCE,
    Role.AUTHORITY,
    Role.COUNCIL,
)
ROWS = 6


@dataclass(frozen=True)
class Authority:
    """A city, and its table of who may approve how much."""

    city: Municipality
    bands: tuple[AuthorityBand, ...]


class ProposeBands(Act[Authority]):
    """Propose the table."""

    label = _("Propose the table")
    done = _("Proposed. Gates use it once a second person has signed it.")
    style = ""
    needs = Permission.DELEGATION_EDIT

    def fit(self) -> None:
        """Ask for each row, then for the source of them all."""
        for n in range(ROWS):
            self.fields[f"limit{n}"] = fields.money(gettext("Row %(n)d: up to") % {"n": n + 1}, required=False)
            self.fields[f"open{n}"] = fields.yes(_("Without limit"))
            self.fields[f"role{n}"] = fields.word_choice(_("Decides"), "role", BAND_ROLES)
        self.fields["source"] = fields.line(_("By-law and section"), hint=_("Where this table comes from."))

    @classmethod
    def first(cls, about: Authority) -> Mapping[str, Any]:
        """Show the table that is in use."""
        shown: dict[str, Any] = {"source": about.bands[0].source if about.bands else ""}
        for n, band in enumerate(about.bands[:ROWS]):
            shown |= {f"limit{n}": band.up_to_cents, f"open{n}": band.up_to_cents is None, f"role{n}": band.role}
        return shown

    def run(self, request: HttpRequest) -> None:
        """Propose it; a row without an amount that is not without limit is no row."""
        given = self.cleaned_data
        rows = [
            Band(None if given[f"open{n}"] else given[f"limit{n}"], Role(given[f"role{n}"]))
            for n in range(ROWS)
            if given[f"open{n}"] or given[f"limit{n}"]
        ]
        do(request, bands.propose_bands, self.about.city, bands=rows, source=given["source"])


class SignBands(Act[BandsProposal]):
    """Sign a table that somebody else proposed."""

    label = _("Sign as the second person")
    done = _("Signed. Gates use it from now on.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Sign it."""
        do(request, bands.sign_bands, self.about)


class DropBands(Act[BandsProposal]):
    """Drop a proposed table."""

    label = _("Drop this proposal")
    done = _("Dropped.")

    def run(self, request: HttpRequest) -> None:
        """Drop it."""
        do(request, bands.drop_bands, self.about)


class SetOutageRule(Act[Municipality]):
    """Set what an outage does to the closing of a call."""

    label = _("Set the rule")
    done = _("Set. It is printed in every notice from now on.")
    needs = Permission.DELEGATION_EDIT

    rule = fields.word_choice(_("In calls that are published from now on"), "outage", radio=True)

    @classmethod
    def first(cls, about: Municipality) -> Mapping[str, Any]:
        """Show the rule that is in use."""
        return {"rule": about.outage_rule}

    def run(self, request: HttpRequest) -> None:
        """Set it."""
        do(request, municipalities.set_outage_rule, self.about, rule=OutageRule(self.cleaned_data["rule"]))


@dataclass(frozen=True)
class AuthorityContext:
    """What the page of the table draws: the one in use, and the one that waits for a second person."""

    city: Municipality
    bands: tuple[Band, ...]
    source: str
    proposal: BandsProposal | None
    proposed: tuple[Band, ...]


def authority(request: HttpRequest, city: str) -> HttpResponse:
    """Who may approve how much: the table by which gates find their decider, proposed by one and signed by another."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.BYLAW_SIGN)
    rows = tuple(list_bands(found))
    acts: Acts = {"set": Listed(ProposeBands, Authority(found, rows)), "outage": Listed(SetOutageRule, found)}
    proposal = find_bands_proposal(found)
    if proposal:
        acts = {**acts, "drop": Listed(DropBands, proposal)}
        if proposal.proposed_by_id != actor.someone.pk:
            acts = {**acts, "sign": Listed(SignBands, proposal)}
    taken = take(request, granted(actor.roles_at(found.code), acts))
    if isinstance(taken, HttpResponse):
        return taken
    context = AuthorityContext(
        found,
        tuple(Band(row.up_to_cents, Role(row.role)) for row in rows),
        rows[0].source if rows else "",
        proposal,
        bands_of(proposal) if proposal else (),
    )
    return show(request, "staff/city/authority.html", taken, context)
