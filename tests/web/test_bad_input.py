"""Bad input through the pages: a clear answer, and nothing lost."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.forms import Form
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from mix.data.models import (
    Challenge,
    Engagement,
    Message,
    Municipality,
    Need,
    Registration,
    Solicitation,
    Step,
    Submission,
    Vendor,
)
from mix.readers.market.sealing import list_files, read_draft
from mix.web.drawing import requests
from mix.web.entry.forms import SignUp
from mix.web.forms import fields
from mix.web.frame.middleware import ClockMiddleware
from tests.web.reading import compared, entered, finalising_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Submission:
    return Submission.objects.select_related("vendor", "solicitation").get(
        solicitation__step__challenge__code="water-leaks", solicitation__step__key="invitation", vendor__code="tamarack"
    )


def test_a_signed_out_post_keeps_its_text(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("")
    url = reverse("city-step", args=["downtown-parking-2", "commissioning"])
    answer = client.post(url, {"act": "save", "version": "1", "users": "Typed while signed out"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/en/account/login/?next={url}")
    client.post(reverse("demo-sign-in", args=["priya"]))
    page = client.get(url).content.decode()
    assert "Your text is back." in page
    assert "Typed while signed out" in page
    assert "Typed while signed out" not in client.get(url).content.decode()


def test_a_signed_out_form_keeps_its_text(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("")
    url = reverse("city-need-new")
    client.post(url, {"act": "report", "title": "Rust", "what": "Typed while signed out"})
    client.post(reverse("demo-sign-in", args=["stan"]))
    page = client.get(url).content.decode()
    assert ("Your text is back." in page, "Typed while signed out" in page) == (True, True)
    assert not Need.objects.filter(title="Rust").exists()


def test_a_signed_out_form_with_a_file_keeps_its_text(sign_in: Callable[[str], Client]) -> None:
    client, url = sign_in(""), reverse("city-step", args=["water-leaks", "invitation"])
    file = SimpleUploadedFile("mains.txt", b"Mains")
    client.post(url, {"act": "document", "title": "Typed beside a file", "body": "Or this text", "file": file})
    client.post(reverse("demo-sign-in", args=["olivia"]))
    page = client.get(url).content.decode()
    assert ("Your text is back." in page, "Typed beside a file" in page, "Or this text" in page) == (True,) * 3


def test_two_tabs_on_one_document_show_both_texts(sign_in: Callable[[str], Client]) -> None:
    url = reverse("city-step", args=["downtown-parking-2", "commissioning"])
    data = {"act": "save", "version": "1", "users": "From the first tab"}
    assert sign_in("priya").post(url, data).status_code == 302
    second = sign_in("olivia").post(url, {**data, "users": "From the second tab"})
    page = second.content.decode()
    assert second.status_code == 422
    assert ("From the second tab" in page, "Priya Nair saved version 2" in page) == (True, True)
    assert compared(page)[1:3] == [("gone", "first"), ("new", "second")]
    assert entered(page, "version") == "2"


def test_what_cannot_be_read_is_said_beside_its_field(sign_in: Callable[[str], Client]) -> None:
    url = reverse("city-step", args=["downtown-parking-2", "commissioning"])
    answer = sign_in("priya").post(
        url, {"act": "save", "version": "1", "users": "Kept", "sprint_budget": "a lot", "hours_per_week": "many"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("“a lot” is not an amount. Write it as 12,500.00") == 2
    assert ("“many” is not a number" in page, "Kept" in page, 'value="a lot"' in page) == (True, True, True)


def test_a_refused_move_links_to_what_is_missing(sign_in: Callable[[str], Client]) -> None:
    url = reverse("city-step", args=["downtown-parking-2", "commissioning"])
    sign_in("priya").post(url, {"act": "save", "version": "1"})
    answer = sign_in("priya").post(url, {"act": "ask"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#f-evidence">Answer “The problem and its evidence”</a>' in page
    assert "This was not done. 16 things stand in the way." in page


@pytest.mark.parametrize("act", ["", "nothing", "sign", "open_technical"])
def test_an_act_that_the_page_does_not_offer_is_not_found(sign_in: Callable[[str], Client], act: str) -> None:
    url = reverse("city-step", args=["water-leaks", "invitation"])
    assert sign_in("priya").post(url, {"act": act}).status_code == 404


@pytest.mark.parametrize("item", ["9", "first", "²", ""])
def test_an_addendum_that_is_not_there_is_not_confirmed(
    sign_in: Callable[[str], Client], draft: Submission, item: str
) -> None:
    answer = sign_in("tess").post(reverse("vendor-check", args=[draft.code]), {"act": "confirm", "item": item})
    assert answer.status_code == (404 if item else 422)


def send(client: Client, draft: Submission, name: str, content: bytes, envelope: str = "technical") -> Any:
    return client.post(
        reverse("vendor-files", args=[draft.code], query={"envelope": envelope}),
        {"file": SimpleUploadedFile(name, content)},
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.pdf", b"MZ\x90\x00 this is a program", "What is in “plan.pdf” is not what its name says"),
        ("plan.docx", b"\x7fELF", "What is in “plan.docx” is not what its name says"),
        ("table.csv", b"a,b\x00,c", "What is in “table.csv” is not what its name says"),
        ("table.csv", b"\xff\xfea\0,\0b\0", "“table.csv” is written in UTF-16"),
        ("plan.exe", b"MZ\x90\x00", "“plan.exe” is of a kind that is not taken here"),
        ("page.html", b"<script>alert(1)</script>", "“page.html” is of a kind that is not taken here"),
        ("film.mp4", b"MZ\x90\x00 this is a program", "What is in “film.mp4” is not what its name says"),
        ("map.geojson", b"PK\x03\x04", "What is in “map.geojson” is not what its name says"),
        ("data.zip", b"PK\x03\x04\x14\x00\x09\x00", "“data.zip” is protected by a password"),
        ("plan.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "“plan.docx” is protected by a password"),
        ("photo.heic", b"\0\0\0 ftypheic", "“photo.heic” is of a kind that is not taken here"),
        ("noending", b"x", "The name “noending” does not end in a kind of file"),
    ],
)
def test_a_file_that_is_not_taken_is_told_why(
    sign_in: Callable[[str], Client], draft: Submission, name: str, content: bytes, said: str
) -> None:
    answer = send(sign_in("tess"), draft, name, content)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert list_files(draft) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.odt", b"PK\x03\x04\x14\x00\x00\x00"),
        ("data.zip", b"PK\x03\x04\x14\x00\x08\x00"),
        ("film.mp4", b"\x00\x00\x00\x20ftypisom"),
        ("film.webm", b"\x1aE\xdf\xa3"),
        ("map.geojson", '\ufeff{"type": "FeatureCollection"}'.encode()),
        ("map.gpkg", b"SQLite format 3\x00"),
    ],
)
def test_what_pilots_measure_film_and_map_is_taken(
    sign_in: Callable[[str], Client], draft: Submission, name: str, content: bytes
) -> None:
    assert send(sign_in("tess"), draft, name, content).status_code == 302
    assert [f.name for f in list_files(draft)] == [name]


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_file_that_names_its_author_or_is_encrypted_is_told_before_it_is_sealed(
    sign_in: Callable[[str], Client], draft: Submission, *, is_whole: bool
) -> None:
    """The panel of this call scores without names."""
    client, content = sign_in("tess"), b"%PDF-1.7\n<< /Author (Nora Berg) >>\ntrailer << /Encrypt 5 0 R >>\n"
    if is_whole:
        send(client, draft, "plan.pdf", content)
    else:
        base = f"/en/vendor/submissions/{draft.code}/uploads/"
        upload = client.post(base, {"name": "plan.pdf", "size": len(content)}).json()["upload"]
        for start in (0, 20):
            part = content[start : start + 20] if start == 0 else content[start:]
            client.post(f"{base}{upload}/?start={start}", part, content_type="application/octet-stream")
        client.post(f"{base}{upload}/finish/")
    for name in ("vendor-files", "vendor-check"):
        page = client.get(reverse(name, args=[draft.code])).content.decode()
        assert "Its properties name Nora Berg, and the panel scores without names." in page
        assert "It is encrypted." in page
    send(client, draft, "plain.txt", b"Author: nobody")
    assert client.get(reverse("vendor-files", args=[draft.code])).content.decode().count("Its properties name") == 1


def test_a_file_that_is_too_large_gets_413_and_keeps_the_rest(
    sign_in: Callable[[str], Client], draft: Submission, settings: Any
) -> None:
    settings.SEALED_FILE_LIMIT = 1000
    client = sign_in("tess")
    assert send(client, draft, "small.txt", b"a" * 900).status_code == 302
    answer = send(client, draft, "large.txt", b"a" * 2_000_000)
    assert answer.status_code == 413
    assert "This file is too large" in answer.content.decode()
    assert [f.name for f in list_files(draft)] == ["small.txt"]
    assert read_draft(draft)["team"] == "Three people, one of them a plumber"


def test_a_submission_that_grows_too_large_keeps_what_it_has(
    sign_in: Callable[[str], Client], draft: Submission, settings: Any
) -> None:
    settings.SEALED_SUBMISSION_LIMIT = 1000
    client = sign_in("tess")
    send(client, draft, "one.txt", b"a" * 900)
    answer = send(client, draft, "two.txt", b"a" * 900)
    assert answer.status_code == 422
    assert [f.name for f in list_files(draft)] == ["one.txt"]


def test_an_empty_file_is_refused(sign_in: Callable[[str], Client], draft: Submission) -> None:
    assert send(sign_in("tess"), draft, "empty.txt", b"").status_code == 422
    assert list_files(draft) == []


def test_an_upload_without_its_token_is_refused(sign_in: Callable[[str], Client], draft: Submission) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        sign_in("tess").session and draft.vendor.members.get(person__code="tess").person,
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert send(client, draft, "a.txt", b"a").status_code == 403
    assert list_files(draft) == []


def test_a_file_name_is_only_a_name(sign_in: Callable[[str], Client], draft: Submission) -> None:
    send(sign_in("tess"), draft, "../../../etc/passwd.txt", b"a")
    assert [f.name for f in list_files(draft)] == ["passwd.txt"]


def test_a_submission_one_second_late_gets_409_with_both_times(
    sign_in: Callable[[str], Client], draft: Submission, now: Any
) -> None:
    client = sign_in("tess")
    Solicitation.objects.filter(pk=draft.solicitation_id).update(
        closes_at=now - timedelta(seconds=1), zone="America/St_Johns"
    )
    answer = client.post(reverse("vendor-check", args=[draft.code]), {"act": "finalise", "retry": "k", "bind": "on"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert ("This came after closing" in page, "Received" in page, "Closed" in page) == (True, True, True)
    assert ":30)" in page, "the clock is that of the city of the call"
    assert not draft.versions.exists()


def test_a_double_click_makes_one_version(sign_in: Callable[[str], Client], draft: Submission) -> None:
    client = sign_in("tess")
    answers = {
        "legal_status": "c",
        "team": "t",
        "approach": "a",
        "newness": "n",
        "business": "b",
        "insurance": "yes",
        "conflicts": "none",
    }
    draft_number = {"draft": str(Submission.objects.get(pk=draft.pk).draft_version)}
    assert client.post(reverse("vendor-submission", args=[draft.code]), {**answers, **draft_number}).status_code == 302
    url = reverse("vendor-check", args=[draft.code])
    post = finalising_form(client.get(url).content.decode())
    first, second = (client.post(url, post).headers["Location"] for _ in range(2))
    assert (first, draft.versions.count()) == (second, 1)


# What names a clock of its own: read as this page's it would be another instant than was typed.
CLOCKS = ("2027-01-14T14:00Z", "2027-01-14 14:00+09:00", "0001-01-01T00:00", "9999-12-31T23:59")


@pytest.mark.parametrize("wall", ["2026-11-01T01:30", "2027-03-14T02:30", "soon", "2027-13-40 99:99", *CLOCKS])
def test_a_closing_that_is_no_one_instant_is_refused(sign_in: Callable[[str], Client], wall: str, now: Any) -> None:
    place = Challenge.objects.get(code="downtown-parking-2").steps.get(key="expression-of-interests")
    place.state, place.started_at = "active", now
    place.save()
    url = reverse("city-step", args=["downtown-parking-2", place.key])
    data = {
        "act": "draft",
        "body": "Kept",
        "closes_at": wall,
        "questions_until": "2027-01-02T12:00",
        "contact": "c",
        "purchase_most_cents": "1",
    }
    answer = sign_in("olivia").post(url, data)
    assert answer.status_code == 422
    assert "Kept" in answer.content.decode()
    assert not place.solicitations.exists()


def test_registering_twice_is_once(sign_in: Callable[[str], Client], now: datetime) -> None:
    Challenge.objects.filter(code="downtown-parking").update(status="running")
    Step.objects.filter(challenge__code="downtown-parking", key="market-engagement").update(state="active")
    Engagement.objects.update(starts_at=now + timedelta(days=2), held_at=None)
    url = reverse("public-engagement", args=["downtown-parking", "market-engagement"])
    for _ in range(2):
        answer = sign_in("").post(url, {"act": "register", "name": "A", "organization": "B", "email": "a@example.org"})
        assert answer.status_code == 302
    assert Registration.objects.filter(email="a@example.org").count() == 1


@pytest.mark.parametrize("url", ["/en/challenges/?q=%00", "/en/invitation/%00/", "/en/calls/a%00b/"])
def test_a_nul_names_nothing(sign_in: Callable[[str], Client], url: str) -> None:
    assert sign_in("stan").get(url).status_code == 404


@pytest.mark.parametrize("page", ["/en/challenges/none/", "/en/calls/NONE/", "/en/nothing/", "/en/documents/x/"])
def test_what_is_not_there_is_said_kindly(sign_in: Callable[[str], Client], page: str) -> None:
    answer = sign_in("tess").get(page)
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.parametrize("query", ["?q=" + "x" * 5000, "?city=%27--", "?status=<script>"])
def test_search_survives_anything(sign_in: Callable[[str], Client], query: str) -> None:
    answer = sign_in("").get(f"/en/challenges/{query}")
    assert answer.status_code == 200
    assert b"<script>" not in answer.content.replace(b'<script type="module"', b"")


def test_text_with_markup_stays_text(sign_in: Callable[[str], Client]) -> None:
    url = reverse("city-need-new")
    client = sign_in("stan")
    department = Need.objects.get(code="N-TREES").department_id
    client.post(
        url,
        {
            "act": "report",
            "department": department,
            "title": "<b onmouseover=x>T",
            "what": "<script>1</script>",
            "who": "w",
        },
    )
    need = Need.objects.get(title__startswith="<b")
    page = client.get(reverse("city-need", args=[need.code])).content.decode()
    assert ("<script>1" in page, "&lt;script&gt;1" in page) == (False, True)


def test_large_posts_are_refused_before_they_are_read(sign_in: Callable[[str], Client]) -> None:
    body = BytesIO(b"what=" + b"a" * 6_000_000)
    answer = sign_in("stan").post(
        reverse("city-need-new"), body.read(), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (400, 413)


@pytest.fixture
def published() -> Solicitation:
    return Solicitation.objects.get(step__challenge__code="water-leaks", step__key="invitation")


def add_document(client: Client, name: str, content: bytes) -> Any:
    return client.post(
        reverse("city-step", args=["water-leaks", "invitation"]),
        {"act": "document", "title": "Map of the mains", "file": SimpleUploadedFile(name, content)},
    )


def test_a_document_of_a_call_is_fetched_as_it_was_sent(
    sign_in: Callable[[str], Client], published: Solicitation
) -> None:
    client = sign_in("olivia")
    assert add_document(client, "mains.pdf", b"%PDF-1.7 first").status_code == 302
    assert add_document(client, "mains.pdf", b"%PDF-1.7 second").status_code == 302
    document = published.documents.get(title="Map of the mains", replaced_at=None)
    fetched = sign_in("").get(reverse("public-document", args=[document.code]))
    assert b"".join(fetched.streaming_content) == b"%PDF-1.7 second"
    assert (document.version, document.name) == (2, "mains.pdf")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mains.pdf", b"MZ a program", "is not what its name says"),
        ("mains.pdf", b"", "empty"),
        ("mains.txt", b"a" * 900, "is larger than"),
    ],
)
def test_a_wrong_document_is_refused_and_its_title_kept(
    sign_in: Callable[[str], Client], published: Solicitation, settings: Any, name: str, content: bytes, said: str
) -> None:
    settings.PUBLIC_FILE_LIMIT = 800
    answer = add_document(sign_in("olivia"), name, content)
    page = answer.content.decode()
    assert (answer.status_code, said in page, "Map of the mains" in page) == (422, True, True)
    assert not published.documents.filter(title="Map of the mains").exists()


@pytest.mark.parametrize(("zone", "utc"), [("America/Toronto", "18:30"), ("America/St_Johns", "17:00")])
def test_a_time_is_read_and_shown_on_the_clock_of_the_city(
    sign_in: Callable[[str], Client], zone: str, utc: str
) -> None:
    Municipality.objects.filter(code="guelph").update(zone=zone)
    client = sign_in("olivia")
    url = reverse("city-step", args=["downtown-parking-2", "market-engagement"])
    Step.objects.filter(challenge__code="downtown-parking-2", key="market-engagement").update(state="active")
    given = {"act": "plan", "title": "Parking", "place": "Online", "starts_at": "2027-01-14T13:30"}
    assert client.post(url, given).status_code == 302
    event = Engagement.objects.get(step__challenge__code="downtown-parking-2", title="Parking")
    assert event.starts_at == datetime.fromisoformat(f"2027-01-14T{utc}+00:00")
    assert "13:30" in client.get(url).content.decode()


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_form_is_stamped_when_its_last_byte_was_read(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    order = []

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            order.append("read")
            return super().read(size)

    monkeypatch.setattr(requests, "read_clock", lambda: order.append("clock"))
    body = Slow(b"act=finalise")
    request = WSGIRequest({"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "CONTENT_LENGTH": "12", "wsgi.input": body})
    ClockMiddleware(lambda _request: HttpResponse())(request)
    # Once for the first byte, which the receipt names, and once for the last, which counts.
    assert (order[0], order[1], order[-1], order.count("clock")) == ("clock", "read", "clock", 2)


def test_a_form_that_comes_as_multipart_is_stamped_after_it_was_read(
    sign_in: Callable[[str], Client], draft: Submission, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever begins before closing and ends after it is late, however the form is sent."""
    client = sign_in("tess")
    Solicitation.objects.filter(pk=draft.solicitation_id).update(closes_at=now)
    stamps = iter([now - timedelta(seconds=1), now + timedelta(seconds=1)])
    monkeypatch.setattr(requests, "read_clock", lambda: next(stamps))
    given = {"act": "finalise", "retry": "k", "bind": "on"}
    answer = client.post(reverse("vendor-check", args=[draft.code]), given)  # the test client sends multipart
    assert answer.status_code == 409
    assert not draft.versions.exists()


def test_a_form_that_is_too_large_is_refused(sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("priya").post(
        reverse("city-need-new"), "what=" + "a" * 6_000_000, content_type="application/x-www-form-urlencoded"
    )
    page = answer.content.decode()
    assert (answer.status_code, "Nothing was saved" in page, "Rien n’a été enregistré" in page) == (413, True, True)


def test_a_long_title_begins_a_challenge_and_tells_its_reporter(sign_in: Callable[[str], Client]) -> None:
    form = {
        "act": "begin",
        "city": "guelph",
        "title": "Better information for better roads in and around the city",
        "title_fr": "De meilleurs renseignements pour de meilleures routes",
        "question": "How?",
        "question_fr": "Comment?",
        "way": "sprint:innovation_partnership",
        "route_reason": "Funded.",
        "share_barrie": "",
        "share_london": "",
        "pilot": "",
        "need": "N-TREES",
    }
    begun = sign_in("priya").post("/en/city/challenges/new/", form)
    assert begun.status_code == 302
    code = begun.headers["Location"].split("/")[-2]
    assert len(code) > 50
    assert Message.objects.filter(challenge=code, to_name="Stan Kowalski").exists()
    assert sign_in("priya").get(f"/en/city/challenges/{code}/commissioning/").status_code == 200


MAKERS = {
    "line": lambda: fields.line("x"),
    "email": lambda: fields.email("x"),
    "hidden": fields.hidden,
    "link": lambda: fields.link("x"),
    "money": lambda: fields.money("x"),
    "moment": lambda: fields.moment("x"),
    "decimal": lambda: fields.decimal("x"),
    "number": lambda: fields.number("x"),
    "day": lambda: fields.day("x"),
    "name": lambda: SignUp.base_fields["name"],
}
ONE_LINE = {
    "email": '"a{}b"@example.org',
    "link": "https://example.org/{}x",
    "money": "12{}500",
    "moment": "2027-01-14{}14:00",
    "decimal": "1{}2",
    "number": "1{}2",
    "day": "2027-01{}-14",
}


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\t", "\x01", "\x7f", "\x85", "\u2028"])
@pytest.mark.parametrize("maker", MAKERS)
def test_no_field_of_one_line_takes_a_control_character(maker: str, break_: str) -> None:
    form = Form({"x": ONE_LINE.get(maker, "Acme{}Corp").format(break_)})
    form.fields["x"] = MAKERS[maker]()
    assert "x" in form.errors


def test_a_name_with_a_line_break_is_refused_and_stays_in_the_form(sign_in: Callable[[str], Client]) -> None:
    typed = {"act": "register", "name": "Evil\r\nBcc: x@y.z", "size": "small", "place": "Guelph", "capability": "x"}
    page = sign_in("tess").post(reverse("vendor-register"), typed)
    assert page.status_code == 422
    assert "Write this on one line, without line breaks or tabs" in page.content.decode()
    assert "Bcc: x@y.z" in page.content.decode()
    assert not Vendor.objects.filter(name__contains="Bcc").exists()
    french = sign_in("tess").post("/fr/vendor/register/", typed)
    assert "Écrivez ceci sur une seule ligne" in french.content.decode()
    sign_in("tess").post(reverse("vendor-register"), {**typed, "name": "Bcc Limited"})
    assert Vendor.objects.filter(name="Bcc Limited").exists()


def test_an_act_that_was_refused_stands_open_and_says_why(sign_in: Callable[[str], Client]) -> None:
    """It is folded away until somebody wants it; what was wrong with it must not be folded away with it."""
    url = "/en/city/needs/N-TREES/"
    client = sign_in("priya")
    assert "<details open" not in client.get(url).content.decode()
    answer = client.post(url, {"act": "decline", "reason": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("<details open") == 1
    assert "This was not saved. One field needs another look." in page
    assert '<a href="#id_reason">Reason: This field is required.</a>' in page
    assert 'id="id_reason"' in page[page.index("<details open") :]


def test_one_act_of_many_rows_stands_open(sign_in: Callable[[str], Client]) -> None:
    url = "/en/city/settings/guelph/staff/"
    client = sign_in("ada")
    ends = re.findall(r'name="item" value="(\d+)"', client.get(url).content.decode())
    page = client.post(url, {"act": "end", "item": ends[0], "reason": ""}).content.decode()
    assert page.count("<details open") == 1


def test_nobody_registers_for_what_has_begun_or_will_not_be(sign_in: Callable[[str], Client], now: datetime) -> None:
    event = Engagement.objects.filter(step__challenge__code="downtown-parking").get()
    url = f"/en/challenges/downtown-parking/events/{event.step.key}/"
    page = sign_in("").get(url).content.decode()
    assert ('value="register"' in page, "Nobody can register any more." in page) == (False, True)
    Challenge.objects.filter(code="downtown-parking").update(status="running")
    Engagement.objects.update(starts_at=now + timedelta(days=2), held_at=None)
    assert 'value="register"' in sign_in("").get(url).content.decode()
    Engagement.objects.update(starts_at=now - timedelta(minutes=1))
    assert 'value="register"' not in sign_in("").get(url).content.decode()
    typed = {"act": "register", "name": "A", "organization": "B", "email": "a@example.org"}
    answer = sign_in("").post(url, typed)  # the page was open since before
    assert (answer.status_code, "Registration is closed" in answer.content.decode()) == (422, True)
