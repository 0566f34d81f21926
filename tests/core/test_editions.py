"""Editions and the ranges that other referentials require."""

from __future__ import annotations

import pytest

from jalon.domain.editions import is_within, read_edition, read_range


@pytest.mark.parametrize(
    ("edition", "bounds", "within"),
    [
        ("2021.12", ">=2021.12", True),
        ("2021.12", ">2021.12", False),
        ("2022", ">=2021.12", True),
        ("2021.9", ">=2021.12", False),
        ("2021.12.0", "==2021.12", True),
        ("2021.12", ">=2021.12, <2023", True),
        ("2023", ">=2021.12,<2023", False),
        ("2023", "<=2023.0", True),
        ("abc", ">=1", False),
        ("1", "soon", False),
    ],
)
def test_editions_compare_as_numbers(edition: str, bounds: str, *, within: bool) -> None:
    """Parts compare as numbers, trailing zeros do not matter, an unreadable side is out."""
    assert within is is_within(edition, bounds)


@pytest.mark.parametrize("text", ["", "v1", "1.", ".1", "1..2", "1.2.3.4.5", "٢٠٢١", "1-2"])
def test_what_is_no_edition(text: str) -> None:
    """Anything but numbers and dots is refused."""
    assert read_edition(text) is None


@pytest.mark.parametrize("text", ["", "1", ">=", "~=1", ">=1,", ">=1 <2"])
def test_what_is_no_range(text: str) -> None:
    """Anything but signed editions separated by commas is refused."""
    assert read_range(text) is None
