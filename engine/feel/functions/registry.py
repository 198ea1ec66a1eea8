"""How built-in functions are declared, and how any function is called.

A built-in is declared by its FEEL signature:

    @feel("substring(string: string, start position: number, length: number?)")
    def substring(run, text, start, length=None): …

`?` marks a parameter that may be left out or null, `...` one that takes all further arguments as
a list, `|` alternatives. `any` takes everything, null too; other types refuse null. Several
signatures are tried in order. A function raises `FeelError` for arguments it has no result for.
"""

from __future__ import annotations

import decimal
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.feel.errors import FeelError, FeelLimit
from engine.feel.running import Run
from engine.feel.types import FeelType, conforms
from engine.feel.values import Function, Value, from_python, kind, to_python

_SIGNATURE = re.compile(r"([a-z ]+)\((.*)\)")
_FAILED: Any = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in function."""

    name: str
    kinds: frozenset[str]
    optional: bool
    variadic: bool

    def fit(self, value: Value) -> Value:
        """The value as this parameter takes it (a list of one for its element and the reverse), or _FAILED."""
        if self.variadic and not isinstance(value, list):
            return _FAILED
        if "any" in self.kinds or kind(value) in self.kinds:
            return value
        if value is None:
            return None if self.optional else _FAILED
        if isinstance(value, list) and len(value) == 1 and kind(value[0]) in self.kinds:
            return value[0]
        return [value] if "list" in self.kinds else _FAILED


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature of a built-in function and what carries it out."""

    parameters: tuple[Parameter, ...]
    run: Callable[..., Value]

    def bind(self, arguments: list[Value], names: tuple[str, ...]) -> list[Value] | None:
        """The arguments in the order of the parameters, or None when they do not fit."""
        if names:
            placed = self._by_name(arguments, names)
        elif self.parameters and self.parameters[-1].variadic:
            fixed = len(self.parameters) - 1
            if len(arguments) <= fixed:
                return None
            placed = [*arguments[:fixed], arguments[fixed:]]
        else:
            placed = arguments if len(arguments) <= len(self.parameters) else None
        return None if placed is None else self._fitted(placed)

    def _by_name(self, arguments: list[Value], names: tuple[str, ...]) -> list[Value] | None:
        given = dict(zip(names, arguments, strict=True))
        known = [parameter.name for parameter in self.parameters]
        if len(given) != len(names) or not given.keys() <= set(known):
            return None
        if any(not parameter.optional and parameter.name not in given for parameter in self.parameters):
            return None
        return [given.get(name) for name in known]

    def _fitted(self, placed: list[Value]) -> list[Value] | None:
        missing = self.parameters[len(placed) :]
        if not all(parameter.optional for parameter in missing):
            return None
        fitted = [parameter.fit(value) for parameter, value in zip(self.parameters, placed, strict=False)]
        return None if any(value is _FAILED for value in fitted) else fitted


@dataclass(frozen=True, slots=True, eq=False)
class Builtin(Function):
    """A built-in function with its signatures."""

    overloads: tuple[Overload, ...] = ()


BUILTINS: dict[str, Builtin] = {}


def feel(*signatures: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Declare a built-in function by its FEEL signatures."""

    def declare(function: Callable[..., Value]) -> Callable[..., Value]:
        for signature in signatures:
            name, overload = _read_signature(signature, function)
            known = BUILTINS[name].overloads if name in BUILTINS else ()
            parameters = tuple(parameter.name for parameter in overload.parameters)
            BUILTINS[name] = Builtin(name, parameters, _not_called, overloads=(*known, overload))
        return function

    return declare


def _not_called(arguments: list[Value]) -> Value:
    raise AssertionError("a built-in function is called by its overloads")


def _read_signature(signature: str, function: Callable[..., Value]) -> tuple[str, Overload]:
    match = _SIGNATURE.fullmatch(signature)
    if not match:
        raise ValueError(signature)
    parameters = []
    for part in filter(None, match[2].split(", ")):
        name, _, type_ = part.partition(": ")
        kinds = frozenset(type_.rstrip("?.").split("|"))
        parameters.append(Parameter(name, kinds, type_.endswith("?"), type_.endswith("...")))
    return match[1], Overload(tuple(parameters), function)


def builtin(run: Run, name: str) -> Builtin:
    """The built-in function of that name as a value."""
    return BUILTINS[name]


def invoke(run: Run, function: Function, arguments: list[Value], names: tuple[str, ...] = ()) -> Value:
    """The function's result; null with an error when the arguments do not fit or it has none."""
    run.enter()
    try:
        if isinstance(function, Builtin):
            return _invoke_builtin(run, function, arguments, names)
        placed = _place(function, arguments, names)
        if placed is None:
            return _misfit(run, function.name, arguments)
        return function.call(placed)
    finally:
        run.leave()


def _invoke_builtin(run: Run, function: Builtin, arguments: list[Value], names: tuple[str, ...]) -> Value:
    for overload in _in_order(function.overloads, names):
        bound = overload.bind(arguments, names)
        if bound is None:
            continue
        try:
            return overload.run(run, *bound)
        except FeelError as error:
            return run.failed(function.name, error.zh, error.en)
        except (ValueError, OverflowError, decimal.DecimalException):
            return run.failed(function.name, "這些引數沒有結果", "no result for these arguments")
    return _misfit(run, function.name, arguments)


def _in_order(overloads: tuple[Overload, ...], names: tuple[str, ...]) -> tuple[Overload, ...]:
    """The overloads to try; `before(range: …, point: …)` has the names of `before(point: …, range: …)`, too: the
    order in which they are written tells which is meant."""
    if not names:
        return overloads
    return tuple(sorted(overloads, key=lambda one: tuple(parameter.name for parameter in one.parameters) != names))


def _place(function: Function, arguments: list[Value], names: tuple[str, ...]) -> list[Value] | None:
    if names:
        given = dict(zip(names, arguments, strict=True))
        if len(given) != len(names) or given.keys() != set(function.parameters):
            return None
        arguments = [given[name] for name in function.parameters]
    if len(arguments) != len(function.parameters):
        return None
    if not function.types:
        return arguments
    fitted = [fit_type(value, type_) for value, type_ in zip(arguments, function.types, strict=True)]
    return None if any(value is _FAILED for value in fitted) else fitted


def fit_type(value: Value, wanted: FeelType | None) -> Value:
    """`value` as the declared type takes it: itself, or after the conversions between a list of one and its element."""
    if wanted is None or value is None or conforms(value, wanted):
        return value
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], wanted):
        return value[0]
    if wanted.name == "list" and conforms([value], wanted):
        return [value]
    return _FAILED


def fits(value: Value) -> bool:
    """Whether `fit_type` found a way."""
    return value is not _FAILED


def _misfit(run: Run, name: str, arguments: list[Value]) -> Any:
    kinds = ", ".join(kind(argument) for argument in arguments)
    return run.error(f"函式「{name}」不接受引數 ({kinds})", f"{name} does not take the arguments ({kinds})")


def call_outer(run: Run, name: str, arguments: list[Value], names: tuple[str, ...]) -> Value:
    """Call a function that the caller of the evaluation brought: plain Python values in and out."""
    function = run.functions[name]
    plain = [to_python(argument) for argument in arguments]
    try:
        bound = inspect.signature(function).bind(**dict(zip(names, plain, strict=True))) if names else None
        result = function(*bound.args, **bound.kwargs) if bound else function(*plain)
        return from_python(result)
    except FeelLimit:
        raise
    except Exception as error:  # Whatever a foreign function raises makes its value null, with the reason kept.
        text = f"{type(error).__name__}: {error}"
        return run.failed(name, text, text)
