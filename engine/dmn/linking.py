"""DMN files taken in together: each may import others by their namespace (DMN 1.5 section 6.3.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.dmn.findings import Findings
from engine.dmn.graph import DecisionModel, Import
from engine.dmn.read import Imported, read
from engine.dmn.xml import NAMESPACES, Element, Unreadable, children, read_definitions


def parse(xml: bytes, file: str = "") -> DecisionModel:
    """Read one DMN file. Never fails: what is wrong stands in `findings`, and deciding on it is null with an error."""
    return parse_together([(file, xml)])[0]


def parse_together(files: Sequence[tuple[str, bytes]]) -> tuple[DecisionModel, ...]:
    """Read DMN files, given as name and content, that may import one another; the models in the same order.

    Never fails: what is wrong stands in each model's `findings`.
    """
    return _Set(files).models()


@dataclass
class _File:
    name: str
    root: Element | None
    findings: Findings
    digest: str
    model: DecisionModel | None = None
    imported: Imported | None = None
    busy: bool = False

    @property
    def namespace(self) -> str:
        return "" if self.root is None else str(self.root.get("namespace") or "")


@dataclass
class _Found:
    """What an import leads to, or why it leads nowhere."""

    file: _File | None = None
    zh: str = ""
    en: str = ""


@dataclass
class _Set:
    given: Sequence[tuple[str, bytes]]
    files: list[_File] = field(init=False)

    def __post_init__(self) -> None:
        self.files = [_opened(name, content) for name, content in self.given]

    def models(self) -> tuple[DecisionModel, ...]:
        return tuple(self._model(file) for file in self.files)

    def _model(self, file: _File) -> DecisionModel:
        if file.model is None:
            if file.root is None:
                file.model = DecisionModel("", {}, tuple(file.findings.found))
            else:
                file.busy = True
                imports = [one for element in children(file.root, "import") for one in self._imports(file, element)]
                model, file.imported = read(file.root, file.findings, imports)
                parts = [file.digest, *(one.model.digest for one, _ in imports)]
                file.model = replace(model, digest=_digest(" ".join(parts).encode()) if imports else file.digest)
                file.busy = False
        return file.model

    def _imports(self, file: _File, element: Element) -> list[tuple[Import, Imported]]:
        name, namespace = (element.get("name") or "").strip(), (element.get("namespace") or "").strip()
        found = self._lookup(file, element, namespace)
        if found.file is not None:
            model = self._model(found.file)
            assert found.file.imported is not None  # what has a namespace has been read
            return [(Import(name, namespace, model), found.file.imported)]
        label = name or namespace
        file.findings.add("dmn-import", element, f"匯入「{label}」：{found.zh}", f"import {label!r}: {found.en}")
        return []

    def _lookup(self, file: _File, element: Element, namespace: str) -> _Found:
        kind = (element.get("importType") or "").strip()
        if kind not in NAMESPACES:
            return _Found(None, f"只能匯入 DMN 1.2 至 1.5，不支援「{kind}」", f"only DMN 1.2 to 1.5, not {kind!r}")
        place = (element.get("locationURI") or "").replace("\\", "/").rpartition("/")[2]
        others = [one for one in self.files if one is not file and namespace and one.namespace == namespace]
        chosen = [one for one in others if place and one.name.rpartition("/")[2] == place] or others
        if not chosen:
            return _Found(
                None,
                f"一起放進來的檔案裡沒有命名空間「{namespace}」",
                f"no file taken in together with this one has the namespace {namespace!r}",
            )
        if len(chosen) > 1:
            names = "、".join(one.name for one in chosen)
            return _Found(
                None,
                f"有好幾個檔案用命名空間「{namespace}」：{names}",
                f"several files have the namespace {namespace!r}: {', '.join(one.name for one in chosen)}",
            )
        if chosen[0].busy:
            return _Found(None, "兩個檔案互相匯入", "the two files import each other")
        return _Found(chosen[0])


def _opened(name: str, content: bytes) -> _File:
    findings, digest = Findings(name), _digest(content)
    try:
        return _File(name, read_definitions(content), findings, digest)
    except Unreadable as error:
        findings.add("dmn-xml", None, f"無法讀取：{error.zh}", f"cannot be read: {error.en}")
        return _File(name, None, findings, digest)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
