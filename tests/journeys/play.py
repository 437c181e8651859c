"""A scenario carried out by hand: every act is a form on a page, filled in and sent by the person who does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from playwright.sync_api import Browser

from mix.rules.methods import Method, parse
from tests.journeys.conftest import ROOT, Site, Visitor

Values = Mapping[str, Any]
ZONE = ZoneInfo("America/Toronto")


class Play:
    """One scenario, one site, everybody's browser."""

    def __init__(self, browser: Browser, site: Site, path: Path, *, javascript: bool) -> None:
        self.browser, self.site, self.javascript = browser, site, javascript
        self.scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.method: Method = parse((ROOT / "catalogue/methods/sprint.yaml").read_text(encoding="utf-8"))
        self.people: dict[str, Visitor] = {}
        self.code = ""
        self.needs: dict[str, str] = {}
        self.names = {
            code: row["name"]
            for code, row in yaml.safe_load((ROOT / "catalogue/scenarios/world.yaml").read_text("utf-8"))[
                "vendors"
            ].items()
        }
        self.teams: dict[tuple[str, str], str] = {}

    def run(self, *, start: int = 1) -> None:
        """Carry out every act from the given one on, in order, at its own time."""
        for number, act in enumerate(self.scenario["acts"], start=1):
            if number < start:
                continue
            name = next(k for k in act if k not in ("at", "by"))
            at = self.instant(act["at"])
            (self.site.data / "clock").write_text(at.isoformat())
            try:
                ACTS[name](self, act[name] or {}, act.get("by", ""))
            except Exception as error:
                raise AssertionError(f"act {number} ({name} at {act['at']}): {error}") from error

    def instant(self, text: str) -> datetime:
        """Read "+12 09:30", days after the anchor on the city's clock."""
        found = re.fullmatch(r"\+(\d+)(?: (\d\d):(\d\d))?", text)
        assert found
        day = self.scenario["anchor"] + timedelta(days=int(found[1]))
        return datetime.combine(day, time(int(found[2] or 9), int(found[3] or 0)), tzinfo=ZONE).astimezone(UTC)

    def day(self, text: str) -> str:
        """Read "+12" as a day."""
        return (self.scenario["anchor"] + timedelta(days=int(text[1:]))).isoformat()

    def wall(self, text: str) -> str:
        """Read "+12 09:30" as it is typed into a form."""
        return self.instant(text).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")

    def person(self, code: str) -> Visitor:
        """Return somebody's browser, signed in; "" is the public."""
        if code not in self.people:
            self.people[code] = Visitor(self.browser, self.site, javascript=self.javascript)
            if code:
                self.people[code].sign_in(code)
        return self.people[code]

    def step_path(self, key: str) -> str:
        """Return the address of a step."""
        return f"/en/city/challenges/{self.code}/{key}/"

    def on_step(self, who: str, key: str, act: str, item: str = "", /, **fields: Any) -> Visitor:
        """Do one act on the page of a step, and see that it was not refused."""
        visitor = self.person(who)
        visitor.go(self.step_path(key))
        return self.send(visitor, act, item, **fields)

    def send(self, visitor: Visitor, act: str, item: str = "", /, **fields: Any) -> Visitor:
        """Fill in an act on the page at hand, send it, and see that it was not refused."""
        visitor.act(act, item=item, **{k: str(v) for k, v in fields.items() if v not in (None, "", False)})
        refused = visitor.page.locator(".errsum, .err")
        assert refused.count() == 0, (act, refused.all_inner_texts())
        return visitor

    def beside(self, visitor: Visitor, text: str, act: str, /, **fields: Any) -> Visitor:
        """Do one act whose form stands in the row that holds a text."""
        row = visitor.page.locator("li, tr, .nest").filter(has_text=text)
        item = row.locator(
            f"input[name=act][value='{act}'] ~ input[name=item], form:has(input[value='{act}']) input[name=item]"
        )
        return self.send(visitor, act, item.first.get_attribute("value") or "", **fields)

    def reference(self, key: str) -> str:
        """Return the reference of the first call of a step."""
        step = self.method.step(key)
        position = [s.key for s in self.method.steps].index(key) + 1
        form = step.solicitation.document_form if step.solicitation else ""
        return f"{self.code[:18]}-{form}{position}".upper()[:30]

    def fill_answers(self, visitor: Visitor, answers: Values, save: str) -> None:
        """Fill in the fields of a document; a table offers two empty rows at a time, so it may need several saves."""
        for _ in range(3):
            left = False
            for key, value in answers.items():
                if isinstance(value, list):
                    for number, row in enumerate(value):
                        for column, cell in row.items():
                            left |= not self._fill(visitor, f"{key}-{number}-{column}", cell)
                else:
                    assert self._fill(visitor, key, value), key
            visitor.page.click(save)
            visitor.page.wait_for_load_state()
            assert visitor.page.locator(".errsum").count() == 0, visitor.page.locator(".errsum").all_inner_texts()
            if not left:
                return

    def _fill(self, visitor: Visitor, name: str, value: Any) -> bool:
        field = visitor.page.locator(f"form [name='{name}']")
        if field.count() == 0:
            return False
        if isinstance(value, str) and value.startswith("$"):
            value = self.scenario["texts"][value[1:]]
        if isinstance(value, str) and re.fullmatch(r"\+\d+", value):
            value = self.day(value)
        kind = field.first.evaluate("f => f.type")
        if kind == "radio":
            visitor.page.check(f"form [name='{name}'][value='{value}']", force=True)
        elif kind == "checkbox":
            field.first.set_checked(bool(value), force=True)
        elif kind.startswith("select"):
            field.first.select_option(str(value))
        else:
            field.first.fill(value.isoformat() if isinstance(value, date) else str(value))
        return True

    def label(self, visitor: Visitor, key: str, vendor: str) -> str:
        """Find the letter of a vendor's submission: by its name, or where names are hidden by what it wrote."""
        base = f"/en/evaluation/{self.code}/{key}/"
        visitor.go(base)
        link = visitor.page.locator(".subs a").filter(has_text=self.names[vendor])
        if link.count():
            return str(link.first.get_attribute("href")).rstrip("/").rsplit("/", 1)[1]
        for letter in "ABCDEF":
            visitor.page.goto(f"{self.site.url}{base}score/{letter}/")
            if self.teams["invitation", vendor] in visitor.page.content():
                return letter
        raise AssertionError(vendor)


def _report(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go("/en/city/needs/new/")
    option = visitor.page.locator("[name=department] option").filter(
        has_text=re.compile(v["department"], re.IGNORECASE)
    )
    fields = {k: x for k, x in v.items() if k not in ("code", "department")}
    play.send(visitor, "report", department=option.first.get_attribute("value"), **fields)
    play.needs[v["code"]] = visitor.page.url.rstrip("/").rsplit("/", 1)[1]


def _on_need(act: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(f"/en/city/needs/{play.needs[v['need']]}/")
        fields = {"into": play.needs[v["into"]]} if "into" in v else {"reason": v["reason"]}
        play.send(visitor, act, **fields)

    return do


def _commission(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/city/challenges/new/?need={play.needs[v['need']]}")
    way = f"{v['method']}:{v['route']}"
    fields = {k: v[k] for k in ("title", "title_fr", "question", "question_fr", "route_reason")}
    play.send(visitor, "begin", city="guelph", way=way, **fields)
    play.code = visitor.page.url.split("/challenges/")[1].split("/")[0]


def _save(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    play.fill_answers(visitor, v["answers"], "form[data-keep] button:has-text('Save')")


def _document(play: Play, v: Values, _by: str) -> None:
    _save(play, v, v["by"])
    play.on_step(v.get("asked_by", v["by"]), v["step"], "ask")


def _gate(play: Play, v: Values, _by: str) -> None:
    for person, role, *city in v["words"]:
        play.on_step(
            person,
            v["step"],
            "sign",
            duty=f"{city[0] if city else 'guelph'}:{role}",
            decision=v.get("decision", "proceed"),
            reason=v["reason"],
            public_summary=v.get("summary", ""),
        )


def _plan(play: Play, v: Values, by: str) -> None:
    cards = {
        f"{name}{n}": text
        for n, pair in enumerate(v["cards"])
        for name, text in zip(("card", "text"), pair, strict=True)
    }
    play.on_step(
        by, v["step"], "plan", title=v["title"], place=v["place"], starts_at=play.wall(v["starts_at"]), **cards
    )


def _at_event(act: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(f"/en/challenges/{play.code}/events/{v['step']}/")
        play.send(visitor, act, **{k: x for k, x in v.items() if k != "step"})

    return do


def _beside_on_step(act: str, text: str, *fields: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(play.step_path(v.get("step", "sprint-run")))
        play.beside(visitor, v[text], act, **{f: v[f] for f in fields})

    return do


def _hold(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    visitor.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for email in v["attended"]:
        visitor.page.check(f"[name=attended][value='{email}']", force=True)
    play.send(visitor, "hold")


def _card(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/vendor/cards/{play.code}/{v['step']}/")
    play.send(visitor, "card", vendor=v["vendor"], text=v["text"])


def _draft(play: Play, v: Values, by: str) -> None:
    fields = {"body": v["body"], "contact": v["contact"], "purchase_most_cents": v.get("purchase_most_cents")}
    times = {k: play.wall(v[k]) for k in ("closes_at", "questions_until")}
    play.on_step(by, v["step"], "draft", **fields, **times)


def _addendum(play: Play, v: Values, by: str) -> None:
    play.on_step(
        by,
        v["step"],
        "addendum",
        text=v["text"],
        is_substantial=v["is_substantial"],
        closes_at=play.wall(v["closes_at"]),
    )


def _ask_call(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/vendor/calls/{play.reference(v['step'])}/")
    play.send(visitor, "ask", vendor=v["vendor"], text=v["text"], kind=v.get("kind", "general"))


def _to_submission(play: Play, v: Values, by: str) -> Visitor:
    visitor = play.person(by)
    visitor.go(f"/en/vendor/calls/{play.reference(v['step'])}/")
    if visitor.page.locator("a:has-text('Go on for')").count():
        visitor.page.click("a:has-text('Go on for')")
        visitor.page.wait_for_load_state()
    else:
        play.send(visitor, "start", vendor=v["vendor"])
    return visitor


def _submit(play: Play, v: Values, _by: str) -> None:
    visitor = _to_submission(play, v, v["by"])
    play.teams.setdefault((v["step"], v["vendor"]), v["answers"].get("team", ""))
    play.teams[v["step"], v["vendor"]] = v["answers"].get("team", "") or play.teams[v["step"], v["vendor"]]
    prices = {k: x for k, x in v["answers"].items() if k in PRICES}
    answers = {k: x for k, x in v["answers"].items() if k not in PRICES}
    play.fill_answers(visitor, answers, "button[value=stay]")
    for name, text in (v.get("files") or {}).items():
        visitor.page.click(".steps a:has-text('Files')")
        if name.startswith("price"):
            visitor.page.check("[name=envelope][value=price]")
        file = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        visitor.page.set_input_files("input[type=file]", [file])
        visitor.page.click("button:has-text('Seal and send')")
        visitor.sees("The file is sealed.")
    if prices:
        visitor.page.click(".steps a:has-text('Price')")
        play.fill_answers(visitor, prices, "button[value=stay]")
    visitor.page.click(".steps a:has-text('Check and finalise')")
    visitor.page.wait_for_load_state()
    while visitor.page.locator("input[name=act][value=confirm]").count():
        play.send(
            visitor,
            "confirm",
            str(visitor.page.locator("form:has(input[value=confirm]) input[name=item]").first.get_attribute("value")),
        )
    play.send(visitor, "finalise", bind="on")
    visitor.sees("Submission received")


PRICES = ("sprint_price", "indicative_purchase", "price_base", "price_options")


def _withdraw(play: Play, v: Values, by: str) -> None:
    visitor = _to_submission(play, v, by)
    visitor.page.click(".steps a:has-text('Check and finalise')")
    visitor.page.wait_for_load_state()
    play.send(visitor, "withdraw", sure="on")


def _open(play: Play, v: Values, by: str) -> None:
    play.on_step(by, v["step"], f"open_{v['envelope']}", sure="on")


def _panel(play: Play, v: Values, _by: str) -> None:
    for seat, people in (("chair", [v["chair"]]), ("evaluator", v["members"])):
        for person in people:
            play.on_step(v["by"], v["step"], "appoint", person=person, seat=seat)
    play.on_step(v["by"], v["step"], "open_scoring")


def _criteria(play: Play, key: str) -> list[str]:
    evaluation = play.method.step(key).evaluation
    return [c.key for c in evaluation.criteria] if evaluation else []


def _scores(play: Play, v: Values, _by: str) -> None:
    everyone = {vendor for by_vendor in v["scores"].values() for vendor in by_vendor}
    for person, by_vendor in v["scores"].items():
        visitor = play.person(person)
        visitor.go(f"/en/evaluation/{play.code}/{v['step']}/declare/")
        play.send(visitor, "declare", **{x: "none" if x in by_vendor else "financial" for x in everyone})
        for vendor, scores in by_vendor.items():
            visitor.go(f"/en/evaluation/{play.code}/{v['step']}/score/{play.label(visitor, v['step'], vendor)}/")
            for key, score in zip(_criteria(play, v["step"]), scores, strict=True):
                visitor.page.check(f"[name='score-{key}'][value='{score}']", force=True)
                visitor.page.fill(f"[name='comment-{key}']", v["comments"][score])
            visitor.page.locator("form .dock button").last.click()
            visitor.page.wait_for_load_state()
            assert visitor.page.locator(".errsum").count() == 0
        visitor.go(f"/en/evaluation/{play.code}/{v['step']}/")
        play.send(visitor, "hand_in")


def _consensus(play: Play, v: Values, _by: str) -> None:
    visitor = play.person(v["chair"])
    labels = {vendor: play.label(visitor, v["step"], vendor) for vendor in v["agreed"]}
    visitor.go(f"/en/evaluation/{play.code}/{v['step']}/")
    play.send(visitor, "consensus")
    play.send(visitor, "equal", reason=v["equal"])
    for vendor, scores in v["agreed"].items():
        for key, score in zip(_criteria(play, v["step"]), scores, strict=True):
            play.send(visitor, "agree", f"{labels[vendor]}-{key}", score=score, reason=v["reasons"][score])
    play.send(visitor, "freeze")


def _leave(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    form = visitor.page.locator("form:has(input[value=leave])")
    form.evaluate("f => { f.closest('details').open = true }")
    form.locator("[name=item]").select_option(v["person"])
    form.locator("[name=reason]").fill(v["reason"])
    form.locator("button").click()
    visitor.page.wait_for_load_state()


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
        paper=v["papers"][0][1],
        **titles,
    )


def _agreement(play: Play, v: Values, by: str) -> Visitor:
    visitor = play.person(by)
    if by in ("tess", "nora", "remi"):
        kind = "Contract" if v["step"] == "sign-contract" else "Sprint agreement"
        visitor.go("/en/vendor/")
        visitor.page.locator(f"a:has-text('{kind}')").first.click()
    else:
        visitor.go(play.step_path(v["step"]))
        visitor.page.locator("#agreements a").filter(has_text=play.names[v["vendor"]]).first.click()
    visitor.page.wait_for_load_state()
    return visitor


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


def _judge(key: str, text: str, step: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(play.step_path(step))
        row = visitor.page.locator("li").filter(has_text=v[text])
        if "vendor" in v:
            row = row.filter(has_text=play.names[v["vendor"]])
        item = row.locator(f"form:has(input[value='{key}']) input[name=item]").first.get_attribute("value") or ""
        play.send(visitor, key, item, verdict="accept" if v["accept"] else "refuse", reason=v.get("reason", ""))

    return do


def _in_room(act: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        fields = {k: play.day(x) if isinstance(x, str) and re.fullmatch(r"\+\d+", x) else x for k, x in v.items()}
        if by in ("tess", "nora", "remi"):
            visitor = play.person(by)
            visitor.go(f"/en/vendor/sprints/{play.code}/")
            fields.pop("vendor")
            play.send(visitor, act, **fields)
        else:
            play.on_step(by, "test-environment" if act in ("sign_off", "grant") else "sprint-run", act, **fields)

    return do


def _give_back(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/vendor/sprints/{play.code}/")
    play.beside(visitor, v["data_set"], "give_back")


def _debrief_asked(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go("/en/vendor/")
    visitor.page.locator("a:has-text('hosen:')").first.click()
    visitor.page.wait_for_load_state()
    play.send(visitor, "debrief")


def _simple(act: str, *, step: str = "", **fixed: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        fields = {
            k: play.day(x) if isinstance(x, str) and re.fullmatch(r"\+\d+", x) else x
            for k, x in v.items()
            if k != "step"
        }
        play.on_step(by, v.get("step", step), act, **fields, **fixed)

    return do


def _plan_debrief(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    play.beside(visitor, play.names[v["vendor"]], "plan_debrief", meets_at=play.wall(v["meets_at"]))


def _hold_debrief(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    play.beside(visitor, play.names[v["vendor"]], "hold_debrief", notes=v["notes"])


def _backlog(play: Play, v: Values, by: str) -> None:
    if by == "tess":
        play.send(_agreement(play, {"step": "sign-contract", "vendor": "tamarack"}, by), "backlog", **v)
    else:
        play.on_step(by, "co-design", "add", **v)


def _take_over(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/challenges/{play.code}/")
    visitor.page.click("a:has-text('Take this over for your city')")
    visitor.page.wait_for_load_state()
    play.send(visitor, "take_over", **v)


def _reach(play: Play, v: Values, by: str) -> None:
    play.beside(_agreement(play, {"step": "sign-contract", "vendor": "tamarack"}, by), v["milestone"], "reach")


def _decide_change(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path("procurement-support"))
    item = visitor.page.locator("form:has(input[value=decide]) input[name=item]").first.get_attribute("value") or ""
    play.send(visitor, "decide", item, verdict="approve")


def _settle_item(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path("co-design"))
    play.beside(visitor, v["item"], "settle_item", result=v["result"])


ACTS: dict[str, Callable[[Play, Values, str], None]] = {
    "challenges.report_need": _report,
    "challenges.merge_need": _on_need("merge"),
    "challenges.decline_need": _on_need("decline"),
    "challenges.commission": _commission,
    "documents.save": _save,
    "documents.comment": _simple("comment"),
    "documents.settle_comment": _beside_on_step("settle", "comment"),
    "document": _document,
    "gate": _gate,
    "moves.ask": _simple("ask"),
    "engagements.plan": _plan,
    "engagements.publish": _simple("publish"),
    "engagements.register": _at_event("register"),
    "engagements.ask": _at_event("ask"),
    "engagements.answer": _beside_on_step("answer", "question", "text"),
    "engagements.log_contact": _simple("contact", step="market-engagement"),
    "engagements.hold": _hold,
    "engagements.give_card": _card,
    "solicitations.draft": _draft,
    "solicitations.publish": _simple("publish"),
    "solicitations.ask": _ask_call,
    "solicitations.draft_answer": _beside_on_step("write_answer", "question", "text"),
    "solicitations.publish_answer": _beside_on_step("give_answer", "question"),
    "solicitations.issue_addendum": _addendum,
    "solicitations.open_envelopes": _open,
    "submit": _submit,
    "submissions.withdraw": _withdraw,
    "panel": _panel,
    "scores": _scores,
    "consensus": _consensus,
    "evaluations.finalise_result": _simple("finalise"),
    "evaluations.leave_panel": _leave,
    "evaluations.appoint": _simple("appoint"),
    "agreements.draft": _draft_agreement,
    "agreements.propose_edit": _on_agreement("propose"),
    "agreements.answer_edit": _answer_edit,
    "agreements.receive_paper": _receive,
    "agreements.name_signatory": _on_agreement("name"),
    "agreements.sign": _on_agreement("sign", sure="on"),
    "agreements.deliver": _beside_on_agreement("deliver", "deliverable"),
    "agreements.judge_deliverable": _judge("judge", "deliverable", "sprint-run"),
    "sprints.sign_off": _in_room("sign_off"),
    "sprints.grant_data": _in_room("grant"),
    "sprints.check_in": _in_room("check_in"),
    "sprints.enter_parity": _in_room("parity"),
    "sprints.report_incident": _in_room("incident"),
    "sprints.settle_incident": _beside_on_step("settle", "incident", "settlement"),
    "sprints.record_evidence": _in_room("evidence"),
    "sprints.hold_demo": _in_room("demo"),
    "sprints.explain_parity": _in_room("explain"),
    "sprints.return_data": _give_back,
    "awards.recommend": _simple("recommend"),
    "awards.fail_negotiation": _simple("fail"),
    "awards.record_negotiation": _simple("negotiate"),
    "awards.ask_debrief": _debrief_asked,
    "awards.plan_debrief": _plan_debrief,
    "awards.hold_debrief": _hold_debrief,
    "delivery.add_backlog_item": _backlog,
    "delivery.settle_backlog_item": _settle_item,
    "delivery.plan_milestone": _simple("plan", step="execute"),
    "delivery.deliver_milestone": _reach,
    "delivery.judge_milestone": _judge("judge", "milestone", "execute"),
    "delivery.ask_change": _simple("ask_change", step="procurement-support"),
    "delivery.decide_change": _decide_change,
    "delivery.read_outcome": _simple("read", step="solution"),
    "delivery.take_over": _take_over,
    "knowledge.enter_hours": _simple("hours"),
    "knowledge.write_lesson": _simple("lesson"),
}
