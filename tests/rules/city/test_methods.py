from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.core.catalogue import DocumentInvalid
from mix.rules.core.kinds import Route

CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue" / "methods"
SMALL = """key: small
version: 1
title: {en: Small, fr: Petite}
summary: {en: A, fr: A}
routes: [traditional]
stages:
  - key: one
    title: {en: One, fr: Un}
    note: {en: n, fr: n}
    steps:
      - key: first
        kind: document
        box: "1"
        owner: project_lead
        title: {en: First, fr: Premier}
        guidance: {en: g, fr: g}
        gate: {key: G1, title: {en: g, fr: g}, decided_by: [sponsor]}
      - key: second
        kind: document
        box: "2"
        owner: project_lead
        needs: [first]
        title: {en: Second, fr: Deuxième}
        guidance: {en: g, fr: g}
"""


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DocumentInvalid) as caught:
        parse(text)
    return [(p.line, p.text) for p in caught.value.problems]


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda p: p.stem)
def test_catalogue_methods_hold(path: Path) -> None:
    assert parse(path.read_text(encoding="utf-8")).key == path.stem


def test_sprint_has_every_box_and_gate_of_the_deck() -> None:
    sprint = parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8"))
    boxes = {step.box for step in sprint.steps}
    assert boxes == {
        *(f"14.{n}" for n in range(1, 8)),
        *(f"15.{n}" for n in range(1, 7)),
        *(f"16.{n}" for n in range(1, 4)),
        *(f"17.{n}" for n in range(1, 7)),
        *(f"18.{n}" for n in range(1, 6)),
    }
    whole = sprint.on(Route.INNOVATION_PARTNERSHIP)
    assert [s.gate.key for s in whole.steps if s.gate] == [f"G{n}" for n in range(1, 16)]
    assert len(sprint.stages) == 5


def test_traditional_has_the_seven_boxes() -> None:
    method = parse((CATALOGUE / "traditional-rfp.yaml").read_text(encoding="utf-8"))
    assert {step.box for step in method.steps} == {f"12.{n}" for n in range(1, 8)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kind: document\n        box: "2"', 'kind: dokument\n        box: "2"', [(19, "unknown kind 'dokument'")]),
        ('        box: "2"', '        bocks: "2"', [(18, "missing key 'box'"), (20, "unknown key 'bocks'")]),
        ("needs: [first]", "needs: [frist]", [(22, "'second' needs 'frist', which no step is called")]),
        ("needs: [first]", "needs: [second]", [(22, "'second' waits for itself")]),
        (", decided_by: [sponsor]", "", [(17, "gate G1 has nobody who decides")]),
        *(
            ("decided_by: [sponsor]", f"decided_by: [{role}]", [(17, f"'{role}' decides at no gate")])
            for role in ("vendor", "evaluator", "chair", "auditor", "fairness_monitor", "administrator", "partner_city")
        ),
        (
            "decided_by: [sponsor]",
            "decided_by: [sponsor, legal, sponsor]",
            [(17, "'sponsor' decides twice at gate G1, and would sign once")],
        ),
        ("owner: project_lead\n        needs", "owner: auditor\n        needs", [(21, "'auditor' works on no step")]),
        ("{en: Second, fr: Deuxième}", "{en: Second}", [(23, "missing French at stages.0.steps.1.title")]),
        ("key: second", "key: first", [(18, "two steps are called 'first'"), (22, "'first' waits for itself")]),
    ],
)
def test_problems_name_their_line(old: str, new: str, expected: list[tuple[int, str]]) -> None:
    assert problems(SMALL.replace(old, new)) == expected


def test_step_behind_a_cycle_is_unreachable() -> None:
    text = SMALL.replace("needs: [first]", "needs: [second]") + (
        '      - key: third\n        kind: document\n        box: "3"\n        owner: project_lead\n'
        "        needs: [second]\n        title: {en: T, fr: T}\n        guidance: {en: g, fr: g}\n"
    )
    assert (29, "'third' can never be reached") in problems(text)


def test_what_is_no_yaml_is_said_with_its_line() -> None:
    assert problems("key: [a\nversion: }")[0][0] == 2


@given(st.text(max_size=200))
def test_any_text_is_refused_or_parsed_but_never_breaks(text: str) -> None:
    with pytest.raises(DocumentInvalid):
        parse(text)


def sprint() -> Method:
    return parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8"))


def test_each_route_has_its_own_end() -> None:
    ends = {route: {s.key for s in sprint().on(route).steps} for route in sprint().routes}
    assert "application" in ends[Route.INNOVATION_PARTNERSHIP]
    assert ends[Route.SPRINT_THEN_OPEN] >= {"disclosure", "open-application", "select-winner-open", "sale"}
    assert "application" not in ends[Route.SPRINT_THEN_OPEN]
    assert "pilot-close-out" in ends[Route.PILOT_ONLY]
    assert not {"sale", "sign-contract", "final-challenge"} & ends[Route.PILOT_ONLY]


def test_what_rests_on_a_step_of_another_route_rests_on_what_that_needs() -> None:
    by_route = {route: sprint().on(route).step("sale").needs for route in sprint().routes[:2]}
    assert by_route == {
        Route.INNOVATION_PARTNERSHIP: ("select-winner",),
        Route.SPRINT_THEN_OPEN: ("select-winner-open",),
    }
    text = SMALL.replace("routes: [traditional]", "routes: [traditional, pilot_only]")
    text = text.replace("needs: [first]", "needs: [first]\n        routes: [traditional]")
    text += """      - key: third
        kind: document
        box: "3"
        owner: project_lead
        needs: [second]
        title: {en: Third, fr: Troisième}
        guidance: {en: g, fr: g}
"""
    assert parse(text).on(Route.PILOT_ONLY).step("third").needs == ("first",)


def test_the_option_to_buy_is_declared_where_a_purchase_may_follow() -> None:
    declared = {
        route: {s.key for s in sprint().on(route).steps if s.solicitation and s.solicitation.purchase_option}
        for route in sprint().routes
    }
    assert declared[Route.INNOVATION_PARTNERSHIP] >= {"invitation", "application"}
    assert "expression-of-interests" not in set().union(*declared.values())  # it binds nobody
    assert declared[Route.SPRINT_THEN_OPEN] == {"open-application"}
    assert declared[Route.PILOT_ONLY] == set()


def test_fields_of_a_purchase_are_not_asked_of_a_pilot() -> None:
    asked = {f.key for f in sprint().on(Route.PILOT_ONLY).step("commissioning").fields}
    assert "sprint_budget" in asked
    assert not {"purchase_budget", "ready_purchase"} & asked


def test_whom_a_step_is_for_and_where_it_works() -> None:
    whole = sprint().on(Route.INNOVATION_PARTNERSHIP)
    assert [s.key for s in whole.chosen_by("sprint-agreements")] == ["sprint-admission"]
    assert whole.room_of("sprint-run") == whole.room_of("mvp-evaluation") == "test-environment"
    assert whole.room_of("procurement-brief") is None
    civtech = parse((CATALOGUE / "civtech.yaml").read_text(encoding="utf-8"))
    assert civtech.room_of("exploration") == "exploration"
    assert civtech.room_of("accelerator") == civtech.room_of("decision") == "accelerator"
    assert [s.key for s in civtech.chosen_by("accelerator")] == ["selection"]
    assert civtech.resting_on("accelerator") == ("accelerator", "decision", "pre-commercial-agreement")


def in_catalogue(name: str, before: str, after: str) -> list[str]:
    text = (CATALOGUE / f"{name}.yaml").read_text(encoding="utf-8")
    assert before in text
    return [text for _, text in problems(text.replace(before, after, 1))]


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("civtech", "returns_to: accelerator", "returns_to: nowhere", "gate S6 returns to 'nowhere'"),
        ("civtech", "returns_to: accelerator", "returns_to: pre-commercial-agreement", "does not rest"),
        ("civtech", "routes: [innovation_partnership]", "routes: [pilot_only]", "route 'pilot_only' has no purchase"),
        ("civtech", "routes: [innovation_partnership]", "routes: [sprint_then_open]", "everybody may answer 'plans'"),
        ("sprint", "needs: [disclosure]", "needs: [mvp-evaluation]", "a disclosure comes before 'open-application'"),
        (
            "sprint",
            'key: disclosure\n        kind: disclosure\n        box: "17.1"\n        routes: [sprint_then_open]',
            'key: disclosure\n        kind: disclosure\n        box: "17.1"\n        routes: [traditional]',
            "is for route 'traditional', which the method does not offer",
        ),
        ("agile-pilot", "question: theme.question", "question: theme.fee", "fact 'question' is a text"),
        ("agile-pilot", "sprint_fee: theme.fee", "sprint_fee: theme.place", "is of type 'money'"),
        ("agile-pilot", "{key: threshold, ", "{key: limit, ", "needs the column 'threshold'"),
        ("agile-pilot", "of: offers", "of: theme", "'theme' is no solicitation"),
        ("quotations", "routes: [traditional]", "routes: [no_purchase]", "route 'no_purchase' has no purchase"),
        ("quotations", "          invites: 3\n", "", "it alone, says how many it invites"),
        ("quotations", "open_to: invited", "open_to: interested", "it alone, says how many it invites"),
        ("quotations", "envelope: price, ", "", "the price counts in 'comparison', and 'request' asks for none"),
        ("contest", "  prizes: rules.prizes\n", "", "'jury' gives prizes, and no fact says which there are"),
        ("contest", "key: amount, type: money,", "key: amount,", "fact 'prizes' names amounts of money"),
        ("contest", "key: amount,", "key: sum,", "needs the column 'amount'"),
        ("research-in-phases", "places: research.p", "places: research.no", "which is no number that comes before"),
        (
            "research-in-phases",
            "places: research.prototype_places",
            "places: designing.learned",
            "no number that comes",
        ),
        ("micro-purchase", "by_value: true", "decided_by: [sponsor]", "neither an award nor a gate by value decides"),
    ],
)
def test_what_cannot_run_on_a_route_is_named(name: str, before: str, after: str, said: str) -> None:
    assert any(said in text for text in in_catalogue(name, before, after))


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_route_begins_and_reaches_its_end(path: Path) -> None:
    method = parse(path.read_text(encoding="utf-8"))
    for route in method.routes:
        left = {s.key: set(s.needs) for s in method.on(route).steps}
        while ready := {key for key, needs in left.items() if not needs}:
            left = {key: needs - ready for key, needs in left.items() if key not in ready}
        assert left == {}, route


CHOOSES = """key: contest
version: 1
title: {en: Contest, fr: Concours}
summary: {en: s, fr: s}
routes: [traditional]
stages:
  - key: one
    title: {en: One, fr: Un}
    note: {en: n, fr: n}
    steps:
      - key: entries
        kind: solicitation
        box: "1"
        owner: procurement_officer
        title: {en: Entries, fr: Participations}
        guidance: {en: g, fr: g}
        gate: {key: G1, title: {en: Go, fr: Oui}, decided_by: [sponsor]}
        solicitation:
          document_form: RFP
          gives: qualified
          answers:
            - key: plan
              type: choice
              title: {en: P, fr: P}
              options: [{key: a, title: {en: A, fr: A}}, {key: b, title: {en: B, fr: B}}]
            - key: parts
              type: rows
              title: {en: P, fr: P}
              columns: [{key: x, title: {en: X, fr: X}}, {key: z, title: {en: Z, fr: Z}}]
      - key: jury
        kind: evaluation
        box: "2"
        owner: procurement_officer
        needs: [entries]
        title: {en: Jury, fr: Jury}
        guidance: {en: g, fr: g}
        gate: {key: G2, title: {en: Go, fr: Oui}, decided_by: [sponsor]}
        evaluation:
          of: entries
          gives: shortlisted
          criteria:
            - {key: idea, weight: 60, minimum: 2, title: {en: I, fr: I}, guideline: {en: g, fr: g}}
            - {key: means, weight: 40, title: {en: M, fr: M}, guideline: {en: g, fr: g}}
  - key: two
    title: {en: Two, fr: Deux}
    note: {en: n, fr: n}
    steps:
      - key: offers
        kind: solicitation
        box: "3"
        owner: procurement_officer
        needs: [jury]
        title: {en: Offers, fr: Offres}
        guidance: {en: g, fr: g}
        solicitation:
          document_form: RFP
          open_to: shortlisted
          answers: [{key: plan, title: {en: P, fr: P}}]
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("key: means, weight", "key: idea, weight", [(43, "two criteria of 'jury' are called 'idea'")]),
        ("key: G2", "key: G1", [(30, "gate G1 of 'entries' is also that of 'jury'")]),
        ("- key: two", "- key: one", [(44, "two stages are called 'one'")]),
        ("{key: z,", "{key: x,", [(26, "stages.0.steps.0.solicitation.answers.1: two columns are called 'x'")]),
        ("{key: b,", "{key: a,", [(22, "stages.0.steps.0.solicitation.answers.0: two options are called 'a'")]),
        (
            "open_to: shortlisted",
            "open_to: awarded",
            [(48, "'offers' is open to 'awarded', and nothing before it makes anybody that")],
        ),
        ("needs: [entries]", "needs: []", [(30, "'jury' scores 'entries', and does not wait for it")]),
        (
            "gives: shortlisted",
            "gives: shortlisted\n          fills_places: true",
            [(41, "'jury' fills the places of a sprint, and no fact says how many there are")],
        ),
        ("version: 1", "version: true", [(2, "version: a whole number, without a point and without quotes")]),
        ("version: 1", "version: 1\nversion: 2", [(3, "'version' is given twice")]),
        ("{en: Jury, fr: Jury}", "{en: Jury, fr: '  '}", [(35, "stages.0.steps.1.title: nothing is written in 'fr'")]),
    ],
)
def test_a_method_that_would_choose_wrongly_is_refused(
    before: str, after: str, expected: list[tuple[int, str]]
) -> None:
    parse(CHOOSES)
    assert problems(CHOOSES.replace(before, after)) == expected


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("              type: rows\n", "              type: rows\n              min_rows: 201\n", "200"),
        ("              type: rows\n", "              type: rows\n              min_rows: -1\n", "0"),
        ("              type: choice\n", "              type: choice\n              min_rows: 2\n", "least number"),
        ("              type: choice\n", "              type: choice\n              must_be_yes: true\n", "yes or no"),
        ("          gives: shortlisted\n", "          gives: shortlisted\n          most: 0\n", "1"),
        ("weight: 40", "weight: 20", "weights add up to 80"),
        (
            "criteria:\n            - {key: idea, weight: 60",
            "price_weight: 20\n          criteria:\n            - {key: idea, weight: 40",
            "the price counts in 'jury', and 'entries' asks for none",
        ),
    ],
)
def test_what_nobody_could_fulfil_or_nobody_asked_is_refused(old: str, new: str, said: str) -> None:
    assert CHOOSES.count(old) >= 1
    assert any(said in text for _line, text in problems(CHOOSES.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "{key: scope, required: true",
            (
                "{key: fee, type: money, envelope: price, title: {en: F, fr: F}}\n"
                "            - {key: scope, required: true"
            ),
            "'mvp-plan.fee' is read as it is written: it has no envelope and no check",
        ),
        (
            "{key: scope, required: true",
            (
                "{key: item, type: yes_no, checked_by: legal, for_panel: false, title: {en: I, fr: I}}\n"
                "            - {key: scope, required: true"
            ),
            "'mvp-plan.item' is read as it is written: it has no envelope and no check",
        ),
        (
            "{key: scope, required: true",
            "{key: scope, begins: commissioning.question, required: true",
            "'mvp-plan.scope' is an answer of vendors, and has no source",
        ),
        ("{key: sites,", "{key: scope,", "two fields of 'mvp-plan' are called 'scope'"),
        ("{key: sites,", "{key: sites, type: file,", "'mvp-plan' asks for a file, which only a call does"),
        ("open_to: shortlisted", "open_to: awarded", "'mvp-plan' is open to 'awarded', and nothing before it"),
        ("of: proposal-development", "of: mvp-plan", "'mvp-plan' is no solicitation that could be scored"),
        ("kind: conversation", "kind: document", "'conversation' belongs to a step of that kind, and to it alone"),
    ],
)
def test_what_is_written_together_is_no_call(old: str, new: str, expected: str) -> None:
    text = (CATALOGUE / "sprint.yaml").read_text(encoding="utf-8")
    head, begin, rest = text.partition("      - key: mvp-plan\n")
    found = problems(head + begin + rest.replace(old, new, 1))
    assert [line for line, text in found if expected in text], found
