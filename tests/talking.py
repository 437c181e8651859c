"""The plans of the young trees, begun once more: nothing is written yet."""

from datetime import UTC, datetime, timedelta

from mix.actions.core.run import run
from mix.actions.delivery import conversations
from mix.data.models import Challenge, Conversation, Participation, Person, Step
from mix.readers.case.challenges import get_step
from mix.readers.city.people import actor_for

CASE, STEP = "young-trees", "mvp-plan"
PLAN = {
    "plans": [{"key": "H1", "plan": "On sixty trees"}],
    "scope": "Sixty trees",
    "sites": "Three streets",
    "data_needed": "Tree register",
    "staff_time": "14",
    "risks": "Rain",
    "ai": "None",
    "accessibility": "Large print",
    "background_ip": "Ours",
    "exit": "Nothing stays",
}


def step_at_hand() -> Step:
    """Return the step of the plans, begun again: what was agreed in its first round stands."""
    Challenge.objects.filter(code=CASE).update(status="running")
    # whoever won later was in no sprint
    Participation.objects.filter(challenge__code=CASE, vendor__code="kestrel").update(standing="qualified")
    Step.objects.filter(challenge__code=CASE, key=STEP).update(state="active", round=2, asked_at=None)
    return get_step(Challenge.objects.select_related("municipality", "method").get(code=CASE), STEP)


def begun(*, days: int = 9) -> tuple[Conversation, Conversation]:
    """Return the plans of Tamarack and of Northlight, begun by Priya."""
    now, priya = datetime.now(UTC), actor_for(Person.objects.get(code="priya"))
    run(priya, now, conversations.begin, step_at_hand(), until=now + timedelta(days=days))
    around = ("vendor", "step__challenge__municipality", "step__challenge__method")
    rows = Conversation.objects.filter(step__challenge__code=CASE, round=2).select_related(*around)
    return rows.get(vendor__code="tamarack"), rows.get(vendor__code="northlight")
