"""The cast and the world: every scenario is replayed once per process, and each test works on top of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile("mix", deadline=None)
hypothesis_settings.load_profile("mix")
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure() -> None:
    """Point everything that is written at a folder of this run, and make it a demonstration."""
    folder = tempfile.mkdtemp(prefix="mix-test-")
    settings.DATA_DIR = Path(folder)
    settings.SEALER_DIR = Path(folder, "keys", "sealer")
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["*"]
    settings.STATIC_ROOT = Path(folder, "static")
    settings.STATIC_ROOT.mkdir()
    settings.EMAIL_FILE_PATH = f"{folder}/mail"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Fill the test database with the demonstration world."""
    from rich.console import Console

    from mix.actions.methods import publish_method
    from mix.actions.run import run
    from mix.jobs.demo import WORLD_FROM, load_history, scenario_files
    from mix.jobs.messages import compile_messages
    from mix.jobs.replay import replay
    from mix.jobs.world import build_world
    from mix.readers.people import Actor
    from mix.rules.catalogue import CATALOGUE

    compile_messages()
    with django_db_blocker.unblock():
        now = datetime.now(UTC)
        for path in sorted((CATALOGUE / "methods").glob("*.yaml")):
            run(publish_method, path.read_text(encoding="utf-8"), actor=Actor(), now=now)
        build_world(CATALOGUE / "scenarios" / "world.yaml", now=WORLD_FROM, recorded_at=now)
        load_history(Console(quiet=True))
        for path in scenario_files():
            replay(path, today=now.date(), recorded_at=now, progress=lambda _text: None)


@pytest.fixture(autouse=True, scope="session")
def _lengths_hold() -> Iterator[None]:
    """Refuse on SQLite too what PostgreSQL refuses: a text that is longer than its column."""
    from django.db.models import CharField, Model
    from django.db.models.signals import pre_save

    def look(sender: type[Model], instance: Model, **_: Any) -> None:
        for column in sender._meta.concrete_fields:
            value = getattr(instance, column.attname)
            if isinstance(column, CharField) and column.max_length and isinstance(value, str):
                assert len(value) <= column.max_length, f"{sender.__name__}.{column.name}: {value}"

    pre_save.connect(look)
    yield
    pre_save.disconnect(look)


@pytest.fixture
def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@pytest.fixture
def actor(db: None) -> Callable[[str], Any]:
    """Return a function from a cast member's code to an actor."""
    from mix.data.models import Person
    from mix.readers.people import actor_for

    return lambda code: actor_for(Person.objects.get(code=code))


@pytest.fixture
def sign_in(db: None) -> Callable[[str], Client]:
    """Return a function from a cast member's code ("" for the public) to a signed-in client."""
    from mix.data.models import Person

    def signed(code: str) -> Client:
        client = Client()
        if code:
            person = Person.objects.get(code=code)
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed


@pytest.fixture
def challenge(db: None) -> Callable[[str], Any]:
    """Return a function from a code to a challenge."""
    from mix.data.models import Challenge

    return lambda code: Challenge.objects.select_related("municipality", "method").get(code=code)


@pytest.fixture
def step(challenge: Callable[[str], Any]) -> Callable[[str, str], Any]:
    """Return a function from a challenge's code and a key to a step."""
    from mix.readers.challenges import get_step

    return lambda code, key: get_step(challenge(code), key)


@pytest.fixture
def shared() -> Path:
    """Return the folder of shared data, or skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not here")
    return SHARED
