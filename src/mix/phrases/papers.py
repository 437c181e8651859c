"""What is wrong with a Word file: one to read answers from, or a city's own template."""

from __future__ import annotations

PAPERS: dict[str, tuple[str, str]] = {
    "docx_unreadable": (
        "“{name}” cannot be read as a Word file (.docx). Nothing was changed",
        "« {name} » ne peut pas être lu comme un fichier Word (.docx). Rien n’a été modifié",
    ),
    "docx_without_fields": (
        "Nothing in “{name}” stands under the title of a field, such as “{first}”. Nothing was changed",
        "Rien dans « {name} » ne figure sous le titre d’un champ, comme « {first} ». Rien n’a été modifié",
    ),
    "docx_template_wrong": (
        "This template cannot be filled: {why}",
        "Ce modèle ne peut pas être rempli : {why}",
    ),
    "docx_template_names": (
        "This template names what there is not: {names}",
        "Ce modèle nomme ce qui n’existe pas : {names}",
    ),
    "docx_template_bare": (
        "This template does not show every answer: it needs a title, a text and a table for each. Begin from the plain one",
        "Ce modèle ne montre pas toutes les réponses : il faut un titre, un texte et un tableau pour chacune. Partez du modèle simple",
    ),
}
