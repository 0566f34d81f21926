"""What every command shares: the plugins, the way to print, the way to refuse."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from jalon import JalonError
from jalon.plugins.registry import Plugins
from jalon.plugins.telling import place_of, told

ERROR: Final = 2
"""The exit code of every refusal: bad input, bad file, nothing to do with a crash."""


TRACE: Final = "JALON_TRACE"
"""The environment variable that shows the traceback of an unexpected error."""


class Refusal(click.ClickException):
    """Stop with a message on standard error, and the exit code of refusals."""

    exit_code = ERROR

    def show(self, file: Any = None) -> None:
        """Write the message, each fault on its line."""
        click.echo(self.format_message(), file=file or sys.stderr)


class ShellGroup(click.Group):
    """Turn what a person can put right into a message; never show a traceback.

    Commands named in `later` (name: "module:attribute") are loaded when they are used: those that read
    files start without the web and the database.
    """

    def __init__(self, *args: Any, later: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._later = dict(later or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List every command."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command, loading its module where it was left for later."""
        if cmd_name in self._later:
            module, _colon, attribute = self._later[cmd_name].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except JalonError as error:
            raise Refusal(str(error)) from None
        except BrokenPipeError:
            # Whoever reads us has closed: nothing more to say, and nothing to say it on.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get(TRACE):
                raise
            raise Refusal(
                f"Erreur inattendue de Jalon : {told(error)} ({place_of(error)}). "
                f"Pour la signaler avec sa trace, relancez la commande avec {TRACE}=1."
            ) from None


@dataclass
class Shell:
    """Hold what commands work with."""

    folders: Sequence[Path] = ()

    @cached_property
    def plugins(self) -> Plugins:
        """Load the installed plugins and the bare files asked for."""
        return Plugins.load(folders=self.folders)

    @cached_property
    def console(self) -> Console:
        """Print to people: colour where the terminal has it (NO_COLOR and FORCE_COLOR are heeded)."""
        width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 110
        return Console(highlight=False, width=width)


def print_json(value: Any) -> None:
    """Print to machines."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    click.echo(json.dumps(value, ensure_ascii=plain, indent=2))


def speak_anywhere() -> None:
    """Print a substitute for letters that a terminal lacks, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
