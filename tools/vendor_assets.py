"""Bring the stylesheet and scripts of others that Jalon serves, and cut what it may not or need not show."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

VENDOR: Final = Path(__file__).parents[1] / "web" / "src" / "jalon_web" / "static" / "vendor"
# Parts of the identity of the British State: its font, its arms, its wordmark.
REFUSED: Final = (
    "gds transport",
    "url(",
    "@font-face",
    "crest",
    "crown",
    "logotype",
    "royal",
    "sourcemappingurl",
)
IDENTITY: Final = re.compile(r"\.govuk-(?:header|footer)(?![a-z])|logotype|crown")
RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
EMPTY_BLOCK: Final = re.compile(r"@(?:media|supports)[^{}]*\{\}")
FONT_FACE: Final = re.compile(r"@font-face\{[^{}]*\}")
FONT_NOTICE: Final = re.compile(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/\s*", re.DOTALL)
SOURCE_MAP: Final = re.compile(r"\s*(?:/\*|//)# sourceMappingURL=\S+(?: \*/)?\s*")
FONT_FAMILY: Final = re.compile(r"font-family:GDS Transport,arial,sans-serif")

MIT: Final = """The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

README: Final = """# Files of others

Written by `python tools/vendor_assets.py` (needs npm); change nothing here by hand.

| folder | what | version | licence |
|---|---|---|---|
| `govuk-frontend/` | GOV.UK Frontend, stylesheet and script | {govuk} | MIT, `govuk-frontend/LICENSE.txt` |
| `htmx/` | htmx | {htmx} | 0BSD, `htmx/LICENSE.txt` |

Cut from the stylesheet of GOV.UK Frontend, which is for services of the British State only in its identity:

- the font GDS Transport (both `@font-face` rules and their notice); each text takes `--page-font` instead;
- every rule of its header and footer, with the arms and the wordmark they draw;
- the comments that name a source map (from the script too).

Nothing else is changed. No image and no font is kept: neither file asks the browser for anything more.
The colours are those of `jalon.css`, set through the custom properties `--govuk-…`.
"""


class Package(NamedTuple):
    """Name one package, and which of its files goes where."""

    name: str
    version: str
    files: dict[str, str]


GOVUK: Final = Package(
    "govuk-frontend",
    "6.6.0",
    {
        "package/dist/govuk/govuk-frontend.min.css": "govuk-frontend/govuk-frontend.min.css",
        "package/dist/govuk/govuk-frontend.min.js": "govuk-frontend/govuk-frontend.min.js",
    },
)
HTMX: Final = Package(
    "htmx.org",
    "2.0.11",
    {"package/dist/htmx.min.js": "htmx/htmx.min.js", "package/LICENSE": "htmx/LICENSE.txt"},
)


def fetch(package: Package, into: Path) -> dict[str, str]:
    """Let npm download a package, and read the files wanted of it."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm was not found: it is what downloads the packages.")
    wanted = f"{package.name}@{package.version}"
    subprocess.run([npm, "pack", "--silent", wanted], cwd=into, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(into / f"{package.name}-{package.version}.tgz") as archive:
        return {target: read(archive, source) for source, target in package.files.items()}


def read(archive: tarfile.TarFile, name: str) -> str:
    """Read one text file of an archive."""
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"{name} is not a file of {archive.name!r}.")
    return member.read().decode()


def keep_rule(rule: re.Match[str]) -> str:
    """Keep of a rule the selectors that are not the British State's identity."""
    kept = [selector for selector in rule[1].split(",") if not IDENTITY.search(selector)]
    return f"{','.join(kept)}{{{rule[2]}}}" if kept else ""


def cut_identity(css: str) -> str:
    """Take the font, the arms, the wordmark, the header and the footer out of the stylesheet."""
    css = FONT_FACE.sub("", FONT_NOTICE.sub("", css))
    css = RULE.sub(keep_rule, FONT_FAMILY.sub("font-family:var(--page-font,sans-serif)", css))
    while EMPTY_BLOCK.search(css):
        css = EMPTY_BLOCK.sub("", css)
    return css


def prepared(name: str, text: str) -> str:
    """Give a file as it is written, and refuse it if anything that must go is left."""
    if not name.startswith("govuk-frontend/"):
        return text
    text = SOURCE_MAP.sub("\n", text)
    if not name.endswith(".css"):
        return text
    text = cut_identity(text)
    left = [word for word in REFUSED if word in text.lower()]
    if left:
        raise SystemExit(f"{name} still holds {', '.join(left)}: the cuts no longer fit this version.")
    return text


def main() -> None:
    """Write every vendored file again."""
    texts = {
        "govuk-frontend/LICENSE.txt": MIT,
        "README.md": README.format(govuk=GOVUK.version, htmx=HTMX.version),
    }
    with tempfile.TemporaryDirectory() as folder:
        for package in (GOVUK, HTMX):
            texts |= fetch(package, Path(folder))
    for name, text in texts.items():
        path = VENDOR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(prepared(name, text), encoding="utf-8")
        sys.stdout.write(f"{name}: {path.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
