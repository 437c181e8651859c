"""Loading the catalogue of methods."""

import hashlib

from mix.actions.core.deeds import Deed
from mix.data.models import MethodVersion
from mix.data.models.core.wordings import columns_of
from mix.rules.city.method_files import parse
from mix.rules.core.unmet import require


def publish_method(deed: Deed, document: str) -> MethodVersion:
    """Keep one version of a method for ever. Raises DocumentInvalid, Refused when that version has other content."""
    method = parse(document)
    digest = hashlib.sha256(document.encode()).hexdigest()
    present = MethodVersion.objects.filter(key=method.key, version=method.version).first()
    if present:
        require(present.digest == digest, "method_version_taken", method=method.key)
        return present
    made = MethodVersion.objects.create(
        key=method.key,
        version=method.version,
        **columns_of(title=method.title),
        document=document,
        digest=digest,
    )
    deed.record("methods.publish_method", made, payload={"digest": digest})
    return made
