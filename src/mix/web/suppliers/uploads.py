"""Files that are encrypted while they arrive: nothing of them is ever plain on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse

from mix.actions.market import uploads
from mix.actions.market.locking import Late
from mix.actions.market.sealing import drop_blob, has_room
from mix.phrases.refusals import sentence
from mix.readers.market.sealing import find_upload
from mix.readers.market.submissions import get_own_submission
from mix.rules.core.kinds import Envelope
from mix.rules.core.lines import file_name, whole_number
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.sealed import SealingStream, Stored, TooLarge
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import language
from mix.web.forms.acts import do
from mix.web.forms.filekinds import problem_of


@dataclass(frozen=True)
class TooLargeContext:
    """What the page draws that refuses a file for its size."""

    back: str


def too_large(request: HttpRequest) -> HttpResponse:
    """Say that a file is too large, with the way back to its page."""
    return draw_page(request, "413.html", TooLargeContext(request.path), status=413)


class SealingHandler(FileUploadHandler):
    """Streams the one file of a request into the vault, and remembers how that went."""

    def __init__(self, request: HttpRequest, begin: Callable[[], SealingStream]) -> None:
        super().__init__(request)
        self.begin = begin
        self.sealer: SealingStream | None = None
        self.problem = ""
        self.stored: Stored | None = None
        self.is_kept = False
        self.name = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Begin to encrypt."""
        super().new_file(*args, **kwargs)
        if self.stored is not None:
            self.problem = "one_file"
            return
        self.name = file_name(self.file_name or "")
        self.sealer = None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Encrypt the next piece; what is not allowed is drained and dropped."""
        if self.problem:
            return
        if start == 0:
            self.problem = problem_of(self.name, raw_data[:4096])
        if self.problem:
            return
        if start == 0 and not has_room():
            self.problem = "no_room"
            return
        if self.sealer is None:
            self.sealer = self.begin()
        try:
            self.sealer.write(raw_data)
        except TooLarge:
            self.problem = "file_too_large"
            self.sealer = None

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - Django's signature
        """Finish the stream. Nothing is handed to Django: there is no plaintext to hand."""
        if self.sealer is not None and not self.problem:
            self.stored = self.sealer.finish()
            self.sealer = None

    def end(self) -> None:
        """Leave nothing of a file that was broken off or that nobody kept."""
        if self.sealer is not None:
            self.sealer.abort()
            self.sealer = None
        if self.stored is not None and not self.is_kept:
            drop_blob(self.stored.blob)


@contextmanager
def sealing(request: HttpRequest, begin: Callable[[], SealingStream]) -> Iterator[SealingHandler]:
    """Have the file of a request encrypted as it arrives, before anything reads the body.

    Only what was kept (`is_kept`) stays, whatever happens: a token that is lacking, a refusal, a broken connection.
    """
    handler = SealingHandler(request, begin)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.end()


def begin(request: HttpRequest, code: str) -> JsonResponse:
    """Begin a file that arrives in parts; answers where to go on."""
    submission = get_own_submission(code, actor=signed_in(request))
    given = request.POST

    def verb() -> dict[str, Any]:
        upload, there = do(
            request,
            uploads.begin,
            submission,
            envelope=given.get("envelope") or Envelope.TECHNICAL.value,
            name=given.get("name", ""),
            question=given.get("question", ""),
            size=whole_number(given.get("size", ""), digits=15) or 0,
        )
        return {"upload": upload, "there": there}

    return _said(request, verb)


def part(request: HttpRequest, code: str, upload: str) -> JsonResponse:
    """Take a part: the bytes are the body, `start` says where they belong."""
    submission = get_own_submission(code, actor=signed_in(request))
    at = whole_number(request.GET.get("start", ""), digits=15)
    start = -1 if at is None else at

    def verb() -> dict[str, Any]:
        found = find_upload(submission, upload)
        problem = problem_of(found.name, request.body[:4096]) if found and start == 0 else ""
        if found and problem:
            raise Refused(Unmet(problem, {"name": found.name}, field="file"))
        return {"there": do(request, uploads.add_part, submission, upload=upload, start=start, content=request.body)}

    return _said(request, verb)


def finish(request: HttpRequest, code: str, upload: str) -> JsonResponse:
    """Put the parts together; answers the fingerprint that the server computed."""
    submission = get_own_submission(code, actor=signed_in(request))
    return _said(request, lambda: {"sha256": do(request, uploads.finish, submission, upload=upload)[1]})


def _said(request: HttpRequest, verb: Callable[[], dict[str, Any]]) -> JsonResponse:
    """Answer in JSON: what was done, or in words what was refused."""
    if request.method != "POST":
        return JsonResponse({"refused": []}, status=405)
    try:
        return JsonResponse(verb())
    except Refused as error:
        status = 409 if isinstance(error, Late) else 422
        return JsonResponse(
            {
                "refused": [sentence(u, language()) for u in error.unmet],
                "there": error.unmet[0].params.get("there", ""),
            },
            status=status,
        )
