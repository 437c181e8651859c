"""How a process hears, on PostgreSQL, that another one has committed something public: one thread that listens."""

from __future__ import annotations

import logging
import secrets
import select
import threading
import time
from collections.abc import Hashable

import psycopg
from django.db import connection

logger = logging.getLogger(__name__)
CHANNEL = "mix_public"
ASKS_EVERY = 0.5  # seconds, after which a silent server is asked whether it is still there
PATIENCE = 2.0  # seconds without an answer, after which this process knows nothing any more
AGAIN_AFTER = 1.0  # seconds


class Ear:
    """Counts what it hears. It knows nothing before it listens, nor while the database does not answer it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard = 0
        self._answered_at = float("-inf")
        self._thread: threading.Thread | None = None

    def hear(self, *_: object) -> None:
        """Count one change."""
        with self._lock:
            self._heard += 1

    def stamp(self) -> Hashable | None:
        """Return what differs after each change that was heard; None while one might not be heard."""
        if self._thread is None:
            self._begin()
        return self._heard if time.monotonic() - self._answered_at < PATIENCE else None

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen_forever, name="public changes", daemon=True)
                self._thread.start()

    def _listen_forever(self) -> None:
        while True:
            try:
                self._listen()
            except (psycopg.Error, OSError) as error:
                logger.warning("nothing is heard of public changes: %s", error)
            self._answered_at = float("-inf")
            time.sleep(AGAIN_AFTER)

    def _listen(self) -> None:
        """Listen until the connection breaks. A pooler that passes no notifications on is found out at once."""
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as own:
            proof, said = secrets.token_hex(8), set[str]()
            own.add_notify_handler(self.hear)
            own.add_notify_handler(lambda notice: said.add(notice.payload))
            own.execute(f"LISTEN {CHANNEL}")
            own.execute(f"NOTIFY {CHANNEL}, '{proof}'")
            poll = select.poll()
            poll.register(own.fileno(), select.POLLIN)
            while True:
                own.execute("SELECT 1")
                if proof in said:
                    said &= {proof}
                    self._answered_at = time.monotonic()
                poll.poll(ASKS_EVERY * 1000)


EAR = Ear()
