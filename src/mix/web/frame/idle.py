"""A browser that was left: whoever comes to it later signs in again. What they had typed waits as for anybody."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

SEEN = "seen_at"
NOTED_EVERY = 300  # seconds: not each request writes its session anew


@receiver(user_logged_in)
def _begin(request: HttpRequest | None, **_: Any) -> None:  # noqa: ANN401 - Django's signal sends what it likes
    if request is not None:
        request.session[SEEN] = int(time.time())


def is_idle(request: HttpRequest) -> bool:
    """Say whether a session was left for too long; note now and then that it was not."""
    seen = request.session.get(SEEN)
    if seen is None:
        return False
    passed = time.time() - seen
    if passed > settings.SESSION_IDLE:
        return True
    if passed > NOTED_EVERY:
        request.session[SEEN] = int(time.time())
    return False
