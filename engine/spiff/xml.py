"""Reading BPMN files from strangers: no entities, no network, bounded size.

The limits hold before anything else looks at the tree (threats-and-faults.md
section 4): a DOCTYPE is refused, so are more than 2 MB or 20,000 nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
DROOLS = "http://www.jboss.org/drools"
SIBLINGS = ("http://activiti.org/bpmn", "http://flowable.org/bpmn")
"""Namespaces of engines whose words are Camunda's, from which that one came."""
XSI = "http://www.w3.org/2001/XMLSchema-instance"

MAX_BYTES = 2_000_000
MAX_NODES = 20_000
MAX_NAME = 255
MAX_ATTRIBUTES = 1_000
"""Of one element."""
_PROLOG = 100_000
_ASIDES = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)


class XmlRefused(Exception):
    """The bytes are not XML that we read. `code` is the finding's code."""

    def __init__(self, code: str, message_zh: str, message_en: str, line: int | None = None) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_zh = message_zh
        self.message_en = message_en
        self.line = line


def parse(content: bytes) -> etree._Element:
    """Parse one file into its root element.

    Raises:
        XmlRefused: too large, not well-formed, or it holds a DOCTYPE.
    """
    if len(content) > MAX_BYTES:
        raise XmlRefused("xml-too-large", "檔案超過 2 MB。", "The file is larger than 2 MB.")
    if _has_doctype(content):
        raise _doctype()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or None
        if "depth" in error.msg.lower():
            raise XmlRefused(
                "xml-too-deep", "檔案的巢狀超過 256 層。", "The file is nested more than 256 levels deep.", line
            ) from error
        raise XmlRefused(
            "xml-malformed", f"不是正確的 XML:{error.msg}", f"This is not well-formed XML: {error.msg}", line
        ) from error
    except ValueError as error:
        raise XmlRefused("xml-malformed", f"不是正確的 XML:{error}", f"This is not XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    _check_size(root)
    return root


def _has_doctype(content: bytes) -> bool:
    """Whether a DOCTYPE stands before the root element, in any encoding that keeps ASCII's bytes or pads them.

    Seen before the parser would work through the declarations in it.
    """
    start = content[:_PROLOG].replace(b"\0", b"")
    prolog = _ASIDES.sub(b"", start)
    root = re.search(rb"<[^!?]", prolog)
    return b"<!DOCTYPE" in prolog[: root.start() if root else len(prolog)]


def _doctype() -> XmlRefused:
    return XmlRefused("xml-doctype", "檔案不得含有 DOCTYPE。", "The file must not contain a DOCTYPE.")


def _check_size(root: etree._Element) -> None:
    for count, element in enumerate(root.iter(), start=1):
        if count > MAX_NODES or len(element.attrib) > MAX_ATTRIBUTES:
            raise XmlRefused(
                "xml-too-many-nodes",
                "圖中的節點超過 20,000 個，或一個元件的屬性超過 1,000 個。",
                "The file holds more than 20,000 elements, or an element more than 1,000 attributes.",
            )


def q(name: str, namespace: str = BPMN) -> str:
    """Clark notation of a qualified name."""
    return f"{{{namespace}}}{name}"


def tag(element: etree._Element) -> str:
    """The local name when the element is BPMN, else the empty text."""
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) and name.startswith("{" + BPMN + "}") else ""


def children(element: etree._Element, name: str, namespace: str = BPMN) -> Iterator[etree._Element]:
    """Direct children of that name."""
    yield from element.iterchildren(q(name, namespace))


def child(element: etree._Element, name: str, namespace: str = BPMN) -> etree._Element | None:
    """The first direct child of that name."""
    return next(children(element, name, namespace), None)


def text_of(element: etree._Element | None) -> str | None:
    """Stripped text; None when the element is missing or empty."""
    if element is None or element.text is None:
        return None
    return element.text.strip() or None


def extension(element: etree._Element, name: str, namespace: str) -> etree._Element | None:
    """The first element of that name in `extensionElements`."""
    holder = child(element, "extensionElements")
    return None if holder is None else next(holder.iterchildren(q(name, namespace)), None)


def properties(element: etree._Element) -> dict[str, str]:
    """`camunda:property` values of an element by name."""
    holder = extension(element, "properties", CAMUNDA)
    if holder is None:
        return {}
    return {p.get("name", ""): p.get("value", "") for p in children(holder, "property", CAMUNDA)}


def camunda(element: etree._Element, name: str) -> str | None:
    """A `camunda:` attribute, stripped; None when missing or empty."""
    value = element.get(q(name, CAMUNDA))
    return (value.strip() or None) if value is not None else None


def whole_number(text: str | None) -> int | None:
    """XML Schema integer; one beyond a billion is a billion, for no limit here is as wide. None: it is no integer."""
    bare = (text or "").strip().removeprefix("+")
    digits = bare.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()):
        return None
    size = int(digits) if len(digits) < 10 else 10**9
    return -size if bare.startswith("-") else size


def is_true(value: str | None, default: bool = False) -> bool:
    """XML Schema boolean."""
    return default if value is None else value.strip() in ("true", "1")
