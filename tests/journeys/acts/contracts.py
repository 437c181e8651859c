"""What is done on agreements, in the sprint and in delivery, by both sides."""

from __future__ import annotations

from collections.abc import Callable

from mix.rules.core.kinds import DeliverySection, SprintSection, StepKind
from tests.journeys.acts.common import beside_on_step, dated, on_step
from tests.journeys.play import Acts, Play, Values, Visitor


def _draft_agreement(play: Play, v: Values, by: str) -> None:
    dues = v.get("deliverables") or []
    titles = dict(zip(("first", "second"), (d["title"] for d in dues), strict=False))
    play.on_step(
        by,
        v["step"],
        "draft",
        vendor=v["vendor"],
        value_cents=v["value_cents"],
        options_cents=v.get("options_cents"),
        starts_on=play.day(v["starts_on"]),
        ends_on=play.day(v["ends_on"]),
        tier=v["clauses"]["tier"],
        paper=v["papers"][0][1] if v["papers"] else "",
        **titles,
    )


def _agreement(play: Play, v: Values, by: str) -> Visitor:
    visitor = play.person(by)
    if by in play.members:
        kind = "Contract" if play.method.step(v["step"]).agreement == "contract" else "Sprint agreement"
        visitor.go("/en/vendor/")
        visitor.click(visitor.page.locator(f"a:has-text('{kind}')").first)
    else:
        visitor.go(play.step_path(v["step"]))
        visitor.click(visitor.page.locator("#agreements a").filter(has_text=play.names[v["vendor"]]).first)
    return visitor


def _contract(play: Play, by: str) -> Visitor:
    step = next(s.key for s in play.method.steps if s.agreement == "contract")
    return _agreement(play, {"step": step, "vendor": play.members[by]}, by)


def _on_agreement(act: str, **fixed: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = _agreement(play, v, by)
        names = ("person", "title", "text", "reason")
        play.send(visitor, act, v.get("clause", ""), **{n: v[n] for n in names if n in v}, **fixed)

    return do


def _answer_edit(play: Play, v: Values, by: str) -> None:
    visitor = _agreement(play, v, by)
    act = "accept" if v["accept"] else "refuse"
    item = visitor.page.locator(f"form:has(input[value='{act}']) input[name=item]").first.get_attribute("value")
    play.send(visitor, act, item or "", **({} if v["accept"] else {"answer": v["answer"]}))


def _receive(play: Play, v: Values, by: str) -> None:
    visitor = _agreement(play, v, by)
    if visitor.page.locator("#papers li").filter(has_text=v["paper"]).count():
        play.beside(visitor, v["paper"], "receive", expires_on=play.day(v["expires_on"]))


def _beside_on_agreement(act: str, text: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        play.beside(_agreement(play, v, by), v[text], act)

    return do


def _judge(text: str, kind: StepKind, part: SprintSection | DeliverySection) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(play.step_path(play.step_where(kind, part)))
        row = visitor.page.locator("li").filter(has_text=v[text])
        if "vendor" in v:
            row = row.filter(has_text=play.names[v["vendor"]])
        item = row.locator("form:has(input[value=judge]) input[name=item]").first.get_attribute("value") or ""
        play.send(visitor, "judge", item, verdict="accept" if v["accept"] else "refuse", reason=v.get("reason", ""))

    return do


def _in_room(act: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        fields = dated(play, v)
        if by in play.members:
            visitor = play.person(by)
            visitor.go(f"/en/vendor/sprints/{play.code}/{play.step_where(StepKind.SPRINT, SprintSection.SET_UP)}/")
            fields.pop("vendor")
            play.send(visitor, act, **fields)
        else:
            part = SprintSection.SET_UP if act in ("sign_off", "grant") else SprintSection.RUN
            play.on_step(by, play.step_where(StepKind.SPRINT, part), act, **fields)

    return do


def _give_back(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/vendor/sprints/{play.code}/{play.step_where(StepKind.SPRINT, SprintSection.SET_UP)}/")
    play.beside(visitor, v["data_set"], "give_back")


def _conversation(play: Play, v: Values, by: str) -> Visitor:
    visitor = play.person(by)
    if by in play.members:
        title = play.method.step(v["step"]).title.en
        visitor.go("/en/vendor/")
        visitor.click(visitor.page.locator(f"a:has-text('{title}')").first)
    else:
        visitor.go(play.step_path(v["step"]))
        visitor.click(visitor.page.locator("#conversations a").filter(has_text=play.names[v["vendor"]]).first)
    return visitor


def _in_conversation(act: str, **fixed: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        item = v.get("field", "whole") if act == "reply" else ""
        said = {"text": v["text"]} if "text" in v else {}
        play.send(_conversation(play, v, by), act, item, **said, **fixed)

    return do


def _write(play: Play, v: Values, by: str) -> None:
    visitor = _conversation(play, v, by)
    visitor.click("a:has-text('Write')")
    play.fill_answers(visitor, v["answers"], "button[value=stay]")


def _dated_for_all(act: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        why = {"reason": v["reason"]} if "reason" in v else {}
        play.on_step(by, v["step"], act, until=play.wall(v["until"]), **why)

    return do


def _debrief_asked(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go("/en/vendor/")
    visitor.click(visitor.page.locator("a:has-text('hosen:')").first)
    play.send(visitor, "debrief")


def _backlog(play: Play, v: Values, by: str) -> None:
    if by in play.members:
        play.send(_contract(play, by), "backlog", **v)
    else:
        play.on_step(by, play.step_where(StepKind.DELIVERY, DeliverySection.BACKLOG), "add", **v)


def _reach(play: Play, v: Values, by: str) -> None:
    play.beside(_contract(play, by), v["milestone"], "reach")


def _send_invoice(play: Play, v: Values, by: str) -> None:
    fields = {name: v[name] for name in ("number", "amount_cents", "tax_cents")}
    play.beside(_contract(play, by), v["milestone"], "invoice", dated_on=play.day(v["dated_on"]), **fields)


def _on_invoice(act: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(play.step_path(next(s.key for s in play.method.steps if s.agreement == "contract")))
        visitor.click(visitor.page.locator("#agreements a").first)
        if act == "pay":
            said = {"paid_on": play.day(v["paid_on"]), "payment": v["payment"]}
        else:
            said = {"verdict": "approve" if v["accept"] else "refuse", "reason": v.get("reason", "")}
        play.beside(visitor, f"Invoice {v['invoice']}", act, **said)

    return do


def _decide_change(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(play.step_where(StepKind.DELIVERY, DeliverySection.CHANGES)))
    item = visitor.page.locator("form:has(input[value=decide]) input[name=item]").first.get_attribute("value") or ""
    play.send(visitor, "decide", item, verdict="approve")


def _settle_item(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(play.step_where(StepKind.DELIVERY, DeliverySection.BACKLOG)))
    play.beside(visitor, v["item"], "settle_item", result=v["result"])


CONTRACT_ACTS: Acts = {
    "agreements.draft": _draft_agreement,
    "agreements.propose_edit": _on_agreement("propose"),
    "agreements.answer_edit": _answer_edit,
    "agreements.receive_paper": _receive,
    "agreements.name_signatory": _on_agreement("name"),
    "agreements.sign": _on_agreement("sign", sure="on"),
    "agreements.deliver": _beside_on_agreement("deliver", "deliverable"),
    "agreements.judge_deliverable": _judge("deliverable", StepKind.SPRINT, SprintSection.RUN),
    "conversations.begin": _dated_for_all("begin"),
    "conversations.move_date": _dated_for_all("move_date"),
    "conversations.save": _write,
    "conversations.reply": _in_conversation("reply"),
    "conversations.hand_over": _in_conversation("hand_over"),
    "conversations.agree": _in_conversation("agree", sure="on"),
    "awards.ask_debrief": _debrief_asked,
    "sprints.sign_off": _in_room("sign_off"),
    "sprints.grant_data": _in_room("grant"),
    "sprints.check_in": _in_room("check_in"),
    "sprints.enter_parity": _in_room("parity"),
    "sprints.report_incident": _in_room("incident"),
    "sprints.settle_incident": beside_on_step("settle", "incident", "settlement"),
    "sprints.record_evidence": _in_room("evidence"),
    "sprints.hold_demo": _in_room("demo"),
    "sprints.explain_parity": _in_room("explain"),
    "sprints.return_data": _give_back,
    "delivery.add_backlog_item": _backlog,
    "delivery.settle_backlog_item": _settle_item,
    "delivery.plan_milestone": on_step("plan", kind=StepKind.DELIVERY, part=DeliverySection.MILESTONES),
    "delivery.deliver_milestone": _reach,
    "delivery.judge_milestone": _judge("milestone", StepKind.DELIVERY, DeliverySection.MILESTONES),
    "delivery.ask_change": on_step("ask_change", kind=StepKind.DELIVERY, part=DeliverySection.CHANGES),
    "delivery.decide_change": _decide_change,
    "invoices.send": _send_invoice,
    "invoices.judge": _on_invoice("judge_invoice"),
    "invoices.record_payment": _on_invoice("pay"),
    "delivery.read_outcome": on_step("read", kind=StepKind.DELIVERY, part=DeliverySection.OUTCOMES),
}
