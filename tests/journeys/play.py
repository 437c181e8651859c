"""A scenario carried out by hand: every act is a form on a page, filled in and sent by the person who does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import yaml
from playwright.sync_api import Browser

from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.core.kinds import DeliverySection, Route, SprintSection, StepKind
from tests.journeys.conftest import ROOT, Site, Visitor

Values = Mapping[str, Any]
# What an act is called in a scenario, and how a person does it: the play, its values, who.
Acts = Mapping[str, Callable[["Play", Values, str], None]]
ZONE = ZoneInfo("America/Toronto")


class Play:
    """One scenario, one site, everybody's browser."""

    def __init__(self, browser: Browser, site: Site, path: Path, *, javascript: bool, custody: str = "managed") -> None:
        self.browser, self.site, self.javascript = browser, site, javascript
        self.scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.method = self._method()
        self.people: dict[str, Visitor] = {}
        self.code = ""
        self.needs: dict[str, str] = {}
        vendors = yaml.safe_load((ROOT / "catalogue/scenarios/world.yaml").read_text("utf-8"))["vendors"]
        self.names = {code: row["name"] for code, row in vendors.items()}
        self.members = {person: code for code, row in vendors.items() for person in row["members"]}
        self.stages: dict[str, int] = {}
        self.teams: dict[tuple[str, str], str] = {}
        self.calls: dict[str, int] = {}
        self.custody = custody
        self.words: dict[str, dict[str, list[str]]] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close everybody's browser."""
        for visitor in self.people.values():
            visitor.context.close()

    def _method(self) -> Method:
        begun = next(a["challenges.commission"] for a in self.scenario["acts"] if "challenges.commission" in a)
        text = (ROOT / f"catalogue/methods/{begun['method']}.yaml").read_text(encoding="utf-8")
        return parse(text).on(Route(begun["route"]))

    def run(self, acts: Acts, *, last: int | None = None) -> None:
        """Carry out every act, up to the last one that is wanted, in order, at its own time."""
        for number, act in enumerate(self.scenario["acts"][:last], start=1):
            name = next(k for k in act if k not in ("at", "by"))
            at = self.instant(act["at"])
            (self.site.data / "clock").write_text(at.isoformat())
            try:
                acts[name](self, act[name] or {}, act.get("by", ""))
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
        visitor.act(act, item=item, **{k: str(v) for k, v in fields.items() if v not in (None, False)})
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

    def step_where(self, kind: StepKind, part: SprintSection | DeliverySection | None = None) -> str:
        """Return the key of the first step of a kind, or of a part of one."""
        return next(s.key for s in self.method.steps if s.kind == kind and part in (None, s.sprint, s.delivery))

    def reference(self, key: str) -> str:
        """Return the reference of the latest call of a step."""
        step = self.method.step(key)
        position = [s.key for s in self.method.steps].index(key) + 1
        form = step.solicitation.document_form if step.solicitation else ""
        again = f"-{self.calls[key]}" if self.calls[key] > 1 else ""
        return f"{self.code[:18]}-{form}{position}{again}".upper()[:30]

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
            visitor.click(save)
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

    def common_label(self, visitor: Visitor, own: str) -> str:
        """Find the panel's letter of what has this letter in a member's own list, on the page of the consensus."""
        row = visitor.page.locator(f"tr[data-own='{own}']")
        return str(row.get_attribute("data-letter"))
