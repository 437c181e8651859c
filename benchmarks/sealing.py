"""Sealing a file while it arrives, as a ratio to copying the same bytes to the same disk, durably."""

import os
import secrets
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

SIZE = 100 * 1024 * 1024
CHUNK = 64 * 1024
ROUNDS = 5


def copy(chunks: list[bytes], path: Path) -> float:
    """Write the bytes and sync them; return the seconds."""
    began = time.perf_counter()
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return time.perf_counter() - began


def main() -> None:
    """Print the ratio of medians of interleaved rounds."""
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        os.environ |= {"MIX_DEMO": "1", "MIX_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "mix.config.settings"}
        import django

        django.setup()
        from mix.vault.storage import StreamSealer, make_key

        key = make_key("bench")
        block = secrets.token_bytes(CHUNK)
        chunks = [block] * (SIZE // CHUNK)
        sealed, copied = [], []
        for number in range(ROUNDS):
            copied.append(copy(chunks, Path(folder) / f"copy{number}"))
            began = time.perf_counter()
            sealer = StreamSealer([key], limit=SIZE)
            for chunk in chunks:
                sealer.write(chunk)
            sealer.finish()
            sealed.append(time.perf_counter() - began)
    rate = SIZE / 2**20 / median(sealed)
    print(f"seal 100 MiB: {rate:,.0f} MiB/s, {median(sealed) / median(copied):.1f} x a durable copy of the same bytes")


if __name__ == "__main__":
    sys.exit(main())
