"""Where the program and its catalogue stand on the disk."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
# in the wheel, or beside the source
CATALOGUE = next(p for p in (PACKAGE / "catalogue", PACKAGE.parents[1] / "catalogue") if p.is_dir())
