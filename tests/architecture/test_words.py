"""Every code has its English text, and every English text its French in the one catalogue, with the same parameters."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from mix.phrases import beginning, case, choice, city, core, delivery, fitting, flow, knowledge, market, together
from mix.phrases.catalogue import list_texts
from mix.phrases.mails import MAILS, mail_text
from mix.phrases.refusals import REFUSALS, sentence
from mix.phrases.speaking import Counted, told
from mix.phrases.words import WORDS, word
from mix.rules.city.policy.facts import FACTS
from mix.rules.core.payloads import PAYLOADS
from mix.rules.core.unmet import Unmet
from tests.architecture.verbs import NotRead, list_verbs

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mix"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
FRENCH = SOURCE / "locale/fr/LC_MESSAGES/django.po"
SPOKEN = [FRENCH, *(SOURCE / "phrases").glob("*.py"), *(SOURCE / "web/templates").rglob("*.html")]
WINGS = (core, city, beginning, case, market, together, fitting, choice, delivery, flow, knowledge)


def _codes(pattern: str) -> set[str]:
    return {code for path in FILES for code in re.findall(pattern, path.read_text(encoding="utf-8"))}


def _names(text: str) -> list[str]:
    return sorted(set(re.findall(r"{(\w+)}", text)))


def test_every_refusal_has_its_sentence() -> None:
    used = _codes(r'code="(\w+)"') | _codes(r'Unmet\("(\w+)"') | _codes(r'BadValue\("(\w+)"')
    assert used - set(REFUSALS) == set()


def test_no_wing_says_what_another_says() -> None:
    for table in ("REFUSALS", "MAILS", "WORDS", "VERBS"):
        codes = Counter(code for wing in WINGS for code in getattr(wing, table, {}))
        assert [code for code, count in codes.items() if count > 1] == []
        merged = {"REFUSALS": REFUSALS, "MAILS": MAILS, "WORDS": WORDS, "VERBS": WORDS["verb"]}[table]
        assert set(merged) - {"verb"} == set(codes)


def test_the_french_catalogue_holds_each_text_with_its_context_and_no_other() -> None:
    with FRENCH.open("rb") as file:
        french = {(m.context, m.id): m.string for m in read_po(file, locale="fr") if m.context}
    wanted = {(context, text[:2] if isinstance(text, Counted) else text): text for context, text in list_texts()}
    assert set(french) == set(wanted)
    for (context, english), text in french.items():
        forms, said = (one if isinstance(one, tuple) else (one,) for one in (english, text))
        assert len(said) == len(forms), context
        assert all(said), context
        assert {tuple(_names(s)) for s in (*forms, *said)} == {tuple(_names(forms[0]))}, context
        counted = wanted[context, english]
        assert not isinstance(counted, Counted) or counted.by in _names(counted.many), context


def test_one_is_one_and_many_are_many() -> None:
    missing = [Unmet("scores_missing", {"name": "Li", "count": count}) for count in "012"]
    assert [[sentence(unmet, language) for unmet in missing] for language in ("en", "fr")] == [
        ["Li: 0 scores are missing", "Li: 1 score is missing", "Li: 2 scores are missing"],
        ["Li\xa0: 0 note à donner", "Li\xa0: 1 note à donner", "Li\xa0: 2 notes à donner"],
    ]
    bracketed = re.compile(r"\w\(e?s\)")
    assert [
        (p.name, bracketed.findall(p.read_text("utf-8"))) for p in SPOKEN if bracketed.search(p.read_text("utf-8"))
    ] == []


def test_one_word_has_the_french_of_its_context() -> None:
    assert [word(g, "approved", "fr") for g in ("pilot_state", "award_state")] == ["Approuvé", "Approuvée"]
    assert [word("award_state", "approved", language) for language in ("en", "en-ca", "fr-ca")] == [
        "Approved",
        "Approved",
        "Approuvée",
    ]
    assert told("word award_state", "Approved", "xx") == "Approved"


def test_a_parameter_with_a_french_twin_is_said_in_french() -> None:
    unmet = Unmet("step_not_active", {"step": "Award", "step_fr": "Attribution"})
    assert sentence(unmet, "en") == "“Award” is not open for work now"
    assert sentence(unmet, "fr") == "«\xa0Attribution\xa0» n’est pas ouvert au travail en ce moment"
    said = {"name": "Li", "step": "Award", "step_fr": "Attribution", "challenge": "Snow"}
    assert mail_text("step_started", "fr", **said) == (
        "À vous\xa0: Attribution",
        "Bonjour Li,\n\n«\xa0Attribution\xa0» du défi «\xa0Snow\xa0» est ouvert au travail. Vous en êtes responsable.",
    )


def test_every_verb_of_the_log_has_a_name_and_every_name_its_verb() -> None:
    assert list_verbs(FILES) == set(WORDS["verb"])


def test_every_verb_of_the_log_says_what_its_payload_holds() -> None:
    assert list_verbs(FILES) == set(PAYLOADS)


def test_verbs_are_read_through_what_passes_them_on(tmp_path: Path) -> None:
    events, deeds, calls = (tmp_path / f"{name}.py" for name in ("events", "deeds", "calls"))
    events.write_text("def record(verb, *, subject): ...\n")
    deeds.write_text(
        "from events import record\n"
        "class Deed:\n    def record(self, verb, *, subject): record(verb, subject=subject)\n"
    )
    calls.write_text(
        "from events import record\n"
        "def _record(verb, call): record(verb if '.' in verb else f'calls.{verb}', subject=call)\n"
        "def decide(call, yes):\n    verb = 'agree' if yes else 'refuse'\n    _record(verb, call)\n"
        "def end(call): _record('moves.end', call)\n"
        "class Act:\n    def do(self): self.deed.record('acts.do', subject='')\n"
    )
    assert list_verbs([events, deeds, calls]) == {"calls.agree", "calls.refuse", "moves.end", "acts.do"}
    calls.write_text("from events import record\ndef do(act): record(names()[0], subject=act)\n")
    with pytest.raises(NotRead, match=r"calls.py:2: names\(\)\[0\]"):
        list_verbs([events, deeds, calls])


def test_templates_write_the_colon_of_the_language() -> None:
    """French puts a space before it; inside a translated sentence the translator does."""
    translated = re.compile(r"{%-?\s*trans\b.*?endtrans\s*-?%}", re.DOTALL)
    written = re.compile(r"(?:}}|%}|</b>|</a>)\s*:(?=[\s<{])")
    found = {
        path.name: lines
        for path in (SOURCE / "web/templates").rglob("*.html")
        if (lines := written.findall(translated.sub("%}", path.read_text(encoding="utf-8"))))
    }
    assert found == {}


def test_only_showing_asks_whether_the_language_is_french() -> None:
    patterns = (
        r"""[=!]= ?["']fr["']|startswith\("fr"\)|"fr" if """,
        r"""{"en": "[^"]*", "fr": "|, "fr"\)\[""",
    )
    asks = re.compile("|".join(patterns))
    found = {str(path.relative_to(SOURCE)) for path in FILES if asks.search(path.read_text(encoding="utf-8"))}
    assert found == {
        "web/drawing/showing.py",  # how money is written
        "rules/core/catalogue.py",  # says which of the two titles of a document is missing
    }


def test_every_fact_has_its_title() -> None:
    assert set(WORDS["fact"]) == set(FACTS)
