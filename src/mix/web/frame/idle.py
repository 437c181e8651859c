"""A session that was left, or lasts for too long: one signs in again. What was typed waits as for anybody."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

BEGAN, SEEN = "began_at", "seen_at"
NOTED_EVERY = 300  # seconds: not each request writes its session anew


@receiver(user_logged_in)
def _begin(request: HttpRequest | None, **_: Any) -> None:  # noqa: ANN401 - Django's signal sends what it likes
    if request is not None:
        request.session[BEGAN] = request.session[SEEN] = int(time.time())


def is_over(request: HttpRequest) -> bool:
    """Say whether a session was left or has lasted for too long; note now and then that it was not left.

    Each note moves the end of the row that Django keeps, so how long a session has lasted is counted here.
    """
    seen = request.session.get(SEEN)
    if seen is None:
        return False
    now = time.time()
    if now - seen > settings.SESSION_IDLE or now - request.session.get(BEGAN, seen) > settings.SESSION_COOKIE_AGE:
        return True
    if now - seen > NOTED_EVERY:
        request.session[SEEN] = int(time.time())
    return False
