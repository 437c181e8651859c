"""`mix methods`: check a method file, and draw a method of the catalogue. No database, no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mix.jobs.operating import start_django
from mix.rules.city.method_files import parse
from mix.rules.core.catalogue import DocumentInvalid, decode

methods = typer.Typer(no_args_is_help=True, help="Methods: check and draw.")
console = Console(highlight=False, soft_wrap=True)


@methods.command("check")
def methods_check(file: Path) -> None:
    """Report everything wrong with a method file, with line numbers. Needs no secret and no database."""
    try:
        method = parse(decode(file.read_bytes()))
    except (FileNotFoundError, IsADirectoryError):
        console.print(f"{file}: no such file", markup=False)
        raise typer.Exit(2) from None
    except DocumentInvalid as error:
        for problem in sorted(error.problems, key=lambda p: p.line):
            console.print(f"{file}:{problem.line}: {problem.text}", markup=False)
        raise typer.Exit(1) from None
    gates = sum(step.gate is not None for step in method.steps)
    console.print(
        f"{file}: holds. {len(method.stages)} stages, {len(method.steps)} steps, {gates} gates.", markup=False
    )


@methods.command("add")
def methods_add(file: Path) -> None:
    """Load a method that is not part of the program. A version that is there already stays as it is for ever."""
    start_django()
    from mix.jobs.start import add_method

    try:
        made = add_method(file)
    except OSError as error:
        console.print(f"{file}: cannot be read: {error.strerror}", markup=False)
        raise typer.Exit(2) from None
    console.print(f"{made.key}, version {made.version}, can be chosen now.", markup=False)


@methods.command("show")
def methods_show(key: str, language: Annotated[str, typer.Option(help="en or fr")] = "en") -> None:
    """Draw a method of the catalogue: stages, steps, what each needs, gates with their deciders."""
    from mix.jobs.drawing import draw_method, find_method_file

    path = find_method_file(key)
    if path is None:
        console.print(f"The catalogue has no method '{key}'.")
        raise typer.Exit(2)
    for line in draw_method(parse(decode(path.read_bytes())), language=language):
        console.print(line, markup=False)
