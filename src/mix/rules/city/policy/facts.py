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
    """A fact's type, its titles, where it comes from (a key of `phrases`' places), and the words that it may be."""

    type: FactType
    en: str
    fr: str
    place: str
    words: tuple[str, ...] = ()


ADVISER = "adviser"  # the place of facts that are asked before a challenge begins


def _ask(en: str, fr: str) -> FactSpec:
    return FactSpec(FactType.FLAG, en, fr, ADVISER)


def _flag(en: str, fr: str, place: str) -> FactSpec:
    return FactSpec(FactType.FLAG, en, fr, place)


def _number(en: str, fr: str, place: str) -> FactSpec:
    return FactSpec(FactType.NUMBER, en, fr, place)


def _cents(en: str, fr: str, place: str) -> FactSpec:
    return FactSpec(FactType.CENTS, en, fr, place)


def _word(en: str, fr: str, place: str, words: type[StrEnum]) -> FactSpec:
    return FactSpec(FactType.WORD, en, fr, place, tuple(words))


FACTS: dict[str, FactSpec] = {
    "category": _word("What is bought", "Ce qui est acheté", "policy", Category),
    "route": _word("Route", "Voie", "commissioning", Route),
    "value": _cents(
        "Total estimated value, with every option and sprint fee",
        "Valeur totale estimée, options et rémunération des sprints comprises",
        "value",
    ),
    "sprint_value": _cents("All sprint fees", "Rémunération de tous les sprints", "value"),
    "related_value": _cents(
        "Value of the department’s like purchases of the last twelve months",
        "Valeur des achats semblables du service au cours des douze derniers mois",
        "policy",
    ),
    "cities": _number("Cities that take part", "Villes participantes", "commissioning"),
    "competition": _word("How the market is asked", "Mode d’appel au marché", "policy", Competition),
    "quotes": _number("Quotes asked for", "Nombre de prix demandés", "policy"),
    "limited_ground": _word(
        "Ground for not asking openly", "Motif pour ne pas lancer d’appel ouvert", "policy", Ground
    ),
    "has_ground_record": _flag(
        "The circumstances of that ground are written down",
        "Les circonstances de ce motif sont consignées",
        "policy",
    ),
    "document_form": _word("Contract A or not", "Contrat A ou non", "notice", DocumentForm),
    "days_open": _number("Days from notice to closing", "Jours entre l’avis et la clôture", "notice"),
    "contacts_while_open": _number(
        "Talks with vendors in the contact log while this call was open",
        "Échanges avec des fournisseurs consignés pendant que cet appel était ouvert",
        "document",
    ),
    "is_electronic": _flag(
        "Notice, documents and submissions are electronic",
        "L’avis, les documents et les soumissions sont électroniques",
        "notice",
    ),
    "is_public_call": _flag("Everybody may answer this call", "Chacun peut répondre à cet appel", "notice"),
    "has_official_posting": _flag("The official posting is named", "L’affichage officiel est indiqué", "notice"),
    "has_purchase_option": _flag(
        "The notice declares the option to buy, with its greatest value",
        "L’avis déclare l’option d’achat et sa valeur maximale",
        "notice",
    ),
    "is_final_call": _flag("A purchase follows from this call", "Un achat découle de cet appel", "notice"),
    "has_weights": _flag(
        "The notice gives every criterion its weight", "L’avis donne le poids de chaque critère", "notice"
    ),
    "limits_shortlist": _flag(
        "The field is cut down by a shortlist", "Le nombre de candidats est limité par une liste restreinte", "notice"
    ),
    "tells_shortlist_size": _flag(
        "The notice says how many are shortlisted", "L’avis indique la taille de la liste restreinte", "notice"
    ),
    "prefers_local": _flag(
        "A requirement or criterion prefers local firms, jobs or content",
        "Une exigence ou un critère favorise les entreprises, emplois ou contenus locaux",
        "notice",
    ),
    "asks_previous_contract": _flag(
        "A requirement asks for a previous contract with a given buyer, or for work in the area",
        "Une exigence demande un contrat antérieur avec un acheteur donné ou des travaux dans la région",
        "notice",
    ),
    "names_brand": _flag(
        "A requirement names a brand without “or equivalent”",
        "Une exigence nomme une marque sans « ou l’équivalent »",
        "notice",
    ),
    "asks_size": _flag(
        "A requirement asks for years in business or revenue",
        "Une exigence demande des années d’existence ou un chiffre d’affaires",
        "notice",
    ),
    "has_accessibility": _flag(
        "Accessibility is among what is asked, or why not is written down",
        "L’accessibilité est demandée, ou le motif de son absence est consigné",
        "document",
    ),
    "has_market_scan": _flag("The market was scanned", "Le marché a été exploré", "document"),
    "has_all_declarations": _flag(
        "Every panel member has declared conflicts", "Chaque membre du comité a déclaré ses conflits", "evaluation"
    ),
    "days_since_award": _number("Days since the award", "Jours depuis l’attribution", "award"),
    "has_award_notice": _flag("The award notice is published", "L’avis d’attribution est publié", "award"),
    "debrief_days": _number(
        "Days in which a vendor may ask for a debrief", "Jours pour demander une rétroaction", "award"
    ),
    "dispute_days": _number("Days in which a vendor may object", "Jours pour contester", "award"),
    "lends_value": _cents(
        "Value of space, data and things lent to vendors",
        "Valeur des locaux, données et biens prêtés aux fournisseurs",
        "policy",
    ),
    "pays_for_deliverables": _flag(
        "Every payment of the sprint is for a deliverable", "Chaque paiement du sprint vise un livrable", "agreement"
    ),
    "has_participation_notice": _flag(
        "This city has published that it takes part", "Cette ville a publié sa participation", "policy"
    ),
    "has_disclosure_pack": _flag(
        "What the sprint taught is disclosed to everybody",
        "Ce que le sprint a appris est divulgué à tous",
        "document",
    ),
    "is_rollout": _flag(
        "What is bought now goes beyond the sprint", "Ce qui est acheté maintenant dépasse le sprint", "award"
    ),
    # asked by the adviser, before there is a challenge
    "scan_says": _word("What the market scan concluded", "Conclusion de l’exploration du marché", ADVISER, Conclusion),
    "need_is_firm": _ask("The need is firm", "Le besoin est ferme"),
    "has_purchase_budget": _ask("There is a budget to buy what works", "L’achat de ce qui fonctionne est financé"),
    "solution_is_defined": _ask("You could specify the solution today", "Vous pourriez spécifier la solution"),
    "market_is_known": _ask("You know who sells what", "Vous savez qui vend quoi"),
    "market_is_thin": _ask("Few vendors could answer", "Peu de fournisseurs pourraient répondre"),
    "field_is_large": _ask("Many vendors could answer", "Beaucoup de fournisseurs pourraient répondre"),
    "needs_research": _ask("It needs research, not only development", "Il faut aussi de la recherche"),
    "wants_concept": _ask("A concept or a design is wanted", "Un concept ou une conception est recherché"),
    "is_complex": _ask("The deal itself is complex", "L’entente elle-même est complexe"),
    "is_urgent": _ask("It is urgent", "C’est urgent"),
    "is_duty": _ask("The city must act, by law or for safety", "La ville doit agir, selon la loi ou pour la sécurité"),
    "is_repeated": _ask("The need comes again and again", "Le besoin revient sans cesse"),
    "is_confidential": _ask("The need is confidential", "Le besoin est confidentiel"),
    "is_unsolicited": _ask("A vendor proposed it", "Un fournisseur l’a proposé"),
    "other_city_has_contract": _flag(
        "Another city has a contract that you may join",
        "Une autre ville a un contrat auquel vous pouvez vous joindre",
        ADVISER,
    ),
    "has_bylaw": _flag("The city’s by-law stands in MIX", "Le règlement de la ville figure dans MIX", "policy"),
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
