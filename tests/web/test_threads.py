"""What Django keeps for a request is kept by thread."""

import threading
from zoneinfo import ZoneInfo

import pytest
from django.urls import base, get_script_prefix, set_script_prefix
from django.utils import timezone, translation
from django.utils.translation import trans_real

from mix.web.frame.threads import keep_by_thread


def test_threads_know_nothing_of_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((trans_real, "_active"), (timezone, "_active"), (base, "_prefixes"), (base, "_urlconfs")):
        monkeypatch.setattr(module, name, None)  # as it was once this test is over
    keep_by_thread()
    found: list[tuple[str, str, str]] = []

    def seen() -> None:
        found.append((translation.get_language(), timezone.get_current_timezone_name(), get_script_prefix()))

    def other() -> None:
        seen()
        with translation.override("fr"), timezone.override(ZoneInfo("America/Vancouver")):
            set_script_prefix("/there/")
            seen()

    with translation.override("en"), timezone.override(ZoneInfo("America/St_Johns")):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        seen()
    assert found[1:] == [("fr", "America/Vancouver", "/there/"), ("en", "America/St_Johns", "/")]
    assert found[0][1:] != ("America/St_Johns", "/there/")
