"""What is done on the steps of a challenge: needs, documents, gates, events, awards, and the challenge as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable

from mix.rules.core.kinds import StepKind
from tests.journeys.acts.common import beside_on_step, by_language, on_step
from tests.journeys.play import Acts, Play, Values


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


def _purchase(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/city/challenges/{play.code}/policy/")
    play.send(visitor, "purchase", **v)


def _commission(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go("/en/city/challenges/new/" + (f"?need={play.needs[v['need']]}" if "need" in v else ""))
    way = f"{v['method']}:{v['route']}"
    fields = {
        "route_reason": v["route_reason"],
        **by_language("title", v["title"]),
        **by_language("question", v["question"]),
    }
    play.send(visitor, "begin", city="guelph", way=way, **fields)
    play.code = visitor.page.url.split("/challenges/")[1].split("/")[0]


def _on_whole(act: str) -> Callable[[Play, Values, str], None]:
    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(f"/en/city/challenges/{play.code}/whole/")
        play.send(visitor, act, **v)

    return do


def _reissue(play: Play, v: Values, by: str) -> None:
    _on_whole("reissue")(play, {"reason": v["reason"]}, by)
    play.code = play.person(by).page.url.split("/challenges/")[1].split("/")[0]


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


def _hold(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    for email in v["attended"]:
        visitor.form("hold").locator(f"[name=attended][value='{email}']").check(force=True)
    play.send(visitor, "hold")


def _card(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/vendor/cards/{play.code}/{v['step']}/")
    play.send(visitor, "card", vendor=v["vendor"], text=v["text"])


def _plan_debrief(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    play.beside(visitor, play.names[v["vendor"]], "plan_debrief", meets_at=play.wall(v["meets_at"]))


def _hold_debrief(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    play.beside(visitor, play.names[v["vendor"]], "hold_debrief", notes=v["notes"])


def _take_over(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(f"/en/challenges/{play.code}/")
    visitor.click("a:has-text('Take this over for your city')")
    play.send(visitor, "take_over", **v)


STEP_ACTS: Acts = {
    "challenges.report_need": _report,
    "challenges.merge_need": _on_need("merge"),
    "challenges.decline_need": _on_need("decline"),
    "challenges.commission": _commission,
    "challenges.change_route": _on_whole("route"),
    "findings.describe_purchase": _purchase,
    "challenges.cancel": _on_whole("cancel"),
    "challenges.reissue": _reissue,
    "moves.disqualify": _on_whole("disqualify"),
    "documents.save": _save,
    "documents.comment": on_step("comment"),
    "documents.settle_comment": beside_on_step("settle", "comment"),
    "document": _document,
    "gate": _gate,
    "moves.ask": on_step("ask"),
    "moves.skip": on_step("skip"),
    "engagements.plan": _plan,
    "engagements.publish": on_step("publish"),
    "engagements.register": _at_event("register"),
    "engagements.ask": _at_event("ask"),
    "engagements.answer": beside_on_step("answer", "question", "text"),
    "engagements.log_contact": on_step("contact", kind=StepKind.ENGAGEMENT),
    "engagements.hold": _hold,
    "engagements.give_card": _card,
    "awards.recommend": on_step("recommend"),
    "awards.fail_negotiation": on_step("fail"),
    "awards.record_negotiation": on_step("negotiate"),
    "awards.plan_debrief": _plan_debrief,
    "awards.hold_debrief": _hold_debrief,
    "delivery.take_over": _take_over,
    "knowledge.enter_hours": on_step("hours"),
    "knowledge.write_lesson": on_step("lesson"),
}
