"""Sessions as Django keeps them in the database; what each signed-in request asks of them is put into SQL once."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from mix.data.asked import asked


class SessionStore(db.SessionStore):
    """Django's own, read by its key."""

    def _get_session_from_db(self) -> Session | None:
        found = _with_key(str(self.session_key))
        if found and found[0].expire_date > timezone.now():
            return found[0]
        self._session_key = None
        return None


@asked
def _with_key(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key)
