"""A sign-in service of a city, as OpenID Connect describes one, on loopback: it lets in whoever it is told to."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

KEY = generate_private_key(65537, 2048)


@dataclass
class FakeProvider:
    """What the service says of the next person, and how it behaves."""

    says: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)  # what its tokens claim otherwise
    fails: int = 0  # answer everything with this status instead
    token_fails: bool = False
    algorithm: str = "RS256"
    key: RSAPrivateKey | str | None = KEY  # what signs its tokens
    kid: str | None = "of-today"
    names: str = ""  # the issuer that its description names, if another
    moved_to: str = ""  # send whoever asks on to there
    reached: int = 0
    server: ThreadingHTTPServer | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """Return the address of the service."""
        assert self.server
        return f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> FakeProvider:
        """Serve until stopped."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.answer(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                fake.answer(self, {k: v[0] for k, v in parse_qs(body).items()})

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Serve no more: whoever asks finds nobody."""
        assert self.server
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler, given: dict[str, str]) -> None:
        """Answer one request."""
        place = urlsplit(handler.path)
        if self.moved_to:
            handler.send_response(302)
            handler.send_header("Location", self.moved_to)
            return handler.end_headers()
        self.reached += 1
        if self.fails:
            return self._send(handler, {}, self.fails)
        if place.path == "/.well-known/openid-configuration":
            paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            config = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()}
            return self._send(
                handler, {**config, "issuer": self.names or self.issuer, "jwks_uri": f"{self.issuer}/keys"}
            )
        if place.path == "/authorize":
            query = {k: v[0] for k, v in parse_qs(place.query).items()}
            back = urlencode({"code": "let-in", "state": query["state"]})
            handler.send_response(302)
            handler.send_header("Location", f"{query['redirect_uri']}?{back}")
            handler.end_headers()
            return None
        if place.path == "/token":
            self.asked.append(given)
            if self.token_fails:
                return self._send(handler, {"error": "invalid_client"}, 401)
            token = {
                "iss": self.issuer,
                "aud": given["client_id"],
                "exp": 4102444800,
                "iat": 0,
                "sub": self.says["sub"],
                **self.claims,
            }
            signed = jwt.encode(
                token, self.key, algorithm=self.algorithm, headers={"kid": self.kid} if self.kid else {}
            )
            return self._send(handler, {"access_token": "a", "token_type": "Bearer", "id_token": signed})
        if place.path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
            return self._send(handler, {"keys": [{**public, "kid": "of-today", "use": "sig", "alg": "RS256"}]})
        return self._send(handler, self.says)

    def _send(self, handler: BaseHTTPRequestHandler, value: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(value).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
