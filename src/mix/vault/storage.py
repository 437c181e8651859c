"""Where ciphertext and keys lie: one folder for blobs, one for keys with mode 0600."""

import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO, cast

import pyrage
from django.conf import settings

from mix.data.private_files import write_private
from mix.rules.market.sealed import Stored, TooLarge
from mix.vault.properties import MOST, properties_of

CHUNK = 256 * 1024


def blob_path(blob: str) -> Path:
    """Return the path of a blob."""
    return Path(settings.DATA_DIR) / "sealed" / blob[:2] / blob


def _key_path(key_id: str) -> Path:
    return Path(settings.DATA_DIR) / "keys" / f"{key_id}.age"


def make_key(key_id: str) -> str:
    """Make a key pair, keep the private half with mode 0600, and return the public half. Idempotent."""
    path = _key_path(key_id)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity = pyrage.x25519.Identity.generate()
        write_private(path, str(identity).encode())
    return str(pyrage.x25519.Identity.from_str(path.read_text()).to_public())


def replace_private(path: Path, content: bytes) -> None:
    """Write a private file anew, so that a crash leaves the old one or the new one."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    write_private(fresh, content)
    fresh.replace(path)


def drop_key(key_id: str) -> None:
    """Destroy the private half of a key: what was encrypted to it alone cannot be read again."""
    _key_path(key_id).unlink(missing_ok=True)


def has_key(key_id: str) -> bool:
    """Say whether this instance holds the private half of a key."""
    return _key_path(key_id).exists()


def encrypt(content: bytes, public_keys: list[str]) -> bytes:
    """Encrypt bytes to every recipient."""
    recipients = [pyrage.x25519.Recipient.from_str(key) for key in public_keys]
    return cast("bytes", pyrage.encrypt(content, recipients))


def decrypt(ciphertext: bytes, key_id: str) -> bytes:
    """Decrypt with a key that this instance holds. Raises FileNotFoundError, pyrage.DecryptError."""
    identity = pyrage.x25519.Identity.from_str(_key_path(key_id).read_text())
    return cast("bytes", pyrage.decrypt(ciphertext, [identity]))


def decrypt_if_held(ciphertext: bytes, key_id: str) -> bytes | None:
    """Decrypt with a key that this instance holds; None when it has not that key, or not any more."""
    try:
        return decrypt(ciphertext, key_id)
    except (FileNotFoundError, pyrage.DecryptError):
        return None


class _Hashing:
    """A sink that hashes what passes to a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


class StreamSealer:
    """Takes plaintext chunk by chunk and writes ciphertext only; a thread encrypts behind a pipe."""

    def __init__(self, public_keys: list[str], *, limit: int) -> None:
        recipients = [pyrage.x25519.Recipient.from_str(key) for key in public_keys]
        self.blob = secrets.token_hex(16)
        self.limit = limit
        self.size = 0
        self.plain = hashlib.sha256()
        self.seen = bytearray()  # all of it, while that is little: to see what it says of itself
        self.path = blob_path(self.blob)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.failure: list[BaseException] = []
        read_end, write_end = os.pipe()
        self.pipe = os.fdopen(write_end, "wb", buffering=0)
        self.sink_hash = hashlib.sha256()
        self.thread = threading.Thread(target=self._encrypt, args=(read_end, recipients), daemon=True)
        self.thread.start()

    def _encrypt(self, read_end: int, recipients: list[pyrage.x25519.Recipient]) -> None:
        try:
            with os.fdopen(read_end, "rb") as source, self.path.open("xb") as file:
                sink = _Hashing(file)
                pyrage.encrypt_io(source, sink, recipients)
                file.flush()
                os.fsync(file.fileno())
                self.sink_hash = sink.hash
        except BaseException as error:  # noqa: BLE001 - re-raised in the caller's thread by finish()
            self.failure.append(error)

    def write(self, chunk: bytes) -> None:
        """Take the next chunk. Raises TooLarge, after which nothing remains."""
        self.size += len(chunk)
        if self.size > self.limit:
            self.abort()
            raise TooLarge(self.limit)
        self.plain.update(chunk)
        if self.size <= MOST:
            self.seen += chunk
        else:
            self.seen.clear()
        self.pipe.write(chunk)

    def finish(self) -> Stored:
        """Close the stream and return what was stored. Raises what the encryption raised."""
        self.pipe.close()
        self.thread.join()
        if self.failure:
            self.path.unlink(missing_ok=True)
            raise self.failure[0]
        properties = properties_of(bytes(self.seen))
        return Stored(self.blob, self.size, self.plain.hexdigest(), self.sink_hash.hexdigest(), properties)

    def abort(self) -> None:
        """Stop and leave nothing behind."""
        self.pipe.close()
        self.thread.join()
        self.path.unlink(missing_ok=True)


@contextmanager
def new_blob() -> Iterator[tuple[str, BinaryIO]]:
    """Give a new blob's name and a file for its ciphertext, which is durable at the end; else nothing of it stays."""
    blob = secrets.token_hex(16)
    path = blob_path(blob)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            yield blob, file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_blob(content: bytes, public_key: str) -> str:
    """Encrypt bytes to a key and write them durably; return the name of the blob."""
    blob = secrets.token_hex(16)
    path = blob_path(blob)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, encrypt(content, [public_key]))
    return blob


def hash_blob(blob: str) -> str:
    """Return the SHA-256 of a blob as it lies on the disk, in hex; empty when it is not there."""
    path = blob_path(blob)
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(blob: str) -> int:
    """Return how many bytes a blob takes on the disk; 0 when it is not there."""
    path = blob_path(blob)
    return path.stat().st_size if blob and path.exists() else 0


def list_blobs() -> Iterator[tuple[str, datetime]]:
    """Yield every blob on the disk, with the instant (UTC) at which it was last written."""
    for path in (Path(settings.DATA_DIR) / "sealed").glob("??/*"):
        try:
            yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            continue  # it has just been dropped


def decrypt_blob(blob: str, key_id: str) -> Iterator[bytes]:
    """Yield the plaintext of a blob in chunks as it is decrypted, without writing it or holding it anywhere.

    A thread decrypts behind a pipe. Raises pyrage.DecryptError.
    """
    identity = pyrage.x25519.Identity.from_str(_key_path(key_id).read_text())
    read_end, write_end = os.pipe()
    failure: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb") as sink, blob_path(blob).open("rb") as source:
                pyrage.decrypt_io(source, sink, [identity])
        except BaseException as error:  # noqa: BLE001 - re-raised for whoever reads
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    with os.fdopen(read_end, "rb") as plain:
        while chunk := plain.read(CHUNK):
            yield chunk
    thread.join()
    if failure:
        raise failure[0]
