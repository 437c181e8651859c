"""The sealer as a process of its own: it loads what keeps keys, and nothing else of the site. Run: mix sealer."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mix.config.settings")


def run_sealer() -> None:
    """Answer at the socket that the settings name until a signal ends it."""
    from django.conf import settings

    from mix.actions.market.keys import serve_sealer
    from mix.readers.core.clock import read_clock

    if not settings.SEALER_SOCKET:
        raise SystemExit("MIX_SEALER_SOCKET is not set. Set it to the path of the socket, for `mix serve` as well.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve_sealer(Path(settings.SEALER_SOCKET), clock=read_clock)


if __name__ == "__main__":
    from mix.jobs.processes import end_with

    end_with(int(sys.argv[1]), signal.SIGTERM)  # which says what process that is
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the process that began this one hears it too
    run_sealer()
