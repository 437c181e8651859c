"""Coming in: home by duty, demonstration cards, invitations, the account page, the outbox of the demonstration."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mix.actions.people import accept_invitation
from mix.data.models import Message, Person
from mix.rules.access import Permission, Role, grants
from mix.web.parts.forms import form_of
from mix.web.parts.pages import Act, actor_of, answer, do, signed_in


def home_of_person(request: HttpRequest) -> HttpResponse:
    """Send everybody to the one page that answers their question."""
    actor = signed_in(request)
    roles = actor.all_roles()
    if actor.vendors:
        return redirect("vendor-home")
    if roles <= {Role.EVALUATOR, Role.CHAIR} and roles:
        return redirect("evaluator-home")
    if roles and not roles - {Role.AUDITOR, Role.COUNCIL, Role.FAIRNESS_MONITOR}:
        return redirect("oversight-home")
    return redirect("city-desk" if actor.is_staff else "vendor-register")


def account(request: HttpRequest) -> HttpResponse:
    """Show one's own duties and teams, and the way to password and second factor."""
    actor = signed_in(request)
    person = actor.someone
    context = {
        "roles": person.staff_roles.filter(ended_at=None)
        .select_related("municipality")
        .order_by("municipality__name", "role"),
        "teams": person.vendor_members.filter(ended_at=None).select_related("vendor").order_by("vendor__name"),
        "needs_factor": grants(actor.all_roles(), Permission.CHALLENGE_READ),
    }
    return render(request, "entry/account.html", context)


def demo_cards(request: HttpRequest) -> HttpResponse:
    """Show the cast with one button each. Not there outside a demonstration."""
    if not settings.DEMO:
        raise Http404
    people = (
        Person.objects.filter(is_demo=True)
        .prefetch_related("staff_roles__municipality", "vendor_members__vendor")
        .order_by("name")
    )
    groups: dict[str, list[Person]] = {}
    for person in people:
        rows = [r for r in person.staff_roles.all() if r.ended_at is None]
        teams = list(person.vendor_members.all())
        place = _("Vendors") if teams else rows[0].municipality.name if rows else _("Others")
        groups.setdefault(place, []).append(person)
    return render(request, "entry/demo.html", {"groups": sorted(groups.items())})


@require_POST
def demo_sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """Sign in as a member of the demonstration cast. Not there outside a demonstration, or for anybody else."""
    person = Person.objects.filter(code=code, is_demo=True).first() if settings.DEMO else None
    if person is None:
        raise Http404
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("home-of-person")


def demo_outbox(request: HttpRequest) -> HttpResponse:
    """Show the mail that went out last. Not there outside a demonstration."""
    if not settings.DEMO:
        raise Http404
    found = Message.objects.order_by("-written_at", "-id")
    to = request.GET.get("to", "")
    if to:
        found = found.filter(to_email=to)
    return render(request, "entry/outbox.html", {"found": found[:60], "to": to})


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation, once signed in."""
    signed_in(request)

    acts = {
        "accept": Act(
            form_of(), lambda _given: _accepted(request, token), _("Accept the invitation"), _("Welcome."), style=""
        )
    }
    return answer(request, "entry/invitation.html", acts, lambda: {"email": actor_of(request).someone.email})


def _accepted(request: HttpRequest, token: str) -> str:
    do(request, accept_invitation, token)
    return reverse("home-of-person")
