"""Build the wheel: the program with its catalogue, compiled messages and hashed static files, ready without the source.

`python deploy/wheel.py FOLDER` writes one wheel into FOLDER. Run it with the Python that has MIX installed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ASSEMBLE = """
import django; django.setup()
from django.core.management import call_command
from mix.jobs.messages import compile_messages
compile_messages()
call_command("collectstatic", verbosity=0, interactive=False)
"""


def build(folder: Path) -> Path:
    """Copy the tree, add what the installed program cannot make for itself, and build. Returns the wheel's path."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mix-wheel-") as place:
        tree = Path(place, "tree")
        forget = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.mo")
        shutil.copytree(ROOT / "src", tree / "src", ignore=forget)
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, tree / name)
        shutil.copytree(ROOT / "requirements", tree / "requirements")
        package = tree / "src" / "mix"
        shutil.copytree(ROOT / "catalogue", package / "catalogue")
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("MIX_", "DATABASE_"))},
            "DJANGO_SETTINGS_MODULE": "mix.config.settings",
            "MIX_DEMO": "1",
            "MIX_DATA_DIR": str(Path(place, "data")),
            "PYTHONPATH": str(tree / "src"),
        }
        subprocess.run([sys.executable, "-c", ASSEMBLE], env=environment, cwd=place, check=True)
        shutil.move(Path(place, "data", "static"), package / "assembled")
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--wheel-dir", str(folder), str(tree)], check=True)
    return max(folder.glob("mix-*.whl"), key=lambda path: path.stat().st_mtime)


if __name__ == "__main__":
    print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))
