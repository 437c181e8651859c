"""Who may open what: every member of the cast at every address, in three states of a challenge."""

import re
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mix.data.models import Agreement, Conversation, Letter, Opening, Person, Submission, SubmissionVersion
from mix.readers.market.sealing import FileFact, list_files

GUELPH_READS = {"priya", "sam", "olivia", "martin", "leah", "noor", "frank", "anita", "carl", "fiona", "audrey"}
LONDON = {"lena", "pat", "mona", "lou", "finn", "aida", "umar", "lucia"}
BARRIE = {"bea", "bo", "bruno", "bill", "bart", "basil", "ines"}
EVERYONE_AT_GUELPH = GUELPH_READS | {"ada", "stan", "eva", "ben", "chloe", "hugo"}
STAFF = EVERYONE_AT_GUELPH | LONDON | BARRIE
VENDORS = {"tess", "tom", "nora", "remi", "kim", "walt"}
ALL = STAFF | VENDORS | {"maya"}  # who sat on one panel, from outside


def opened_by(sign_in: Callable[[str], Client], url: str) -> set[str]:
    """Return who gets a page; everybody else must get 403 or 404, and the public must be sent to sign in."""
    got = set()
    for code in sorted(ALL):
        answer = sign_in(code).get(url)
        status = answer.status_code
        for close in answer._resource_closers if answer.streaming else ():
            close()
        assert status in (200, 302, 403, 404), (code, url, status)
        if status in (200, 302):
            got.add(code)
    public = sign_in("").get(url)
    assert (public.status_code, "/account/login/" in public.get("Location", "")) == (302, True), url
    return got


def test_the_cast_is_complete(db: None) -> None:
    assert set(Person.objects.values_list("code", flat=True)) == ALL


STATES = {
    # challenge → who may read it: its own cities' readers, and whoever works on challenges in a partner city
    "under-our-streets": GUELPH_READS | ((LONDON | BARRIE) - {"lucia", "ines", "umar"}),
    "water-leaks": GUELPH_READS,
    "guelph-roads-sprint": GUELPH_READS,
    "downtown-parking": GUELPH_READS,
}


@pytest.mark.parametrize("code", STATES)
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("city-step", ["invitation"]),
        ("city-versions", ["procurement-brief"]),
        ("city-document", ["commissioning", "docx"]),
        ("city-manage", []),
        ("city-log", []),
        ("city-policy", []),
    ],
)
def test_city_pages_of_a_challenge(sign_in: Callable[[str], Client], code: str, name: str, args: list[str]) -> None:
    assert opened_by(sign_in, reverse(name, args=[code, *args])) == STATES[code]


@pytest.mark.parametrize("code", sorted(set(STATES) - {"downtown-parking"}))  # which ended before it wrote a call
def test_what_a_call_asks_is_read_where_its_challenge_is(sign_in: Callable[[str], Client], code: str) -> None:
    for name in ("city-call-form", "city-call-publish"):
        assert opened_by(sign_in, reverse(name, args=[code, "invitation"])) == STATES[code]


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("city-desk", [], STAFF),
        ("city-needs", [], STAFF),
        ("city-waits", [], STAFF),
        ("city-search", [], STAFF),
        ("city-need-new", [], STAFF),
        ("city-challenges", [], STAFF),
        ("city-advice", [], STAFF),
        ("city-dates", [], STAFF),
        ("city-payments", [], {"frank", "finn", "bart"}),
        ("city-days", ["guelph"], {"martin"}),
        ("city-pilots", [], STAFF),
        ("city-pilot-new", [], STAFF),
        *(("city-pilot", [p], EVERYONE_AT_GUELPH) for p in ("binsense", "permitai", "leakears", "transcra")),
        ("city-need", ["N-LEAKS"], EVERYONE_AT_GUELPH),
        ("city-take-over", ["guelph-roads-sprint"], STAFF),
        ("city-join", ["water-leaks"], STAFF),
        ("city-challenge-new", [], {"priya", "olivia", "pat", "bo"}),
        (
            "city-settings",
            [],
            {"ada", "lucia", "ines", "martin", "mona", "bruno", "leah", "anita", "lou", "aida", "bill", "basil"}
            | {"priya", "olivia", "pat", "bo", "audrey"},
        ),
        ("city-staff", ["guelph"], {"ada", "martin", "anita", "audrey"}),
        ("city-mail", ["guelph"], {"ada", "martin", "olivia"}),
        ("city-departments", ["guelph"], {"ada", "martin"}),
        ("city-going-live", ["guelph"], EVERYONE_AT_GUELPH),
        ("city-authority", ["guelph"], {"martin", "leah", "anita"}),
        ("city-bylaw", ["guelph"], {"martin", "leah", "anita", "audrey"}),
        ("city-rules", ["guelph"], {"martin", "leah", "anita", "audrey"}),
        ("city-variants", ["guelph"], {"priya", "olivia", "martin", "leah"}),
        ("city-template", ["guelph"], {"priya", "olivia", "martin", "leah"}),
        ("city-recovery", ["guelph"], {"martin"}),
        ("city-custody", ["WATER-LEAKS-RFSQ8"], {"priya", "olivia", "martin"}),
        ("evaluator-home", [], STAFF),
        ("evaluator-evaluation", ["under-our-streets", "shortlist"], {"hugo", "eva", "chloe", "umar"}),
        ("evaluator-declare", ["under-our-streets", "shortlist"], {"hugo", "eva", "chloe", "umar"}),
        ("evaluator-consensus", ["under-our-streets", "shortlist"], set()),
        ("evaluator-consensus", ["guelph-roads-sprint", "select-winner"], {"hugo", "eva", "chloe"}),
        ("evaluator-across", ["under-our-streets", "shortlist", "fit"], {"hugo", "eva", "chloe", "umar"}),
        (
            "oversight-home",
            [],
            {"olivia", "martin", "anita", "carl", "fiona", "audrey", "pat", "mona", "aida", "bo", "bruno", "basil"},
        ),
        ("oversight-case", ["guelph-roads-sprint"], {"olivia", "martin", "anita", "carl", "fiona", "audrey"}),
        ("oversight-bundle", ["guelph-roads-sprint"], {"olivia", "martin", "anita", "carl", "fiona", "audrey"}),
        ("oversight-log", ["guelph-roads-sprint"], {"olivia", "martin", "anita", "carl", "fiona", "audrey"}),
        (
            "oversight-evaluation",
            ["guelph-roads-sprint", "select-winner"],
            {"olivia", "martin", "anita", "carl", "fiona", "audrey"},
        ),
        (
            "oversight-case",
            ["under-our-streets"],
            {"olivia", "martin", "anita", "carl", "fiona", "audrey", "pat", "mona", "aida", "bo", "bruno", "basil"},
        ),
        ("oversight-evaluation", ["under-our-streets", "shortlist"], set()),
        ("vendor-team", ["tamarack"], {"tess", "tom"}),
        ("vendor-sprint", ["guelph-roads-sprint", "test-environment"], {"tess", "tom", "nora", "remi"}),
        ("vendor-sprint", ["bins-that-tell", "exploration"], {"tess", "tom", "nora"}),
        ("vendor-sprint", ["bins-that-tell", "accelerator"], {"tess", "tom"}),
        ("vendor-home", [], ALL),
        ("vendor-results", [], ALL),
        ("vendor-register", [], ALL),
        ("vendor-trials", [], ALL),
        ("home-of-person", [], ALL),
        ("account", [], ALL),
        ("sessions", [], ALL),
        ("own-dates", [], ALL),
        ("own-follows", [], ALL),
    ],
)
def test_pages_by_role(sign_in: Callable[[str], Client], name: str, args: list[str], expected: set[str]) -> None:
    assert opened_by(sign_in, reverse(name, args=args)) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("vendor-submission", "vendor-files", "vendor-price", "vendor-check", "vendor-export", "vendor-export-pdf"),
        *("vendor-copy", "vendor-drafts"),
    ],
)
@pytest.mark.parametrize("code", ["water-leaks", "guelph-roads-sprint"])
def test_a_submission_is_its_own_vendors_alone(sign_in: Callable[[str], Client], name: str, code: str) -> None:
    submission = Submission.objects.get(
        solicitation__step__challenge__code=code, solicitation__step__key="invitation", vendor__code="northlight"
    )
    assert opened_by(sign_in, reverse(name, args=[submission.code])) == {"nora"}


def test_acts_of_opening_and_sealed_envelopes(sign_in: Callable[[str], Client], db: None) -> None:
    opening = Opening.objects.filter(solicitation__step__challenge__code="under-our-streets").latest("id")
    reference = opening.solicitation.reference
    assert opened_by(sign_in, reverse("city-opening", args=[reference, opening.code])) == {"priya", "olivia", "martin"}
    assert opened_by(sign_in, reverse("city-envelopes", args=[reference])) == {"olivia", "martin"}


def test_what_is_written_together_is_its_vendors_and_of_those_who_work_on_it(
    sign_in: Callable[[str], Client], db: None
) -> None:
    found = Conversation.objects.get(step__challenge__code="guelph-roads-sprint", vendor__code="releve")
    reads = {"priya", "sam", "olivia", "martin", "leah", "noor", "fiona", "audrey"}
    assert opened_by(sign_in, reverse("city-conversation", args=["guelph-roads-sprint", found.code])) == reads
    for name in ("vendor-conversation", "vendor-conversation-write"):
        assert opened_by(sign_in, reverse(name, args=[found.code])) == {"remi"}


def test_receipts_letters_and_agreements_are_their_vendors_alone(sign_in: Callable[[str], Client], db: None) -> None:
    version = SubmissionVersion.objects.filter(submission__vendor__code="releve").first()
    letter = Letter.objects.filter(vendor__code="releve").first()
    agreement = Agreement.objects.filter(vendor__code="releve").first()
    assert version
    assert letter
    assert agreement
    for name, key in (
        ("vendor-receipt", version.reference),
        ("vendor-again", version.submission.code),
        ("vendor-receipt-json", version.reference),
        ("vendor-letter", letter.pk),
        ("vendor-letter-pdf", letter.pk),
        ("vendor-agreement", agreement.code),
    ):
        assert opened_by(sign_in, reverse(name, args=[key])) == {"remi"}


def test_a_receipt_as_pdf_is_tagged_and_its_vendors_alone(sign_in: Callable[[str], Client], db: None) -> None:
    version = SubmissionVersion.objects.filter(submission__vendor__code="releve").first()
    assert version
    url = reverse("vendor-receipt-pdf", args=[version.reference])
    for code in ("kim", "olivia", "audrey"):
        assert sign_in(code).get(url).status_code in (403, 404)
    answer = sign_in("remi").get(url)
    try:
        import weasyprint  # noqa: F401 - only asked whether this system can
    except OSError:
        assert answer.status_code == 409
        assert "libpango" in answer.content.decode()
    else:
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
        inside = b"".join(
            zlib.decompress(part) for part in re.findall(rb"stream\n(x.+?)\nendstream", answer.content, re.DOTALL)
        )
        assert b"/StructTreeRoot" in inside
        assert b"pdfuaid" in inside


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_digit_of_a_receipt_is_on_the_paper(
    sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    weasyprint = pytest.importorskip("weasyprint", exc_type=OSError)
    version = SubmissionVersion.objects.filter(submission__vendor__code="releve").latest("id")
    long = FileFact("x", "technical", "m" * 146 + ".pdf", 5, "f" * 64, "e" * 64, version.received_at, "5" * 32)
    monkeypatch.setattr("mix.web.suppliers.receipts.own_files", lambda *_, **__: {"technical": [long]})
    drawn: list[Any] = []

    def write(html: Any, **given: Any) -> bytes:
        drawn.append((html, html.render(stylesheets=given["stylesheets"])))
        return b""

    monkeypatch.setattr(weasyprint.HTML, "write_pdf", write)
    with translation.override(language):
        assert sign_in("remi").get(reverse("vendor-receipt-pdf", args=[version.reference])).status_code == 200
    ((html, paper),) = drawn
    assert html.etree_element.get("lang") == f"{language}-CA"
    boxes = [box for page in paper.pages for box in page._page_box.descendants() if getattr(box, "text", "")]
    text = "".join(box.text for box in boxes).replace(" ", "")
    assert "f" * 64 in text
    assert all(f.commitment in text for f in version.statement.envelopes)
    assert version.submission.vendor.name.replace(" ", "") in text
    right = max(box.position_x + box.width for box in boxes)
    assert right <= paper.pages[0].width - 60  # CSS pixels: 18 mm of margin are 68


@pytest.mark.parametrize(
    ("vendor", "scores"), [("releve", {"hugo", "eva", "chloe", "umar"}), ("kestrel", {"hugo", "eva", "chloe"})]
)
def test_a_declared_conflict_closes_that_vendors_sheet(
    sign_in: Callable[[str], Client], vendor: str, scores: set[str]
) -> None:
    submission = Submission.objects.get(
        solicitation__step__challenge__code="under-our-streets",
        solicitation__step__key="invitation",
        vendor__code=vendor,
    )
    letters = dict(submission.labels.values_list("member__person__code", "label"))
    assert set(letters) == scores - {"chloe"}  # she has not declared, and is led to where she does
    for code in ("hugo", "eva", "umar"):
        url = reverse("evaluator-score", args=["under-our-streets", "shortlist", letters.get(code, "D")])
        assert (sign_in(code).get(url).status_code == 200) == (code in scores), code


def test_opened_files_are_for_the_city_and_the_panel(sign_in: Callable[[str], Client], db: None) -> None:
    submission = Submission.objects.get(
        solicitation__step__challenge__code="under-our-streets",
        solicitation__step__key="invitation",
        vendor__code="releve",
    )
    file = list_files(submission)[0].code
    url = reverse("city-file", args=["under-our-streets", submission.code, file])
    # Whoever has a seat reads it on the evaluator's pages alone, where conflicts hide what they must.
    assert opened_by(sign_in, url) == {"priya", "olivia", "martin", "fiona", "pat", "mona", "bo", "bruno"}
    letters = dict(submission.labels.values_list("member__person__code", "label"))
    opened = set()
    for code, letter in letters.items():  # Chloé has a seat and has not declared yet: to her nothing has a letter
        seat = reverse("evaluator-file", args=["under-our-streets", "shortlist", letter, file])
        assert code in opened_by(sign_in, seat) <= set(letters)
        opened.add(code)
    assert opened == {"hugo", "eva", "umar"}


def test_sealed_files_are_for_nobody(sign_in: Callable[[str], Client], db: None) -> None:
    submission = Submission.objects.get(
        solicitation__step__challenge__code="water-leaks",
        solicitation__step__key="invitation",
        vendor__code="northlight",
    )
    file = list_files(submission)[0].code
    assert opened_by(sign_in, reverse("city-file", args=["water-leaks", submission.code, file])) == set()


PUBLIC_PAGES: list[tuple[str, list[Any]]] = [
    ("public-home", []),
    ("public-challenges", []),
    ("public-challenge", ["guelph-roads-sprint"]),
    ("public-challenge", ["guelph-parking-2016"]),
    ("public-engagement", ["guelph-roads-sprint", "reverse-trade-show"]),
    ("public-outcomes", []),
    ("public-outcomes-table", []),
    ("public-pilots", []),
    ("public-pilot", ["crossing"]),
    ("public-disclosure", ["young-trees", "disclosure"]),
    ("public-how", []),
    ("public-measures", []),
    ("public-measures-table", []),
    ("public-log", []),
    ("public-accessibility", []),
    ("public-privacy", []),
    ("demo-cards", []),
    ("demo-outbox", []),
]


@pytest.mark.parametrize(("name", "args"), PUBLIC_PAGES)
@pytest.mark.parametrize("code", ["", "tess", "priya", "audrey"])
def test_public_pages_are_for_everybody(
    sign_in: Callable[[str], Client], name: str, args: list[Any], code: str
) -> None:
    assert sign_in(code).get(reverse(name, args=args)).status_code == 200


def test_a_need_of_another_city_is_not_to_be_known(sign_in: Callable[[str], Client]) -> None:
    assert sign_in("lena").get(reverse("city-need", args=["N-LEAKS"])).status_code == 404


def test_demonstration_doors_are_shut_elsewhere(sign_in: Callable[[str], Client], settings: Any) -> None:
    settings.DEMO = False
    client = sign_in("")
    assert [
        client.get(reverse("demo-cards")).status_code,
        client.get(reverse("demo-outbox")).status_code,
        client.post(reverse("demo-sign-in", args=["priya"])).status_code,
    ] == [404, 404, 404]
    # A person with a duty and no second factor gets no further than setting one up; without a password, a passkey.
    assert sign_in("priya").get(reverse("city-desk")).headers["Location"].endswith("/account/2fa/webauthn/add/")
    Person.objects.filter(code="priya").update(password="a hash")
    assert sign_in("priya").get(reverse("city-desk")).headers["Location"].endswith("/account/2fa/")
