"""The page that explains the methods: which one when, the Sprint Method first, before they are listed."""

import re

import pytest
from django.test import Client

from mix.readers.city.methods import list_latest
from mix.readers.city.policies import toolbox

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "heading"), [("en", "Which method when"), ("fr", "Quelle méthode, et quand")])
def test_the_page_says_first_which_method_when_and_begins_with_the_sprint(language: str, heading: str) -> None:
    page = Client().get(f"/{language}/how/").content.decode()
    listed = re.findall(r'<section class="rule stack" id="([\w-]+)">', page)
    pointed = re.findall(r'<a href="#([\w-]+)">', page[page.index(heading) :])
    assert listed == pointed
    assert (listed[0], listed[-1]) == ("sprint", "traditional-rfp")
    assert set(listed) == {version.key for version in list_latest()}
    assert page.index(heading) < page.index('id="sprint"')
    reasons = {row.key: row.why.in_(language)[:30] for row in toolbox()}
    routes = ("innovation-partnership", "sprint-then-open", "pilot-only", "traditional")
    own = ("rfi", "quotation", "tender", "invitation-to-negotiate", "research-procurement", "design-contest", "prize")
    said = page.replace("\xa0", " ")
    assert not [key for key in (*(f"route-{route}" for route in routes), *own) if reasons[key] not in said]
    quotations = said[said.index('href="#quotations"') :].partition("</tr>")[0]
    assert reasons["quotation"] in quotations
    assert reasons["route-traditional"] not in quotations
