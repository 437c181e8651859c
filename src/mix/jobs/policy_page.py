"""docs/policy.md, written from the catalogue: every rule with its status, every figure with its dates, every fact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mix.jobs.drawing import read_methods
from mix.jobs.policy_files import policy_files, read_file
from mix.phrases.words import word
from mix.rules.city.policy.adviser import Kind, parse_instruments, runs_by
from mix.rules.city.policy.documents import Cite, Figure, PolicyDocument, Rule
from mix.rules.city.policy.facts import FACTS, FactSpec, FactType

INTRODUCTION = """# Policy

What applies to a challenge, from where, and how sure that is. Rules are data (`catalogue/policies`), in layers: trade
agreements, the province, the city's by-law, funding terms, the form of the documents, good practice. Every rule that
applies is shown; where several ask for the same, all must hold, so the strictest governs. In a joint challenge the
rules of every city apply, and each finding names the cities that it comes from.

A rule has a condition (`when`), what must then hold (`needs`), and an effect. A finding *holds*, *warns*, *blocks*,
only *tells*, or is *unknown* until a fact is given. **Only a verified rule blocks**: one that was read in an official
source, or that two people of the city confirmed. What is worked out from other figures is `derived`; what is recalled
and was not read is `unverified`. A rule is never surer than the figures that it rests on, until the city confirms it.

A challenge is judged by the rules in force on its governing date: the day on which its first call was published, and
today before that. `mix policy check` reports what is wrong with a document; `mix policy explain` judges a table of
facts outside of the product.

Conditions are written in the Common Expression Language. A fact that is absent makes a condition unknown, unless the
rest decides it. Amounts are whole cents before tax.
"""


def policy_page(catalogue: Path) -> str:
    """Return the page."""
    out = [INTRODUCTION]
    for path in policy_files(catalogue):
        document = read_file(path)
        name = f"{document.title.en}" + (f" ({document.municipality}, draft)" if document.municipality else "")
        out.append(f"## {name}\n")
        out += list(_figures(document))
        out += (
            [line for rule in document.rules for line in _rule(rule)]
            if not document.municipality
            else list(_table(document))
        )
    out.append("## The toolbox\n\n`mix policy advise`, and the page that is linked where a challenge begins.\n")
    out.append("| instrument | fits when | does not when | binds | runs here by |\n|---|---|---|---|---|")
    toolbox = parse_instruments((catalogue / "instruments.yaml").read_text(encoding="utf-8"))
    runs = runs_by(toolbox, read_methods(catalogue))
    for one in toolbox:
        by = ", ".join(f"[{m.title.en}](method-{m.key}.md)" for m in runs[one.key])
        here = "" if one.kind is Kind.ANSWER else by or "does not run here"
        out.append(f"| {one.title.en} | `{one.fits}` | `{one.not_if}` | {one.binds} | {here} |")
    out.append("\n## Facts\n\n| fact | | type | words |\n|---|---|---|---|")
    out += [
        f"| `{name}` | {word('fact', name, 'en')} | {_type(spec)} | {', '.join(spec.words)} |"
        for name, spec in FACTS.items()
    ]
    return "\n".join(out) + "\n"


def _type(spec: FactSpec) -> str:
    return (
        "amount, in cents"
        if spec.type is FactType.CENTS
        else "yes or no"
        if spec.type is FactType.FLAG
        else spec.type.value
    )


def _cites(cites: tuple[Cite, ...]) -> str:
    return "; ".join(
        (f"[{c.text}]({c.url})" if c.url else c.text) + (f", read on {c.read_on}" if c.read_on else "") for c in cites
    )


def _figures(document: PolicyDocument) -> Iterator[str]:
    if document.figures:
        yield "| figure | from | to | amount | status | source |\n|---|---|---|--:|---|---|"
    for figure in document.figures:
        yield from _values(figure)
    if document.figures:
        yield ""


def _values(figure: Figure) -> Iterator[str]:
    for value in figure.values:
        until = value.valid_to or ""
        cells = (
            f"{figure.title.en}, {', '.join(figure.categories)} (`{figure.name}`)",
            f"{value.valid_from}",
            f"{until}",
            f"{value.value / 100:,.0f}",
            value.status.value,
            _cites(value.cites),
        )
        yield f"| {' | '.join(cells)} |"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.title.en} (`{rule.id}`)\n"
    yield f"{rule.text.en}\n"
    yield f"*{rule.text.fr}*\n"
    span = f"{rule.valid_from}" + (f" to {rule.valid_to}" if rule.valid_to else "")
    yield f"- Status: **{rule.status}**; {word('policy_effect', rule.effect, 'en')}; in force from {span}"
    yield f"- {', '.join(word('moment', m, 'en') for m in rule.at)}"
    if rule.when != "true":
        yield f"- When `{rule.when}`"
    if rule.needs:
        yield f"- Needs `{rule.needs}`"
    if rule.waiver:
        second = ", with a second person" if rule.waiver.second else ""
        yield f"- May be set aside for one challenge by: {word('role', rule.waiver.by, 'en')}{second}"
    yield f"- Source: {_cites(rule.cites)}\n"


def _table(document: PolicyDocument) -> Iterator[str]:
    yield "Unverified: the city corrects and signs it. Until then nothing in it blocks.\n"
    yield "| when | what it asks for |\n|---|---|"
    yield from (f"| `{rule.when}` | {rule.text.en} |" for rule in document.rules)
    yield ""
