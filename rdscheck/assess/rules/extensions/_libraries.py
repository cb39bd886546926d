"""Which extension a library of C functions belongs to."""

import re
from collections.abc import Iterator

from rdscheck.assess.facts import Function
from rdscheck.assess.rule import Context
from rdscheck.assess.rules.extensions._offers import Standing, standing
from rdscheck.assess.rules.extensions._preload import library

_OTHERWISE = {
    "_int": "intarray",
    "libpgrouting": "pgrouting",
    "liblwgeom": "postgis",
    "pgxml": "xml2",
    "rtpostgis": "postgis_raster",
}


def extension_of(path: str) -> str:
    """Return the extension of a library as ``$libdir/postgis-2.5``: most are called alike."""
    name = library(path)
    for bare in (name, re.sub(r"-?[0-9.]+$", "", name)):
        if bare in _OTHERWISE:
            return _OTHERWISE[bare]
    return re.sub(r"-[0-9.]+$", "", name)


def unpackaged(context: Context) -> Iterator[tuple[str, Function]]:
    """Return loose C functions of extensions that the target offers and the database does not have."""
    there = {(one.database, one.name) for one in context.facts.extensions}
    for one in context.facts.functions:
        if one.language == "c" and one.library:
            extension = extension_of(one.library)
            offered = standing(extension, context.target) is Standing.OFFERED
            if offered and (one.database, extension) not in there:
                yield extension, one
