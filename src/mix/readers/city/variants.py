"""Questions about the variants of methods that cities write for themselves."""

from __future__ import annotations

from mix.data.models import MethodDraft, MethodVersion, Municipality
from mix.readers.city.methods import get_latest
from mix.readers.core.errors import Unknown
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.city.variants import Change, Tree, differences, read_tree
from mix.rules.core.catalogue import DocumentInvalid, Problem
from mix.rules.core.unmet import Unmet


def list_drafts(municipality: Municipality) -> list[MethodDraft]:
    """List a city's variants, by key."""
    return list(municipality.method_drafts.select_related("parent", "edited_by", "proposed_by").order_by("key"))


def get_draft(municipality: Municipality, key: str) -> MethodDraft:
    """Return one variant of a city. Raises Unknown."""
    found = (
        municipality.method_drafts.filter(key=key).select_related("municipality", "parent", "edited_by", "proposed_by")
    ).first()
    if found is None:
        raise Unknown
    return found


def list_versions(draft: MethodDraft) -> list[MethodVersion]:
    """List the published versions of a variant, latest first."""
    rows = MethodVersion.objects.filter(key=draft.key, municipality=draft.municipality)
    return list(rows.select_related("signed_by", "parent").order_by("-version"))


def read_document(text: str) -> tuple[Method | None, tuple[Problem, ...]]:
    """Read a draft's document: the method, or everything that is wrong with it by line."""
    try:
        return parse(text), ()
    except DocumentInvalid as error:
        return None, tuple(sorted(error.problems, key=lambda p: p.line))


def tree_of(draft: MethodDraft) -> Tree | None:
    """Return the draft's document as a tree, or None while it cannot be read as YAML."""
    try:
        return read_tree(draft.document)
    except DocumentInvalid:
        return None


def compare_with_parent(draft: MethodDraft) -> list[Change]:
    """List where a variant differs from the version that it came from."""
    mine = tree_of(draft)
    if mine is None:
        return []
    return [c for c in differences(read_tree(draft.parent.document), mine) if c.path[0] not in ("key", "version")]


def newer_parent(draft: MethodDraft) -> MethodVersion | None:
    """Return a later version of the parent, whose changes the variant has not taken over."""
    latest = get_latest(draft.parent.key)
    return latest if latest.version > draft.parent.version else None


def changes_of_parent(draft: MethodDraft) -> list[Change]:
    """List what a newer parent changed since the version that the variant came from."""
    newer = newer_parent(draft)
    if newer is None:
        return []
    found = differences(read_tree(draft.parent.document), read_tree(newer.document))
    return [c for c in found if c.path != ("version",)]


def unmet_to_propose(draft: MethodDraft) -> tuple[Unmet, ...]:
    """List what keeps a draft from being published: it does not hold, has another key, or says nothing new."""
    method, problems = read_document(draft.document)
    if method is None:
        return (Unmet("method_does_not_hold", {"count": str(len(problems))}, place="problems"),)
    found = []
    if method.key != draft.key:
        found.append(Unmet("method_key_changed", {"key": draft.key}, field="document"))
    if not [c for c in compare_with_parent(draft) if c.path[0] != "title"]:
        found.append(Unmet("method_like_parent", field="document"))
    last = list_versions(draft)[:1]
    if last and _without_version(last[0].document) == _without_version(draft.document):
        found.append(Unmet("method_like_last", {"version": str(last[0].version)}, field="document"))
    return tuple(found)


def _without_version(text: str) -> Tree:
    return {key: value for key, value in read_tree(text).items() if key != "version"}
