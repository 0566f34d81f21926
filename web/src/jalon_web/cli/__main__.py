"""Run `python -m jalon_web.cli` as `jalon`."""

from __future__ import annotations

from jalon_web.cli import main

main(prog_name="jalon")
