"""What on an English page is Chinese without being marked as Chinese."""

from __future__ import annotations

import re

import lxml.html

_CHINESE = re.compile(r"[\u3007\u4e00-\u9fff]+")
_SAID = ("title", "aria-label", "placeholder", "alt", "data-confirm", "label")


def chinese(page: str, names: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """Texts and attributes with Chinese signs that nothing marks as Chinese; `names` of people stay as they are."""
    found = []
    for element in lxml.html.document_fromstring(page).iter():
        if not isinstance(element.tag, str) or element.tag in {"script", "style", "textarea", "title"}:
            continue
        said = [element.get(name) for name in _SAID] + ([element.text] if not _is_chinese(element) else [])
        if _is_chinese(element):
            said = []
        parent = element.getparent()
        if parent is not None and not _is_chinese(parent):
            said.append(element.tail)
        found += [text.strip() for text in said if text and _CHINESE.search(text)]
    return [text for text in found if not set(_CHINESE.findall(text)) <= names]


def proper_names(engine) -> set[str]:
    """The people of the directory, and the product's own name."""
    people, page = set(), engine.directory.people()
    while page:
        people |= {person.name for person in page}
        page = engine.directory.people(after=page[-1].id)
    return people | {"四維"}


def _is_chinese(element) -> bool:
    marked = next((one.get("lang") for one in (element, *element.iterancestors()) if one.get("lang")), "")
    return marked.startswith("zh")
