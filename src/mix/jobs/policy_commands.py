"""`mix policy`: check documents of rules, and explain what they say about a record of facts. No database, no secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from mix.jobs.drawing import read_methods
from mix.jobs.policy_files import policy_files, read_file
from mix.phrases.words import word
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.city.policy.adviser import Fit, Kind, advise, parse_instruments, runs_by
from mix.rules.city.policy.documents import Moment, PolicyDocument, problems_among
from mix.rules.city.policy.explain import Finding, Outcome, explain, prepare
from mix.rules.city.policy.expressions import ExpressionWrong
from mix.rules.city.policy.facts import FACTS, FactsWrong, FactType, FactValue, read_facts
from mix.rules.city.policy.joint import Contradiction, contradictions
from mix.rules.core.catalogue import DocumentInvalid, decode, load
from mix.rules.core.typography import amount

policy = typer.Typer(no_args_is_help=True, help="Rules of policy: check, explain.")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)
HERE = "here"  # what a city is called in a file of facts that names none


def _read(paths: list[Path]) -> list[PolicyDocument]:
    """Read documents; print every problem and end with 2 when there is one."""
    documents, wrong = [], False
    for path in paths:
        try:
            documents.append(read_file(path))
        except DocumentInvalid as error:
            wrong = True
            for problem in error.problems:
                console.print(f"{path}:{problem.line}: {problem.text}", markup=False)
        except OSError as error:
            wrong = True
            console.print(f"{path}: cannot be read: {error.strerror}", markup=False)
    for text in problems_among(documents):
        wrong = True
        console.print(text, markup=False)
    if wrong:
        raise typer.Exit(2)
    return documents


@policy.command("check")
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Documents; without any, the catalogue's")] = None,
) -> None:
    """Report everything wrong with documents of rules, with line numbers: names, types, dates, French, citations.

    A file in a folder called `bylaws` is a city's table, named after the city. Ends with 2 when anything is wrong.
    """
    documents = _read(files or policy_files(CATALOGUE))
    rules = [rule for document in documents for rule in document.rules]
    counts = ", ".join(f"{sum(r.status == s for r in rules)} {s}" for s in ("verified", "derived", "unverified"))
    figures = sum(len(document.figures) for document in documents)
    console.print(f"Holds. {len(documents)} documents, {len(rules)} rules ({counts}), {figures} figures.")


@policy.command("explain")
def explain_command(
    facts: Annotated[Path, typer.Option(help="Facts as YAML: a table, with `cities` where they differ by city")],
    on: Annotated[str, typer.Option(help="The governing date, YYYY-MM-DD")],
    *,
    municipality: Annotated[list[str] | None, typer.Option(help="A city whose by-law applies; again for more")] = None,
    also: Annotated[list[Path] | None, typer.Option(help="A document beside the catalogue's; again for more")] = None,
    at: Annotated[Moment | None, typer.Option(help="Only what is looked at then")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON")] = False,
) -> None:
    """Say what applies, what it asks for, what is missed, why, from where and how sure; and which rules clash.

    By-laws are the drafts of the catalogue, which never block; a city's signed by-law stands in its site. Ends with 1
    when something blocks, with 2 when the facts cannot be read.
    """
    day, by_city = _inputs(facts, on, municipality or [])
    ruleset = prepare(_documents(by_city, also or []))
    findings = explain(ruleset, by_city, on=day, at=at)
    clashes = contradictions(ruleset, by_city, on=day, at=at)
    if as_json:
        found = [*map(as_document, findings), *map(clash_document, clashes)]
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for line in (*lines(findings), *clash_lines(clashes)):
            console.print(line, markup=False)
    raise typer.Exit(1 if any(f.outcome == Outcome.BLOCKED for f in findings) else 0)


@policy.command("advise")
def advise_command(facts: Annotated[Path, typer.Option(help="What is known, as YAML: a table of facts")]) -> None:
    """Say which routes and instruments fit, which do not, and why; and which facts would decide."""
    try:
        known = read_facts(load(decode(facts.read_bytes()))[0] or {})
    except (FactsWrong, DocumentInvalid, OSError) as error:
        console.print(f"{facts}: {error}", markup=False)
        raise typer.Exit(2) from None
    toolbox = parse_instruments((CATALOGUE / "instruments.yaml").read_text(encoding="utf-8"))
    here = runs_by(toolbox, read_methods(CATALOGUE))
    for one in advise(toolbox, known):
        if one.fit is Fit.IDLE:
            continue
        console.print(f"{word('fit', one.fit, 'en'):<14}{one.instrument.title.en}", markup=False)
        if one.reason:
            console.print(f"{'':<14}{one.reason.en}", markup=False)
        if one.instrument.kind is not Kind.ANSWER:
            methods = ", ".join(m.title.en for m in here[one.instrument.key])
            console.print(f"{'':<14}{f'runs here by {methods}' if methods else 'does not run here'}", markup=False)
        if one.unknown:
            console.print(f"{'':<14}depends on {', '.join(one.unknown)}", markup=False)


def _inputs(file: Path, on: str, cities: list[str]) -> tuple[date, dict[str, dict[str, FactValue]]]:
    """Read the day and the facts of each city. Those that a table of cities names take part, so they are counted."""
    try:
        day = date.fromisoformat(on)
        raw = load(decode(file.read_bytes()))[0] or {}
        own = raw.pop("cities") if isinstance(raw, dict) and isinstance(raw.get("cities"), dict) else {}
        common = {**({"cities": len(own)} if own else {}), **read_facts(raw)}
        names = cities or [str(name) for name in own] or [HERE]
        by_city = {name: {**common, **read_facts(own.get(name) or {})} for name in names}
        problems = [f"`cities` does not name '{name}'" for name in names if own and name not in own]
    except FactsWrong as error:
        problems = error.problems
    except DocumentInvalid as error:
        problems = [f"line {p.line}: {p.text}" for p in error.problems]
    except (OSError, ValueError) as error:
        problems = [f"cannot be read: {error}"]
    for problem in problems:
        console.print(f"{file}: {problem}", markup=False)
    if problems:
        raise typer.Exit(2)
    return day, by_city


def _documents(by_city: Mapping[str, object], also: list[Path]) -> list[PolicyDocument]:
    wanted = [p for p in policy_files(CATALOGUE) if p.parent.name != "bylaws" or p.stem in by_city]
    try:
        documents = _read([*wanted, *also])
    except ExpressionWrong as error:
        console.print(str(error), markup=False)
        raise typer.Exit(2) from None
    for name in sorted(by_city.keys() - {document.municipality for document in documents} - {HERE}):
        errors.print(f"No by-law of {name} is known: only what binds every city is judged.", markup=False)
    return documents


def as_document(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON: the rule, its outcome, for whom, from where, how sure, and on which facts."""
    rule = finding.rule
    return {
        "rule": rule.id,
        "layer": finding.layer.value,
        "outcome": finding.outcome.value,
        "cities": list(finding.cities),
        "title": rule.title.model_dump(),
        "text": rule.text.model_dump(),
        "status": finding.status.value,
        "cites": [c.model_dump(mode="json") for c in finding.cites],
        "facts": dict(finding.judged),
        "figures": dict(finding.figures),
        "unknown": list(finding.unknown),
        "waived": finding.waived,
    }


def clash_document(clash: Contradiction) -> dict[str, Any]:
    """Return two rules that cannot both be kept as JSON: the facts on which they clash, and which prevails."""
    sides = (clash.first, clash.second)
    return {
        "outcome": "contradiction",
        "rule": clash.first.rule.id,
        "contradicts": clash.second.rule.id,
        "cities": sorted({side.municipality for side in sides if side.municipality}),
        "facts": list(clash.facts),
        "prevails": clash.prevails.rule.id if clash.prevails else None,
    }


def clash_lines(clashes: Iterable[Contradiction]) -> Iterator[str]:
    """Yield contradictions to read, each with what to do."""
    for clash in clashes:
        first, second = (f"{s.rule.text.en} [{s.rule.id}]" for s in (clash.first, clash.second))
        yield f"{'Clash':<8} {first}"
        yield f"         {second}"
        yield f"         no {', '.join(clash.facts)} keeps both"
        todo = f"{clash.prevails.rule.id} prevails" if clash.prevails else word("clash", "nobody", "en")
        yield f"         {todo}"


def lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    """Yield findings to read, the gravest first."""
    for finding in findings:
        cities = "" if finding.cities == (HERE,) else f" ({', '.join(finding.cities)})"
        yield f"{word('policy_outcome', finding.outcome, 'en'):<8} {finding.rule.title.en}{cities}"
        yield f"         {finding.rule.text.en}"
        facts = [f"{name} = {said(name, value)}" for name, value in finding.judged.items()]
        facts += [f"{name} = {amount(value, 'en')}" for name, value in finding.figures.items()]
        if facts:
            yield f"         because {', '.join(facts)}"
        if finding.unknown:
            yield f"         depends on {', '.join(finding.unknown)}"
        sources = "; ".join(c.text for c in finding.cites)
        yield f"         {sources}. {word('policy_status', finding.status, 'en').capitalize()}. [{finding.rule.id}]"
    if not findings:
        yield "No rule applies."


def said(name: str, value: FactValue) -> str:
    """Write a fact's value to be read."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return amount(value, "en") if FACTS[name].type is FactType.CENTS and isinstance(value, int) else str(value)
