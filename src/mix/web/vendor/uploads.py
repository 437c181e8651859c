"""Files that are encrypted while they arrive: nothing of them is ever plain on disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from mix.actions.sealing import StreamSealer, TooLarge, open_stream
from mix.data.models import Solicitation
from mix.web.parts.filekinds import is_what_it_says


class SealingHandler(FileUploadHandler):
    """Streams the one file of a request into the vault, and remembers how that went."""

    def __init__(self, request: HttpRequest, call: Solicitation) -> None:
        super().__init__(request)
        self.call = call
        self.sealer: StreamSealer | None = None
        self.problem = ""
        self.stored: Any = None
        self.name = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's signature
        """Begin to encrypt."""
        super().new_file(*args, **kwargs)
        self.name = (self.file_name or "")[-150:]
        self.sealer = None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Encrypt the next piece; what is not allowed is drained and dropped."""
        if self.problem:
            return
        if start == 0 and not is_what_it_says(self.name, raw_data[:4096]):
            self.problem = "file_kind"
            return
        if self.sealer is None:
            self.sealer = open_stream(self.call)
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

    def upload_interrupted(self) -> None:
        """Leave nothing of a broken upload."""
        if self.sealer is not None:
            self.sealer.abort()
            self.sealer = None
