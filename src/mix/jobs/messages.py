"""Compiling the messages, so that no system package is needed, with the spaces of each language."""

import os
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

from mix.rules.core.typography import spaced


def _spaced(catalog: Catalog, language: str) -> Catalog:
    """Set the spaces at which no line ends, which translators need not type."""
    for message in catalog:
        if message.id:
            texts = message.string or ""
            message.string = (
                spaced(texts, language) if isinstance(texts, str) else tuple(spaced(text, language) for text in texts)
            )
    return catalog


def compile_messages() -> None:
    """Compile every message file that is newer than its compiled twin, in one stroke: others read it meanwhile."""
    for folder in settings.LOCALE_PATHS:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                with source.open("rb") as text:
                    catalog = _spaced(read_po(text, locale=source.parent.parent.name), source.parent.parent.name)
                written = BytesIO()
                write_mo(written, catalog)
                half = target.with_suffix(f".{os.getpid()}")
                half.write_bytes(written.getvalue())
                half.replace(target)
