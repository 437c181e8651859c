"""A language that nobody wrote: each text of the catalogue in brackets, so that what is in no catalogue stands bare."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.apps import apps
from django.test import Client

from mix.actions.core.outbox import tell
from mix.data.asked import Asked
from mix.data.models import Challenge, Department, Message, Person
from mix.phrases import speaking
from mix.readers.case.challenge_lists import page_public_challenges
from mix.rules.core.fields import Wording

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
MADE = "eo"  # a language that Django and Babel know and this program does not
MARK_IN_TEXT = re.compile(r'="[^"<>]*<span|<(?:title|option|textarea)\b[^>]*>[^<]*<span')  # no element may stand there
SPOKEN = {"aria-label", "placeholder", "title", "alt"}  # attributes that stand for text
# Names and marks that are written the same in every language, and those of days and months, which Babel says.
ANYWHERE = """MIX PDF Word UTC EST EDT CAD English Français Esperanto
Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday
Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec
January February March April June July August September October November December"""


@pytest.fixture
def third_language(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a language as an operator would: one entry in the settings and one catalogue."""
    made = Catalog(locale=MADE)
    with Path(speaking.LOCALE, "fr/LC_MESSAGES/django.po").open("rb") as file:
        for message in read_po(file, locale="fr"):
            if message.id:
                said = tuple(f"[{form} ~~~]" for form in message.id) if message.pluralizable else f"[{message.id} ~~~]"
                made.add(message.id, said, context=message.context)
    target = tmp_path / MADE / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, made)
    settings.LOCALE_PATHS = [tmp_path, *settings.LOCALE_PATHS]
    settings.LANGUAGES = [*settings.LANGUAGES, (MADE, "Esperanto")]
    monkeypatch.setattr(speaking, "LOCALE", tmp_path)
    # A site with another language is another process, which puts what it asks into SQL anew.
    answer = Asked._answer
    monkeypatch.setattr(Asked, "_answer", lambda self, *given: answer(Asked(self.make, shares=self.shares), *given))


class Texts(HTMLParser):
    """The texts of a page that somebody reads or hears."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep attributes that stand for text."""
        self._silent = tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        """Go on listening after a script."""
        self._silent = False

    def handle_data(self, data: str) -> None:
        """Keep what stands between two tags."""
        if not self._silent:
            self.found.append(data)


def bare(text: str, known: str) -> list[str]:
    """Return the runs of words outside of brackets that are not `known` from what people and catalogues wrote."""
    outside = re.sub(r"\[.*~~~\]", "|", " ".join(text.split()))
    if "[" in outside or "~~~" in outside:  # the inside of a bracket, cut by a tag
        return []
    runs = (run.strip() for run in re.findall(r"[^\W\d_](?:[^\W\d_]|[ ’'-])+", outside))
    return [run for run in runs if len(run) > 2 and run not in known]


def written() -> str:
    """Return everything that stands in the tables of the demonstration and in the catalogue's documents."""
    rows = (row for model in apps.get_app_config("data").get_models() for row in model._default_manager.values_list())
    documents = (path.read_text(encoding="utf-8") for path in (ROOT / "catalogue").rglob("*.yaml"))
    return " ".join(" ".join(str(part) for part in (ANYWHERE, *rows, *documents)).split())


def walk(client: Client, most: int) -> Iterator[tuple[str, list[str]]]:
    """Follow links from the first page in the made language; accounts are the words of another library."""
    todo, seen = [f"/{MADE}/"], set()
    while todo and len(seen) < most:
        url = todo.pop(0)
        if url in seen or "/demo/" in url or "/account/" in url:
            continue
        seen.add(url)
        answer = client.get(url, follow=True)
        if answer.headers["Content-Type"].startswith("text/html"):
            assert answer.status_code == 200, url
            page = answer.content.decode()
            assert MARK_IN_TEXT.findall(page) == [], url
            links = re.findall(rf'<a\b[^>]*href="(/{MADE}/[^"#]*)', page)  # what a page hands to programs is none
            todo += [found.replace("&amp;", "&") for found in links]
            yield url, Texts(page).found


def test_what_no_catalogue_holds_is_found() -> None:
    page = Texts('<p title="Not said">[Said ~~~], Guelph<script>let it = 1</script> 12 days left</p>')
    assert [found for text in page.found for found in bare(text, "Guelph, Barrie")] == ["Not said", "days left"]


@pytest.mark.parametrize("code", ["", "tess", "olivia"])
def test_no_page_speaks_past_the_catalogue(sign_in: Callable[[str], Client], third_language: None, code: str) -> None:
    known = written()
    pages = dict(walk(sign_in(code), 15))
    assert len(pages) == 15
    assert sum("~~~" in text for texts in pages.values() for text in texts) > 300
    assert {url: found for url, texts in pages.items() if (found := [b for t in texts for b in bare(t, known)])} == {}


def links(page: str) -> list[tuple[str, ...]]:
    """Return where the switch of languages leads: address, language, what it reads."""
    return re.findall(r'<li><a href="([^"]*)" lang="(\w+)" hreflang="\2">([^<]*)</a></li>', page)


def test_the_switch_offers_every_other_language_by_its_own_name(third_language: None) -> None:
    assert links(Client().get("/en/challenges/?text=a").content.decode()) == [
        ("/fr/challenges/?text=a", "fr", "Français"),
        ("/eo/challenges/?text=a", "eo", "Esperanto"),
    ]
    assert links(Client().get("/eo/").content.decode()) == [("/en/", "en", "English"), ("/fr/", "fr", "Français")]


def test_content_is_shown_in_it_where_it_was_written_and_else_marked_as_english(third_language: None) -> None:
    challenge = Challenge.objects.get(code="guelph-roads-sprint")
    challenge.reword(title=Wording(en="Roads <km>", eo="Vojoj <km>"), question=Wording(en="Which roads?")).save()
    page = Client().get(f"/{MADE}/challenges/guelph-roads-sprint/").content.decode()
    assert "<h1>Vojoj &lt;km&gt;</h1>" in page
    assert '<p class="lead"><span lang="en">Which roads?</span></p>' in page
    french = Client().get("/fr/challenges/guelph-roads-sprint/").content.decode()
    assert '<h1><span lang="en">Roads &lt;km&gt;</span></h1>' in french
    assert re.search(r"<title>\s*Roads &lt;km&gt;", french)
    assert 'lang="en">Roads' not in Client().get("/en/challenges/guelph-roads-sprint/").content.decode()


@pytest.mark.parametrize("word", ["VOJOJ", "Roads", "Routes"])
def test_a_search_finds_what_is_written_in_any_language(word: str, third_language: None) -> None:
    challenge = Challenge.objects.get(code="guelph-roads-sprint")
    challenge.reword(title=Wording(en="Roads", fr="Routes", eo="Vojoj"), question=Wording(en="Which?")).save()
    assert page_public_challenges(1, text=f"{word} Which").rows == [challenge]


def test_a_form_asks_for_it_and_the_page_says_it(sign_in: Callable[[str], Client], third_language: None) -> None:
    client, url = sign_in("ada"), "/city/settings/guelph/departments/"
    page = client.get(f"/en{url}").content.decode()
    boxes = re.findall(r'<label for="id_add_(name\w*)">([^<]*?)\s*(?:<span[^>]*>\(optional\)</span>)?</label>', page)
    assert boxes == [
        ("name", "Name of the department"),
        ("name_fr", "The same in French"),
        ("name_eo", "The same in Esperanto"),
    ]
    client.post(f"/en{url}", {"act": "add", "name": "Trees", "name_fr": "", "name_eo": "Arboj"})
    made = Department.objects.get(code="trees")
    assert made.wording("name") == Wording(en="Trees", eo="Arboj")
    shown = [re.findall(r"<h3>(.*?)</h3>", client.get(f"/{code}{url}").content.decode()) for code in ("en", "fr", MADE)]
    for page, name in zip(shown, ("Trees", '<span lang="en">Trees</span>', "Arboj"), strict=True):
        assert name in page
    again = client.post(f"/en{url}", {"act": f"rename_{made.pk}", "name": "", "name_eo": "Novaj arboj"})
    assert again.status_code == 422
    assert 'value="Novaj arboj"' in again.content.decode()


def test_a_mail_is_in_the_language_of_its_reader(third_language: None) -> None:
    challenge = Challenge.objects.get(code="guelph-roads-sprint")
    challenge.reword(title=Wording(en="Roads", eo="Vojoj"), question=Wording(en="Which?")).save()
    people = list(Person.objects.filter(code__in=("tess", "olivia", "priya")).order_by("code"))
    for person, code in zip(people, ("en", "fr", MADE), strict=True):
        person.language = code
    step = Wording(en="Award", fr="Attribution")
    tell(people, "step_started", now=datetime.now(UTC), challenge=challenge, step=step)
    sent = list(Message.objects.order_by("-pk")[:3])[::-1]
    assert [(m.language, "[" in m.body, "Vojoj" in m.subject + m.body, "Attribution" in m.body) for m in sent] == [
        ("en", False, False, False),
        ("fr", False, False, True),
        (MADE, True, True, False),
    ]
