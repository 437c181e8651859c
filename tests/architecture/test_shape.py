"""The tree keeps its shape: sizes, order of nouns, total mappings, no unfinished marks."""

import ast
import inspect
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps

from mix.rules.city.kinds import REGISTERED
from mix.rules.core.access import TABLE, Permission
from mix.rules.core.kinds import StepKind

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "mix"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)


def _length(node: ast.FunctionDef) -> int:
    """Count the lines of a function below its signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 500
    lengths = {node.name: _length(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert {name: length for name, length in lengths.items() if length > 50} == {}
    assert ast.get_docstring(tree) or path.name == "__init__.py"


WINGS = ("core", "city", "case", "market", "choice", "delivery", "knowledge", "flow")
LAYERS = ("rules", "readers", "actions", "data.models")


def _wing(module: str) -> str:
    """Return the wing in which a module stands, "" for none."""
    for layer in LAYERS:
        if module.startswith(f"mix.{layer}."):
            wing = module.removeprefix(f"mix.{layer}.").split(".")[0]
            return wing if wing in WINGS else ""
    return ""


def _modules_imported(tree: ast.AST) -> set[str]:
    froms = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    return froms | {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}


def test_no_module_imports_a_later_wing_in_any_layer() -> None:
    """The import contracts hold within each layer; this holds from layer to layer too."""
    arrows = [
        (own, imported)
        for path in FILES
        if _wing(own := ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts))
        for imported in _modules_imported(ast.parse(path.read_text(encoding="utf-8")))
        if _wing(imported)
    ]
    assert len(arrows) > 500
    assert [a for a in arrows if WINGS.index(_wing(a[1])) > WINGS.index(_wing(a[0]))] == []


def test_every_module_stands_in_a_wing() -> None:
    flat = {
        path.relative_to(SOURCE).as_posix()
        for layer in LAYERS
        for path in (SOURCE / layer.replace(".", "/")).glob("*.py")
        if path.name != "__init__.py"
    }
    assert flat == set()


def test_foreign_keys_point_to_the_same_wing_or_an_earlier_one() -> None:
    links = [
        (model, field)
        for model in apps.get_app_config("data").get_models()
        for field in model._meta.get_fields()
        if field.many_to_one and field.related_model.__module__.startswith("mix.data")
    ]
    assert len(links) > 100
    later = [
        f"{model.__name__}.{field.name}"
        for model, field in links
        if WINGS.index(_wing(field.related_model.__module__)) > WINGS.index(_wing(model.__module__))
    ]
    assert later == []


def test_nothing_relates_to_the_vault() -> None:
    relations = [f for m in apps.get_app_config("vault").get_models() for f in m._meta.get_fields() if f.is_relation]
    assert {f.related_model._meta.app_label for f in relations} <= {"vault"}
    assert 'get_model("vault"' not in "".join(p.read_text(encoding="utf-8") for p in FILES)


def test_every_step_kind_is_registered_by_the_module_of_its_name() -> None:
    assert set(REGISTERED) == set(StepKind)
    assert {p.stem for p in (SOURCE / "kinds").glob("*.py")} - {"__init__", "apps"} == set(StepKind)
    drawn = {kind.template for kind in REGISTERED.values()}
    assert drawn == set((SOURCE / "web/templates").rglob("_step_*.html"))


def test_the_doors_of_the_vault_pass_nothing_through() -> None:
    """What the vault defines is used by its doors, never handed on under a name of theirs."""
    from mix.actions.market import keys, sealing
    from mix.readers.market import sealing as reading

    passed = [
        f"{door.__name__}.{name}"
        for door in (keys, sealing, reading)
        for name, value in vars(door).items()
        if getattr(value, "__module__", "").startswith("mix.vault") and not name[0].isupper()
    ]
    models = {"Draft", "EarlierDraft", "SealedEnvelope", "SealedFile", "Upload", "UploadPart"}
    classes = {
        name
        for door in (keys, sealing, reading)
        for name, value in vars(door).items()
        if inspect.isclass(value) and value.__module__.startswith("mix.vault")
    }
    assert (passed, classes - models) == ([], set())


def test_a_page_is_drawn_from_frozen_contexts_and_asks_readers_alone() -> None:
    """One module hands templates their names, one makes papers of them; one speaks to a table, which is allauth's."""
    web = SOURCE / "web"
    nodes = [
        (path.relative_to(web).as_posix(), node)
        for path in FILES
        if path.is_relative_to(web)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    ]
    contexts = [(name, n) for name, n in nodes if isinstance(n, ast.ClassDef) and re.search(r"\wContext$", n.name)]
    assert len(contexts) > 80
    thawed = [
        f"{name}: {n.name}"
        for name, n in contexts
        if not any(ast.unparse(d).startswith("dataclass(frozen=True") for d in n.decorator_list)
    ]
    draws = {"render", "render_to_string"}
    drawn = {name for name, n in nodes if isinstance(n, ast.ImportFrom) and draws & {a.name for a in n.names}}
    asked = {name for name, n in nodes if isinstance(n, ast.Attribute) and n.attr == "objects"}
    assert (thawed, drawn, asked) == ([], {"drawing/pages.py", "drawing/pdf.py"}, {"frame/sessions.py"})


def test_every_permission_has_a_row() -> None:
    assert set(TABLE) == set(Permission)
    assert all(TABLE.values())


def test_no_unfinished_marks() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError|coming soon)\b")
    tracked = subprocess.check_output(["git", "ls-files", "src", "catalogue"], cwd=ROOT, text=True).split()
    found = [
        name
        for name in tracked
        if name.endswith((".py", ".html", ".yaml", ".js", ".css")) and pattern.search((ROOT / name).read_text("utf-8"))
    ]
    assert found == []


def test_every_exemption_has_its_reason() -> None:
    bare = re.compile(r"# noqa(: [A-Z0-9, ]+)?$|# type: ignore(\[[a-z-]+\])?$", re.MULTILINE)
    tracked = subprocess.check_output(["git", "ls-files", "src", "tests", "benchmarks"], cwd=ROOT, text=True).split()
    assert [n for n in tracked if n.endswith(".py") and bare.search((ROOT / n).read_text("utf-8"))] == []
