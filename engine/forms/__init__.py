"""Forms: form-js definitions, their field types and rules. No HTML, no I/O.

form = parse(content, "intake.form")        findings instead of errors
state = open_form(form, variables, now)     what to show
result = validate(form, raw, variables, now)   values, errors, warnings
"""

from engine.forms.definition import Check, Field, FormDefinition, Message, Option
from engine.forms.nodes import FormState, Node, Row
from engine.forms.parsing import parse
from engine.forms.state import open_form
from engine.forms.types import REGISTRY, Directory, FieldType, display
from engine.forms.validation import FormResult, initial, judge, validate

__all__ = [
    "REGISTRY",
    "Check",
    "Directory",
    "Field",
    "FieldType",
    "FormDefinition",
    "FormResult",
    "FormState",
    "Message",
    "Node",
    "Option",
    "Row",
    "display",
    "initial",
    "judge",
    "open_form",
    "parse",
    "validate",
]
