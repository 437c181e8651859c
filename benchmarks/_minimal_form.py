"""The least that a form in Django can be: CSRF, one field, one durable insert, a redirect.

Finalising is measured by it (`finalise.py`): served beside the site, on the same database, as
`granian _minimal_form:application`; `python _minimal_form.py` makes the table.
"""

import os
import secrets

import dj_database_url
import django
from django.conf import settings

PLACE = dj_database_url.parse(os.environ["DATABASE_URL"])
if "postgresql" in PLACE["ENGINE"]:
    PLACE.setdefault("OPTIONS", {}).update(
        pool={"min_size": 1, "max_size": 8}, server_side_binding=True, prepare_threshold=2
    )
else:
    PLACE |= {"CONN_MAX_AGE": 600}
    PLACE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    }
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": PLACE},
    MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
    ROOT_URLCONF="_minimal_form",
    SECRET_KEY=secrets.token_hex(),
    USE_TZ=True,
)
django.setup()

from django import forms  # noqa: E402 - Django is ready only now
from django.core.wsgi import get_wsgi_application  # noqa: E402 - the same
from django.db import connection, models, transaction  # noqa: E402 - the same
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect  # noqa: E402 - the same
from django.urls import path  # noqa: E402 - the same


class Said(models.Model):
    """What somebody sent."""

    text = models.CharField(max_length=200)
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "minimal"


class SaidForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own is generic for the stubs alone
    """Its form."""

    class Meta:
        model = Said
        fields = ("text",)


def say(request: HttpRequest) -> HttpResponse:
    """Keep what was sent, and go to where it stands."""
    form = SaidForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    with transaction.atomic(durable=True):
        row = form.save()
    return HttpResponseRedirect(f"/{row.pk}/")


urlpatterns = [path("", say)]
application = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Said)
