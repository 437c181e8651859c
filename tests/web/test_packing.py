"""A zip file that leaves in pieces is a zip file."""

from io import BytesIO
from itertools import islice
from pathlib import Path
from zipfile import ZipFile

from mix.web.drawing.downloads import PIECE
from mix.web.drawing.packing import zip_of


def test_pieces_make_a_whole_zip_file(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"0123456789" * 100_000)
    pieces = list(zip_of([("a/é.age", b"small"), ("b", large), ("empty", b"")]))
    with ZipFile(BytesIO(b"".join(pieces))) as pack:
        assert pack.testzip() is None
        assert [(i.filename, i.file_size) for i in pack.infolist()] == [("a/é.age", 5), ("b", 1_000_000), ("empty", 0)]
        assert pack.read("b") == large.read_bytes()
    assert max(map(len, pieces)) < PIECE + 1000


def test_nothing_is_read_before_its_turn(tmp_path: Path) -> None:
    first = list(islice(zip_of([("a", b"here"), ("b", tmp_path / "not-there")]), 1))
    assert b"here" in first[0]
