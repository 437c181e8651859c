"""What a team does with its submission, beside writing it: take a file out, finalise, confirm, withdraw, bring in."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.market import submissions
from mix.data.models import Submission
from mix.readers.core.rows import row_key
from mix.readers.market.co_applicants import beside_of
from mix.readers.market.sealing import list_files
from mix.readers.market.solicitations import get_addendum
from mix.web.drawing.requests import began_of
from mix.web.forms import fields
from mix.web.forms.acts import Act, RowAct, do


class DropFile(RowAct[Submission]):
    """Take a file out."""

    label = _("Take out")
    done = _("The file was taken out.")

    def run(self, request: HttpRequest) -> str:
        """Take it out, and stay on the page of its question, if it was there."""
        do(request, submissions.drop_file, self.about, code=self.row)
        return page_of_files(self.about, request.GET.get("question", ""))


def page_of_files(submission: Submission, question: str = "") -> str:
    """Return the address of the files of a submission: of all, or of those that answer one question."""
    page = reverse("vendor-files", args=[submission.code])
    return f"{page}?{urlencode({'question': question})}" if question else page


class Finalise(Act[Submission]):
    """Finalise what was written; a second click makes no second version."""

    label = _("Finalise submission")
    style = ""

    retry = fields.hidden()
    draft = fields.hidden(required=False)
    codes = fields.hidden(required=False, most=100_000)
    beside = fields.hidden(required=False, most=1000)

    def fit(self) -> None:
        """Ask whether this person may bind this vendor."""
        text = gettext("I may bind %(vendor)s, and what I submit is true as far as I know.")
        self.fields["bind"] = fields.yes(text % {"vendor": self.about.vendor.name}, required=True)

    @classmethod
    def first(cls, about: Submission) -> Mapping[str, Any]:
        """Give this form its key, and say what stands on the page: the draft, the files, and who answers."""
        codes = ".".join(f.code for f in list_files(about))
        beside = ".".join(one["code"] for one in beside_of(about))
        return {
            "retry": secrets.token_urlsafe(16),
            "draft": str(about.draft_version),
            "codes": codes,
            "beside": beside,
        }

    def run(self, request: HttpRequest) -> str:
        """Finalise, and go to the receipt."""
        retry, draft = self.cleaned_data["retry"], self.cleaned_data["draft"]
        codes = tuple(code for code in self.cleaned_data["codes"].split(".") if code)
        beside = tuple(code for code in self.cleaned_data["beside"].split(".") if code)
        seen = submissions.Seen(int(draft) if draft.isdigit() and len(draft) < 9 else 0, codes, beside)
        version = do(request, submissions.finalise, self.about, retry_key=retry, began_at=began_of(request), seen=seen)
        return reverse("vendor-receipt", args=[version.reference])


class Confirm(RowAct[Submission]):
    """Confirm that the submission stands after an addendum."""

    label = _("I have read it, and my submission stands")
    done = _("Confirmed.")

    def run(self, request: HttpRequest) -> None:
        """Confirm it."""
        addendum = get_addendum(self.about.solicitation, row_key(self.row))
        do(request, submissions.acknowledge, self.about, addendum=addendum)


class Withdraw(Act[Submission]):
    """Withdraw what was submitted."""

    label = _("Withdraw")
    done = _("Withdrawn. You may finalise again until closing.")

    sure = fields.yes(_("I want to withdraw what was submitted."), required=True)

    def run(self, request: HttpRequest) -> None:
        """Withdraw it."""
        do(request, submissions.withdraw, self.about)


class BringBack(RowAct[Submission]):
    """Make the draft again what it was."""

    label = _("Bring back")
    done = _("The draft is what it was then. What it was just now is kept among its versions.")

    def run(self, request: HttpRequest) -> str:
        """Bring it back, and go on writing."""
        number = int(self.row) if self.row.isdigit() and len(self.row) < 9 else 0
        do(request, submissions.bring_back, self.about, number=number)
        return reverse("vendor-submission", args=[self.about.code])


class BringCopy(Act[Submission]):
    """Bring in the vendor's own copy as a draft."""

    label = _("Bring in my copy")
    done = _("Your answers are back as a draft. Change them, then finalise again.")
    style = ""

    file = fields.small_file(_("Your copy"), hint=_("The JSON file that you took from this page."))

    def run(self, request: HttpRequest) -> str:
        """Bring it in, and go on writing."""
        do(request, submissions.bring_copy, self.about, brought=read_copy(self.cleaned_data["file"]))
        return reverse("vendor-submission", args=[self.about.code])


def read_copy(file: UploadedFile[Any]) -> object:
    """Read a vendor's own copy; None where it is no JSON, which the verbs refuse."""
    try:
        return json.loads(file.read().decode())
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None
