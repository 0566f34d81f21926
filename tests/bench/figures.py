"""What the sections share: taking turns, percentiles, one table."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

from support.server import HOST

CONSOLE: Final = Console(width=120)
PACE: Final = "pace"


class Figure(NamedTuple):
    """Compare what was measured with its goal; without a goal it is only shown."""

    title: str
    measured: float
    unit: str = "ms"
    goal: float | None = None
    note: str = ""


class Times:
    """Hold the durations of one contender, in milliseconds."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self._sorted = sorted(1e3 * each for each in seconds)

    def at(self, percent: float) -> float:
        """Give a percentile."""
        return self._sorted[min(len(self._sorted) - 1, int(len(self._sorted) * percent / 100))]

    @property
    def p50(self) -> float:
        """Give the median."""
        return self.at(50)

    @property
    def p95(self) -> float:
        """Give what one in twenty exceeds."""
        return self.at(95)

    @property
    def told(self) -> str:
        """Sum them up."""
        return f"p50 {self.p50:.1f}, p95 {self.p95:.1f}, p99 {self.at(99):.1f} ms"


def in_turns(contenders: Mapping[str, Callable[[], object]], rounds: int, warm: int = 5) -> dict[str, Times]:
    """Time contenders in turns, after some rounds that do not count, with the pace of the machine."""
    seconds: dict[str, list[float]] = {name: [] for name in (*contenders, PACE)}
    for number in range(rounds + warm):
        for name, run in (*contenders.items(), (PACE, _fixed_work)):
            start = time.perf_counter()
            run()
            if number >= warm:
                seconds[name].append(time.perf_counter() - start)
    return {name: Times(each) for name, each in seconds.items()}


def noise(times: Mapping[str, Times]) -> float:
    """Say how much slower than at its best the machine was: others work on it too."""
    return times[PACE].p50 / times[PACE].at(0)


def _fixed_work() -> None:
    """Work for about as long as a page, so that it is interrupted as often."""
    json.dumps([{"level": i % 4, "name": f"C{i}"} for i in range(8_000)])


def show(title: str, figures: Sequence[Figure], noisy: float = 1) -> int:
    """Print a table; say how many goals are missed. Goals in milliseconds grow with the noise, ratios do not."""
    heading = f"{title} (noise × {noisy:.2f})" if noisy > 1 else title
    table = Table("", "measured", "goal", "measured / goal", "", title=heading)
    missed = 0
    for each in figures:
        goal, verdict = "", ""
        if each.goal is not None:
            most = each.goal * noisy if each.unit == "ms" else each.goal
            is_met = each.measured <= most
            missed += not is_met
            goal = f"≤ {each.goal:g} {each.unit}"
            verdict = f"{each.measured / most:.2f}" if most else "met" if is_met else "missed"
            verdict = f"[{'green' if is_met else 'red'}]{verdict}[/]"
        table.add_row(each.title, f"{each.measured:.4g} {each.unit}", goal, verdict, each.note)
    CONSOLE.print(table)
    return missed


def exchange(port: int, request: bytes) -> bytes:
    """Send a request that is ready and read all of the answer: as little work as a client can do."""
    with socket.create_connection((HOST, port), timeout=30) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(262_144):
            parts.append(part)
    answer = b"".join(parts)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
    return answer


def request(method: str, path: str, headers: Mapping[str, str], body: str = "") -> bytes:
    """Make the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body]).encode()
