"""Copy what the pages use out of the npm packages: htmx, the Inter font cut to Latin, one sprite of icons, checksums.

Run after `npm ci` in this folder, with fonttools and brotli installed: `python tools/vendor.py`.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
STATIC = HERE.parent / "webapp" / "static"
ICONS = (
    "arrow-left",
    "arrow-right",
    "check",
    "chevron-down",
    "circle-check",
    "circle-off",
    "circle-pause",
    "clock-alert",
    "copy",
    "download",
    "ellipsis",
    "external-link",
    "history",
    "hourglass",
    "info",
    "log-out",
    "mail",
    "package-check",
    "play",
    "plug",
    "plus",
    "refresh-cw",
    "shield-check",
    "triangle-alert",
    "unplug",
    "users",
    "wrench",
    "x",
)
MARKS = ("shopify", "meta", "googleads", "tiktok", "pinterest", "snapchat")
# Basic Latin, Latin-1, common accents, dashes, quotes, euro, arrows: what a merchant's names and our sentences need.
UNICODES = "U+0020-007E,U+00A0-017F,U+2010-2015,U+2018-201E,U+2022,U+2026,U+20AC,U+2190-2193,U+2212,U+2713"


def main() -> None:
    htmx = STATIC / "vendor" / "htmx-4.0.1"
    htmx.mkdir(parents=True, exist_ok=True)
    shutil.copy(MODULES / "htmx.org/dist/htmx.min.js", htmx / "htmx.min.js")
    shutil.copy(MODULES / "htmx.org/LICENSE", htmx / "LICENSE")
    inter = STATIC / "vendor" / "inter"
    inter.mkdir(parents=True, exist_ok=True)
    source = MODULES / "@fontsource-variable/inter"
    shutil.copy(source / "LICENSE", inter / "LICENSE")
    narrow = inter / "narrow.woff2"
    subprocess.run([sys.executable, "-m", "fontTools.varLib.instancer", "-q", "-o", str(narrow),
                    str(source / "files/inter-latin-wght-normal.woff2"), "wght=400:700"], check=True)  # fmt: skip
    subprocess.run([sys.executable, "-m", "fontTools.subset", str(narrow), f"--unicodes={UNICODES}", "--flavor=woff2",
                    "--layout-features=kern,tnum,calt,ccmp,locl,mark",
                    f"--output-file={inter / 'inter.woff2'}"], check=True)  # fmt: skip
    narrow.unlink()
    (STATIC / "icons.svg").write_text(sprite(), encoding="utf-8")
    files = sorted(path for path in (STATIC / "vendor").rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(STATIC / 'vendor')}" for path in files]
    (STATIC / "vendor" / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="ascii")


def sprite() -> str:
    """lucide (ISC) and simple-icons (CC0) as symbols of one file."""
    symbols = []
    for name in ICONS:
        inner = re.search(r"<svg.*?>(.*)</svg>", (MODULES / f"lucide-static/icons/{name}.svg").read_text(), re.S)
        assert inner
        drawing = re.sub(r"\s+", " ", inner.group(1)).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
                       f'stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>')  # fmt: skip
    for name in MARKS:
        path = re.search(r'<path d="([^"]+)"', (MODULES / f"simple-icons/icons/{name}.svg").read_text())
        assert path
        symbols.append(
            f'<symbol id="mark-{name}" viewBox="0 0 24 24" fill="currentColor"><path d="{path.group(1)}"/></symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    main()
