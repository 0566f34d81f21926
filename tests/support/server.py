"""The real server, started, killed and spoken to as people do: processes, sockets, cookies."""

from __future__ import annotations

import contextlib
import gc
import http.client
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from flask import Flask

from jalon_web.access import Access, allow
from jalon_web.server import application
from support.load import PASSWORD, Instance, Place

HOST: Final = "127.0.0.1"
PATIENCE: Final = 30.0
JALON: Final = (sys.executable, "-m", "jalon_web.cli")
_TOKEN: Final = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
_VERSION: Final = re.compile(r'name="version\.([^"]+)" value="(\d+)"')
_TURN: Final = threading.Event()  # never set: waiting on it is a pause between two looks
_HTMX: Final = {"HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Look again and again until a condition holds; raise when it never does."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        _TURN.wait(0.005)


@dataclass
class Server:
    """Run one instance in a group of processes of its own, on one port, as often as one likes."""

    folder: Path
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """Give what the processes said so far."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def start(self, *, first: str = "/connexion") -> float:
        """Start it, wait until it answers, and say how many seconds that took."""
        begin = time.perf_counter()
        environ = {"INSTANCE": str(self.folder), "PORT": str(self.port), "HOST": HOST, **self.environ}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env={**os.environ, **environ}, stdout=log, stderr=log, start_new_session=True
            )
        until(self._answers(first), f"{self.command} does not answer:\n{self.log}")
        return time.perf_counter() - begin

    def _answers(self, path: str) -> Callable[[], bool]:
        def answers() -> bool:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError(f"it stopped by itself:\n{self.log}")
            try:
                return Visitor(self.port).get(path).status < 500
            except OSError:
                return False

        return answers

    def kill(self) -> None:
        """Kill every process of the group at once (-9), and wait until the kernel has none of them left."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self._buried()

    def kill_master(self) -> None:
        """Kill (-9) the process that was started, and no other; the others are expected to follow."""
        if self.process is not None:
            self.process.kill()
            self._buried()

    def kill_one(self) -> None:
        """Kill (-9) one of the processes that serve pages, as a machine short of memory does."""
        assert self.process is not None
        os.kill(self.serving()[0], signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop, wait for every process, and give the exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self._buried()
        return code

    def processes(self) -> list[int]:
        """List the processes of the group that live."""
        return [] if self.process is None else sorted(_of_group(self.process.pid))

    def worked(self) -> float:
        """Say how many seconds the processors worked for it: others on the machine hardly change that."""
        ticks = os.sysconf("SC_CLK_TCK")
        fields = [
            Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in self.processes()
        ]
        return sum(int(ticked) for each in fields for ticked in each[11:13]) / ticks

    def serving(self) -> list[int]:
        """List the processes that serve pages: copies of the one that was started."""
        if self.process is None:
            return []
        mine = Path(f"/proc/{self.process.pid}/cmdline").read_bytes()
        return [
            each
            for each in self.processes()
            if each != self.process.pid and Path(f"/proc/{each}/cmdline").read_bytes() == mine
        ]

    def _buried(self) -> None:
        assert self.process is not None
        self.process.wait(PATIENCE)
        until(lambda: not self.processes(), f"orphans: {self.processes()}\n{self.log}")


def _of_group(group: int) -> Iterator[int]:
    """List the processes of a group, those that ended but were not waited for excepted."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _parent, of, *_rest = path.read_text().rpartition(")")[2].split()
            if int(of) == group and state not in "ZX":
                yield int(path.parent.name)


def frozen() -> Flask:
    """Make the application of an instance, with a page that says how many objects are frozen in its worker."""
    app = application()
    view = allow(Access.PUBLIC)(lambda: str(gc.get_freeze_count()))
    app.add_url_rule("/frozen", "frozen", view)
    return app


def jalon(instance: Instance, *, workers: int = 0, **environ: str) -> Server:
    """Give the server of an instance, as `jalon run` starts it."""
    command = (*JALON, "--referentials", str(instance.referentials), "run")
    known = {"JALON_DATABASE_URL": instance.url, "JALON_WORKERS": str(workers or "")}
    return Server(instance.folder, command, {**known, **environ})


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Start a server, and leave none of its processes behind."""
    server.start()
    try:
        yield server
    finally:
        server.kill()


@dataclass(frozen=True)
class Reply:
    """Hold what the server answered."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    def versions(self) -> dict[str, int]:
        """Give the version of each answer the page shows, by code."""
        return {code: int(version) for code, version in _VERSION.findall(self.text)}


@dataclass
class Visitor:
    """Visit the portal as a browser does: cookies kept, forms sent with their token."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, path: str) -> Reply:
        """Read a page."""
        return self._ask("GET", path)

    def post(self, path: str, fields: Mapping[str, str]) -> Reply:
        """Send a form."""
        headers = {"Content-Type": _HTMX["Content-Type"]}
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **fields}), headers)

    def sign_in(self, login: str, password: str = PASSWORD) -> Visitor:
        """Sign in, and read the token of the session."""
        self._read_token(self.get("/connexion"))
        reply = self.post("/connexion", {"login": login, "password": password})
        assert reply.status == http.client.SEE_OTHER, reply
        self._read_token(self.get("/produits"))
        return self

    def save(self, place: Place, version: int, **fields: str) -> Reply:
        """Save the answer that follows a version, as a click does."""
        named = {f"{name}.{place.code}": value for name, value in fields.items()}
        form = {
            f"level.{place.code}": str(place.level(version + 1)),
            f"version.{place.code}": str(version),
            **named,
        }
        return self._ask("POST", place.address, urlencode(form), {**_HTMX, "X-CSRFToken": self.token})

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers that say who one is."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _read_token(self, reply: Reply) -> None:
        found = _TOKEN.search(reply.text)
        assert found, reply
        self.token = found[1]

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, body, {**self.headers, **(headers or {})})
                response = connection.getresponse()
                text = response.read().decode()
            except http.client.HTTPException as error:
                raise ConnectionError(f"the answer ended in the middle: {error!r}") from None
        for line in response.headers.get_all("Set-Cookie") or ():
            self.cookies.update({name: each.value for name, each in SimpleCookie(line).items()})
        return Reply(response.status, dict(response.headers), text)


class Editors:
    """People who save at the same time, each their own questions; what was confirmed is remembered."""

    def __init__(self, shares: Sequence[tuple[Visitor, Sequence[Place]]]) -> None:
        self._shares = shares
        self._versions: dict[Place, int] = {}
        self._lock = threading.Lock()
        self.confirmed: list[tuple[Place, int]] = []  # with its version
        self.failures: list[Reply] = []

    def save(self, enough: int, then: Callable[[], None]) -> None:
        """Save without pause; once so many more are confirmed do `then`, amid the others; wait for all."""
        goal = len(self.confirmed) + enough
        threads = [threading.Thread(target=self._work, args=(*each, goal, then)) for each in self._shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not self.failures, self.failures

    def _work(self, visitor: Visitor, places: Sequence[Place], goal: int, then: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):  # the server was killed: what is not confirmed may be there or not
            for place in itertools.cycle(places):
                reply = visitor.save(place, self._versions.get(place, 0))
                if reply.status == http.client.CONFLICT:  # an earlier save was kept, and nobody knew
                    self._versions[place] = reply.versions()[place.code]
                elif reply.status != http.client.OK:
                    self.failures.append(reply)
                    return
                elif (count := self._confirm(place, reply.versions()[place.code])) >= goal:
                    if count == goal:
                        then()
                    return

    def _confirm(self, place: Place, version: int) -> int:
        with self._lock:
            self._versions[place] = version
            self.confirmed.append((place, version))
            return len(self.confirmed)
