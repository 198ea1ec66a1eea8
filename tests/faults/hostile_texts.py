"""What F20 types: texts that have broken programs before, each with a mark by which it is found again."""

from __future__ import annotations

import re
import unicodedata

TAG = '"\'><hostile-tag hostile-attr="1" onload=alert(1)></title></textarea></script><hostile-tag>'
"""Leaves an attribute in either kind of quotes, a title, a text box and a script; then it is an element."""
COMPUTED = "62615533"
"""What comes of 7919 * 7907 where a text is taken for a template or an expression."""

MARKED = {
    "nul": "前\x00後",
    "control": "a\x01b\x1b[31mc\x7f\x85",
    "half surrogate": "半\ud83d個",
    "line breaks": "一\r\nX-Hostile: 1\r\n\r\n二",
    "lone return": "一\r二",
    "separators": "一\u2028二\u2029三\x0b四",
    "bidi override": "\u202etxt.exe\u202c",
    "bidi isolate": "\u2066隱\u2069\u200f",
    "zero width": "零\u200b寬\ufeff字\u2060元\u00ad",
    "combining tower": "Z" + "\u0351\u036b\u0343\u036a\u0302" * 30,
    "family": "👩‍👩‍👧‍👦🏳️‍🌈🇹🇼",
    "extension B": "𠮷野𡻕𤧟",
    "extension C to H": "𪛖𫝀𫠠𬺰𰀀𱍐",
    "private use": "\ue000\U000f0000\uf8ff",
    "noncharacters": "\ufffd\uffff\ufffe\U0010ffff",
    "compatibility": "裏\uf9e8ﬁ①㈱",
    "long": "長" * 3000,
    "far too long": "長" * 70_000,
    "html": TAG,
    "entity": "&lt;hostile-tag&gt; &amp;amp; &#0; &#x110000;",
    "script address": "javascript:alert(1)//",
    "markdown": "[x](javascript:alert(1)) ![x](//evil.example/x) **b** <hostile-tag>",
    "jinja": "{{ 7919 * 7907 }}{% for x in range(3) %}{{ config }}{% endfor %}${7919*7907}#{7919*7907}",
    "feel": "= 7919 * 7907 // for x in 1..9999999 return x",
    "format": "%s%(name)s{0}{name}%n%x%",
    "sql": "'; drop table person; -- \" or 1=1 /* \\",
    "like": "%_\\%",
    "regex": "(a+)+$[[:alpha:](?P<x>",
    "xml": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;]]></x>',
    "full text": "& | ! ( ) <-> :* '' \\'",
    "formula =": '=HYPERLINK("http://evil.example","x")',
    "formula +": "+1+cmd|' /C calc'!A0",
    "formula -": "-2+3+cmd",
    "formula @": "@SUM(1+1)",
    "formula after a tab": "\t=1+1",
    "formula after a return": "\r=1+1",
    "formula, wide": "＝1+1",
    "path": "../../../etc/passwd\\..\\x",
    "device": "CON.aux.LPT1",
    "mail head": "a@b.example\nBcc: c@d.example",
    "tagged": '{"typename": "datetime", "value": "x", "$": "decimal", "v": "NaN"}',
}
"""By what they are. Each is typed with a mark behind it, so that what came back is found and compared."""

PLAIN = {
    "1e400": "1e400",
    "1e-400": "-1e-400",
    "nan": "NaN",
    "infinity": "-Infinity",
    "digits": "9" * 5000,
    "wide digits": "１０７/５/２９",
    "foreign digits": "٣²",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "no such day": "2026-02-30",
    "Minguo 0": "0/1/1",
    "Minguo 999": "9991231",
    "year 10000": "10000-01-01",
    "last moment": "23:59:60",
    "half a surrogate in JSON": '{"a": "\\ud800"}',
    "keys in JSON": '{"typename": 1, "__proto__": {}, "$": "date", "v": "x"}',
    "deep JSON": "[" * 2000,
    "blanks": " \t\u3000\u00a0 ",
    "uuid": "00000000-0000-0000-0000-00000000000g",
    "nil uuid": "00000000-0000-0000-0000-000000000000",
    "minus one": "-1",
    "2**63": "9223372036854775808",
}
"""Typed as they are: a mark would make another thing of them."""

NAMES = {
    "folders": "../../a/..\\..\\b",
    "quotes": "a\"b'c;d=e",
    "line breaks": "a\r\nX-Hostile: 1\r\nb",
    "right to left": "\u202ecod\u2066.exe",
    "bytes": "長" * 300,
    "device": "CON",
    "nul": "a\x00b",
    "tag": TAG,
    "formula": "=1+1",
    "replaced": "a\ufffdb",
    "dots": "...",
    "percent": "%2e%2e%2f%00",
    "extension B": "𠮷",
}
"""Of files; an ending that is taken comes behind."""


def mark(number: int) -> str:
    """A mark that no other text has and every field takes."""
    return f"q{number}z"


def canonical(text: str) -> str:
    """A text after what the product says it does with every text.

    Line breaks become one kind, runs of blanks one blank, none stand around a text; composed characters
    are normalised; what is no character (half a surrogate pair, NUL on a page) is replaced by a sign or by
    its bytes.
    """
    text = re.sub(r"([\ud800-\udfff\ufffd\x00]|%ED%[AB][0-9A-F]%[89AB][0-9A-F])+", "\ufffd", text)
    return " ".join(unicodedata.normalize("NFC", text).split())
