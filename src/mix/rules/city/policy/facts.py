"""The facts that rules of policy judge: one flat, typed record of a challenge, as one city sees it.

An unknown fact is absent. Money is in cents, before tax. `docs/policy.md` lists every fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mix.rules.core.fields import MAX_CENTS
from mix.rules.core.kinds import Route

FactValue = bool | int | str
Facts = Mapping[str, FactValue]


class Category(StrEnum):
    """What is bought, as the trade agreements divide it."""

    GOODS = "goods"
    SERVICES = "services"
    CONSTRUCTION = "construction"


class Competition(StrEnum):
    """How the market is asked, the least open first."""

    DIRECT = "direct"
    QUOTES = "quotes"
    INVITED = "invited"
    OPEN = "open"


class Ground(StrEnum):
    """The listed grounds of limited tendering (CFTA 513, CETA 19.12)."""

    NONE = "none"
    NO_TENDERS = "no_tenders"
    ONLY_SUPPLIER = "only_supplier"
    ADDITIONAL_DELIVERIES = "additional_deliveries"
    PROTOTYPE = "prototype"
    URGENCY = "urgency"
    DESIGN_CONTEST = "design_contest"


class Conclusion(StrEnum):
    """What a market scan concluded."""

    BUY = "buy"
    ADAPT = "adapt"
    DEVELOP = "develop"
    NOTHING = "nothing"


class DocumentForm(StrEnum):
    """Whether answering a call makes a bidding contract (Contract A)."""

    CONTRACT_A = "contract_a"
    NO_CONTRACT_A = "no_contract_a"


class FactType(StrEnum):
    """How a fact is written; amounts are whole cents."""

    FLAG = "flag"
    NUMBER = "number"
    CENTS = "cents"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact's type, where it comes from (a key of `phrases`' places), and the words that it may be."""

    type: FactType
    place: str
    words: tuple[str, ...] = ()


ADVISER = "adviser"  # the place of facts that are asked before a challenge begins


def _ask() -> FactSpec:
    return FactSpec(FactType.FLAG, ADVISER)


def _flag(place: str) -> FactSpec:
    return FactSpec(FactType.FLAG, place)


def _number(place: str) -> FactSpec:
    return FactSpec(FactType.NUMBER, place)


def _cents(place: str) -> FactSpec:
    return FactSpec(FactType.CENTS, place)


def _word(place: str, words: type[StrEnum]) -> FactSpec:
    return FactSpec(FactType.WORD, place, tuple(words))


FACTS: dict[str, FactSpec] = {
    "category": _word("policy", Category),
    "route": _word("commissioning", Route),
    "value": _cents("value"),
    "sprint_value": _cents("value"),
    "related_value": _cents("policy"),
    "cities": _number("commissioning"),
    "competition": _word("policy", Competition),
    "quotes": _number("policy"),
    "limited_ground": _word("policy", Ground),
    "has_ground_record": _flag("policy"),
    "document_form": _word("notice", DocumentForm),
    "days_open": _number("notice"),
    "contacts_while_open": _number("document"),
    "is_electronic": _flag("notice"),
    "is_public_call": _flag("notice"),
    "has_official_posting": _flag("notice"),
    "has_purchase_option": _flag("notice"),
    "is_final_call": _flag("notice"),
    "has_weights": _flag("notice"),
    "limits_shortlist": _flag("notice"),
    "tells_shortlist_size": _flag("notice"),
    "prefers_local": _flag("notice"),
    "asks_previous_contract": _flag("notice"),
    "names_brand": _flag("notice"),
    "asks_size": _flag("notice"),
    "has_accessibility": _flag("document"),
    "has_market_scan": _flag("document"),
    "has_all_declarations": _flag("evaluation"),
    "has_separate_bidders": _flag("evaluation"),
    "days_since_award": _number("award"),
    "has_award_notice": _flag("award"),
    "debrief_days": _number("award"),
    "dispute_days": _number("award"),
    "signs_contract": _flag("award"),
    "open_objections": _number("award"),
    "lends_value": _cents("policy"),
    "pays_for_deliverables": _flag("agreement"),
    "has_participation_notice": _flag("policy"),
    "has_disclosure_pack": _flag("document"),
    "is_rollout": _flag("award"),
    # asked by the adviser, before there is a challenge
    "scan_says": _word(ADVISER, Conclusion),
    "need_is_firm": _ask(),
    "has_purchase_budget": _ask(),
    "solution_is_defined": _ask(),
    "market_is_known": _ask(),
    "market_is_thin": _ask(),
    "field_is_large": _ask(),
    "needs_research": _ask(),
    "wants_concept": _ask(),
    "is_complex": _ask(),
    "is_urgent": _ask(),
    "is_duty": _ask(),
    "is_repeated": _ask(),
    "is_confidential": _ask(),
    "is_unsolicited": _ask(),
    "other_city_has_contract": _flag(ADVISER),
    "has_bylaw": _flag("policy"),
}


class FactsWrong(ValueError):
    """A record that is none, with every place that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_facts(raw: object) -> dict[str, FactValue]:
    """Read a record as a file gives it; amounts are whole cents. Raises FactsWrong with everything that is wrong."""
    if not isinstance(raw, dict):
        raise FactsWrong(["facts are a table of names and values"])
    problems, facts = [], {}
    for name, value in raw.items():
        spec = FACTS.get(str(name))
        if spec is None:
            problems.append(f"no fact is called '{name}'")
        elif problem := _wrong(spec, value):
            problems.append(f"'{name}' {problem}")
        elif value is not None:
            facts[str(name)] = value
    if problems:
        raise FactsWrong(problems)
    return facts


def _wrong(spec: FactSpec, value: object) -> str:
    if value is None:
        return ""
    if spec.type is FactType.FLAG:
        return "" if isinstance(value, bool) else "is true or false"
    if spec.type is FactType.WORD:
        return "" if value in spec.words else f"is one of {', '.join(spec.words)}"
    if isinstance(value, bool) or not isinstance(value, int):
        return "is a whole number of cents" if spec.type is FactType.CENTS else "is a whole number"
    return "" if 0 <= value <= MAX_CENTS else f"is between 0 and {MAX_CENTS}"
