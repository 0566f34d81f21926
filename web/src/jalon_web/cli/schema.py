"""`jalon schema`: the JSON Schema of referential files, for editors."""

from __future__ import annotations

import click

from jalon.plugins.files.schema import json_schema
from jalon_web.cli.shell import print_json


@click.command()
def schema() -> None:
    """Écrire le schéma JSON des fichiers de référentiel, pour les éditeurs de texte."""
    print_json(json_schema())
