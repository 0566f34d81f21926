from __future__ import annotations

from jalon.testing import check_plugin


def test_the_plugin_keeps_the_contract() -> None:
    """The referential loads without finding, beside the others or alone, in any order."""
    check_plugin("telesante")
