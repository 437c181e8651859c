"""One French term for each concept, everywhere: what is not said is refused with the words around it."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

from mix.phrases.refusals import REFUSALS
from mix.phrases.speaking import LOCALE, filled
from mix.rules.core.typography import spaced

ROOT = Path(__file__).resolve().parents[2]
REFUSED = {
    "fournisseur": r"\bvendeurs?\b|\bproposants?\b",
    "soumission": r"\bplis?\b|\boffres? (?:reçues?|déposées?|remises?)\b",
    "appel": r"\bappels? d’offres\b(?! limité)",  # but for the tender, and the law’s own words: `ITS_OWN`
    "appel ouvert": r"\bappels? (?:public|général)",
    "appel d’offres limité": r"\bgré à gré\b",
    "service de l’approvisionnement": r"\bL’approvisionnement [a-z]+[et]\b|\b(?:services?|personne) des achats\b",
    "clôture": r"\b[Ff]ermetures?\b|\bappels?\b[^.;:]{0,30}\bferm(?:e|er|ée?s?|ent)\b",
    "avis, addenda": r"\b[Aa]ddendums?\b|\badditifs?\b",
    "brouillon": r"\b[Éé]bauches?\b",
    "attribution": r"\b[Aa]djudi\w+",
    "modification (du contrat)": r"\b[Aa]venants?\b|\bordres? de changement\b",
    "valeur du contrat": r"\b(?:montant|prix) du contrat\b",
    "entente, contrat": r"\bconventions?\b|\bmarché conclu\b",
    "compte rendu": r"\b[Rr]étroactions?\b|\bdébreffage\b",
    "consensus": r"\b[Dd]élib[éè]r\w*",
    "contestation": r"\bobjections?\b|\bplaintes?\b",
    "point de décision": r"\b[Pp]oint [%{]\(?gate|(?<!de )\bjalons de décision\b|\bses (?:propres )?jalons\b",
    "phase, étape, jalon": r"\bétapes? clés?\b|\bpaliers?\b",
    "tableau de délégation des pouvoirs": r"\btableaux? des pouvoirs\b|\btableaux? de délégation(?! des pouvoirs)",
    "registre, entrée": r"\b[Jj]ourn(?:al|aux)\b|\b[Ii]nscriptions? (?:tien|manque)\w*|\bl’inscription %",
    "projet pilote": r"(?<![Pp]rojet )(?<![Pp]rojets )\bpilotes?\b",
    "avisé": r"\b[Aa]vert(?:ie?s?|issez)\b",
    "conservé": r"\b[Gg]ardée?s?\b",
    "se connecter": r"\b(?:[Oo]uvr|[Ff]erm)\w+ (?:une |la |de )?session\b",
    "rôles sans genre": r"\b(?:[Aa]uditeur|[Pp]romoteur|[Ss]urveillant|[Cc]hef de projet)s?\b",
}

# The instrument that is called so, and the words of the law.
ITS_OWN = {
    "Un appel d’offres demande une seule chose, entièrement décrite.",
    "L’avis figure sur un site d’appels d’offres accessible gratuitement à tous, et il est relié ici.",
    "Une soumission forme un contrat d’appel d’offres (contrat A)",
    "Aucun contrat d’appel d’offres : les conditions se négocient",
}
# Where a line would end, or a space stand, as no French text has it; and what is English in it.
UNSPACED = re.compile(r"[ \u202f](?=[:»]|%(?![\w(]))|«[ \u202f]| [;!?](?:\s|$)")
ENGLISH = re.compile(
    r"\bE[SD]T\b|\d\.\d\d?\b(?! AA|, niveau)|\b1 (?:jan|fév|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)"
)
NAMED = ("WCAG", "art. ", "OCDS", "libpango")  # with numbers of their own


def _in_catalogue(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "fr" and isinstance(inner, str):
                yield inner
            else:
                yield from _in_catalogue(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_catalogue(inner)


def _texts() -> list[tuple[str, str]]:
    """Every French text with where it stands: messages, words, mails, methods, rules, clauses, scenarios."""
    found: list[tuple[str, str]] = []
    with (ROOT / "src/mix/locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        for message in read_po(file, locale="fr"):
            if message.id:
                said = message.string if isinstance(message.string, tuple) else (message.string,)
                found += [(f"django.po:{message.lineno}", text) for text in said]
    for path in sorted((ROOT / "catalogue").rglob("*.yaml")):
        found += [(path.name, text) for text in _in_catalogue(yaml.safe_load(path.read_text(encoding="utf-8")))]
    return found


TEXTS = _texts()


@pytest.mark.parametrize("term", REFUSED)
def test_one_concept_has_one_term(term: str) -> None:
    refused = re.compile(REFUSED[term])
    assert [(where, text) for where, text in TEXTS if refused.search(text) and text not in ITS_OWN] == []


def test_what_is_said_of_the_words_of_the_law_is_still_said() -> None:
    assert {text for _where, text in TEXTS} >= ITS_OWN


def test_no_french_text_ends_a_line_before_its_mark_or_writes_as_english_does() -> None:
    shown = [(where, spaced(text, "fr")) for where, text in TEXTS]
    assert [(where, text) for where, text in shown if UNSPACED.search(text)] == []
    plain = [(where, text) for where, text in TEXTS if not any(name in text for name in NAMED)]
    assert [(where, text) for where, text in plain if ENGLISH.search(text)] == []


def test_the_compiled_catalogue_has_the_spaces() -> None:
    assert filled("refusal scores_missing", REFUSALS["scores_missing"], "fr", {"name": "Li", "count": "2"}) == (
        "Li\u00a0: 2 notes à donner"
    )
    assert gettext.translation("django", LOCALE, languages=["fr"]).gettext(":") == "\u00a0:"


def test_what_somebody_wrote_in_several_lines_keeps_them() -> None:
    """A paragraph, a heading or a bold line that is nothing but such a text draws its line breaks."""
    written = re.compile(r"<(p|h3|b|ins)>\{\{ \w+\.(?:text|reason|answer|note|question) \}\}</\1>")
    folder = ROOT / "src/mix/web/templates"
    found = {
        str(path.relative_to(folder)): [m[0] for m in written.finditer(path.read_text(encoding="utf-8"))]
        for path in folder.rglob("*.html")
    }
    drawn = {name: lines for name, lines in found.items() if lines and name != "evaluator/_document.html"}
    assert drawn == {"parts/_rule.html": ["<p>{{ f.text }}</p>"]}  # a sentence of ours
