"""DMN files as trees: hostile until read with everything dangerous switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

MAX_BYTES = 2_000_000
MAX_NODES = 20_000
NAMESPACES = {
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
Element: TypeAlias = Any
"""An lxml element; lxml brings no types."""


class Unreadable(ValueError):
    """Not a DMN file that may be read; `zh`, `en` say why."""

    def __init__(self, zh: str, en: str, line: int | None = None) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.line = line


def read_definitions(data: bytes) -> Element:
    """The `definitions` element.

    Raises:
        Unreadable: too large, not XML, with a DOCTYPE, or not DMN 1.2 to 1.5.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable("檔案超過 2 MB", "the file is over 2 MB")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise Unreadable(f"不是正確的 XML（{error}）", f"not well-formed XML ({error})", line) from None
    if root.getroottree().docinfo.doctype:
        raise Unreadable("不得有 DOCTYPE", "a DOCTYPE is not allowed")
    if sum(1 for _ in root.iter()) > MAX_NODES:
        raise Unreadable("元素超過 20,000 個", "more than 20,000 elements")
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        raise Unreadable("不是 DMN 1.2 至 1.5 的檔案", "not a DMN 1.2 to 1.5 file")
    return root


def local(element: Element) -> str:
    """The element's name without namespace."""
    return str(etree.QName(element).localname)


def children(element: Element, *names: str) -> Iterator[Element]:
    """The direct child elements of DMN's own namespaces with one of these names (all when none is given)."""
    for inner in element:
        ours = isinstance(inner.tag, str) and etree.QName(inner).namespace in NAMESPACES
        if ours and (not names or local(inner) in names):
            yield inner


def child(element: Element, *names: str) -> Element | None:
    """The first such child element."""
    return next(children(element, *names), None)


def text_of(element: Element | None) -> str:
    """The content of the element's `text` child."""
    if element is None:
        return ""
    text = child(element, "text")
    return "" if text is None else "".join(text.itertext()).strip()


def reference(element: Element, inner: str) -> str:
    """The id that `<inner href="#id"/>` points at; with its namespace in front when it is another file's."""
    found = child(element, inner)
    return "" if found is None else str(found.get("href") or "").removeprefix("#")
