"""A new build of the front end takes the place of the former one without breaking sites that run on that."""

from __future__ import annotations

import json
import os
import time

import pytest

from webapp.frontend.build import FOLDER, node

DAY = 24 * 3600


@pytest.fixture
def build(tmp_path):
    """A function that puts a build of these files into `dist`; gives back what lies there then."""
    dist = tmp_path / "dist"

    def run(**files):
        fresh = tmp_path / "dist.new"
        fresh.mkdir()
        for name, content in {**files, "manifest": json.dumps(sorted(files))}.items():
            suffix = ".json" if name == "manifest" else ".js"
            (fresh / f"{name}{suffix}").write_text(content)
        script = f"import('{(FOLDER / 'replace.mjs').as_uri()}').then((made) => made.replace(...process.argv.slice(1)))"
        node("--input-type=module", "-e", script, str(fresh), str(dist))
        assert not fresh.exists()
        return {path.name for path in dist.iterdir() if not path.name.startswith(".")}

    run.dist = dist
    return run


def older(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_the_former_build_stays_for_a_day_after_it_was_replaced(build):
    build(app_1="one", chunk_1="part")
    older(build.dist / "app_1.js", 30 * DAY)  # a site has run on it for a month
    older(build.dist / "chunk_1.js", 30 * DAY)
    assert build(app_2="two", chunk_1="part") == {"app_1.js", "app_2.js", "chunk_1.js", "manifest.json"}
    assert json.loads((build.dist / "manifest.json").read_text()) == ["app_2", "chunk_1"]
    older(build.dist / "app_1.js", DAY / 2)
    assert "app_1.js" in build(app_3="three")
    older(build.dist / "app_1.js", 2 * DAY)
    assert build(app_4="four") == {"app_2.js", "app_3.js", "app_4.js", "chunk_1.js", "manifest.json"}
