"""Look-ups over one file's tree, made once: by id, by name of element, and what an element is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from engine.spiff.xml import is_true, tag, text_of


class Index:
    """The BPMN elements of a file."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.by_id: dict[str, etree._Element] = {}
        self._by_kind: dict[str, list[etree._Element]] = defaultdict(list)
        for element in root.iter():
            kind = tag(element)
            if kind:
                self._by_kind[kind].append(element)
                if element.get("id"):
                    self.by_id.setdefault(element.get("id", ""), element)

    @cached_property
    def associations(self) -> dict[str, list[str]]:
        """Source → targets of the associations."""
        found: dict[str, list[str]] = defaultdict(list)
        for association in self.all("association"):
            found[association.get("sourceRef", "")].append(association.get("targetRef", ""))
        return found

    def all(self, *kinds: str) -> Iterator[etree._Element]:
        """Every element of these kinds, in the order of the file."""
        for kind in kinds:
            yield from self._by_kind.get(kind, ())

    def kinds(self) -> frozenset[str]:
        """The kinds that occur."""
        return frozenset(self._by_kind)

    def kind_of(self, reference: str | None) -> str:
        """The kind of the element with this id; empty when there is none."""
        element = self.by_id.get(local(reference))
        return "" if element is None else tag(element)

    def get(self, reference: str | None) -> etree._Element | None:
        """The element a reference names; a prefix (`tns:Message_1`) does not count."""
        return self.by_id.get(local(reference))


def local(reference: str | None) -> str:
    """A QName reference without its prefix."""
    return (reference or "").strip().rpartition(":")[2]


def owner(element: etree._Element, *kinds: str) -> etree._Element | None:
    """The nearest element around it that is of one of these kinds."""
    return next((above for above in element.iterancestors() if tag(above) in kinds), None)


def in_executable(element: etree._Element) -> bool:
    """Whether it stands in a process marked as executable."""
    process = owner(element, "process")
    return process is not None and is_true(process.get("isExecutable"))


def refs(element: etree._Element, *names: str) -> list[str]:
    """The texts of the direct children of these names: the ids they refer to."""
    return [local(text_of(inner)) for inner in element.iterchildren() if tag(inner) in names and text_of(inner)]
