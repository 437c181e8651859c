"""What suggests that a panel member may have to do with a vendor: shown as a question, never as a finding."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Where everybody may have an address: sharing such a domain says nothing.
COMMON_DOMAINS = frozenset(
    {
        "bell.net",
        "gmail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "me.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "rogers.com",
        "shaw.ca",
        "sympatico.ca",
        "telus.net",
        "videotron.ca",
        "yahoo.ca",
        "yahoo.com",
    }
)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as far as the comparison needs: code, full name and e-mail address."""

    code: str
    name: str
    email: str

    @property
    def domain(self) -> str:
        """The domain of the address, in lower case; empty where everybody may have one."""
        domain = self.email.rpartition("@")[2].lower()
        return "" if domain in COMMON_DOMAINS else domain

    @property
    def family_name(self) -> str:
        """The last word of the name without accents, in lower case."""
        bare = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        return bare.lower().split()[-1] if bare.split() else ""


def affiliations(member: Somebody, team: Iterable[Somebody]) -> tuple[str, ...]:
    """Return what matches, as codes of `affiliation`: was on the team, shares a domain, shares a family name."""
    people = list(team)
    found = {
        "was_member": any(p.code == member.code for p in people),
        "same_domain": bool(member.domain) and any(p.domain == member.domain for p in people if p.code != member.code),
        "same_name": bool(member.family_name)
        and any(p.family_name == member.family_name for p in people if p.code != member.code),
    }
    return tuple(code for code, holds in found.items() if holds)


def telling(found: Mapping[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """Leave out a shared domain where every vendor of several has it: it tells nothing of any of them."""
    shared = len(found) > 1 and all("same_domain" in codes for codes in found.values())
    return {vendor: tuple(c for c in codes if not (shared and c == "same_domain")) for vendor, codes in found.items()}
