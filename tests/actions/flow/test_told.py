"""Where a page says that somebody was told, a mail was written to those who act."""

import pytest
from django.db.models import Q

from mix.data.models import Event, Message, Person, Vendor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("verb", "role", "whom", "mail"),
    [
        ("sprints.report_incident", "", "olivia", "incident_reported"),
        ("agreements.deliver", "", "olivia", "deliverable_delivered"),
        ("agreements.propose_edit", "vendor", "leah", "vendor_proposed_clause"),
        ("solicitations.ask", "", "olivia", "question_asked"),
        ("engagements.ask", "", "olivia", "event_question_asked"),
        ("awards.ask_debrief", "", "olivia", "debrief_asked"),
    ],
)
def test_who_acts_hears_of_it(verb: str, role: str, whom: str, mail: str) -> None:
    lines = Event.objects.filter(Q(role=role) if role else Q(), verb=verb)
    assert lines.exists()
    for line in lines:
        sent = Message.objects.filter(code=mail, challenge=line.challenge, written_at=line.happened_at)
        assert sent.exists(), (line.challenge, line.happened_at)
    told = Message.objects.filter(code=mail).values_list("to_email", flat=True)
    assert Person.objects.get(code=whom).email in told


def test_a_question_names_no_vendor() -> None:
    """An open call tells nobody at the city who takes part."""
    sent = Message.objects.filter(code="question_asked")
    for name in Vendor.objects.values_list("name", flat=True):
        assert not sent.filter(Q(body__contains=name) | Q(subject__contains=name)).exists()
