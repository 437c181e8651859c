"""What is done on calls: drafts, notices, questions, addenda, submissions, opening."""

from __future__ import annotations

from tests.journeys.acts import keys
from tests.journeys.acts.common import beside_on_step, on_step
from tests.journeys.play import Acts, Play, Values, Visitor


def _draft(play: Play, v: Values, by: str) -> None:
    play.calls[v["step"]] = play.calls.get(v["step"], 0) + 1
    fields = {"body": v["body"], "contact": v["contact"], "purchase_most_cents": v.get("purchase_most_cents")}
    times = {k: play.wall(v[k]) for k in ("closes_at", "questions_until")}
    play.on_step(by, v["step"], "draft", **fields, **times, custody=play.custody)


def _hand_over(play: Play, v: Values, by: str) -> None:
    if play.custody == "split":
        _make_keys(play, v)
    play.person(by).go(f"{play.step_path(v['step'])}publish/")
    play.send(play.person(by), "hand_over", **{k: x for k, x in v.items() if k != "step"})


def _publish(play: Play, v: Values, by: str) -> None:
    play.person(by).go(f"{play.step_path(v['step'])}publish/")
    play.send(play.person(by), "publish")


def _fit(play: Play, v: Values, by: str) -> None:
    """Change the form of a call: texts by language go into their boxes, criteria are ticked."""
    visitor, change = play.person(by), dict(v["change"])
    visitor.go(f"{play.step_path(v['step'])}call/")
    act, item, fields = change.pop("change"), "", {}
    act = {"group_questions": "add_group"}.get(act, act)
    for name, value in change.items():
        if name in ("question", "evaluation", "criterion"):
            item = f"{item}.{value}" if item else value
        elif name in ("weights", "minimums"):
            fields |= {f"{'weight' if name == 'weights' else 'least'}_{key}": x for key, x in value.items()}
        elif name == "anchors":
            for score, text in value.items():
                fields |= {f"anchor_{score}": text["en"], f"anchor_{score}_fr": text["fr"]}
        elif name in ("scored_by", "questions"):
            for box in visitor.form(act, item).locator(f"input[name={name}]").all():
                box.evaluate("(box, on) => { box.checked = on.includes(box.value) }", value)
        elif isinstance(value, dict):
            fields |= {name: value["en"], f"{name}_fr": value["fr"]}
        else:
            fields[name] = value
    play.send(visitor, act, item, **fields)


def _make_keys(play: Play, v: Values) -> None:
    """Make, take and rehearse the recovery key of the city, once, and the key of the call."""
    calls = f"/en/city/calls/{play.reference(v['step'])}/custody/"
    for page, holders, maker in (
        ("/en/city/settings/guelph/recovery/", keys.GUARDIANS, "martin"),
        (calls, keys.HOLDERS, "olivia"),
    ):
        if page in play.words:
            continue
        making = play.person(maker)
        making.go(page)
        play.send(making, "make", **dict(zip(("first", "second", "third"), holders, strict=True)))
        play.words[page] = {}
        for code in holders:
            play.person(code).go(page)
            play.words[page][code] = keys.take(play.person(code))
        for code in holders[:2]:
            play.person(code).go(page)
            keys.give(play.person(code), play.words[page][code])
            play.person(code).sees("Your share holds.")


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
        visitor.click("a:has-text('Go on for')")
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
        visitor.click(".steps a:has-text('Files')")
        file = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        visitor.page.set_input_files("input[type=file]", [file])
        visitor.sends_file("price" if name.startswith("price") else "technical")
    if prices:
        visitor.click(".steps a:has-text('Price')")
        play.fill_answers(visitor, prices, "button[value=stay]")
    visitor.click(".steps a:has-text('Check and finalise')")
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
    visitor.click(".steps a:has-text('Check and finalise')")
    play.send(visitor, "withdraw", sure="on")


def _open(play: Play, v: Values, by: str) -> None:
    visitor = play.person(by)
    page = f"/en/city/calls/{play.reference(v['step'])}/custody/"
    if play.custody == "split":
        visitor.go(page)
        visitor.check()
        for code in ("carl", by):
            play.person(code).go(page)
            keys.give(play.person(code), play.words[page][code])
            play.person(code).sees("Your share is accepted.")
    visitor.go(play.step_path(v["step"]))
    visitor.click("a:has-text('Go to the opening')")
    visitor.check()
    play.send(visitor, "open", sure="on")
    visitor.sees("Opened. Every vendor was told.")


CALL_ACTS: Acts = {
    "call_forms.fit": _fit,
    "solicitations.draft": _draft,
    "solicitations.hand_over": _hand_over,
    "solicitations.publish": _publish,
    "solicitations.ask": _ask_call,
    "solicitations.draft_answer": beside_on_step("write_answer", "question", "text"),
    "solicitations.publish_answer": beside_on_step("give_answer", "question"),
    "addenda.propose_extension": _addendum,
    "addenda.confirm_extension": on_step("confirm_extension"),
    "openings.open_envelopes": _open,
    "submit": _submit,
    "submissions.withdraw": _withdraw,
}
