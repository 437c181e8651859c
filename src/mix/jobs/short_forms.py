"""Short forms of a scenario: one act that stands for a row of verbs, such as a panel's scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mix.actions.market import sealing
from mix.jobs.scenarios import Scenario, Values
from mix.jobs.subjects import call_of, evaluation_of
from mix.readers.choice.evaluations import criteria_now
from mix.rules.choice.states import Ruling, Seat
from mix.rules.core.kinds import Envelope
from mix.rules.delivery.states import Confidence, ParityKind
from mix.rules.market.states import SubmissionState

# A verb, the code of the person who carries it out, and its values.
Calls = Iterator[tuple[str, str, Values]]


def _document(_scenario: Scenario, given: Values) -> Calls:
    """Write an artifact and ask for its gate."""
    if "answers" in given:
        yield "documents.save", given["by"], {"step": given["step"], "answers": given["answers"]}
    yield "moves.ask", given.get("asked_by", given["by"]), {"step": given["step"]}


def _gate(scenario: Scenario, given: Values) -> Calls:
    """Give every word of a gate: `words` is a list of [person, role] or [person, role, city]."""
    for person, role, *city in given["words"]:
        yield (
            "moves.sign",
            person,
            {
                "step": given["step"],
                "city": city[0] if city else scenario.municipality.code,
                "role": role,
                "decision": given.get("decision", "proceed"),
                "reason": given["reason"],
                "public_summary": given.get("summary", ""),
            },
        )


def _submit(scenario: Scenario, given: Values) -> Calls:
    """Start, write, add files, confirm addenda, finalise."""
    place = {"step": given["step"], "vendor": given["vendor"]}
    yield "submissions.start", given["by"], place
    yield "submissions.save_answers", given["by"], {**place, "answers": given["answers"]}
    call = call_of(scenario, place)
    for name, text in (given.get("files") or {}).items():
        envelope = Envelope.PRICE if name.startswith(Envelope.PRICE) else Envelope.TECHNICAL
        stream = sealing.open_stream(call, envelope=envelope)
        stream.write(text.encode())
        yield (
            "submissions.add_file",
            given["by"],
            {**place, "stored": stream.finish(), "envelope": envelope, "name": name},
        )
    for addendum in call.addenda.order_by("number"):
        yield "submissions.acknowledge", given["by"], {**place, "addendum": addendum.number}
    key = f"{scenario.key}-{given['step']}-{given['vendor']}-{given.get('again', 0)}"
    yield "submissions.finalise", given["by"], {**place, "retry_key": key}


def _panel(_scenario: Scenario, given: Values) -> Calls:
    """Appoint the chair and the members, then open scoring."""
    for seat, people in ((Seat.CHAIR, [given["chair"]]), (Seat.EVALUATOR, given["members"])):
        for person in people:
            yield "panels.appoint", given["by"], {"step": given["step"], "person": person, "seat": seat}
    yield "panels.open_scoring", given["by"], {"step": given["step"]}


def _scores(scenario: Scenario, given: Values) -> Calls:
    """Declare, score and hand in for each member: `scores` is person → vendor → list in the order of the criteria.

    Who scores not every vendor has a conflict with the others, and goes on by `kept`: [who rules, the reason].
    """
    evaluation = evaluation_of(scenario, given)
    criteria = [c.key for c in criteria_now(evaluation)]
    everyone = [
        s.vendor.code
        for s in evaluation.solicitation.submissions.select_related("vendor").filter(state=SubmissionState.FINALISED)
    ]
    for person, by_vendor in given["scores"].items():
        conflicts = {v: ("none", "") if v in by_vendor else ("financial", "") for v in everyone}
        if evaluation.stage == 0:  # later ones rest on the same declaration
            yield "evaluations.declare", person, {"step": given["step"], "conflicts": conflicts}
            for vendor in (v for v in everyone if v not in by_vendor):
                officer, reason = given["kept"]
                about = {"step": given["step"], "person": person, "vendor": vendor}
                yield "conflicts.rule", officer, {**about, "ruling": Ruling.KEPT, "reason": reason}
        for vendor, values in by_vendor.items():
            for criterion, score in zip(criteria, values, strict=True):
                yield (
                    "evaluations.score",
                    person,
                    {
                        "step": given["step"],
                        "vendor": vendor,
                        "criterion": criterion,
                        "score": score,
                        "comment": given["comments"][score],
                    },
                )
        yield "evaluations.hand_in", person, {"step": given["step"]}


def _consensus(scenario: Scenario, given: Values) -> Calls:
    """Open the consensus, agree on every cell, freeze: `agreed` is vendor → list in the order of the criteria."""
    criteria = [c.key for c in criteria_now(evaluation_of(scenario, given))]
    place, reasons = {"step": given["step"]}, given.get("reasons", {})
    yield "evaluations.open_consensus", given["chair"], place
    yield "evaluations.agree_where_equal", given["chair"], {**place, "reason": given["equal"]}
    for vendor, values in given["agreed"].items():
        for criterion, score in zip(criteria, values, strict=True):
            yield (
                "evaluations.agree",
                given["chair"],
                {**place, "vendor": vendor, "criterion": criterion, "score": score, "reason": reasons[score]},
            )
    yield "evaluations.freeze_quality", given["chair"], place


def _opened(_scenario: Scenario, given: Values) -> Calls:
    """Open the first envelopes of a call that has closed, and ask for its gate."""
    yield "openings.open_envelopes", given["by"], {"step": given["step"], "envelope": Envelope.TECHNICAL}
    yield "moves.ask", given["by"], {"step": given["step"]}


def _agreed(_scenario: Scenario, given: Values) -> Calls:
    """Draft the same agreement with each vendor and sign it: `vendors` is vendor → who signs for it."""
    same = ("step", "value_cents", "options_cents", "starts_on", "ends_on", "clauses", "deliverables", "papers")
    terms = {key: given[key] for key in same if key in given}
    signer, title = given["signer"]
    for vendor, person in given["vendors"].items():
        place = {"step": given["step"], "vendor": vendor}
        yield "agreements.draft", given["by"], {**terms, **place}
        yield "agreements.name_signatory", given["by"], {**place, "person": signer, "title": title}
        yield "agreements.name_signatory", person, {**place, "person": person, "title": "Signing for the vendor"}
        yield "agreements.sign", person, place
        yield "agreements.sign", signer, place
    yield "moves.ask", given["by"], {"step": given["step"]}


def _sprinted(_scenario: Scenario, given: Values) -> Calls:
    """Fill a sprint room with what both sides say and show: `results` is hypothesis → vendor → verdict.

    `delivered` is what was due by then: the step of its agreement, and the title.
    """
    for vendor, person in given["vendors"].items():
        place = {"step": given["step"], "vendor": vendor}
        week = {**place, "week": 1, "mood": 4}
        yield "sprints.check_in", person, {**week, "progress": given["told"]}
        yield "sprints.check_in", given["by"], {**week, "progress": given["seen"]}
        hours = {"kind": ParityKind.HOURS, "amount": given[ParityKind.HOURS], "given_on": given["held_on"]}
        yield "sprints.enter_parity", given["by"], {**place, **hours}
        for hypothesis, verdicts in given["results"].items():
            evidence = {"hypothesis": hypothesis, "how": given["how"], "result": given["words"][verdicts[vendor]]}
            verdict = {"verdict": verdicts[vendor], "confidence": Confidence.MEDIUM}
            yield "sprints.record_evidence", given["by"], {**place, **evidence, **verdict}
        yield "sprints.hold_demo", given["by"], {**place, "held_on": given["held_on"], "answers": given["shown"]}
        for step, title in given.get("delivered", {}).items():
            due = {"step": step, "vendor": vendor, "deliverable": title}
            yield "agreements.deliver", person, due
            yield "agreements.judge_deliverable", given["by"], {**due, "accept": True}


SHORT: dict[str, Callable[[Scenario, Values], Calls]] = {
    "document": _document,
    "gate": _gate,
    "submit": _submit,
    "panel": _panel,
    "scores": _scores,
    "consensus": _consensus,
    "opened": _opened,
    "agreed": _agreed,
    "sprinted": _sprinted,
}
