"""Reading a `.form` file: form-js JSON, schema version 19, with our `properties`.

Reading never raises. Whatever is wrong is a finding with the component's id; a form
with an error among its findings cannot be deployed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from engine import feel
from engine.forms.definition import Check, Field, FormDefinition, Option
from engine.forms.expressions import Rule, compile_rule, is_expression
from engine.forms.pattern import Pattern, PatternError, compile_pattern
from engine.forms.properties import option_labels, texts
from engine.forms.types import REGISTRY
from engine.model import Finding

MAX_BYTES = 1_000_000
MAX_COMPONENTS = 500
MAX_DEPTH = 8
SCHEMA_VERSION = 19
LIMITS = ("min", "max", "minLength", "maxLength")
_UNSUPPORTED = ("html", "iframe", "image", "documentPreview")


def parse(content: bytes, file: str = "") -> FormDefinition:
    """Read one form. `file` is the name that findings carry.

    Never raises: a file that is no form at all gives an empty definition with an error finding.
    """
    return _Parser(file).form(content)


class _Parser:
    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.count = 0

    # -- the file -------------------------------------------------------------

    def form(self, content: bytes) -> FormDefinition:
        name = self.file.rpartition("/")[2].removesuffix(".form")
        document = self._document(content)
        if document is None:
            return FormDefinition(id=name, title=name, components=(), findings=tuple(self.findings))
        version = document.get("schemaVersion", SCHEMA_VERSION)
        if not isinstance(version, int) or version > SCHEMA_VERSION:
            self.add(
                "form-schema-version",
                None,
                None,
                f"表單格式版本 {version} 比支援的 {SCHEMA_VERSION} 新",
                f"Schema version {version} is newer than {SCHEMA_VERSION}",
                level="warning",
            )
        properties = texts(document.get("properties"))
        identifier = str(document.get("id") or name)
        components = self.components(document.get("components"), depth=1)
        self.unique_paths(components)
        title = str(properties.get("title") or document.get("title") or identifier)
        return FormDefinition(
            id=identifier,
            title=title,
            title_en=properties.get("title_en") or None,
            components=components,
            properties=properties,
            checks=self.checks(properties, "check", "checkMessage", identifier, title),
            warnings=self.checks(properties, "warnIf", "warning", identifier, title),
            findings=tuple(self.findings),
        )

    def _document(self, content: bytes) -> Mapping[str, Any] | None:
        if len(content) > MAX_BYTES:
            self.add("form-too-large", None, None, "表單檔超過 1 MB", "The form file is over 1 MB")
            return None
        try:
            document = json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as problem:
            line = getattr(problem, "lineno", None)
            self.add("form-not-json", None, None, "檔案不是正確的 JSON", f"The file is not JSON: {problem}", line=line)
            return None
        if not isinstance(document, dict) or not isinstance(document.get("components"), list):
            self.add(
                "form-not-a-form",
                None,
                None,
                "檔案不是 form-js 表單（沒有 components）",
                "The file is not a form-js form (no components)",
            )
            return None
        return document

    # -- components -------------------------------------------------------------

    def components(self, given: Any, depth: int) -> tuple[Field, ...]:
        if not isinstance(given, list):
            return ()
        if depth > MAX_DEPTH:
            self.add("form-too-deep", None, None, f"表單巢狀超過 {MAX_DEPTH} 層", f"Nested deeper than {MAX_DEPTH}")
            return ()
        fields = []
        for component in given:
            self.count += 1
            if self.count > MAX_COMPONENTS:
                if self.count == MAX_COMPONENTS + 1:
                    self.add(
                        "form-too-many-fields",
                        None,
                        None,
                        f"表單超過 {MAX_COMPONENTS} 個欄位",
                        f"More than {MAX_COMPONENTS} components",
                    )
                break
            if isinstance(component, dict):
                fields.append(self.component(component, depth))
            else:
                self.add(
                    "form-bad-component",
                    None,
                    None,
                    "components 裡有不是元件的內容",
                    "Something in components is not a component",
                )
        return tuple(fields)

    def component(self, given: dict[str, Any], depth: int) -> Field:
        kind = str(given.get("type") or "")
        identifier = str(given.get("id") or given.get("key") or given.get("path") or f"{kind}_{self.count}")
        label = _text(given.get("label")) or _text(given.get("dateLabel")) or _text(given.get("timeLabel"))
        known = REGISTRY.get(kind)
        if known is None:
            self._unknown_type(kind, identifier, label)
        properties = texts(given.get("properties"))
        rules = given["validate"] if isinstance(given.get("validate"), dict) else {}
        about = (identifier, label or str(given.get("key") or ""))
        condition = given.get("conditional")
        field = Field(
            id=identifier,
            type=kind,
            path=self.path(given, known is not None and known.keyed, known.container if known else "", about),
            label=label,
            description=_text(given.get("description")),
            attributes=MappingProxyType({k: v for k, v in given.items() if k != "components"}),
            properties=properties,
            components=self.components(given.get("components"), depth + 1) if known and known.container else (),
            options=self.options(given, properties, about)
            if known and (known.offers_options or kind == "expression")
            else (),
            options_rule=self.rule(given.get("valuesExpression"), "valuesExpression", about),
            rules=self.limits(rules, about),
            pattern=self.pattern(rules.get("pattern"), about),
            hide=self.rule(condition.get("hide"), "conditional.hide", about) if isinstance(condition, dict) else None,
            readonly=self.readonly(given, about),
            default=self.default(given.get("defaultValue"), about),
            compute=self.computed(kind, given, about),
            required_if=self.required_if(properties, about),
            checks=self.checks(properties, "check", "checkMessage", *about),
            warnings=self.checks(properties, "warnIf", "warning", *about),
        )
        for code, zh, en in known.check_definition(field) if known else ():
            self.add(code, *about, zh, en)
        return field

    def _unknown_type(self, kind: str, identifier: str, label: str) -> None:
        if kind in _UNSUPPORTED:
            self.add(
                "form-unsupported-type",
                identifier,
                label,
                f"不支援「{kind}」元件，請改用說明文字或檔案欄位",
                f"{kind!r} is not supported; use a text or a file field",
            )
        else:
            self.add(
                "form-unknown-type", identifier, label, f"不認識的欄位類型「{kind}」", f"Unknown field type {kind!r}"
            )

    def path(self, given: Mapping[str, Any], keyed: bool, container: str, about: tuple[str, str]) -> tuple[str, ...]:
        text = given.get("path") if container else given.get("key") if keyed else None
        if text in (None, ""):
            if keyed and not container:
                self.add("form-field-without-key", *about, "欄位沒有 key，填寫的資料無處可存", "A field without a key")
            return ()
        segments = tuple(str(text).split("."))
        if any(not part or len(part) > 100 or not part.isprintable() for part in segments) or len(segments) > 5:
            self.add("form-bad-key", *about, f"欄位的 key「{text}」不能使用", f"The key {text!r} cannot be used")
            return ()
        return segments

    def options(
        self, given: Mapping[str, Any], properties: Mapping[str, str], about: tuple[str, str]
    ) -> tuple[Option, ...]:
        listed = given.get("values")
        if listed is None and isinstance(given.get("data"), dict):
            listed = given["data"].get("values")
        has_source = (
            listed is not None or given.get("valuesKey") or given.get("valuesExpression") or properties.get("picker")
        )
        if not has_source and given.get("type") != "expression":
            self.add("form-without-options", *about, "選項欄位沒有選項", "A choice without options")
        found: dict[str, Option] = {}
        for option in read_options(listed if isinstance(listed, list) else []):
            if option.token in found:
                self.add(
                    "form-duplicate-option", *about, f"選項值「{option.token}」重複", f"Option {option.token!r} twice"
                )
            found[option.token] = option
        try:
            labels = option_labels(properties.get("options_en", ""), tuple(found))
        except ValueError as problem:
            self.add("form-options-en", *about, "options_en 與選項對不起來", f"options_en: {problem}", level="warning")
            labels = {}
        return tuple(
            Option(option.value, option.label, option.label_en or labels.get(token)) for token, option in found.items()
        )

    def unique_paths(
        self, components: Sequence[Field], prefix: tuple[str, ...] = (), seen: dict[tuple[str, ...], str] | None = None
    ) -> None:
        """Each value has one place: no key twice, none below another's value."""
        seen = {} if seen is None else seen
        for field in components:
            here = prefix + field.path
            if field.path and field.type != "group":
                clash = here in seen or any(other[: len(here)] == here or here[: len(other)] == other for other in seen)
                if clash:
                    self.add(
                        "form-duplicate-key",
                        field.id,
                        field.label,
                        f"key「{'.'.join(here)}」用了兩次",
                        f"The key {'.'.join(here)!r} is used twice",
                    )
                seen[here] = field.id
            if field.type == "dynamiclist":
                self.unique_paths(field.components)
            else:
                self.unique_paths(field.components, here, seen)

    # -- expressions ------------------------------------------------------------

    def rule(self, text: Any, place: str, about: tuple[str, str]) -> Rule | None:
        """The FEEL expression written at `place`, or None (with a finding when it cannot be read)."""
        if text is None or text == "":
            return None
        try:
            return compile_rule(str(text))
        except feel.FeelSyntaxError as problem:
            self.add(
                "form-bad-expression",
                *about,
                f"{place} 的運算式有誤：{problem.message_zh}",
                f"Bad expression in {place}: {problem.message_en}",
            )
        except (feel.FeelLimit, ValueError):
            self.add(
                "form-bad-expression", *about, f"{place} 的運算式太長或太複雜", f"The expression in {place} is too long"
            )
        return None

    def limits(self, rules: Mapping[str, Any], about: tuple[str, str]) -> Mapping[str, Any]:
        found: dict[str, Any] = dict(rules)
        for name in LIMITS:
            value = found.get(name)
            if is_expression(value):
                found[name] = self.rule(value, f"validate.{name}", about)
            elif name.endswith("Length") and value is not None and not str(value).isdecimal():
                self.add("form-bad-limit", *about, f"validate.{name} 不是數字", f"validate.{name} is not a number")
                del found[name]
        return MappingProxyType({key: value for key, value in found.items() if value is not None})

    def pattern(self, text: Any, about: tuple[str, str]) -> Pattern | None:
        if not text:
            return None
        try:
            return compile_pattern(str(text))
        except PatternError as problem:
            self.add("form-bad-pattern", *about, f"格式樣式無法使用：{text}", f"The pattern cannot be used: {problem}")
            return None

    def readonly(self, given: Mapping[str, Any], about: tuple[str, str]) -> Rule | bool:
        if given.get("disabled") is True:
            return True
        value = given.get("readonly")
        if is_expression(value):
            return self.rule(value, "readonly", about) or True
        return value is True

    def default(self, value: Any, about: tuple[str, str]) -> Any:
        return self.rule(value, "defaultValue", about) if is_expression(value) else value

    def computed(self, kind: str, given: Mapping[str, Any], about: tuple[str, str]) -> Rule | None:
        if kind == "expression":
            return self.rule(given.get("expression"), "expression", about)
        if kind == "table":
            return self.rule(given.get("dataSource"), "dataSource", about)
        return None

    def required_if(self, properties: Mapping[str, str], about: tuple[str, str]) -> Check | None:
        rule = self.rule(properties.get("requiredIf"), "requiredIf", about)
        if rule is None:
            return None
        return Check(rule, properties.get("requiredReason", ""), properties.get("requiredReasonEn"))

    def checks(
        self, properties: Mapping[str, str], name: str, message: str, identifier: str, label: str
    ) -> tuple[Check, ...]:
        """`check`, `check1` … `check9` (or `warnIf` …), each with its own words."""
        found = []
        for number in ("", *"123456789"):
            rule = self.rule(properties.get(f"{name}{number}"), f"{name}{number}", (identifier, label))
            if rule is None:
                continue
            text = properties.get(f"{message}{number}", "")
            if not text:
                self.add(
                    "form-check-without-message",
                    identifier,
                    label,
                    f"{name}{number} 沒有說明文字",
                    f"{name}{number} has no message",
                    level="warning",
                )
            english = properties.get(f"{message}{number}En") or properties.get(f"{message}En{number}")
            found.append(Check(rule, text, english))
        return tuple(found)

    def add(
        self,
        code: str,
        identifier: str | None,
        label: str | None,
        zh: str,
        en: str,
        *,
        level: Literal["error", "warning"] = "error",
        line: int | None = None,
    ) -> None:
        self.findings.append(
            Finding(
                code=code,
                level=level,
                file=self.file,
                element_id=identifier,
                element_name=label or None,
                message_zh=zh,
                message_en=en,
                line=line,
            )
        )


def read_options(listed: Sequence[Any]) -> list[Option]:
    """Options as form-js takes them: scalars, `{label, value}`, or person and unit values."""
    options = []
    for item in listed:
        if isinstance(item, Mapping):
            value = item["value"] if "value" in item else dict(item) if "id" in item else item.get("label")
            label = item.get("label")
            if value is None:
                continue
            english = item.get("label_en")
            options.append(Option(value, str(value if label is None else label), str(english) if english else None))
        elif isinstance(item, (str, int, Decimal)):
            options.append(Option(item, str(item)))
    return options


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
