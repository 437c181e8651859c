"""A finished challenge says first what was chosen and what came of it; a decision stands once."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags

from mix.data.models import Challenge

pytestmark = pytest.mark.django_db
ROADS = "/en/challenges/guelph-roads-sprint/"


def text_of(client: Client, page: str) -> str:
    return " ".join(unescape(strip_tags(client.get(page).content.decode())).split())


def test_the_first_screen_says_who_was_chosen_and_how_many_targets_were_reached(client: Client) -> None:
    head, _, rest = text_of(client, ROADS).partition("What came of it")
    assert "Tamarack Ground Data Co-op was chosen out of 4. 2 of 3 targets were reached." in head
    assert "Share of roads rated in the last 30 days 4 % 90 % 95 % after 12 months reached" in rest
    assert "Forecast within one rating class after a year not measured 80 % 77 % after 12 months nearly" in rest
    assert "of at most CAD 420,000" in rest
    assert "Sprint fees 3 × CAD 25,000" in rest
    french = text_of(client, ROADS.replace("/en/", "/fr/"))
    assert "2 cibles sur 3 sont atteintes." in french
    assert "presque atteinte" in french


def test_a_decision_stands_once_with_the_roles_that_took_it(client: Client) -> None:
    text = text_of(client, ROADS)
    assert text.count("Guelph keeps the solution.") == 1
    assert "Close, scale or stop: Proceed Department sponsor, Award authority Guelph keeps the solution." in text
    joint = text_of(client, "/en/challenges/under-our-streets/")
    assert joint.count("Guelph, London and Barrie go to market together.") == 1
    assert "Procurement manager (London)" in joint


def test_an_update_names_its_step_and_a_call_its_title(client: Client) -> None:
    text = text_of(client, "/en/challenges/under-our-streets/")
    assert "Step completed: Market scan" in text
    assert "Envelopes opened: Invitation and qualification" in text
    assert not re.search(r"Step completed (?!:)", text)
    assert "Invitation and qualification UNDER-OUR-STREETS-RFSQ8" in text


def test_one_that_ended_without_a_choice_says_so(client: Client) -> None:
    Challenge.objects.filter(code="water-leaks").update(status="completed")
    text = text_of(client, "/en/challenges/water-leaks/")
    assert "Nobody was chosen." in text
    assert "Notice of award" not in text


def test_who_got_a_contract_was_chosen_where_a_method_awards_nothing(client: Client) -> None:
    named = "Kestrel Analytics Ltd., Tamarack Ground Data Co-op"
    text = text_of(client, "/en/challenges/windrow-pilots/")
    assert f"{named} were chosen out of 3." in text
    assert "Nobody" not in text
    assert named in text_of(client, "/en/outcomes/")
    french = text_of(client, "/fr/challenges/windrow-pilots/")
    assert f"{named} ont été retenus parmi 3." in french
