"""Every signature of every built-in function: by position, by name, with null, with too many arguments."""

from __future__ import annotations

import pytest

from engine import feel
from engine.feel.functions.registry import BUILTINS

_D = '@"2020-01-02"'
_DT = '@"2020-01-02T03:04:05"'
# A signature, as names and an argument for each, and the value it has.
CALLS = [
    ("abs", {"n": "-1"}, "1"),
    ("after", {"point1": "2", "point2": "1"}, "true"),
    ("after", {"point": "9", "range": "[1..5]"}, "true"),
    ("after", {"range": "[6..7]", "point": "5"}, "true"),
    ("after", {"range1": "[6..7]", "range2": "[1..5]"}, "true"),
    ("all", {"list": "[true, true]"}, "true"),
    ("any", {"list": "[true, false]"}, "true"),
    ("append", {"list": "[1]", "item": "[2]"}, "[1, 2]"),
    ("before", {"point1": "1", "point2": "2"}, "true"),
    ("before", {"point": "0", "range": "[1..5]"}, "true"),
    ("before", {"range": "[1..2]", "point": "5"}, "true"),
    ("before", {"range1": "[1..2]", "range2": "[3..5]"}, "true"),
    ("ceiling", {"n": "1.2"}, "2"),
    ("ceiling", {"n": "1.23", "scale": "1"}, "1.3"),
    ("coincides", {"point1": "1", "point2": "1"}, "true"),
    ("coincides", {"range1": "[1..2]", "range2": "[1..2]"}, "true"),
    ("concatenate", {"list": "[[1], [2]]"}, "[1, 2]"),
    ("contains", {"string": '"高雄市"', "match": '"雄"'}, "true"),
    ("context", {"entries": '[{key: "a", value: 1}]'}, "{a: 1}"),
    ("context merge", {"contexts": "[{a: 1}, {b: 2}]"}, "{a: 1, b: 2}"),
    ("context put", {"context": "{a: 1}", "key": '"a"', "value": "2"}, "{a: 2}"),
    ("context put", {"context": "{a: {b: 1}}", "keys": '["a", "b"]', "value": "2"}, "{a: {b: 2}}"),
    ("count", {"list": "[1, 2]"}, "2"),
    ("date", {"from": '"2020-01-02"'}, _D),
    ("date", {"from": _DT}, _D),
    ("date", {"year": "2020", "month": "1", "day": "2"}, _D),
    ("date and time", {"from": '"2020-01-02T03:04:05"'}, _DT),
    ("date and time", {"date": _D, "time": '@"03:04:05"'}, _DT),
    ("date and time", {"from": _DT}, _DT),
    ("date and time", {"date": _DT, "timezone": '"Asia/Taipei"'}, '@"2020-01-02T03:04:05@Asia/Taipei"'),
    ("day of week", {"date": _D}, '"Thursday"'),
    ("day of year", {"date": _D}, "2"),
    ("decimal", {"n": "1.25", "scale": "1"}, "1.2"),
    ("distinct values", {"list": "[1, 1]"}, "[1]"),
    ("duration", {"from": '"P1D"'}, '@"P1D"'),
    ("duration", {"from": '@"P1M"'}, '@"P1M"'),
    ("during", {"point": "2", "range": "[1..3]"}, "true"),
    ("during", {"range1": "[2..3]", "range2": "[1..4]"}, "true"),
    ("ends with", {"string": '"abc"', "match": '"c"'}, "true"),
    ("even", {"number": "2"}, "true"),
    ("exp", {"number": "0"}, "1"),
    ("finished by", {"range": "[1..3]", "point": "3"}, "true"),
    ("finished by", {"range1": "[1..3]", "range2": "[2..3]"}, "true"),
    ("finishes", {"point": "3", "range": "[1..3]"}, "true"),
    ("finishes", {"range1": "[2..3]", "range2": "[1..3]"}, "true"),
    ("flatten", {"list": "[[1], 2]"}, "[1, 2]"),
    ("floor", {"n": "1.8"}, "1"),
    ("floor", {"n": "1.87", "scale": "1"}, "1.8"),
    ("get entries", {"m": "{a: 1}"}, '[{key: "a", value: 1}]'),
    ("get value", {"m": "{a: 1}", "key": '"a"'}, "1"),
    ("includes", {"range": "[1..3]", "point": "2"}, "true"),
    ("includes", {"range1": "[1..4]", "range2": "[2..3]"}, "true"),
    ("index of", {"list": "[1, 2, 1]", "match": "1"}, "[1, 3]"),
    ("insert before", {"list": "[1, 3]", "position": "2", "newItem": "2"}, "[1, 2, 3]"),
    ("is", {"value1": "1", "value2": "1"}, "true"),
    ("list contains", {"list": "[1]", "element": "1"}, "true"),
    ("list replace", {"list": "[1, 2]", "position": "1", "newItem": "3"}, "[3, 2]"),
    ("list replace", {"list": "[1, 2]", "match": "function(old, new) old < 2", "newItem": "3"}, "[3, 2]"),
    ("log", {"number": "1"}, "0"),
    ("lower case", {"string": '"A"'}, '"a"'),
    ("matches", {"input": '"ab"', "pattern": '"A"', "flags": '"i"'}, "true"),
    ("max", {"list": "[1, 2]"}, "2"),
    ("mean", {"list": "[1, 3]"}, "2"),
    ("median", {"list": "[1, 2, 3]"}, "2"),
    ("meets", {"range1": "[1..2]", "range2": "[2..3]"}, "true"),
    ("met by", {"range1": "[2..3]", "range2": "[1..2]"}, "true"),
    ("min", {"list": "[1, 2]"}, "1"),
    ("mode", {"list": "[1, 1, 2]"}, "[1]"),
    ("modulo", {"dividend": "5", "divisor": "3"}, "2"),
    ("month of year", {"date": _D}, '"January"'),
    ("not", {"negand": "true"}, "false"),
    ("number", {"from": '"1,2"', "grouping separator": '"."', "decimal separator": '","'}, "1.2"),
    ("number", {"from": "1"}, "1"),
    ("odd", {"number": "1"}, "true"),
    ("overlaps", {"range1": "[1..3]", "range2": "[2..4]"}, "true"),
    ("overlaps after", {"range1": "[2..4]", "range2": "[1..3]"}, "true"),
    ("overlaps before", {"range1": "[1..3]", "range2": "[2..4]"}, "true"),
    ("product", {"list": "[2, 3]"}, "6"),
    ("range", {"from": '"[1..2]"'}, "[1..2]"),
    ("remove", {"list": "[1, 2]", "position": "1"}, "[2]"),
    ("replace", {"input": '"ab"', "pattern": '"A"', "replacement": '"x"', "flags": '"i"'}, '"xb"'),
    ("reverse", {"list": "[1, 2]"}, "[2, 1]"),
    ("round down", {"n": "1.29", "scale": "1"}, "1.2"),
    ("round half down", {"n": "1.25", "scale": "1"}, "1.2"),
    ("round half up", {"n": "1.25", "scale": "1"}, "1.3"),
    ("round up", {"n": "1.21", "scale": "1"}, "1.3"),
    ("sort", {"list": "[1, 2]", "precedes": "function(x, y) x > y"}, "[2, 1]"),
    ("split", {"string": '"a;b"', "delimiter": '";"'}, '["a", "b"]'),
    ("sqrt", {"number": "4"}, "2"),
    ("started by", {"range": "[1..3]", "point": "1"}, "true"),
    ("started by", {"range1": "[1..3]", "range2": "[1..2]"}, "true"),
    ("starts", {"point": "1", "range": "[1..3]"}, "true"),
    ("starts", {"range1": "[1..2]", "range2": "[1..3]"}, "true"),
    ("starts with", {"string": '"abc"', "match": '"a"'}, "true"),
    ("stddev", {"list": "[1, 3, 5]"}, "2"),
    ("string", {"from": "1"}, '"1"'),
    ("string join", {"list": '["a", "b"]', "delimiter": '"-"'}, '"a-b"'),
    ("string length", {"string": '"高雄"'}, "2"),
    ("sublist", {"list": "[1, 2, 3]", "start position": "2", "length": "1"}, "[2]"),
    ("substring", {"string": '"abc"', "start position": "2", "length": "1"}, '"b"'),
    ("substring after", {"string": '"abc"', "match": '"b"'}, '"c"'),
    ("substring before", {"string": '"abc"', "match": '"b"'}, '"a"'),
    ("sum", {"list": "[1, 2]"}, "3"),
    ("time", {"from": '"03:04:05"'}, '@"03:04:05"'),
    ("time", {"from": _DT}, '@"03:04:05"'),
    ("time", {"hour": "3", "minute": "4", "second": "5", "offset": '@"PT8H"'}, '@"03:04:05+08:00"'),
    ("union", {"list": "[[1], [1, 2]]"}, "[1, 2]"),
    ("upper case", {"string": '"a"'}, '"A"'),
    ("week of year", {"date": _D}, "1"),
    ("years and months duration", {"from": _D, "to": '@"2021-03-02"'}, '@"P1Y2M"'),
]
# Where null is a value like any other, or means "left out".
TAKES_NULL = {
    ("context put", "value"), ("get value", "m"), ("get value", "key"), ("index of", "match"),
    ("insert before", "newItem"), ("is", "value1"), ("is", "value2"), ("list contains", "element"),
    ("list replace", "newItem"), ("matches", "flags"), ("not", "negand"), ("number", "grouping separator"),
    ("replace", "flags"), ("sort", "precedes"), ("string", "from"),
    ("string join", "delimiter"), ("sublist", "length"), ("substring", "length"), ("time", "offset"),
}  # fmt: skip
WITHOUT_ARGUMENTS = {"now", "today"}
LISTED = {"concatenate", "union", "append"}
"""Their last parameter takes all further arguments by position and one list by name."""


def value(text):
    return feel.parse(text).evaluate({})


def named(name, arguments):
    return f"{name}({', '.join(f'{key}: {argument}' for key, argument in arguments.items())})"


def test_every_signature_is_here():
    declared = {
        (name, tuple(parameter.name for parameter in overload.parameters))
        for name, function in BUILTINS.items()
        for overload in function.overloads
    }
    here = {(name, tuple(arguments)) for name, arguments, _ in CALLS}
    assert declared == here | {(name, ()) for name in WITHOUT_ARGUMENTS}


@pytest.mark.parametrize(("name", "arguments", "expected"), CALLS)
def test_a_function_is_called_by_position_and_by_name_alike(name, arguments, expected):
    by_name = value(named(name, arguments))
    by_position = by_name if name in LISTED else value(f"{name}({', '.join(arguments.values())})")
    assert by_name.errors == by_position.errors == ()
    assert by_name.value == by_position.value == value(expected).value


@pytest.mark.parametrize(
    ("name", "arguments", "parameter"),
    [(name, arguments, parameter) for name, arguments, _ in CALLS for parameter in arguments],
)
def test_null_for_an_argument_gives_null_with_a_message_unless_the_function_takes_it(name, arguments, parameter):
    evaluation = value(named(name, {**arguments, parameter: "null"}))
    if (name, parameter) in TAKES_NULL:
        assert evaluation.errors == ()
    else:
        assert evaluation.failed
        assert name in evaluation.errors[0]


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_a_name_that_is_no_parameter_is_refused(name):
    assert value(f"{name}(nonsense: 1)").failed
