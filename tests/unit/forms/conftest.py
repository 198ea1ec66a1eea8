"""Short ways to ask a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine import forms
from tests.unit.forms.asking import NOW, Asked, make_form


@pytest.fixture
def ask() -> Callable[..., Asked]:
    """`ask({"type": "number"}, "12").value`."""
    return lambda component, raw, names=None: Asked(component, raw, names)


@pytest.fixture
def judge() -> Callable[..., forms.FormResult]:
    """`judge([component, …], raw, names)`: the result of a whole form."""

    def judge(
        components: list[Mapping[str, Any]],
        raw: Mapping[str, Any],
        names: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> forms.FormResult:
        properties = options.pop("properties", {})
        return forms.validate(make_form(*components, **properties), raw, names or {}, NOW, **options)

    return judge
