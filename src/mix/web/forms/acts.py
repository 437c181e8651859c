"""Acts: what can be done on a page. Each is one named form and one verb; what is refused keeps all that was typed.

A page lists its acts, takes what was posted, and shows itself:

    acts = granted(roles, {"recommend": Listed(Recommend, step)})
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/choice/award.html", taken, AwardContext(...))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from mix.actions.core.deeds import Deed
from mix.actions.core.run import run
from mix.actions.market.locking import Late
from mix.phrases.refusals import sentence
from mix.readers.core.errors import Unknown
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.unmet import Outdated, Refused, Unmet
from mix.web.drawing.anchors import place_of
from mix.web.drawing.pages import Context, draw_page
from mix.web.drawing.requests import actor_of, now_of, stamp
from mix.web.drawing.showing import language
from mix.web.forms.fields import Label, hidden
from mix.web.forms.limits import Limit

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")
ALONE = "do"  # what an address says of the one form that is drawn, and where on the page that is


def do(request: HttpRequest, verb: Callable[Concatenate[Deed, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a verb as the request's actor at the request's time. Raises what the verb raises."""
    return run(actor_of(request), now_of(request), verb, *args, **kwargs)


class Act(forms.Form, Generic[S]):
    """One thing that can be done about something: fields, label, what it says when done, and `run`.

    `about` is what it is done about: a row, or a value of several. Fields stand in the class with lazy labels; what
    depends on `about` (choices, a field more, a hint) is set in `fit`.
    """

    label: ClassVar[Label]
    done: ClassVar[Label] = ""
    style: ClassVar[str] = "btn--2"
    needs: ClassVar[Permission | None] = None
    limit: ClassVar[Limit | None] = None

    def __init__(self, about: S, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.about = about
        self.fit()

    def fit(self) -> None:
        """Fit the fields to what the act is about."""

    @classmethod
    def first(cls, about: S) -> Mapping[str, Any]:  # noqa: ARG003 - for those that override it
        """Return what stands in the fields before anybody types."""
        return {}

    def run(self, request: HttpRequest) -> str | None:  # noqa: ARG002 - for those that override it
        """Carry it out with `cleaned_data`. Return where to go, or None to stay on the page. Raises Refused."""
        raise TypeError(f"{type(self).__name__} has no run")


class RowAct(Act[S]):
    """An act that stands beside each row of a list: its hidden field names the row."""

    item = hidden()

    @property
    def row(self) -> str:
        """Return the name of the row, as the page gave it."""
        return str(self.cleaned_data["item"])

    def rest(self) -> dict[str, Any]:
        """Return what was entered, without the name of the row."""
        return {name: value for name, value in self.cleaned_data.items() if name != "item"}


@dataclass(frozen=True)
class Listed(Generic[S]):
    """An act as a page lists it: with what it is about. Label and style are the act's, unless given here."""

    form: type[Act[S]]
    about: S
    label: Label = ""
    style: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.form.label)
        object.__setattr__(self, "style", self.style or self.form.style)

    def fresh(self, item: str, auto_id: str) -> Act[S]:
        """Return the form as nobody has typed into it yet."""
        first = self.form.first(self.about)
        return self.form(self.about, initial={**first, "item": item} if item else first, auto_id=auto_id)

    def filled(self, *typed: Any) -> Act[S]:  # noqa: ANN401 - Django's data and files
        """Return the form as somebody filled it in."""
        return self.form(self.about, *typed)


Acts: TypeAlias = Mapping[str, Listed[Any]]  # by the name that is posted


def granted(roles: frozenset[Role], acts: Acts) -> dict[str, Listed[Any]]:
    """Return those acts whose permission these roles have."""
    return {name: act for name, act in acts.items() if act.form.needs is None or grants(roles, act.form.needs)}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field: where it stands, what it is called, and why it was refused."""

    place: str
    label: str
    text: str


class Place(Enum):
    """Where a form stands for whoever has no script: a button sends its own form alone, and drops all else."""

    HERE = auto()
    APART = auto()  # with script it stands here, too
    NOWHERE = auto()


@dataclass
class Taken:
    """What came in with a request, and what a template needs to draw the acts: which were refused, what was typed.

    `own` names forms that the page draws itself, first the one that people come for. `alone` is the one form that was
    asked for by its link, and its item.
    """

    acts: Acts
    bound: dict[str, Act[Any]] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    returned: bool = False
    status: int = 200
    own: tuple[str, ...] = ()
    alone: tuple[str, str] | None = None
    asked: QueryDict = field(default_factory=QueryDict)

    def place(self, name: str, item: str = "", *, asks: bool = True) -> Place:
        """Say where a form stands, so that without script none in which one types has another's button beside it."""
        if self.alone:
            return Place.HERE if self.alone == (name, item) else Place.NOWHERE
        if self.holds_text or self.own:
            stands = self.came_back(name, item) if self.holds_text else name == self.own[0]
            return Place.HERE if stands else Place.APART
        many = len(self.acts) > 1 or any(issubclass(act.form, RowAct) for act in self.acts.values())
        return Place.APART if asks and many else Place.HERE

    @property
    def holds_text(self) -> bool:
        """Say whether what came back was typed: a button that was refused comes back with nothing."""
        return any(form.visible_fields() for form in self.bound.values())

    def address(self, name: str, item: str = "") -> str:
        """Return where the page is drawn with this form alone."""
        asked = self.asked.copy()
        asked[ALONE] = name
        asked["item"] = item
        return f"?{asked.urlencode()}#{ALONE}"

    def rest(self) -> str:
        """Return what the address asks for beside that, of the page with all its forms."""
        asked = self.asked.copy()
        for key in (ALONE, "item"):
            asked.pop(key, None)
        return asked.urlencode()

    def came_back(self, name: str, item: str = "") -> bool:
        """Say whether an act is shown as it was typed, for this item."""
        bound = self.bound.get(name)
        return bound is not None and (not item or bound.data.get("item") == item)

    def form(self, name: str, item: str = "") -> Act[Any]:
        """Return the form of an act: as it was typed if it was refused for this item, else fresh."""
        if self.came_back(name, item):
            return self.bound[name]
        return self.acts[name].fresh(item, f"id_{name}{'_' + item if item else ''}_%s")

    @property
    def faults(self) -> list[Fault]:
        """What is wrong with the fields of an act that was refused for them alone, in the order of the fields."""
        if self.unmet or self.status == HTTPStatus.OK:
            return []
        return [
            Fault(place_of(field), str(field.label), str(error))
            for form in self.bound.values()
            for field in form
            if not field.is_hidden
            for error in field.errors
        ]


def refused(acts: Acts, *unmet: Unmet) -> Taken:
    """Return what a page shows that was refused something outside of its acts; nothing is carried out."""
    return Taken(acts, unmet=unmet, status=422 if unmet else 200)


def take(request: HttpRequest, acts: Acts) -> Taken | HttpResponse:
    """Carry out the act that was posted and answer with where to go, or say what to show. Raises Unknown and Late."""
    taken = Taken(acts)
    stash = take_stash(request)
    if stash is not None and stash.get("act") in acts:
        name = str(stash["act"])
        taken.bound[name] = acts[name].filled(stash)
        taken.returned = True
    if request.method != "POST" or "act" not in request.POST:
        return taken
    if request.content_type == "multipart/form-data":
        stamp(request)
    name = request.POST["act"]
    if name not in acts:
        raise Unknown
    form = acts[name].filled(request.POST, request.FILES)
    taken.bound[name] = form
    taken.status = 422
    if not form.is_valid():
        return taken
    if form.limit and not form.limit.allows(request, f"{type(form).__module__}.{type(form).__qualname__}"):
        taken.unmet, taken.status = (Unmet("too_often"),), HTTPStatus.TOO_MANY_REQUESTS
        return taken
    return _carry_out(request, name, form, taken)


def _carry_out(request: HttpRequest, name: str, form: Act[Any], taken: Taken) -> Taken | HttpResponse:
    try:
        goes_to = form.run(request)
    except Late:
        raise
    except Outdated as error:
        taken.unmet, taken.status = error.unmet, HTTPStatus.CONFLICT
        del taken.bound[name]  # the form is drawn anew, with what stands on the page now
        return taken
    except Refused as error:
        taken.unmet = error.unmet
        _mark(form, error.unmet)
        return taken
    if form.done:
        messages.success(request, form.done)
    return redirect(goes_to or request.path)


@dataclass(frozen=True)
class TakenContext:
    """What every page with acts draws them from."""

    shown: Taken


def show(request: HttpRequest, template: str, taken: Taken, *contexts: Context) -> HttpResponse:
    """Draw a page with its acts. Raises ValueError where two contexts name the same thing."""
    taken.asked = request.GET
    is_bare = bool(taken.bound) and not taken.holds_text  # what stands in its way is shown on the whole page
    if (name := request.GET.get(ALONE, "")) and not is_bare:
        taken.alone = (name, request.GET.get("item", ""))
    return draw_page(request, template, TakenContext(taken), *contexts, status=taken.status)


def take_stash(request: HttpRequest) -> QueryDict | None:
    """Take what somebody typed before they had to sign in, if anything."""
    if request.method != "GET":
        return None
    typed = request.session.pop(f"stash:{request.path}", None)
    if typed is None:
        return None
    data = QueryDict(mutable=True)
    for key, values in typed.items():
        data.setlist(key, values)
    return data


def _mark(form: forms.Form, unmet: tuple[Unmet, ...]) -> None:
    """Put a refusal beside the field that it is about, where the form has that field."""
    for one in unmet:
        if one.field in form.fields:
            form.add_error(one.field, sentence(one, language()))
