"""Remember the last things made, a bounded number of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Make a value once for each key, and forget the one that was wanted the longest time ago."""

    def __init__(self, most: int) -> None:
        self._known: OrderedDict[Key, Value] = OrderedDict()
        self._most = most

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Give what is remembered for a key, or make it."""
        try:
            self._known.move_to_end(key)
        except KeyError:
            value = self._known[key] = make()
            if len(self._known) > self._most:
                self._known.popitem(last=False)
            return value
        return self._known[key]
