"""The documents say what is so: links lead somewhere, commands exist, nothing that authors may use is left out."""

from __future__ import annotations

import re
import struct
from collections import Counter
from pathlib import Path

import click
import pytest

from engine.connectors.deputies import DeputiesConnector
from engine.connectors.http import HttpConnector
from engine.connectors.mail import MailConnector
from engine.connectors.past_cases import PastCasesConnector
from engine.connectors.similar_cases import SimilarCasesConnector
from engine.forms.types import REGISTRY
from engine.model import StepContext
from engine.repository.letters import FILTERS, TYPES
from engine.spiff.functions import build
from webapp import settings
from webapp.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = ("inbox", "process-owner", "operations")
CONNECTORS = (MailConnector, HttpConnector, DeputiesConnector, SimilarCasesConnector, PastCasesConnector)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(
    r"(?:(?<=^)|(?<=`)|(?<=\$ )|(?<=    )|(?<=&& ))siwei ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE
)
TARGET = re.compile(r"(?:^|(?<=`)|(?<=    ))make ([a-z]+)", re.MULTILINE)
VARIABLE = re.compile(r"\b(SIWEI_[A-Z_]+|[A-Z]+_DATABASE_URL|TRUSTED_HOSTS|PROXY_COUNT)\b")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def anchors(page):
    """The anchors of a page's headings, as code hosts make them."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


@pages
def test_every_link_and_picture_is_there(page):
    wrong = []
    for target in LINK.findall(page.read_text("utf-8")):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.is_file() or (anchor and anchor not in anchors(file)):
            wrong.append(target)
    assert not wrong


@pages
def test_every_command_named_exists(page):
    for verb, sub in COMMAND.findall(page.read_text("utf-8")):
        command = main.commands.get(verb)
        assert command, f"siwei {verb}"
        if isinstance(command, click.Group):
            assert sub in command.commands, f"siwei {verb} {sub}"


@pages
def test_every_make_target_named_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(TARGET.findall(page.read_text("utf-8"))) <= targets


@pages
def test_every_setting_named_exists(page):
    known = {variable for variable, _, _ in settings.table()}
    assert set(VARIABLE.findall(page.read_text("utf-8"))) <= known


def test_commands_are_found_where_they_are_named():
    """The patterns above see what they are for."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    assert ("user", "reset") in COMMAND.findall(text)
    assert "run" in TARGET.findall(text)


def test_every_page_is_reached_from_the_readme():
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        links = [link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8"))]
        ahead += [(page.parent / link).resolve() for link in links if link.endswith(".md")]
    assert set(PAGES) <= reached


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 90


@pytest.mark.parametrize("picture", sorted((ROOT / "docs/images").glob("*.png")), ids=lambda picture: picture.name)
def test_pictures_are_screens_of_one_width_small_and_used(picture):
    content = picture.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", content[16:20])[0] == 1366
    assert len(content) <= 200_000
    assert any(f"images/{picture.name}" in page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_says_the_same_in_both_languages(guide):
    english, chinese = ((ROOT / folder / f"{guide}.md").read_text("utf-8") for folder in ("docs", "docs/zh"))
    for pattern in (r"^#+ ", r"siwei [a-z-]+(?: [a-z]+)?", r"images/[a-z]+\.png"):
        assert Counter(re.findall(pattern, english, re.MULTILINE)) == Counter(
            re.findall(pattern, chinese, re.MULTILINE)
        )


def reference():
    return (ROOT / "docs/diagrams.md").read_text("utf-8")


@pytest.mark.parametrize("kind", REGISTRY)
def test_every_field_type_is_in_the_reference(kind):
    assert f"`{kind}`" in reference()


@pytest.mark.parametrize("connector", [connector.name for connector in CONNECTORS])
def test_every_connector_is_in_the_reference(connector):
    assert f"| `{connector}` |" in reference()


def test_no_connector_is_missing_from_this_test():
    files = (ROOT / "engine/connectors").glob("[!_]*.py")
    modules = {path.stem for path in files if re.search(r"(?m)^class \w+Connector\b", path.read_text("utf-8"))}
    assert modules == {connector.__module__.rpartition(".")[2] for connector in CONNECTORS}


@pytest.mark.parametrize("function", sorted(build(StepContext(now=None, calendar=None))))
def test_every_function_of_diagrams_is_in_the_reference(function):
    assert f"`{function}(" in reference()


def test_every_kind_of_letter_and_every_filter_is_in_the_reference():
    assert " ".join(TYPES) in reference()
    assert all(f"`{name}`" in reference() for name in FILTERS)


@pages
def test_working_papers_are_not_cited(page):
    assert not re.search(r"contract\.md|contract section|design section", page.read_text("utf-8"))
