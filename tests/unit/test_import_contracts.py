"""Each import contract of pyproject.toml fails when it is broken.

The code is copied, one offending import is added, and the linter must name the contract.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {
    "Layers: webapp over services over spiff, forms and store over values": ("engine/errors.py", "import engine.model"),
    "SpiffWorkflow only inside engine.spiff": ("engine/cases/tasks.py", "import SpiffWorkflow"),
    "SQLAlchemy and psycopg only inside engine.store": ("webapp/services.py", "import sqlalchemy"),
    "Flask and WTForms only in webapp": ("engine/forms/masking.py", "import flask"),
    "Procrastinate only in engine.jobs": ("engine/cases/tasks.py", "import procrastinate"),
    "spiff and store do not know each other": ("engine/spiff/facts.py", "import engine.store.store"),
    "webapp reaches neither spiff nor the queries": ("webapp/services.py", "import engine.store.rows"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("contracts")
    for package in ("engine", "webapp"):
        shutil.copytree(
            ROOT / package, target / package, ignore=lambda folder, names: [n for n in names if not _is_code(folder, n)]
        )
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def _is_code(folder: str, name: str) -> bool:
    return name.endswith(".py") or ((Path(folder) / name).is_dir() and name not in {"node_modules", "static"})


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run([linter, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True)


def test_every_contract_has_a_breach_here():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in declared} == set(CONTRACTS)


def test_the_code_keeps_them_all(copy):
    done = _lint(copy)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_breach_is_named(copy, name):
    file, line = CONTRACTS[name]
    path = copy / file
    original = path.read_text()
    path.write_text(original + f"\n{line}\n")
    try:
        done = _lint(copy)
    finally:
        path.write_text(original)
    assert done.returncode == 1
    assert f"{name} BROKEN" in done.stdout
