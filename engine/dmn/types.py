"""Types of a model: item definitions, and whether a value is of one."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.dmn.xml import Element, child, children, text_of
from engine.feel.expression import Expression, parse
from engine.feel.nodes.tests import INPUT
from engine.feel.running import Scope
from engine.feel.types import SIMPLE, FeelType, conforms
from engine.feel.values import Value

# Names that other tools write for FEEL's own types.
_OTHERS = {"integer": "number", "long": "number", "double": "number", "float": "number", "short": "number",
           "dateTime": "date and time"}  # fmt: skip
_OPEN = {"Any", "any", "", "list", "context", "function", "range", "Null"}


@dataclass(frozen=True, slots=True)
class ItemType:
    """One type. Null is a value of every type."""

    base: FeelType | None = None
    is_list: bool = False
    components: tuple[tuple[str, ItemType], ...] = ()
    allowed: Expression | None = None

    def problem(self, scope: Scope, value: Value) -> str | None:
        """Why `value` is not of this type, as `zh / en`; None when it is."""
        if value is None:
            return None
        if self.is_list:
            if not isinstance(value, list):
                return "不是清單 / not a list"
            scope.run.spend(len(value))
            return next((found for item in value if (found := self._of_item(scope, item))), None)
        return self._of_item(scope, value)

    def fit(self, scope: Scope, value: Value) -> tuple[Value, str | None]:
        """The value as this type takes it, after the conversion of a list of one and its element, or the problem."""
        found = self.problem(scope, value)
        if not found:
            return value, None
        if self.is_list and not isinstance(value, list) and not self.problem(scope, [value]):
            return [value], None
        if isinstance(value, list) and len(value) == 1 and not self.problem(scope, value[0]):
            return value[0], None
        return None, found

    def _of_item(self, scope: Scope, value: Value) -> str | None:
        if value is None:
            return None
        if self.base is not None and not conforms(value, self.base):
            return f"不是 {self.base.name} / not a {self.base.name}"
        if self.components:
            if not isinstance(value, dict):
                return "不是 context / not a context"
            for name, type_ in self.components:
                found = type_.problem(scope, value.get(name))
                if found:
                    return f"{name}: {found}"
        if self.allowed is not None and self.allowed.node.evaluate(scope.inner({INPUT: value})) is not True:
            return f"不在允許的值之內 / not among the allowed values ({self.allowed.text})"
        return None


ANY = ItemType()


@dataclass(slots=True)
class Types:
    """The item definitions of one model by name."""

    known: dict[str, Element] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    imported: dict[str, Types] = field(default_factory=dict)
    """The types of imported models by the name of the import."""
    unknown: set[str] = field(default_factory=set)
    """Type names that were asked for and are not there."""
    _made: dict[str, ItemType] = field(default_factory=dict)

    def named(self, name: str | None) -> ItemType:
        """The type that a `typeRef` names; a type nobody declared takes every value and is remembered as unknown."""
        plain = (name or "").strip()
        plain = plain if plain in self.known else plain.rpartition(":")[2]
        if plain not in self.known and (found := self._imported(plain)):
            return found
        if plain in _OPEN:
            return ItemType(FeelType(plain)) if plain in ("list", "context", "function", "range") else ANY
        if plain not in self.known:
            simple = _OTHERS.get(plain) or SIMPLE.get(plain)
            if simple is None:
                self.unknown.add(plain)
                return ANY
            return ItemType(FeelType(simple))
        if plain not in self._made:
            self._made[plain] = ANY  # A definition that contains itself ends here.
            self._made[plain] = self._read(self.known[plain])
        return self._made[plain]

    def _imported(self, name: str) -> ItemType | None:
        for within, types in self.imported.items():
            inner = name.removeprefix(f"{within}.") if within else name
            if inner in types.known and (not within or inner != name):
                return types.named(inner)
        return None

    def _read(self, element: Element) -> ItemType:
        allowed_text = text_of(child(element, "allowedValues"))
        allowed = parse(allowed_text, "unary", self.names) if allowed_text else None
        is_list = element.get("isCollection") == "true"
        if child(element, "functionItem") is not None:
            return ItemType(FeelType("function"), is_list)
        inner = list(children(element, "itemComponent"))
        if inner:
            components = tuple((component.get("name", ""), self._read(component)) for component in inner)
            return ItemType(None, is_list, components, allowed)
        reference = child(element, "typeRef")
        base = self.named(reference.text if reference is not None else None)
        if not is_list and allowed is None:
            return base
        if base.is_list or (base.allowed is not None and allowed is not None):
            return ItemType(FeelType("list") if base.is_list else base.base, is_list, base.components, allowed)
        return ItemType(base.base, is_list, base.components, allowed or base.allowed)
