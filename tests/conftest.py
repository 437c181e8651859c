"""The cast and the world: every scenario was replayed once, and each test works on top of its own copy of it."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import settings as hypothesis_settings

from mix.jobs.messages import compile_messages
from tests.web.reading import drops_letters
from tests.worlds import copy_postgres_world, copy_world, drop_postgres_world

hypothesis_settings.register_profile("mix", deadline=None)
hypothesis_settings.register_profile("few", deadline=None, max_examples=10)
hypothesis_settings.load_profile("mix")
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure() -> None:
    """Point everything that is written at a folder of this run, make it a demonstration, and compile the messages."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)  # lines are counted here, not in the sites that are started
    folder = tempfile.mkdtemp(prefix="mix-test-")
    settings.DATA_DIR = Path(folder)
    settings.SEALER_DIR = Path(folder, "keys", "sealer")
    settings.DEMO = True
    settings.STRICT_NAMES = True
    settings.PAGE_CACHE = 0  # each test changes what it likes, and takes it back unseen
    settings.ALLOWED_HOSTS = ["*"]
    settings.STATIC_ROOT = Path(folder, "static")
    settings.STATIC_ROOT.mkdir()
    settings.EMAIL_FILE_PATH = f"{folder}/mail"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    compile_messages()


# Files that take longest come first, longest of all first: two processes then end together.
LONGEST = (
    "journeys/test_working.py",
    "journeys/test_whole.py",
    "actions/market/test_thieves.py",
    "lab/test_short.py",
    "web/test_behind_the_wall.py",
    "web/test_access.py",
    "web/test_pages.py",
    "jobs/test_backup.py",
    "jobs/test_installed.py",
    "web/test_two_worlds.py",
    "actions/flow/test_locked.py",
    "actions/market/test_sealing.py",
    "actions/core/test_log.py",
    "rules/choice/test_scoring.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; the order within a file stays.

    Journeys come last: where a browser was driven, Django takes the process for one that may not wait for a database.
    """
    here = Path(__file__).parent
    rank = {name: place for place, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> tuple[bool, int]:
        name = item.path.relative_to(here).as_posix()
        return name.startswith("journeys/"), rank.get(name, len(rank))

    items.sort(key=place)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Give this process the demonstration, files and database, as a copy of the world that was replayed once."""
    from django.db import connection

    with django_db_blocker.unblock():
        place = _copy_postgres if connection.vendor == "postgresql" else _copy_sqlite
        with place(connection, settings.DATA_DIR):
            yield


@contextmanager
def _copy_sqlite(connection: Any, folder: Path) -> Iterator[None]:
    """Copy the world into memory: tests wait for no disk."""
    copy_world(folder)
    connection.close()
    connection.settings_dict["NAME"] = f"file:mix-{os.getpid()}?mode=memory&cache=shared"
    connection.ensure_connection()
    with closing(sqlite3.connect(folder / "mix.sqlite3")) as kept:
        kept.backup(connection.connection)
    yield
    connection.close()


@contextmanager
def _copy_postgres(connection: Any, folder: Path) -> Iterator[None]:
    """Copy the world on the server itself."""
    server, name = os.environ["DATABASE_URL"], f"mix_test_{os.getpid()}_{secrets.token_hex(4)}"
    copy_postgres_world(folder, server, name)
    connection.close_pool()
    connection.settings_dict["NAME"] = name
    yield
    connection.close()
    connection.close_pool()
    drop_postgres_world(server, name)


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


@pytest.fixture(autouse=True)
def _forgets_its_language() -> None:
    """Begin each test in the language of the settings: a page leaves the thread in its own."""
    from django.utils.translation import deactivate

    deactivate()


@pytest.fixture
def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@pytest.fixture
def actor(db: None) -> Callable[[str], Any]:
    """Return a function from a cast member's code to an actor."""
    from mix.data.models import Person
    from mix.readers.city.people import actor_for

    return lambda code: actor_for(Person.objects.get(code=code))


class Reader(Client):
    """A browser without script. No page that it is shown lets what is typed be dropped by a button of another form.

    Pages of the account have an address or a password to type, and are allauth's.
    """

    def request(self, **request: Any) -> Any:
        """Ask for a page, and look at its forms."""
        answer = super().request(**request)
        is_ours = "/account/" not in request["PATH_INFO"]
        if is_ours and not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
            assert not drops_letters(answer.content.decode()), request["PATH_INFO"]
        return answer


@pytest.fixture
def sign_in(db: None) -> Callable[[str], Client]:
    """Return a function from a cast member's code ("" for the public) to a signed-in client."""
    from mix.data.models import Person

    def signed(code: str) -> Client:
        client = Reader()
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
    from mix.readers.case.challenges import get_step

    return lambda code, key: get_step(challenge(code), key)


@pytest.fixture
def shared() -> Path:
    """Return the folder of shared data, or skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared data is not here")
    return SHARED
