"""Pages as a whole: every link of every audience in both languages, headers, weight, literal numbers of queries."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mix.data.models import (
    Agreement,
    Challenge,
    ChallengeCity,
    ClauseEdit,
    Declaration,
    Need,
    PanelMember,
    Person,
    Score,
    Step,
)
from mix.readers.flow.timelines import list_events

pytestmark = pytest.mark.django_db
STATIC = Path(__file__).resolve().parents[2] / "src/mix/web/static"


# A few of each audience; who sees every challenge of a city follows thousands of links, in `make lab`.
AT_A_GLANCE = [("", "en"), ("", "fr"), ("eva", "fr"), ("ada", "en"), ("tess", "en"), ("hugo", "fr")]
EVERYBODY = ["", "tess", "priya", "olivia", "eva", "hugo", "audrey", "ada", "lena"]
WALKS = [
    pytest.param(code, language, marks=[] if (code, language) in AT_A_GLANCE else [pytest.mark.lab])
    for code in EVERYBODY
    for language in ("en", "fr")
]


@pytest.mark.parametrize(("code", "language"), WALKS)
def test_every_link_leads_somewhere(sign_in: Callable[[str], Client], code: str, language: str) -> None:
    client = sign_in(code)
    todo, seen, alone, broken = [f"/{language}/"] + ([f"/{language}/me/"] if code else []), set(), set(), []
    while todo:
        url = todo.pop()
        if url in seen or "/demo/" in url:
            continue
        seen.add(url)
        answer = client.get(url)
        if answer.status_code in (301, 302):
            todo.append(answer.headers["Location"].split("?")[0])
        elif answer.status_code != 200 and "/vendor/cards/" not in url:
            broken.append((url, answer.status_code))
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            found = re.findall(r'href="(/[^"#]*)', answer.content.decode())
            todo += [u.replace("&amp;", "&") for u in found if u.startswith(f"/{language}/")]
            for query, act in re.findall(r'href="(\?[^"#]*\bdo=(\w+)[^"#]*)#do"', answer.content.decode()):
                if (answer.resolver_match.view_name, act) not in alone:
                    alone.add((answer.resolver_match.view_name, act))
                    todo.append(url.partition("?")[0] + query.replace("&amp;", "&"))
        if answer.streaming:
            for close in answer._resource_closers:
                close()
    assert broken == []
    assert len(seen) > 15


def test_french_pages_hold_no_english_frame(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("").get("/fr/").content.decode()
    assert 'lang="fr-CA"' in page
    assert "Que cherche à résoudre votre ville" in page
    assert not re.search(r">(Challenges|Outcomes|Sign in|Search|Open now)<", page)


@pytest.mark.parametrize("url", ["/en/", "/en/challenges/water-leaks/", "/en/nothing/", "/en/demo/"])
def test_every_page_carries_its_headers(sign_in: Callable[[str], Client], url: str) -> None:
    headers = sign_in("").get(url).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"], headers["Referrer-Policy"]) == (
        "nosniff",
        "DENY",
        "same-origin",
    )


def test_private_pages_are_not_kept(sign_in: Callable[[str], Client]) -> None:
    assert sign_in("priya").get("/en/city/").headers["Cache-Control"] == "no-store"


def test_a_first_view_is_light(sign_in: Callable[[str], Client]) -> None:
    """At most 60 KB transferred and 5 requests: page, style, script, font, icon."""
    page = sign_in("").get("/en/").content
    files = [STATIC / "mix.css", STATIC / "mix.js", STATIC / "icon.svg"]
    total = len(gzip.compress(page)) + sum(len(gzip.compress(f.read_bytes())) for f in files)
    total += (STATIC / "fonts/public-sans.woff2").stat().st_size
    assert total <= 60_000
    assert len(re.findall(rb'<(?:link|script)[^>]+(?:href|src)="/static/', page)) <= 5


@pytest.mark.parametrize(
    ("code", "url", "count"),
    [
        ("", "/en/challenges/", 4),
        ("", "/en/challenges/water-leaks/", 12),
        ("", "/en/", 12),
        ("", "/en/outcomes/", 6),
        ("audrey", "/en/oversight/guelph-roads-sprint/", 27),
        ("priya", "/en/city/challenges/guelph-roads-sprint/sprint-run/", 22),
        ("priya", "/en/city/challenges/water-leaks/procurement-brief/", 11),
        ("priya", "/en/city/challenges/water-leaks/invitation/", 19),
        ("priya", "/en/city/challenges/under-our-streets/shortlist/", 20),
        ("hugo", "/en/evaluation/under-our-streets/shortlist/", 10),
        ("hugo", "/en/evaluation/under-our-streets/shortlist/score/A/", 14),
        ("priya", "/en/city/challenges/", 7),
        ("priya", "/en/city/", 23),
        ("priya", "/en/city/dates/", 16),
        ("tess", "/en/vendor/", 25),
        ("nora", "/en/vendor/sprints/guelph-roads-sprint/sprint-run/", 12),
        ("", "/en/calls/WATER-LEAKS-RFSQ8/", 6),
        ("audrey", "/en/oversight/", 6),
    ],
)
def test_queries_are_counted(sign_in: Callable[[str], Client], code: str, url: str, count: int) -> None:
    client = sign_in(code)
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(url)
    assert len(queries) == count


@pytest.mark.parametrize(
    ("code", "url", "count"),
    [
        ("priya", "/en/city/challenges/under-our-streets/shortlist/", 21),
        ("hugo", "/en/evaluation/under-our-streets/shortlist/score/A/", 14),
    ],
)
def test_scoring_asks_no_more_with_a_larger_panel(
    sign_in: Callable[[str], Client], code: str, url: str, count: int
) -> None:
    """Twelve members with all their declarations and scores, in place of three."""
    model = PanelMember.objects.get(evaluation__step__challenge__code="under-our-streets", person__code="eva")
    for person in Person.objects.exclude(panel_seats__evaluation=model.evaluation)[:9]:
        member = copy(model, person=person)
        Declaration.objects.bulk_create(fresh(d, member=member) for d in model.declarations.all())
        Score.objects.bulk_create(fresh(s, member=member) for s in model.scores.all())
    client = sign_in(code)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) == count


def test_a_case_file_has_contents_that_lead_to_each_of_its_parts(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("audrey").get("/en/oversight/guelph-roads-sprint/").content.decode()
    listed = re.findall(r'<li><a href="#([^"]+)"', page.partition('class="toc toc--kept"')[2].partition("</ul>")[0])
    assert listed == re.findall(r'<section class="rule">\s*<h2 id="([^"]+)"', page)
    assert {"decisions", "documents", "events"} < set(listed)


def test_a_case_file_checks_its_log_when_that_is_asked(sign_in: Callable[[str], Client]) -> None:
    client, url = sign_in("audrey"), "/en/oversight/guelph-roads-sprint/"
    short, whole = (client.get(place).content.decode() for place in (url, f"{url}?whole"))
    found = len(list_events(Challenge.objects.get(code="guelph-roads-sprint")))
    assert ("entries hold" in short, short.count('<time datetime="')) == (False, 30)
    assert ("entries hold" in whole, whole.count('<time datetime="')) == (True, found)
    assert found > 600
    assert ('<ol class="find">' in short, 'href="?whole#rules"' in short) == (False, True)
    gates = whole.count('<ol class="find">')
    assert gates > 10
    assert short.partition('id="rules"')[2].partition("?whole#rules")[0].count("<li>") == gates


@pytest.mark.parametrize("many", [1, 200])
def test_a_desk_asks_no_more_where_more_gates_wait(sign_in: Callable[[str], Client], crowd: None, many: int) -> None:
    """Gates that are decided by value, and others; what waits is what a decider of both finds."""
    at_gate = Challenge.objects.filter(code__startswith="crowd-").order_by("code")[:many]
    steps = Step.objects.filter(challenge__in=at_gate.values("pk"), key__in=["procurement-brief", "shortlist"])
    assert steps.update(state="active", asked_at=datetime.now(UTC)) == 2 * many
    client = sign_in("martin")
    client.get("/en/city/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/en/city/").content.decode()
    assert len(queries) == 27
    said = f"Decide at {2 * many} gates" if many > 1 else ">Decide at a gate</a>"
    assert said in page


@pytest.mark.parametrize("clauses", [0, 20])
def test_a_contract_asks_no_more_with_more_clauses(sign_in: Callable[[str], Client], clauses: int) -> None:
    found = Agreement.objects.filter(step__challenge__code="guelph-roads-sprint", kind="contract").latest("pk")
    model, priya, model_at = found.clauses.first(), Person.objects.get(code="priya"), found.drafted_at
    assert model
    for number in range(clauses):
        clause = copy(model, key=f"more-{number}", position=100 + number)
        ClauseEdit.objects.create(
            clause=clause, person=priya, side="city", before="A", text="B", reason="C", proposed_at=model_at
        )
    for code, url in (
        ("priya", f"/en/city/challenges/guelph-roads-sprint/agreements/{found.code}/"),
        ("tess", f"/en/vendor/agreements/{found.code}/"),
    ):
        client = sign_in(code)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        assert len(queries) == {"priya": 15, "tess": 14}[code]


@pytest.mark.parametrize("events", [0, 40])
def test_a_challenge_page_does_not_grow_with_its_events(sign_in: Callable[[str], Client], events: int) -> None:
    from mix.actions.core.events import record
    from mix.readers.core.actors import PUBLIC

    challenge = Challenge.objects.select_related("municipality").get(code="water-leaks")
    for _ in range(events):
        record("solicitations.publish_answer", challenge, actor=PUBLIC, now=datetime.now(UTC))
    with CaptureQueriesContext(connection) as queries:
        sign_in("").get("/en/challenges/water-leaks/")
    assert len(queries) == 12


@pytest.fixture
def crowd(db: None) -> None:
    """Make two hundred needs and two hundred challenges of one city, each challenge with the steps of a real one."""
    need = Need.objects.filter(municipality__code="guelph").first()
    model = Challenge.objects.get(code="water-leaks")
    assert need
    steps = list(model.steps.order_by("position"))
    cities, notices = list(model.cities.all()), list(model.notices.all())
    for number in range(200):
        copy(need, code=f"N-{number:03}", title=f"Need {number} with a name of some length")
        challenge = copy(model, code=f"crowd-{number:03}", title=f"Challenge {number} with a name of some length")
        Step.objects.bulk_create(fresh(s, challenge=challenge) for s in steps)
        ChallengeCity.objects.bulk_create(fresh(c, challenge=challenge) for c in cities)
        for n in notices[:1]:
            copy(n, challenge=challenge, reference=f"CROWD-{number:03}")


def fresh(row: Any, **changes: Any) -> Any:
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
    made = type(row)(**values)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def copy(row: Any, **changes: Any) -> Any:
    made = fresh(row, **changes)
    made.save()
    return made


@pytest.mark.parametrize(
    ("code", "url", "count"),
    [
        ("priya", "/en/city/needs/", 5),
        ("priya", "/en/city/challenges/", 7),
        ("priya", "/en/city/", 24),
        ("audrey", "/en/oversight/", 6),
        ("", "/en/challenges/?q=name", 4),
        ("", "/en/outcomes/", 6),
        ("", "/en/measures/", 8),
    ],
)
def test_two_hundred_rows_cost_as_much_as_twenty(
    sign_in: Callable[[str], Client], crowd: None, code: str, url: str, count: int
) -> None:
    client = sign_in(code)
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url).content
    assert len(queries) == count
    # the desk shows a page of needs and one of challenges, and those who may be asked again, of at most thirty things
    assert page.count(b"with a name of some length") <= 70


@pytest.mark.parametrize(
    ("code", "url"), [("priya", "/en/city/challenges/"), ("audrey", "/en/oversight/"), ("", "/en/challenges/?q=name")]
)
def test_every_row_of_a_long_list_is_on_one_page(
    sign_in: Callable[[str], Client], crowd: None, code: str, url: str
) -> None:
    client, seen, pages, path = sign_in(code), [], 0, url.partition("?")[0]
    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r"Challenge (\d+) with a name", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = path + unescape(following.group(1)) if following else ""
        pages += 1
    assert sorted(map(int, seen)) == list(range(200))
    assert pages >= 10


@pytest.mark.parametrize(("asked", "shown"), [("0", 1), ("-1", 1), ("x", 1), ("9" * 30, 1), ("9999", 11), ("²", 1)])
def test_a_page_that_is_not_there_is_the_nearest(
    sign_in: Callable[[str], Client], crowd: None, asked: str, shown: int
) -> None:
    answer = sign_in("priya").get("/en/challenges/", {"q": "name", "page": asked})
    assert f"Page {shown} of" in answer.content.decode()


@pytest.mark.parametrize("path", ["", "challenges/", "outcomes/", "measures/", "log/", "pilots/"])
def test_a_crawler_comes_to_an_end(sign_in: Callable[[str], Client], path: str) -> None:
    assert sign_in("").get(f"/en/{path}").status_code == 200
    assert sign_in("").get(f"/en/{path}", {"page": "10000"}).status_code == 404


def test_case_files_are_listed_for_whom_they_are_open(db: None) -> None:
    from mix.readers.case.challenge_lists import page_own_challenges
    from mix.readers.case.challenges import roles_in_each
    from mix.readers.city.people import actor_for
    from mix.rules.core.access import Permission, grants

    every = list(Challenge.objects.exclude(origin="history").select_related("municipality"))
    for person in Person.objects.filter(is_demo=True):
        actor = actor_for(person)
        roles = roles_in_each(every, actor)
        may = {c.code for c in every if actor.is_staff and grants(roles[c.pk], Permission.CASE_FILE_READ)}
        assert {c.code for c in page_own_challenges(actor, 1, needs=Permission.CASE_FILE_READ).rows} == may


@pytest.mark.parametrize(("reference", "offers"), [("WATER-LEAKS-RFSQ8", True), ("FLEET-VANS-RFP4", False)])
def test_a_notice_offers_an_answer_while_it_is_open(
    sign_in: Callable[[str], Client], reference: str, offers: bool
) -> None:
    page = sign_in("").get(f"/en/calls/{reference}/").content.decode()
    assert ("Answer this call" in page, "This call is over" in page) == (offers, not offers)


@pytest.mark.parametrize("key", ["shortlist", "sprint-agreements", "test-environment", "sprint-run", "sale", "execute"])
def test_a_step_that_has_only_just_begun_has_a_page(sign_in: Callable[[str], Client], key: str) -> None:
    """Nothing of its kind is there yet: no panel, no agreement, no award."""
    Step.objects.filter(challenge__code="water-leaks", key=key).update(state="active")
    for code in ("olivia", "priya", "audrey"):
        assert sign_in(code).get(f"/en/city/challenges/water-leaks/{key}/").status_code == 200


def test_planned_dates_are_said_as_days(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("").get("/fr/challenges/young-trees/").content.decode()
    planned = page[page.index("Dates prévues") :][:400]
    assert re.search(r"<span>[a-z]{3}\.\xa0\d{1,2}\xa0[a-zéû.]+\xa0\d{4}</span>", planned), planned


def test_an_evaluator_sees_what_waits_before_what_is_done(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("hugo").get("/en/evaluation/").content.decode()
    waiting, done = page.split('id="done"')
    assert "Knowing what lies under our streets" in waiting
    assert "Better information for better roads" in done
    assert "Better information for better roads" not in waiting
    page = sign_in("eva").get("/en/evaluation/").content.decode()
    waiting, done = page.split('id="done"')
    assert "Nothing now" in waiting
    assert "Knowing what lies under our streets" in done


@pytest.mark.parametrize("code", ["eva", "hugo"])
def test_what_is_done_costs_an_evaluator_nothing(sign_in: Callable[[str], Client], code: str) -> None:
    client = sign_in(code)
    client.get("/en/evaluation/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/evaluation/")
    assert len(queries) == {"eva": 4, "hugo": 8}[code]


def test_a_receipt_offers_what_can_still_be_done(sign_in: Callable[[str], Client]) -> None:
    from mix.data.models import SubmissionVersion

    def receipt(challenge: str, vendor: str, code: str) -> str:
        of = {"submission__solicitation__step__challenge__code": challenge, "submission__vendor__code": vendor}
        version = SubmissionVersion.objects.filter(submission__solicitation__step__key="invitation", **of).first()
        assert version
        return sign_in(code).get(f"/fr/vendor/receipts/{version.reference}/").content.decode()

    still_open, opened = receipt("water-leaks", "northlight", "nora"), receipt("under-our-streets", "releve", "remi")
    assert "Remplacer à partir de ma copie" in still_open
    assert "La suite" in still_open
    assert "Remplacer à partir de ma copie" not in opened
    assert "La suite" not in opened
    assert "octets" in opened
