"""The demonstration: world, scenarios, cases from the public record, sign-in cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from rich.console import Console

from mix.actions.case.challenges import Fact, record_history
from mix.actions.core.run import run
from mix.data.models import Challenge, Municipality, Person
from mix.jobs.replay import replay
from mix.jobs.start import set_up
from mix.jobs.world import build_world, refuse_real_instance
from mix.readers.city.methods import get_latest
from mix.readers.core.actors import Actor
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.core.catalogue import decode, load
from mix.rules.core.kinds import Origin
from mix.rules.knowledge.states import FactKey

WORLD_FROM = datetime(2024, 1, 2, 14, tzinfo=UTC)


def scenario_files() -> list[Path]:
    """List the scenarios of the catalogue, by name."""
    return sorted(CATALOGUE.joinpath("scenarios").glob("[0-9]*.yaml"))


def prepare(console: Console, *, empty: bool = False) -> None:
    """Set up and fill the demonstration, unless that was done; `empty` leaves it at the cast."""
    refuse_real_instance_if_set_up(console)
    if not empty and not Challenge.objects.exists():
        load_history(console)
        replay_files(scenario_files(), console)


def refuse_real_instance_if_set_up(console: Console) -> None:
    """Set up the tables, then make sure that no real city is among them."""
    console.print("Setting up the database and the pages …")
    set_up()
    refuse_real_instance()
    build_world(CATALOGUE.joinpath("scenarios", "world.yaml"), now=WORLD_FROM, recorded_at=datetime.now(UTC))


def replay_files(files: Sequence[Path], console: Console) -> None:
    """Replay scenarios one after another, telling how far it is. Refuses an instance that holds real cities."""
    refuse_real_instance_if_set_up(console)
    now = datetime.now(UTC)
    for number, path in enumerate(files, start=1):
        with console.status(f"Scenario {number} of {len(files)}: {path.stem}") as status:
            replay(path, today=now.date(), recorded_at=now, progress=status.update)
        console.print(f"Replayed {path.stem}")


def load_history(console: Console) -> None:
    """Enter the cases of the public record, as facts with sources."""
    path = CATALOGUE.joinpath("scenarios", "history.yaml")
    actor = Actor(origin=Origin.HISTORY, recorded_at=datetime.now(UTC))
    for row in load(decode(path.read_bytes()))[0]["cases"]:
        if Challenge.objects.filter(code=row["code"]).exists():
            continue
        began = datetime.combine(row["began"], time(12), tzinfo=UTC)
        run(
            actor,
            began,
            record_history,
            Municipality.objects.get(code=row["municipality"]),
            code=row["code"],
            title=row["title"],
            question=row["question"] or row["title"],
            method=get_latest(row["method"]),
            facts=[Fact(**{**fact, "key": FactKey(fact["key"])}) for fact in row["facts"]],
            status=row["status"],
            ended_at=began + timedelta(days=row["days"]) if row.get("days") else None,
        )
    console.print("Entered the cases of the public record")


def print_cards(console: Console) -> None:
    """Print who can sign in with one click, and where."""
    console.print(
        f"\nMIX demonstration at {settings.BASE_URL}/en/\nSign in as anybody at {settings.BASE_URL}/en/demo/\n"
    )
    for person in Person.objects.filter(is_demo=True).order_by("name"):
        duties = sorted({r.role for r in person.staff_roles.filter(ended_at=None)})
        teams = [m.vendor.name for m in person.vendor_members.select_related("vendor")]
        console.print(f"  {person.name:<22} {', '.join(duties + teams)}", markup=False)
    console.print("")
