"""Verbs on a city's variants of methods: begin, write, take over what the parent changed, publish by two people."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.data.models import MethodDraft, MethodVersion, Municipality
from mix.data.models.core.wordings import columns_of
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.variants import newer_parent, tree_of, unmet_to_propose
from mix.readers.core.actors import Actor
from mix.rules.city.method_files import parse
from mix.rules.city.states import DraftState
from mix.rules.city.variants import Path, begin_variant, merge, read_tree, set_at, write_tree
from mix.rules.core.access import Permission
from mix.rules.core.catalogue import MOST_CHARACTERS
from mix.rules.core.fields import Bilingual
from mix.rules.core.unmet import refuse_if, require


def begin(deed: Deed, municipality: Municipality, *, parent: MethodVersion, key: str, title: Bilingual) -> MethodDraft:
    """Begin a variant of a method, as a copy of it with a key and a title of its own."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.METHOD_EDIT)
    require(bool(key.strip()), "answer_missing", field="key")
    taken = MethodVersion.objects.filter(key=key).exists() or MethodDraft.objects.filter(key=key).exists()
    require(not taken, "method_key_taken", field="key", key=key)
    require(parent.municipality_id in (None, municipality.pk), "method_of_another_city", field="parent")
    made = MethodDraft.objects.create(
        municipality=municipality,
        key=key,
        parent=parent,
        document=begin_variant(parent.document, key=key, title=title.texts),
        edited_by=deed.actor.someone,
        edited_at=deed.now,
    )
    deed.record("variants.begin", made, payload={"parent": f"{parent.key}-{parent.version}"})
    return made


def _editing(draft: MethodDraft, *, actor: Actor, mark: int | None) -> MethodDraft:
    """Lock a draft that may be written now; `mark` is the one on which the writer's text is based."""
    get_own_municipality(draft.municipality.code, actor=actor, needs=Permission.METHOD_EDIT)
    fresh = (
        MethodDraft.objects.select_for_update(of=("self",)).select_related("municipality", "parent").get(pk=draft.pk)
    )
    require(fresh.state != DraftState.PROPOSED, "method_waits_for_second")
    require(mark is None or mark == fresh.mark, "method_edited_meanwhile", field="document")
    return fresh


def _keep(deed: Deed, draft: MethodDraft, document: str) -> MethodDraft:
    require(len(document) <= MOST_CHARACTERS, "method_too_long", most=str(MOST_CHARACTERS))
    draft.document, draft.mark, draft.state = document, draft.mark + 1, DraftState.DRAFT
    draft.edited_by, draft.edited_at = deed.actor.someone, deed.now
    draft.save(update_fields=["document", "mark", "state", "edited_by", "edited_at", "parent"])
    return draft


def write(deed: Deed, draft: MethodDraft, *, document: str, mark: int | None = None) -> MethodDraft:
    """Save a draft's document, also one that does not hold yet; refused when somebody saved it meanwhile."""
    draft = _editing(draft, actor=deed.actor, mark=mark)
    draft = _keep(deed, draft, document.replace("\r\n", "\n"))
    deed.record("variants.write", draft, payload={"mark": draft.mark, "digest": digest_of(document)})
    return draft


def set_places(deed: Deed, draft: MethodDraft, *, places: Mapping[Path, Any], mark: int | None = None) -> MethodDraft:
    """Set single places of a draft, as the form of one step does; None takes a place out."""
    draft = _editing(draft, actor=deed.actor, mark=mark)
    tree = tree_of(draft)
    require(tree is not None, "method_does_not_hold", place="problems", count="1")
    try:
        for path, value in places.items():
            set_at(tree or {}, path, value)
    except (KeyError, TypeError):
        require(False, "method_place_gone")
    draft = _keep(deed, draft, write_tree(tree or {}))
    named = {".".join(path): value for path, value in places.items()}
    deed.record("variants.set_places", draft, payload={"mark": draft.mark, "places": named})
    return draft


def take_over(deed: Deed, draft: MethodDraft, *, mark: int | None = None) -> MethodDraft:
    """Bring a newer parent's changes into the variant; what both changed stays as the variant has it."""
    draft = _editing(draft, actor=deed.actor, mark=mark)
    newer, mine = newer_parent(draft), tree_of(draft)
    require(newer is not None, "no_newer_parent")
    require(mine is not None, "method_does_not_hold", place="problems", count="1")
    if newer is not None and mine is not None:
        merged, clashes = merge(read_tree(draft.parent.document), mine, read_tree(newer.document))
        draft.parent = newer
        draft = _keep(deed, draft, write_tree(merged))
        payload = {"parent": f"{newer.key}-{newer.version}", "kept": [".".join(c.path) for c in clashes]}
        deed.record("variants.take_over", draft, payload=payload)
    return draft


def propose(deed: Deed, draft: MethodDraft, *, mark: int | None = None) -> MethodDraft:
    """Propose a draft that holds; until a second person decides, nobody writes it."""
    draft = _editing(draft, actor=deed.actor, mark=mark)
    refuse_if(unmet_to_propose(draft))
    draft.state, draft.proposed_by, draft.proposed_at = DraftState.PROPOSED, deed.actor.someone, deed.now
    draft.save(update_fields=["state", "proposed_by", "proposed_at"])
    deed.record("variants.propose", draft, payload={"digest": digest_of(draft.document)})
    return draft


def _proposed(draft: MethodDraft, *, actor: Actor, needs: Permission) -> MethodDraft:
    get_own_municipality(draft.municipality.code, actor=actor, needs=needs)
    fresh = (
        MethodDraft.objects.select_for_update(of=("self",)).select_related("municipality", "parent").get(pk=draft.pk)
    )
    require(fresh.state == DraftState.PROPOSED, "method_not_proposed")
    return fresh


def send_back(deed: Deed, draft: MethodDraft, *, reason: str) -> MethodDraft:
    """Give a proposed draft back to be written on, with a reason; who proposed it may do so too."""
    draft = _proposed(draft, actor=deed.actor, needs=Permission.METHOD_EDIT)
    require(bool(reason.strip()), "reason_missing", field="reason")
    _reopen(draft, state=DraftState.DRAFT)
    deed.record("variants.send_back", draft, payload={"reason": reason})
    return draft


def _reopen(draft: MethodDraft, *, state: str) -> None:
    draft.state, draft.proposed_by, draft.proposed_at = state, None, None
    draft.save(update_fields=["state", "proposed_by", "proposed_at"])


def publish(deed: Deed, draft: MethodDraft) -> MethodVersion:
    """Publish a proposed draft, as a second person: a version for ever, which new challenges may begin on."""
    draft = _proposed(draft, actor=deed.actor, needs=Permission.METHOD_PUBLISH)
    require(draft.proposed_by_id != deed.actor.someone.pk, "second_person")
    require_as_logged(draft)
    refuse_if(unmet_to_propose(draft))
    number = (MethodVersion.objects.filter(key=draft.key).aggregate(most=Max("version"))["most"] or 0) + 1
    document = write_tree({**read_tree(draft.document), "version": number})
    method = parse(document)
    made = MethodVersion.objects.create(
        key=draft.key,
        version=number,
        **columns_of(title=method.title),
        document=document,
        digest=digest_of(document),
        municipality=draft.municipality,
        parent=draft.parent,
        signed_by=deed.actor.someone,
        published_at=deed.now,
    )
    draft.document = document
    draft.save(update_fields=["document"])
    _reopen(draft, state=DraftState.PUBLISHED)
    deed.record("variants.publish", draft, payload={"version": number, "digest": made.digest})
    return made


def digest_of(document: str) -> str:
    """Return the SHA-256 of a document in hex."""
    return hashlib.sha256(document.encode()).hexdigest()
