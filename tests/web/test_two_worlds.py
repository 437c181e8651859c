"""Two worlds that differ in one secret: to everybody who may not know it, every page is the same, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from mix.actions.choice import conflicts, evaluations
from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data.models import Challenge, Evaluation, OpenedEnvelope, Solicitation, Vendor
from mix.readers.choice.conflicts import list_standing
from mix.readers.choice.evaluations import criteria_of
from tests.behind import open_tables, world

pytestmark = pytest.mark.django_db
MASKED = re.compile(rb'name="(csrfmiddlewaretoken|retry)" value="[^"]*"|data-now="[^"]+"|\d+ h \d+ min|\d\d:\d\d:\d\d')


def crawl(client: Client, *, about: str) -> dict[str, bytes]:
    """Return the pages about one challenge, and those about none, that somebody can reach by links.

    What differs between two visits anyhow is masked.
    """
    others = [c for c in Challenge.objects.values_list("code", flat=True) if c != about]
    todo, seen = ["/en/", "/en/me/"], {}
    while todo:
        url = todo.pop()
        if url in seen or url.endswith("/sealed.zip"):
            continue  # taking envelopes out is an act: recorded, with its time
        if "/2fa/totp/activate/" in url or "/2fa/webauthn/add/" in url:
            continue  # each visit makes a new secret
        if "/demo/" in url or any(f"/{code}/" in url for code in others):
            continue
        answer = client.get(url)
        seen[url] = str(answer.status_code).encode()
        if answer.status_code in (301, 302):
            todo.append(answer.headers["Location"].split("?")[0])
        elif not answer.streaming:
            seen[url] += MASKED.sub(b"", answer.content)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                found = re.findall(r'href="(/en/[^"#?]*)', answer.content.decode())
                todo += found
        if answer.streaming:
            for close in answer._resource_closers:
                close()
    return seen


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(url for url in {*one, *other} if one.get(url) != other.get(url))


def person(code: str, *, lab: bool = False) -> Any:
    """Return somebody for whom a test is run; in the lab only, where the gate asks another of the same kind."""
    return pytest.param(code, marks=[pytest.mark.lab] if lab else [])


@pytest.mark.parametrize(
    "code", [person("tess"), person("olivia"), person("audrey", lab=True), person("eva", lab=True)]
)
def test_a_sealed_submission_changes_nothing_for_anybody_else(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any, code: str
) -> None:
    client, kim = sign_in(code), actor("kim")
    before = crawl(client, about="water-leaks")
    call = Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")
    submission = run(kim, now, submissions.start, call, Vendor.objects.get(code="kestrel"))
    run(kim, now, submissions.save_answers, submission, answers={"team": "SECRET", "insurance": True})
    run(kim, now, submissions.finalise, submission, retry_key="one")
    assert differing(before, crawl(client, about="water-leaks")) == []
    assert len(before) > 15


@pytest.mark.parametrize("code", [person("umar"), person("olivia"), person("remi", lab=True)])
def test_the_value_of_anothers_score_changes_nothing_before_consensus(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any, code: str
) -> None:
    evaluation = Evaluation.objects.get(step__challenge__code="under-our-streets", step__key="shortlist")
    chloe, client = actor("chloe"), sign_in(code)
    submission = evaluation.solicitation.submissions.get(vendor__code="releve")
    every = {v.code: ("none", "") for v in Vendor.objects.filter(submissions__solicitation=evaluation.solicitation)}
    pages = []
    for value in (1, 4):
        with world():
            run(chloe, now, evaluations.declare, evaluation, conflicts=every)
            criterion = criteria_of(evaluation)[0].key
            facts = {
                "submission": submission,
                "criterion": criterion,
                "score": value,
                "comment": f"SECRET {value}",
            }
            run(chloe, now, evaluations.score, evaluation, **facts)
            pages.append(crawl(client, about="under-our-streets"))
    # A bundle holds the log, whose lines commit under fresh salts: test_withheld.py reads what it says.
    assert [url for url in differing(*pages) if not url.endswith("/bundle/")] == []


def test_what_a_conflicted_member_may_not_know_changes_nothing_for_it(
    sign_in: Callable[[str], Client], actor: Callable[[str], Any], now: Any
) -> None:
    """The vendor of the conflict wrote something else, was scored otherwise, and handed in at another time."""
    evaluation = Evaluation.objects.get(step__challenge__code="under-our-streets", step__key="shortlist")
    every = {v.code: ("none", "") for v in Vendor.objects.filter(submissions__solicitation=evaluation.solicitation)}
    own = {**every, "kestrel": ("family", "")}
    hidden = evaluation.solicitation.submissions.get(vendor__code="kestrel")
    client, pages = sign_in("umar"), []
    for value in (1, 4):
        with world():
            run(actor("umar"), now, evaluations.declare, evaluation, conflicts=own)
            (said,) = [d for d in list_standing(evaluation) if d.member.person.code == "umar"]
            run(actor("olivia"), now, conflicts.rule, said, ruling="kept", reason="No rival.")
            run(actor("chloe"), now, evaluations.declare, evaluation, conflicts=every)
            open_tables("data_openedenvelope")
            OpenedEnvelope.objects.filter(submission=hidden).update(answers={"team": "SECRET" * value})
            facts = {"submission": hidden, "criterion": criteria_of(evaluation)[0].key, "score": value, "comment": "C"}
            if value > 1:  # scored in one world, not at all in the other
                run(actor("chloe"), now, evaluations.score, evaluation, **facts)
            pages.append(crawl(client, about="under-our-streets"))
    assert differing(*pages) == []
    assert any("/evaluation/under-our-streets/shortlist/score/" in url for url in pages[0])
    assert not any(b"SECRET" in page for page in pages[0].values())
    read = {found[1] for url in pages[0] if (found := re.search(r"/under-our-streets/shortlist/score/([^/]+)/$", url))}
    assert read == {"A", "B", "C"}  # no gap tells which one it may not read
