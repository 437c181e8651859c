"""What panels do: appointed, declared, scored, agreed, finalised."""

from __future__ import annotations

from collections.abc import Callable

from mix.rules.city.methods import stage_position
from tests.journeys.acts.common import on_step
from tests.journeys.conftest import Visitor
from tests.journeys.play import Acts, Play, Values


def _panel(play: Play, v: Values, _by: str) -> None:
    for seat, people in (("chair", [v["chair"]]), ("evaluator", v["members"])):
        for person in people:
            play.on_step(v["by"], v["step"], "appoint", person=person, seat=seat)
    play.on_step(v["by"], v["step"], "open_scoring")


def _criteria(play: Play, key: str) -> list[str]:
    """List the criteria of the stage at hand: the first, or the next for each time that procurement has invited."""
    evaluation = play.method.step(key).evaluation
    if evaluation is None:
        return []
    keys = [stage.key for stage in evaluation.stages]
    return [c.key for c in evaluation.criteria if stage_position(keys, c) == play.stages.get(key, 0)]


def _invite(play: Play, v: Values, by: str) -> None:
    play.on_step(by, v["step"], "invite")
    play.stages[v["step"]] = play.stages.get(v["step"], 0) + 1


def _meeting(act: str, *fields: str) -> Callable[[Play, Values, str], None]:
    """Do an act whose form stands beside a vendor, among those who were invited to the stage."""

    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(play.step_path(v["step"]))
        row = visitor.page.locator("#meetings .list .list > li").filter(has_text=play.names[v["vendor"]])
        item = row.locator(f"form:has(input[value='{act}']) input[name=item]").first.get_attribute("value")
        given = {f: play.wall(v[f]) if f == "meets_at" else v[f] for f in fields}
        play.send(visitor, act, item or "", **given)

    return do


def _scores(play: Play, v: Values, _by: str) -> None:
    everyone = {vendor for by_vendor in v["scores"].values() for vendor in by_vendor}
    for person, by_vendor in v["scores"].items():
        visitor = play.person(person)
        visitor.go(f"/en/evaluation/{play.code}/{v['step']}/declare/")
        said = {x: "none" if x in by_vendor else "financial" for x in everyone}
        play.send(visitor, "declare", **said, signed_statement=True)
        for vendor in everyone - set(by_vendor):
            _keep_on(play, v, vendor)
        for vendor, scores in by_vendor.items():
            visitor.go(f"/en/evaluation/{play.code}/{v['step']}/score/{play.label(visitor, v['step'], vendor)}/")
            for key, score in zip(_criteria(play, v["step"]), scores, strict=True):
                visitor.page.check(f"[name='score-{key}'][value='{score}']", force=True)
                visitor.page.fill(f"[name='comment-{key}']", v["comments"][score])
            visitor.click(visitor.page.locator("form .dock button").last)
            assert visitor.page.locator(".errsum").count() == 0
        visitor.go(f"/en/evaluation/{play.code}/{v['step']}/")
        play.send(visitor, "hand_in")


def _keep_on(play: Play, v: Values, vendor: str) -> None:
    """Have procurement say that whoever has a conflict with a vendor scores the others."""
    officer, reason = v["kept"]
    visitor = play.person(officer)
    visitor.go(play.step_path(v["step"]))
    form = visitor.form("rule")
    option = form.locator("[name=item] option").filter(has_text=play.names[vendor]).first
    form.locator("[name=item]").select_option(str(option.get_attribute("value")))
    form.locator("[name=ruling][value=kept]").check(force=True)
    form.locator("[name=reason]").fill(reason)
    visitor.click(form.locator("button"))


def _consensus(play: Play, v: Values, _by: str) -> None:
    visitor = play.person(v["chair"])
    own = {vendor: play.label(visitor, v["step"], vendor) for vendor in v["agreed"]}
    visitor.go(f"/en/evaluation/{play.code}/{v['step']}/")
    play.send(visitor, "consensus")
    labels = {vendor: play.common_label(visitor, letter) for vendor, letter in own.items()}
    if visitor.page.locator("#equal").count():
        agree(visitor, "equal", equal=v["equal"])
    for vendor, scores in v["agreed"].items():
        for key, score in zip(_criteria(play, v["step"]), scores, strict=True):
            item = f"{labels[vendor]}-{key}"
            agree(visitor, f"agree:{item}", **{f"score-{item}": str(score), f"reason-{item}": v["reasons"][score]})
    agree(visitor, "freeze")


def agree(visitor: Visitor, button: str, /, *, refused: bool = False, **fields: str) -> None:
    """Fill in fields of the consensus, press one of its buttons, and see that it was not refused, or that it was.

    A score is recorded where its fields are: on the page that shows it.
    """
    page = visitor.page
    if item := button.partition(":")[2]:
        page.goto(f"{page.url.partition('#')[0].partition('?')[0]}?cell={item}")
    page.locator("#consensus").evaluate("f => { for (const d of f.querySelectorAll('details')) d.open = true }")
    for name, value in fields.items():
        if name.startswith("score-"):
            page.check(f"[name='{name}'][value='{value}']", force=True)
        else:
            page.fill(f"[name='{name}']", value)
    visitor.click(page.locator(f"#consensus button[name=go][value='{button}']"))
    assert bool(page.locator(".errsum").count()) == refused, page.locator(".errsum").all_inner_texts()


def _leave(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    visitor.go(play.step_path(v["step"]))
    form = visitor.form("leave")
    form.locator("[name=item]").select_option(v["person"])
    form.locator("[name=reason]").fill(v["reason"])
    visitor.click(form.locator("button"))


PANEL_ACTS: Acts = {
    "panel": _panel,
    "meetings.invite": _invite,
    "meetings.set_meeting": _meeting("set_meeting", "meets_at", "place"),
    "meetings.record_meeting": _meeting("record_meeting", "minutes", "present", "notes"),
    "scores": _scores,
    "consensus": _consensus,
    "evaluations.finalise_result": on_step("finalise"),
    "panels.leave_panel": _leave,
    "panels.appoint": on_step("appoint"),
}
