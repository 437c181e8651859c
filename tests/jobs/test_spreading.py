"""Parts are worked on in several processes, and answered in their order."""

import os

from mix.jobs.spreading import spread


def double(part: bytes) -> tuple[bytes, int]:
    return part * 2, os.getpid()


def test_parts_are_answered_in_order_by_other_processes() -> None:
    parts = [bytes([n]) * 1000 for n in range(20)]
    found = list(spread(double, parts))
    assert [said for said, _pid in found] == [part * 2 for part in parts]
    if (os.cpu_count() or 1) > 1:
        assert os.getpid() not in {pid for _said, pid in found}
    assert list(spread(double, parts[:1])) == [(parts[0] * 2, os.getpid())]
    assert list(spread(double, [])) == []
