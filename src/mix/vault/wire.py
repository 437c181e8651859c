"""The sealer behind a Unix socket: one line of JSON each way. The socket is open to its owner and group alone."""

from __future__ import annotations

import json
import os
import socket
import socketserver
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.sealed import SealerDown
from mix.vault.sealer import Sealer

OPERATIONS = frozenset(
    {"make", "split", "show", "hand_out", "bind", "delay", "rehearse", "offer", "forget", "open", "reseal"}
)


def ask(operation: str, key_id: str, *, now: datetime, **facts: Any) -> Any:  # noqa: ANN401 - the operation's own
    """Have the sealer do one thing. `now` counts only where no process of its own has a clock. Raises Refused."""
    if not settings.SEALER_SOCKET:
        return _do(_inside(str(settings.DATA_DIR)), operation, key_id, now=now, **facts)
    line = json.dumps({"do": operation, "key": key_id, **facts}, default=datetime.isoformat)
    try:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(600)
            wire.connect(settings.SEALER_SOCKET)
            wire.sendall(line.encode() + b"\n")
            answer = json.loads(wire.makefile("rb").readline())
    except (OSError, ValueError) as error:
        raise SealerDown(f"The sealer does not answer at {settings.SEALER_SOCKET} ({error}). Run: mix sealer") from None
    if "unmet" in answer:
        raise Refused(*(Unmet(**one) for one in answer["unmet"]))
    return answer["value"]


def serve(path: Path, *, clock: Callable[[], datetime]) -> None:
    """Answer at a socket until stopped, by this process's own clock (aware, UTC)."""
    sealer = Sealer(settings.SEALER_DIR)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked = json.loads(self.rfile.readline())
            self.wfile.write(json.dumps(_answer(sealer, asked, now=clock())).encode() + b"\n")

    path.unlink(missing_ok=True)
    before = os.umask(0o117)
    server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    os.umask(before)
    with server:
        server.serve_forever()


def _answer(sealer: Sealer, asked: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    facts = {key: value for key, value in asked.items() if key not in {"do", "key", "now"}}
    try:
        return {"value": _do(sealer, str(asked.get("do")), str(asked.get("key")), now=now, **facts)}
    except (TypeError, ValueError):
        return {"unmet": [{"code": "key_unknown", "params": {}}]}
    except Refused as error:
        return {"unmet": [asdict(u) for u in error.unmet]}


def _do(sealer: Sealer, operation: str, key_id: str, *, now: datetime, **facts: Any) -> Any:  # noqa: ANN401 - its own
    if operation not in OPERATIONS:
        raise Refused(Unmet("key_unknown"))
    if operation in {"offer", "open", "rehearse", "reseal"}:
        facts["now"] = now
    if "not_before" in facts:
        facts["not_before"] = datetime.fromisoformat(str(facts["not_before"]))
    return getattr(sealer, operation)(key_id, **facts)


@cache
def _inside(_data_dir: str) -> Sealer:
    return Sealer(settings.SEALER_DIR)
