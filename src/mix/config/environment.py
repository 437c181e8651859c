"""What the environment says, read once and checked: the only configuration there is (docs/operations.md)."""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mix.readers.core.sandboxes import MARK
from mix.rules.core.lines import whole_number


class Misconfigured(SystemExit):
    """A setting that must be put right before anything starts; says what to do."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one instance."""

    data_dir: Path
    database_url: str
    secret_key: str
    port: int
    base_url: str
    proxies: int
    sealer_dir: Path
    sealer_socket: str
    mail_url: str
    mail_from: str
    scanner: str
    witnesses: tuple[str, ...]
    security_contact: str
    demo: bool
    debug: bool
    sandbox: bool


def read() -> Environment:
    """Read the environment. Raises Misconfigured, saying what to set."""
    demo = os.environ.get("MIX_DEMO") == "1"
    debug = os.environ.get("MIX_DEBUG") == "1"
    data_dir = Path(os.environ.get("MIX_DATA_DIR", ".mix")).resolve()
    sandbox = _is_sandbox(data_dir)
    if debug and not demo:
        raise Misconfigured("MIX_DEBUG=1 shows internals to visitors. Unset it, or set MIX_DEMO=1 as well.")
    port = os.environ.get("PORT", "8000")
    if not 0 < (whole_number(port) or 0) < 65536:
        raise Misconfigured(f"PORT is {port!r}. Set it to a number from 1 to 65535.")
    proxies = os.environ.get("MIX_PROXIES", "0")
    if proxies not in {"0", "1", "2", "3", "4"}:
        raise Misconfigured(f"MIX_PROXIES is {proxies!r}. Set it to how many proxies stand before the site: 0 to 4.")
    mail_url = os.environ.get("MIX_MAIL_URL", "")
    if mail_url and urlsplit(mail_url).scheme not in ("smtp", "smtps"):
        raise Misconfigured(
            "MIX_MAIL_URL is smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465."
        )
    scanner = os.environ.get("MIX_SCANNER", "")
    if scanner and urlsplit(scanner).scheme not in ("tcp", "unix"):
        raise Misconfigured("MIX_SCANNER is tcp://host:3310 or unix:///run/clamav/clamd.ctl, where clamd listens.")
    witnesses = tuple(os.environ.get("MIX_WITNESSES", "").split())
    for witness in witnesses:
        if not (witness.startswith("/") or re.fullmatch(r"[^@\s]+@[^@\s]+", witness)):
            raise Misconfigured(
                f"MIX_WITNESSES names {witness!r}. Set it to mail addresses and absolute folders, with spaces between."
            )
    contact = os.environ.get("MIX_SECURITY_CONTACT", "")
    if contact and not re.fullmatch(r"[^@\s]+@[^@\s]+", contact):
        raise Misconfigured(f"MIX_SECURITY_CONTACT is {contact!r}. Set it to a mail address.")
    return Environment(
        data_dir=data_dir,
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'mix.sqlite3'}",
        secret_key=os.environ.get("MIX_SECRET_KEY", ""),
        port=int(port),
        base_url=os.environ.get("MIX_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        proxies=int(proxies),
        sealer_dir=Path(os.environ.get("MIX_SEALER_DIR") or data_dir / "keys" / "sealer").resolve(),
        sealer_socket=os.environ.get("MIX_SEALER_SOCKET", ""),
        mail_url="" if sandbox else mail_url,  # a sandbox has nobody outside
        mail_from=os.environ.get("MIX_MAIL_FROM", "MIX <no-reply@mix.invalid>"),
        scanner=scanner,
        witnesses=() if sandbox else witnesses,
        security_contact=contact,
        demo=demo,
        debug=debug,
        sandbox=sandbox,
    )


def _is_sandbox(data_dir: Path) -> bool:
    """Say whether this is a sandbox: setting and folder say the same. Raises Misconfigured where they do not."""
    said = os.environ.get("MIX_SANDBOX") == "1"
    if said and not data_dir.joinpath(MARK).exists():
        raise Misconfigured(
            f"{data_dir} holds no sandbox. Make one: mix sandbox FOLDER. A live site unsets MIX_SANDBOX."
        )
    if not said and data_dir.joinpath(MARK).exists():
        raise Misconfigured(f"{data_dir} is a sandbox's, and never a live site's. Serve it: mix sandbox {data_dir}")
    return said


def secret_key(environment: Environment) -> str:
    """Return the secret key; in a demonstration or a sandbox one is made and kept, elsewhere it must be given."""
    if environment.secret_key:
        if len(environment.secret_key) < 32:
            raise Misconfigured("MIX_SECRET_KEY is too short. Set it to at least 32 random characters.")
        return environment.secret_key
    if not environment.demo and not environment.sandbox:
        # Commands that need no secret (such as `mix methods check`) run with one that nobody ever learns;
        # `mix serve` refuses to start (mix.jobs.start).
        return secrets.token_urlsafe(48)
    path = environment.data_dir / "keys" / "demo-secret"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
