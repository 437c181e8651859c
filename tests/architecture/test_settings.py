"""What the settings of a city on https say, read as that site reads them."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

SAID = """
import json
from mix.config import settings
from django.conf import global_settings
names = json.loads(input())
print(json.dumps({n: getattr(settings, n, getattr(global_settings, n, None)) for n in names}))
"""
NAMES = ["ALLOWED_HOSTS", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS"] + [
    f"{cookie}_COOKIE_{what}"
    for cookie in ("SESSION", "CSRF")
    for what in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN", "PATH")
]


@cache
def said(base_url: str) -> dict[str, Any]:
    """Return what a site at this address sets."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MIX_")}
    environment |= {"MIX_BASE_URL": base_url, "MIX_SECRET_KEY": "s" * 40, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SAID],
        input=json.dumps(NAMES),
        env=environment,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_cookies_of_a_site_on_https_are_its_own() -> None:
    found = said("https://mix.example.ca")
    for cookie, name in (("SESSION", "__Host-sessionid"), ("CSRF", "__Host-csrftoken")):
        assert [found[f"{cookie}_COOKIE_{w}"] for w in ("NAME", "SECURE", "SAMESITE", "DOMAIN", "PATH")] == [
            name,
            True,
            "Lax",
            None,
            "/",
        ]
        assert found[f"{cookie}_COOKIE_HTTPONLY"], "a form has its token in a field of its own"


def test_browsers_come_on_https_alone_once_they_came() -> None:
    found = said("https://mix.example.ca")
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert said("http://127.0.0.1:8000")["SECURE_HSTS_SECONDS"] == 0


def test_a_site_answers_to_its_own_name_and_one_at_home_to_both_of_its_names() -> None:
    assert said("https://mix.example.ca")["ALLOWED_HOSTS"] == ["mix.example.ca"]
    for name in ("127.0.0.1", "localhost"):
        assert said(f"http://{name}:8000")["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]
