"""When the names of two organizations look alike: said before a second one is registered, never decided here."""

from __future__ import annotations

import re
import unicodedata

# Legal forms, as they end a name in English and French, without accents and dots.
_FORMS = """
cie co company compagnie corp corporation enr gmbh inc incorporated incorporee limited limitee llc llp lp ltd ltee plc
sarl senc sencrl srl ulc
"""
FORMS = frozenset(_FORMS.split())
MOST = 200  # characters
BETWEEN = frozenset({"and", "et", "the"})
# Letters of other alphabets that are drawn like Latin ones, and what they are drawn like.
DRAWN_ALIKE = str.maketrans("абвеґіјкмнорстухѕԁԛԝαβεικνορτυχ", "a6beriikmhopctyxsdqwabeiknoptux")


def likeness(name: str) -> str:
    """Return what two names share that look alike: without case, accents, punctuation and legal form.

    A name that is nothing else is itself.
    """
    folded = unicodedata.normalize("NFKD", name).casefold().translate(DRAWN_ALIKE)
    bare = "".join(c for c in folded if unicodedata.category(c) not in ("Mn", "Cf"))
    words = re.sub(r"[^\w]+", " ", re.sub(r"[.'’]", "", bare)).replace("_", " ").split()
    kept = [word for word in words if word not in BETWEEN]
    while kept and kept[-1] in FORMS:
        kept.pop()
    return ("".join(kept) or "".join(words) or bare.strip())[:MOST]
