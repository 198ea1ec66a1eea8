"""Texts that have broken programs before (fault plan F20)."""

from __future__ import annotations

HOSTILE = {
    "nul": "前\x00後",
    "control": "a\x01b\x1b[31mc\x7f",
    "line breaks": "一\r\nSet-Cookie: x=1\r\n\r\n二",
    "right to left": "\u202etxt.exe\u202c\u2066隱\u2069",
    "four bytes": "𠮷野家 🏛️👩‍👩‍👧 𪚥",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
    "zero width": "零\u200b寬\ufeff字\u2060元",
    "surrogate bytes": "\ufffd\uffff\ufffe",
    "long": "長" * 60_000,
    "template": "{{ 7 * 7 }}{% raw %}${7*7}#{7*7}<%= 7*7 %>",
    "format": "%s%(name)s{0}{name}%n%x",
    "sql": "'; drop table person; -- \" or 1=1 /*",
    "like": "%_\\%",
    "feel": '= "a" + string(now()) // for x in 1..9999999 return x',
    "python": "__import__('os').system('true')",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>",
    "markdown": "[x](javascript:alert(1)) ![x](http://evil.example/x.png) <b>",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "path": "../../../etc/passwd\\..\\x",
    "json": '{"typename": "datetime", "value": "x", "$": "decimal", "v": "NaN"}',
    "number": "1e999999999",
    "digits": "9" * 5000,
    "date": "99999999999/12/31",
    "last day": "9999-12-31",
    "wide digits": "１０７/５/２９ ٣/٤ ²",
    "spaces": " \t\u3000\u00a0 ",
    "uuid": "00000000-0000-0000-0000-00000000000g",
    "search": "& | ! ( ) <-> :* '' \\'",
}
"""By what they are."""
