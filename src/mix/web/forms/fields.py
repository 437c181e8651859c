"""Forms: label, hint, error, control, in that order; and the field makers that pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import TemplatesSetting
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from mix.phrases.refusals import sentence
from mix.phrases.words import WORDS, word
from mix.rules.core.fields import BadValue, read_money
from mix.rules.core.lines import file_name, is_one_line, lines
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.closing import local_instant
from mix.rules.market.shares import WORDLIST
from mix.rules.market.shares import WORDS as SHARE_WORDS
from mix.web.drawing.showing import clock, language, plain_amount
from mix.web.forms.filekinds import problem_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise  # what django-stubs calls a lazy text
else:
    from django.utils.functional import Promise

# What stands beside a field: a text, or one that is put into the reader's language when it is drawn.
Label: TypeAlias = str | Promise
# The codes of a choice with their labels, or what makes them each time that a form is made.
Pairs: TypeAlias = Iterable[tuple[str, Label]] | Callable[[], Iterable[tuple[str, Label]]]
YEARS = range(1900, 2200)  # in which what people enter a time for happens
# What stands in a list before somebody chose.
UNSAID: tuple[str, Label] = ("", "–")


def languages() -> list[tuple[str, Label]]:
    """Return the languages of the site, each by its own name."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


class Renderer(TemplatesSetting):
    """Renders every form with the templates of parts/."""

    form_template_name = "parts/_form.html"
    field_template_name = "parts/_field.html"


def _say(code: str, **params: str) -> str:
    return sentence(Unmet(code, params), language())


def check_line(value: object) -> None:
    """Refuse a text that is not one line; what was read into something else passes."""
    if isinstance(value, str) and not is_one_line(value):
        raise forms.ValidationError(_say("not_one_line"))


class MoneyField(forms.CharField):
    """An amount in dollars as people write it; cleans to cents."""

    def to_python(self, value: str | None) -> int | None:  # type: ignore[override]  # a text goes in, cents come out
        """Read an amount."""
        text = super().to_python(value) or ""
        if not text:
            return None
        check_line(text)
        try:
            return read_money(text)
        except BadValue as error:
            raise forms.ValidationError(_say(error.code, **error.params)) from None

    def prepare_value(self, value: object) -> object:
        """Show cents as dollars; leave what was typed as it is."""
        return plain_amount(value) if isinstance(value, int) else value


def _wall_clock(text: str) -> datetime:
    """Read a time without a clock of its own, which would be another instant. Raises ValueError for all else."""
    wall = datetime.fromisoformat(text.replace(" ", "T"))
    if wall.tzinfo is not None or wall.year not in YEARS:
        raise ValueError(text)
    return wall


class MomentField(forms.CharField):
    """A day and time on the page's clock; cleans to an instant in UTC. Refuses times that never are or are twice."""

    def to_python(self, value: str | None) -> datetime | None:  # type: ignore[override]  # a text goes in, an instant comes out
        """Read a wall-clock time."""
        text = super().to_python(value) or ""
        if not text:
            return None
        check_line(text)
        try:
            return local_instant(_wall_clock(text), clock())
        except Refused as error:
            raise forms.ValidationError(sentence(error.unmet[0], language())) from None
        except ValueError:
            raise forms.ValidationError(_("Write it as 2027-01-14 14:00")) from None

    def prepare_value(self, value: object) -> object:
        """Show an instant on the page's clock."""
        if isinstance(value, datetime):
            return value.astimezone(ZoneInfo(clock())).strftime("%Y-%m-%dT%H:%M")
        return value


class UploadField(forms.FileField):
    """A public document. Refuses what is too large, empty, or not what its name says."""

    def clean(self, data: UploadedFile[Any] | None, initial: object = None) -> UploadedFile[Any] | None:
        """Clean its name, and check the size and the first bytes."""
        if isinstance(data, UploadedFile) and data.name:
            data.name = file_name(data.name)
        file: UploadedFile[Any] | None = super().clean(data, initial)
        if file is not None and (file.size or 0) > settings.PUBLIC_FILE_LIMIT:
            raise forms.ValidationError(
                _say("file_too_large", name=file.name or "", most=str(settings.PUBLIC_FILE_LIMIT // 2**20))
            )
        problem = problem_of(file.name or "", file.read(4096)) if file is not None else ""
        if file is not None and problem:
            raise forms.ValidationError(_say(problem, name=file.name or ""))
        if file is not None:
            file.seek(0)
        return file


class WordsWidget(forms.Widget):
    """One box for each of the 33 words; without JavaScript all may be typed or pasted into the first."""

    template_name = "parts/_words.html"
    input_type = "words"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401 - Django's
        """Give the template the words that were typed and the list that they are from."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        typed = (value or "").split("\n")
        context["boxes"] = [(n, typed[n - 1] if n <= len(typed) else "") for n in range(1, SHARE_WORDS + 1)]
        context["list"] = WORDLIST
        return context

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> str:  # noqa: ANN401 - Django's
        """Join the boxes, one line each."""
        return "\n".join(str(data.get(f"{name}-{n}", ""))[:2000] for n in range(1, SHARE_WORDS + 1))


def words(label: Label) -> forms.CharField:
    """Make a field for a share of a key."""
    return forms.CharField(label=label, widget=WordsWidget, strip=False, max_length=3000)


def upload(label: Label, *, hint: Label = "", required: bool = True) -> UploadField:
    """Make a field for a public document."""
    return UploadField(label=label, help_text=hint, required=required, max_length=150)


def small_file(label: Label, *, hint: Label = "") -> forms.FileField:
    """Make a field for a file that is read at once and never kept."""
    return forms.FileField(label=label, help_text=hint, max_length=150)


def line(label: Label, *, hint: Label = "", required: bool = True, most: int = 200) -> forms.CharField:
    """Make a field for one line."""
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most, validators=[check_line])


class LinesField(forms.CharField):
    """A text of several lines, each of which ends as all others do, whatever it was pasted from."""

    def to_python(self, value: str | None) -> str:
        """Read it."""
        return lines(super().to_python(value) or "").strip()


def text(label: Label, *, hint: Label = "", required: bool = True, rows: int = 3) -> forms.CharField:
    """Make a field for several lines."""
    return LinesField(
        label=label, help_text=hint, required=required, max_length=60_000, widget=forms.Textarea({"rows": rows})
    )


class PastedField(forms.CharField):
    """Rows of a table: a first cell that is empty stays one, so that only empty lines go."""

    def to_python(self, value: str | None) -> str:
        """Read them."""
        return lines(super().to_python(value) or "").strip("\n")


def pasted(label: Label, *, hint: Label = "", rows: int = 6) -> forms.CharField:
    """Make an optional field into which rows of a table are pasted."""
    widget = forms.Textarea({"rows": rows})
    return PastedField(label=label, help_text=hint, required=False, max_length=60_000, widget=widget, strip=False)


def email(label: Label, *, hint: Label = "") -> forms.EmailField:
    """Make a field for an address."""
    return forms.EmailField(
        label=label,
        help_text=hint,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        validators=[check_line],
    )


def money(label: Label, *, hint: Label = "", required: bool = True) -> MoneyField:
    """Make a field for an amount."""
    return MoneyField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.TextInput({"inputmode": "decimal", "class": "short"}),
    )


def day(label: Label, *, hint: Label = "", required: bool = True) -> forms.DateField:
    """Make a field for a day."""
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput({"type": "date", "class": "short"}, format="%Y-%m-%d"),
    )


def moment(label: Label, *, hint: Label = "", required: bool = True) -> MomentField:
    """Make a field for a time on the page's clock."""
    return MomentField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.TextInput({"type": "datetime-local", "class": "short"}),
    )


def number(
    label: Label, *, hint: Label = "", required: bool = True, least: int = 0, most: int = 10**6
) -> forms.IntegerField:
    """Make a field for a whole number."""
    return forms.IntegerField(
        label=label,
        help_text=hint,
        required=required,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput({"class": "short"}),
    )


def decimal(label: Label, *, hint: Label = "") -> forms.DecimalField:
    """Make a field for a number with up to two decimals."""
    return forms.DecimalField(
        label=label,
        help_text=hint,
        max_digits=8,
        decimal_places=2,
        widget=forms.NumberInput({"step": "0.25", "class": "short"}),
    )


def yes(label: Label, *, required: bool = False) -> forms.BooleanField:
    """Make a box to tick."""
    return forms.BooleanField(label=label, required=required)


def hidden(*, required: bool = True, most: int = 100) -> forms.CharField:
    """Make the field that says which thing a form is about."""
    return forms.CharField(widget=forms.HiddenInput, required=required, max_length=most, validators=[check_line])


def choice(label: Label, pairs: Pairs, *, hint: Label = "", radio: bool = False) -> forms.ChoiceField:
    """Make a field for one of a few; short lists as radio buttons."""
    widget: forms.Widget = forms.RadioSelect() if radio else forms.Select()
    return forms.ChoiceField(
        label=label, help_text=hint, choices=pairs if callable(pairs) else list(pairs), widget=widget
    )


def optional_choice(label: Label, pairs: Pairs, *, hint: Label = "") -> forms.ChoiceField:
    """Make a field for one of a few or nobody."""
    made = choice(label, lambda: [UNSAID, *(pairs() if callable(pairs) else pairs)], hint=hint)
    made.required = False
    return made


def word_choice(
    label: Label,
    group: str,
    codes: Iterable[str] | None = None,
    *,
    hint: Label = "",
    radio: bool = False,
    unsaid: bool = False,
) -> forms.ChoiceField:
    """Make a field for one of the codes of a word group; `unsaid` where nobody may be taken to have said the first."""
    shown = tuple(codes or WORDS[group])
    first = [UNSAID] if unsaid else []
    return choice(
        label, lambda: [*first, *((code, word(group, code, language())) for code in shown)], hint=hint, radio=radio
    )


def offer(form: forms.Form, name: str, pairs: Iterable[tuple[str, Label]]) -> None:
    """Set what a choice of this form offers, from what the form is about."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no choice")
    field.choices = list(pairs)


def offer_many(form: forms.Form, name: str, pairs: Iterable[tuple[str, Label]]) -> None:
    """Set what boxes to tick offer, from what the form is about."""
    field = form.fields[name]
    if not isinstance(field, forms.MultipleChoiceField):
        raise TypeError(f"{name} is no choice of several")
    field.choices = list(pairs)


def many(label: Label, pairs: Pairs, *, hint: Label = "") -> forms.MultipleChoiceField:
    """Make boxes to tick, any number of them."""
    return forms.MultipleChoiceField(
        label=label,
        help_text=hint,
        choices=pairs if callable(pairs) else list(pairs),
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )


def link(label: Label, *, hint: Label = "") -> forms.URLField:
    """Make an optional field for an address of the web."""
    return forms.URLField(label=label, help_text=hint, required=False, assume_scheme="https", validators=[check_line])
