"""The bundle of one case for a court or an auditor: what was published, handed in, scored and decided, and the log.

The same records give the same bytes. It holds no content of submissions: their receipts, and the log that knows them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import Any

from mix.data.models import (
    Chain,
    Challenge,
    ConsensusScore,
    Declaration,
    Evaluation,
    Score,
    Solicitation,
    SubmissionVersion,
)
from mix.readers.case.challenges import method_for
from mix.readers.case.documents import latest_content
from mix.readers.case.pilots import find_pilot_before
from mix.readers.choice.conflicts import list_declarations
from mix.readers.choice.evaluations import (
    criteria_of,
    gather_bids,
    list_invitations,
    list_rankings,
    list_tie_breaks,
    scheme_of,
    stages_of,
)
from mix.readers.core.events import export_chain, sealed_chain
from mix.readers.flow.bundle_policy import policy_of
from mix.readers.flow.bundle_rows import rows_of
from mix.readers.flow.moves import list_decisions
from mix.readers.market.item_checks import history_of, items_of
from mix.readers.market.notices import text_of
from mix.rules.choice.evaluation_file import parse_file, recompute, result_document, to_document
from mix.rules.city.kinds import kind_of
from mix.rules.core.kinds import EvaluationPhase, StepState
from mix.rules.flow.proofs import METHOD
from mix.rules.market.states import QuestionKind


def gather_records(challenge: Challenge) -> dict[str, bytes]:
    """Return every file of a case by its name, but for its logs and the signed list of all."""
    files: dict[str, Any] = {
        "case.json": _case(challenge),
        "decisions.json": _decisions(challenge),
        "policy.json": policy_of(challenge),
        **_pilot(challenge),
        "notices.json": [
            {
                "reference": n.reference,
                "kind": n.kind,
                "title": n.title,
                "text": n.text,
                "details": n.details,
                "at": n.published_at.isoformat(),
            }
            for n in challenge.notices.order_by("published_at", "id")
        ],
        "artifacts.json": {
            s.key: latest_content(s) for s in challenge.steps.filter(state=StepState.DONE).order_by("position")
        },
    }
    files["rows.json"] = rows_of(challenge, chains=_chains(challenge))
    for key in dict.fromkeys(challenge.steps.order_by("position").values_list("kind", flat=True)):
        files |= kind_of(key).record(challenge)
    written = {
        name: json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False).encode() for name, found in files.items()
    }
    return {**written, METHOD: challenge.method.document.encode()}


def _case(challenge: Challenge) -> dict[str, Any]:
    cities = challenge.cities.select_related("municipality").order_by("municipality__code")
    return {
        "code": challenge.code,
        "title": challenge.title,
        "question": challenge.question,
        "method": f"{challenge.method.key}-{challenge.method.version}",
        "method_digest": challenge.method.digest,
        "route": challenge.route,
        "route_reason": challenge.route_reason,
        "status": challenge.status,
        "is_fictional": challenge.is_fictional,
        "cities": [
            {"code": c.municipality.code, "is_lead": c.is_lead, "share_percent": c.share_percent} for c in cities
        ],
    }


def _decisions(challenge: Challenge) -> list[dict[str, Any]]:
    return [
        {
            "gate": d.gate,
            "round": d.round,
            "city": d.city.code,
            "role": d.role,
            "person": d.person.code,
            "decision": d.decision,
            "reason": d.reason,
            "public_summary": d.public_summary,
            "at": d.signed_at.isoformat(),
        }
        for d in list_decisions(challenge)
    ]


def _pilot(challenge: Challenge) -> dict[str, Any]:
    """Return the file on the pilot that a challenge grew out of, or nothing."""
    pilot = find_pilot_before(challenge)
    if pilot is None:
        return {}
    facts = {"code": pilot.code, "title": pilot.title, "record": pilot.record, "report": pilot.close_out}
    said = pilot.words.select_related("person").order_by("said_at", "id")
    words = [{"role": w.role, "by": w.person.code, "word": w.word, "reason": w.reason} for w in said]
    return {"pilot.json": {**facts, "value_cents": pilot.value_cents, "words": words}}


def record_of_calls(challenge: Challenge) -> dict[str, Any]:
    """Return the files on the published calls of a case, and once they were opened the receipts of what came in."""
    files: dict[str, Any] = {}
    calls = Solicitation.objects.filter(step__challenge=challenge, published_at__isnull=False)
    for call in calls.select_related("step__challenge__method").order_by("reference"):
        files[f"calls/{call.reference}.json"] = _call(call)
        if call.technical_opened_at:
            files |= _receipts(call)
    return files


def record_of_evaluations(challenge: Challenge) -> dict[str, Any]:
    """Return the files on the final evaluations of a case."""
    files: dict[str, Any] = {}
    finals = Evaluation.objects.filter(step__challenge=challenge, phase=EvaluationPhase.FINAL)
    finals = finals.order_by("step__position", "round")
    for evaluation in finals.select_related("step__challenge__method", "solicitation__step__challenge__method").defer(
        "step__challenge__method__document", "solicitation__step__challenge__method__document"
    ):
        files |= _evaluation(evaluation)
    return files


def _call(call: Solicitation) -> dict[str, Any]:
    published = call.questions.filter(kind=QuestionKind.GENERAL, published_at__isnull=False).order_by(
        "published_at", "id"
    )
    return {
        "reference": call.reference,
        "notice": text_of(call),
        "closes_at": call.closes_at.isoformat(),
        "zone": call.zone,
        "questions_until": call.questions_until.isoformat(),
        "rules": call.frozen,
        "form": call.form,
        "items": [{"key": f.key, "title": f.title.texts, "checked_by": f.checked_by} for f in items_of(call)],
        "item_checks": [
            {
                "submission": c.submission.code,
                "item": c.item,
                "passed": c.passed,
                "reason": c.reason,
                "role": c.role,
                "by": c.checked_by.code,
                "at": c.checked_at.astimezone(UTC).isoformat(),
            }
            for c in history_of([call])
        ],
        "custody": call.custody_mode,
        "recipients": call.recipients,
        "documents": [
            {"title": d.title, "name": d.name, "version": d.version, "sha256": d.sha256}
            for d in call.documents.order_by("title", "version")
        ],
        "addenda": [
            {
                "number": a.number,
                "text": a.text,
                "is_substantial": a.is_substantial,
                "closes_at_after": a.closes_at_after.isoformat() if a.closes_at_after else None,
                "at": a.issued_at.isoformat(),
            }
            for a in call.addenda.order_by("number")
        ],
        "answers": [{"question": q.text, "answer": q.answer} for q in published],
        "opened_at": call.technical_opened_at.isoformat() if call.technical_opened_at else None,
        "price_opened_at": call.price_opened_at.isoformat() if call.price_opened_at else None,
    }


def _receipts(call: Solicitation) -> dict[str, Any]:
    versions = SubmissionVersion.objects.filter(submission__solicitation=call).order_by("reference")
    return {f"receipts/{version.reference}.json": version.receipt for version in versions}


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    name = f"evaluations/{evaluation.step.key}-{evaluation.round}"
    document = evaluation_document(evaluation)
    parsed = parse_file(json.dumps(document))
    scores = Score.objects.filter(member__evaluation=evaluation).order_by("id").select_related("member__person")
    agreed = ConsensusScore.objects.filter(evaluation=evaluation).order_by("id").select_related("recorded_by")
    panel = evaluation.panel.select_related("person").order_by("appointed_at", "id")
    said = list_declarations(evaluation)
    return {
        f"{name}.json": document,
        f"{name}-result.json": result_document(parsed, recompute(parsed)),
        f"{name}-rankings.json": _rankings(evaluation),
        f"{name}-panel.json": {
            "panel": [
                {
                    "person": m.person.code,
                    "seat": m.seat,
                    "organization": m.organization,
                    "left": m.left_reason,
                    "declared": [_declared(d) for d in said if d.member_id == m.pk],
                }
                for m in panel
            ],
            "meetings": _meetings(evaluation),
            "tie_breaks": _tie_breaks(evaluation),
            "scores": [
                {
                    "person": s.member.person.code,
                    "bid": str(s.submission_id),
                    "criterion": s.criterion,
                    "score": s.score,
                    "comment": s.comment,
                    "reason": s.reason,
                    "at": s.given_at.isoformat(),
                }
                for s in scores
            ],
            "consensus": [
                {
                    "bid": str(c.submission_id),
                    "criterion": c.criterion,
                    "score": c.score,
                    "reason": c.reason,
                    "by": c.recorded_by.code,
                    "at": c.recorded_at.isoformat(),
                }
                for c in agreed
            ],
        },
    }


def _rankings(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "number": ranking.number,
            "cause": ranking.cause,
            "vendor": ranking.vendor.code if ranking.vendor else None,
            "at": ranking.ranked_at.astimezone(UTC).isoformat(),
            "results": [
                {
                    "bid": str(r.submission_id),
                    "submission": r.submission.code,
                    "vendor": r.submission.vendor.code,
                    "co_applicants": [one["code"] for one in r.submission.beside],
                    "rank": r.rank,
                    "total": r.total,
                    "points": r.points,
                    "eliminated_by": r.eliminated_by,
                    "is_tied": r.is_tied,
                    "is_selected": r.is_selected,
                }
                for r in rows
            ],
        }
        for ranking, rows in list_rankings(evaluation)
    ]


def _declared(declaration: Declaration) -> dict[str, Any]:
    return {
        "vendor": declaration.vendor.code,
        "conflict": declaration.conflict,
        "note": declaration.note,
        "statement": declaration.statement,
        "at": declaration.declared_at.isoformat(),
        "rulings": [
            {"ruling": r.ruling, "reason": r.reason, "by": r.ruled_by.code, "at": r.ruled_at.isoformat()}
            for r in declaration.rulings.all()
        ],
    }


def _tie_breaks(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "order": t.order,
            "how": t.how,
            "reason": t.reason,
            "by": t.recorded_by.code,
            "at": t.recorded_at.isoformat(),
        }
        for t in list_tie_breaks(evaluation)
    ]


def _meetings(evaluation: Evaluation) -> list[dict[str, Any]]:
    stages = stages_of(evaluation)
    return [
        {
            "bid": str(i.submission_id),
            "stage": stages[i.stage].key,
            "at": i.meets_at.isoformat() if i.meets_at else None,
            "minutes": i.minutes,
            "present": i.present,
            "notes": i.notes,
        }
        for i in list_invitations(evaluation)
    ]


def evaluation_document(evaluation: Evaluation) -> dict[str, Any]:
    """Return a final evaluation in the open format, for `mix evaluate`."""
    challenge = evaluation.step.challenge
    return to_document(
        f"{challenge.code}, {method_for(challenge).step(evaluation.step.key).title.en}",
        scheme_of(evaluation),
        criteria={c.key: c.title.en for c in criteria_of(evaluation)},
        stages=[stage.key for stage in stages_of(evaluation)],
        bids=[(submission.names, bid) for submission, bid in gather_bids(evaluation, everybody=True)],
        tie_breaks=[row.order for row in list_tie_breaks(evaluation)],
    )


def export_lines(chain: Chain, challenge: Challenge) -> Iterator[bytes]:
    """Yield a chain as lines of JSON, the head last; of other cases only the hashes of what was said."""
    for line in export_chain(chain):
        is_own = line.get("challenge") == challenge.code or "head" in line
        shown = line if is_own else {**line, "payload": None, "reason": None}
        yield json.dumps(shown, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def gather_logs(challenge: Challenge) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the chain of the lead city, and those of submissions to calls that were opened, with their checkpoints.

    Each comes in pieces: a city's chain tells of all its cases, and grows for ever.
    """
    for chain in Chain.objects.filter(code__in=_chains(challenge)).order_by("code"):
        name = chain.code.replace(":", "-")
        notes = list(chain.checkpoints.order_by("size").values_list("size", "note"))  # before the entries they are of
        yield f"logs/{name}.jsonl", export_lines(chain, challenge)
        for size, note in notes:
            yield f"checkpoints/{name}/{size}.txt", [note.encode()]


def _chains(challenge: Challenge) -> list[str]:
    opened = Solicitation.objects.filter(step__challenge=challenge, technical_opened_at__isnull=False)
    return [challenge.municipality.code, *(sealed_chain(call) for call in opened)]
