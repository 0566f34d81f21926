"""Bring axe-core into tests/vendor: `python tools/vendor_axe.py` (needs npm)."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final

VERSION: Final = "4.14.1"
SHA256: Final = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
VENDOR: Final = Path(__file__).parents[1] / "tests" / "vendor"
FILES: Final = {
    "axe.min.js": "axe.min.js",
    "LICENSE": "axe.LICENSE.txt",
    "LICENSE-3RD-PARTY.txt": "axe.LICENSE-3RD-PARTY.txt",
}
README: Final = f"""\
# Vendored for the tests

axe-core {VERSION}, by Deque Systems: rules of accessibility, run in the browser by `tests/support/axe.py`.

| file | what |
|---|---|
| `axe.min.js` | the rules, licence MPL-2.0, SHA-256 `{SHA256}` |
| `axe.LICENSE.txt` | their licence |
| `axe.LICENSE-3RD-PARTY.txt` | the licences of what they contain |

The files are those of the npm package `axe-core`, unchanged. No page of Jalon carries them, and no wheel.
Another version: change `VERSION` and `SHA256` in `tools/vendor_axe.py`, then `python tools/vendor_axe.py`.
"""


def main() -> None:
    """Fetch the package, check it, and unpack the files the tests need."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"axe-core@{VERSION}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            contents = {name: _content(package, name) for name in FILES}
    found = hashlib.sha256(contents["axe.min.js"]).hexdigest()
    if found != SHA256:
        raise SystemExit(f"axe.min.js {VERSION} is {found}, not {SHA256}")
    for name, target in FILES.items():
        (VENDOR / target).write_bytes(contents[name])
    (VENDOR / "README.md").write_text(README, encoding="utf-8")


def _content(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"no {name} in the package")
    with member:
        return member.read()


if __name__ == "__main__":
    main()
