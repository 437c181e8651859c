"""Jinja2 as our templates know it: what they may call, how values are written, and that a misspelt name fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models.fields.related_descriptors import ReverseOneToOneDescriptor
from django.forms.widgets import CheckboxInput, ChoiceWidget, FileInput
from django.template import defaultfilters
from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.html import json_script
from django.utils.timezone import localtime
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FunctionLoader, PrefixLoader, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from markupsafe import Markup

from mix.readers.city.letterheads import find_letterhead
from mix.rules.case.carrying import Accord
from mix.rules.case.pilots import PilotState, Word
from mix.rules.case.states import ChallengeStatus, JoinAnswer, NoticeKind
from mix.rules.choice.states import AwardState, Conflict, Seat
from mix.rules.city.kinds import REGISTERED
from mix.rules.city.policy.adviser import Fit, Kind
from mix.rules.city.policy.documents import Effect
from mix.rules.city.policy.facts import Ground
from mix.rules.city.states import DraftState
from mix.rules.core.absences import DeputyAnswer
from mix.rules.core.fields import FieldType
from mix.rules.core.kinds import (
    AgreementKind,
    CityState,
    Decision,
    DeliverySection,
    Envelope,
    EvaluationPhase,
    Origin,
    Scan,
    StepState,
)
from mix.rules.delivery.acceptance import Named
from mix.rules.delivery.invoices import InvoiceState
from mix.rules.delivery.states import AgreementState, ConversationState, EditState, EvidenceVerdict
from mix.rules.knowledge.measured import TargetVerdict
from mix.rules.knowledge.states import FactConfidence, FactKey
from mix.rules.market.closing import Phase
from mix.rules.market.states import CustodyMode, Joining
from mix.web.drawing import filters, showing
from mix.web.drawing.anchors import anchor
from mix.web.drawing.pdf import logo_inside
from mix.web.forms.acts import Place, Taken

logger = logging.getLogger(__name__)

FILTERS: dict[str, Callable[..., Any]] = {
    "anchor": anchor,
    "at": filters.at,
    "by_group": filters.by_group,
    "browser": filters.browser,
    "capfirst": defaultfilters.capfirst,
    "clock_part": filters.clock_part,
    "closing": filters.closing,
    "date": lambda value, form: defaultfilters.date(localtime(value) if isinstance(value, datetime) else value, form),
    "day": filters.day,
    "day_part": filters.day_part,
    "endings_of": filters.endings_of,
    "english": filters.english,
    "foreign": filters.foreign,
    "in_language": filters.in_language,
    "json_script": json_script,
    "kinds_of": filters.kinds_of,
    "language_name": showing.language_name,
    "letterhead": find_letterhead,
    "left": filters.left,
    "logo_inside": logo_inside,
    "linebreaks": defaultfilters.linebreaks_filter,
    "linebreaksbr": defaultfilters.linebreaksbr,
    "markdown": filters.markdown,
    "moment": filters.moment,
    "money": filters.money,
    "named": filters.named,
    "plain": filters.plain,
    "points": filters.points,
    "quantity": filters.quantity,
    "price_rule": filters.price_rule,
    "said": filters.said,
    "sentence_of": filters.sentence_of,
    "size": filters.size,
    "stringformat": defaultfilters.stringformat,
    "truncatechars": defaultfilters.truncatechars,
}

CHOSEN = (ChoiceWidget, CheckboxInput, FileInput)  # into which nobody types

ENUMS: tuple[type[StrEnum], ...] = (  # what templates compare with; a member that does not exist fails
    Accord,
    AgreementKind,
    AgreementState,
    AwardState,
    ChallengeStatus,
    CityState,
    Conflict,
    ConversationState,
    CustodyMode,
    Decision,
    DeliverySection,
    DeputyAnswer,
    DraftState,
    EditState,
    Effect,
    Envelope,
    EvaluationPhase,
    EvidenceVerdict,
    FactConfidence,
    FactKey,
    FieldType,
    Fit,
    Ground,
    InvoiceState,
    JoinAnswer,
    Joining,
    Kind,
    Named,
    NoticeKind,
    Origin,
    Phase,
    PilotState,
    Scan,
    Seat,
    StepState,
    TargetVerdict,
    Word,
)


class Missing(ChainableUndefined):
    """A name that stands for nothing.

    What nothing has is nothing: `award.vendor.name` is empty while there is no award. Any other name that an object
    or a page does not have is misspelt, and fails as soon as it is used: in tests (`settings.STRICT_NAMES`). Whoever
    reads a served page is not punished for it; there it is logged, and stands for nothing.
    """

    def _use(self) -> None:
        owner, name = self._undefined_obj, self._undefined_name or ""
        if owner is not None and not isinstance(getattr(type(owner), name, None), ReverseOneToOneDescriptor):
            if settings.STRICT_NAMES:
                self._fail_with_undefined_error()
            logger.error("a template: %s", self._undefined_message)

    def __getattr__(self, name: str) -> Missing:
        if name[:2] == "__":
            raise AttributeError(name)
        self._use()
        return self

    def __getitem__(self, _name: str) -> Missing:  # type: ignore[override]  # stays Missing
        self._use()
        return self

    def __str__(self) -> str:
        self._use()
        return ""

    def __html__(self) -> str:
        return str(self)

    def __iter__(self) -> Iterator[Any]:
        self._use()
        yield from ()

    def __len__(self) -> int:
        self._use()
        return 0

    def __bool__(self) -> bool:
        self._use()
        return False

    def __eq__(self, other: object) -> bool:
        self._use()
        return type(self) is type(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = ChainableUndefined.__hash__


class _Safe:
    """A filter as templates use it: handed nothing, it answers nothing."""

    def __init__(self, of: Callable[..., Any]) -> None:
        self.of = of

    def __call__(self, value: Any, *args: Any) -> Any:  # noqa: ANN401 - any value
        return str(value) if isinstance(value, Missing) else self.of(value, *args)


def _url(name: str, *args: object) -> str:
    return _address(name, args, translation.get_language(), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=4096, typed=True)
def _address(name: str, args: tuple[object, ...], *_where: str | None) -> str:
    """Return the address of a page in the language and under the root that it is asked in."""
    return reverse(name, args=args or None)


def _sentence(english: str, /, **given: object) -> Markup:
    """Return a sentence in the page's language, with what stands in it."""
    if given:
        return Markup(translation.gettext(english)) % given  # noqa: S704 - a sentence of ours; what is given is escaped
    return _bare(english, translation.get_language())


@lru_cache(maxsize=8192)
def _bare(english: str, _language: str | None) -> Markup:
    return Markup(translation.gettext(english)) % {}  # noqa: S704 - a sentence of ours


@pass_context
def _act(context: Context, name: str, item: object = "") -> TemplateModule:
    """Draw one act of the page: its form with its button."""
    shown: Taken = context["shown"]
    form = shown.form(name, str(item))
    asks = any(not isinstance(field.field.widget, CHOSEN) for field in form.visible_fields())
    return context.environment.get_template("parts/_act.html").make_module(
        {
            "form": form,
            "act": shown.acts[name],
            "name": name,
            "csrf_token": context["csrf_token"],
            "is_refused": form.is_bound,
            "place": shown.place(name, str(item), asks=asks),
            "shown": shown,
            "item": str(item),
        }
    )


def _written(value: Any) -> Any:  # noqa: ANN401 - any value
    """Write decimals in the page's language and texts with their line breaks; promises of texts become texts.

    A text in an attribute goes through `plain`, one in a box through `e`: no element may stand there.
    """
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, str):
        return showing.broken(value) if "\n" in value and not hasattr(value, "__html__") else value
    return localize(value) if isinstance(value, float | Decimal) else value


def _of_kind(key: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Load what a step kind shows on the page of a step, wherever its folder is."""
    if key not in REGISTERED:
        return None
    path = REGISTERED[key].template
    read_at = path.stat().st_mtime_ns
    return path.read_text(encoding="utf-8"), str(path), lambda: path.stat().st_mtime_ns == read_at


def environment(**options: Any) -> Environment:  # noqa: ANN401 - Jinja2's own
    """Return the environment of our templates, with `kind/<key>` for that of a step kind."""
    options["loader"] = ChoiceLoader([PrefixLoader({"kind": FunctionLoader(_of_kind)}), options["loader"]])
    options |= {"undefined": Missing, "finalize": _written, "extensions": ["jinja2.ext.i18n"]}
    made = Environment(**options)  # noqa: S701 - Django's backend escapes unless told otherwise
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    made.globals |= {"_": _sentence, "gettext": _sentence}  # a third of what Jinja2's own takes
    made.globals |= {kind.__name__: kind for kind in ENUMS}
    made.globals |= {
        "Place": Place,
        "act": _act,
        "colon": showing.colon,
        "spec_title": filters.spec_title,
        "static": static,
        "url": _url,
        "word": filters.word_of,
    }
    made.filters |= {name: _Safe(of) for name, of in FILTERS.items()}
    made.filters["began_on_trial"] = lambda row: bool(getattr(row, "is_trial", False))
    made.filters["default_if_none"] = lambda value, instead: instead if value is None else value
    return made
