"""Which browser the tests drive, and with what.

The one in the npm package `@sparticuz/chromium` (a compressed binary and the libraries it needs),
unpacked once beside the packages: no root, no download, the same browser on every machine. It has no
window to draw, so a journey takes it three fifths of the processor time that the system's Chromium takes;
where it does not start, that one is taken. Where the system has no Chinese font, pages get the one of the
npm package `@fontsource/noto-sans-tc`, through the browser, so that pictures and measures are real.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from webapp.frontend.build import node_home

PACKAGES = Path(__file__).resolve().parents[2] / "webapp" / "frontend" / "node_modules"
SYSTEM = Path("/usr/bin/chromium")
SYSTEM_FONTS = Path("/etc/fonts/fonts.conf")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_UNPACK = """
const { createReadStream, createWriteStream } = require('node:fs');
const { createBrotliDecompress } = require('node:zlib');
const { pipeline } = require('node:stream/promises');
const [from, to] = process.argv.slice(1);
pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
"""
_FONTS = """<?xml version="1.0"?>
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="relative">fonts-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """An executable and the environment it needs."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)

    def launch_options(self) -> dict[str, object]:
        """What Playwright's `launch` takes."""
        return {
            "executable_path": str(self.executable),
            "args": list(ARGUMENTS),
            "env": {**os.environ, **self.environment},
            "headless": True,
        }


def find() -> Chromium:
    """The packaged browser; the system's where that does not start, or with `SIWEI_TEST_CHROMIUM=system`."""
    if os.environ.get("SIWEI_TEST_CHROMIUM") == "system":
        return Chromium(SYSTEM)
    found = packaged()
    return found if not SYSTEM.exists() or _starts(found) else Chromium(SYSTEM)


def _starts(browser: Chromium) -> bool:
    """Whether the machine can run it at all: it is built for one kind of processor."""
    command, environment = [str(browser.executable), "--version"], {**os.environ, **browser.environment}
    try:
        return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def packaged() -> Chromium:
    """The browser of the npm package, unpacked if it is not yet.

    Raises:
        FileNotFoundError: the front end's packages are not installed.
    """
    package = PACKAGES / "@sparticuz" / "chromium"
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    home = PACKAGES / f".chromium-{version}"
    if not home.exists():
        fresh = Path(tempfile.mkdtemp(prefix=".chromium-", dir=PACKAGES))
        _unpack(package / "bin", fresh)
        try:
            fresh.rename(home)
        except OSError:  # another worker was faster
            shutil.rmtree(fresh)
    libraries = home / "al2023" / "lib"
    known = os.environ.get("LD_LIBRARY_PATH")
    environment = {"LD_LIBRARY_PATH": f"{libraries}{os.pathsep}{known}" if known else str(libraries)}
    if not SYSTEM_FONTS.exists():  # without any font the browser ends on the first page
        environment["FONTCONFIG_FILE"] = str(home / "fonts.conf")
    return Chromium(home / "chromium", environment)


def _unpack(source: Path, target: Path) -> None:
    _decompress(source / "chromium.br", target / "chromium")
    (target / "chromium").chmod(0o755)
    for name, folder in (("al2023", target / "al2023"), ("swiftshader", target), ("fonts", target)):
        archive = target / f"{name}.tar"
        _decompress(source / f"{name}.tar.br", archive)
        with tarfile.open(archive) as tar:
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)  # from 3.11.4
            tar.extractall(folder)
        archive.unlink()
    (target / "fonts.conf").write_text(_FONTS, "utf-8")
    target.chmod(0o755)


def _decompress(source: Path, target: Path) -> None:
    node = node_home() / "bin" / "node"
    subprocess.run([str(node), "-e", _UNPACK, str(source), str(target)], check=True)


def has_chinese_font() -> bool:
    """Whether the system can draw Traditional Chinese by itself."""
    asked = shutil.which("fc-list")
    if asked is None:
        return False
    listed = subprocess.run([asked, ":lang=zh-tw", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())
