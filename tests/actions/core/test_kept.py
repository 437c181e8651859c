"""Which tables the log commits to: every table whose rows decide something, and the others by name."""

from django.apps import apps

from mix.data.models.core.kept import Kept

# Tables of which the log commits to no row, and why.
LEFT_OUT = {
    "the log itself": {"chain", "checkpoint", "event"},
    "accounts and sign-in": {"groupduty", "identityprovider", "person"},
    "what is signed, and compared with its entry": {"submissionversion"},
    "machinery": {
        "beat",
        "cacheentry",
        "calendarfeed",
        "datereminder",
        "digest",
        "follow",
        "mailchoice",
        "message",
        "sandbox",
    },
    "a vendor's own": {"ownhours"},
    "settings of a city": {"cityday", "documenttemplate", "letterhead", "methodversion", "municipality"},
}


def test_every_other_table_is_of_record() -> None:
    models = apps.get_app_config("data").get_models()
    found = {model._meta.model_name for model in models if not issubclass(model, Kept)}
    assert found == set().union(*LEFT_OUT.values())
