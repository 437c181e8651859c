"""What panels do: appointed, declared, scored, agreed, finalised."""

from __future__ import annotations

from tests.journeys.acts.common import on_step
from tests.journeys.play import Acts, Play, Values


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
            visitor.click(visitor.page.locator("form .dock button").last)
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
    visitor.click(form.locator("button"))


PANEL_ACTS: Acts = {
    "panel": _panel,
    "scores": _scores,
    "consensus": _consensus,
    "evaluations.finalise_result": on_step("finalise"),
    "panels.leave_panel": _leave,
    "panels.appoint": on_step("appoint"),
}
