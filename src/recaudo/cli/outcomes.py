"""The tree of results from the command line: out to a file, and in again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recaudo.cli import output

Json = Annotated[bool, typer.Option("--json", help="Imprime el resultado como JSON.")]
OfCreditor = Annotated[str, typer.Option("--creditor", help="Código del acreedor.")]

outcomes = typer.Typer(
    no_args_is_help=True, help="Resultados de una gestión: el árbol de tipificación."
)


def register(app: typer.Typer) -> None:
    app.add_typer(outcomes, name="outcomes")


@outcomes.command("export")
def export_tree(
    file: Annotated[Path, typer.Argument(help="Archivo .csv o .xlsx que se escribe.")],
    creditor: OfCreditor,
    as_json: Json = False,
) -> None:
    """Escribe el árbol de resultados en un archivo, para cambiarlo en una hoja de cálculo."""
    output.setup()
    from django_scopes import scope

    from recaudo.contact.hand.files import write_tree
    from recaudo.contact.hand.outcomes import tree_of

    found = output.find_creditor(creditor)
    with scope(creditor=found):
        tree = tree_of(found)
    write_tree(file, tree)
    output.emit(
        {"creditor": found.code, "file": str(file), "outcomes": len(tree)},
        as_json=as_json,
        text=f"{len(tree)} resultados en {file}.",
    )


@outcomes.command("import")
def import_tree(
    file: Annotated[Path, typer.Argument(help="Archivo .csv o .xlsx con el árbol.")],
    creditor: OfCreditor,
    as_json: Json = False,
) -> None:
    """Reemplaza el árbol de resultados. Los códigos que el archivo no trae quedan apagados."""
    output.setup()
    from django_scopes import scope

    from recaudo.contact.hand.files import read_tree
    from recaudo.contact.hand.outcomes import replace_tree

    found = output.find_creditor(creditor)
    tree = read_tree(file)
    with scope(creditor=found):
        counts = replace_tree(found, tree)
    output.emit(
        {"creditor": found.code, **counts},
        as_json=as_json,
        text=(
            f"Resultados nuevos: {counts['added']}; cambiados: {counts['changed']}; "
            f"apagados: {counts['switched_off']}."
        ),
    )
