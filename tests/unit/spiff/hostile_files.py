# ruff: noqa: E501 (a piece of XML stays in one line)
"""Files made to hurt, and shapes that large files repeat: for the tests that count their work and the bench that times it."""

from __future__ import annotations


def entities(use: str) -> str:
    """Eleven entities, each ten times the one before: 200 GB of text when they are worked out."""
    listed = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE l [<!ENTITY a0 "ha">{listed}]>{use}'


def nested(element: str, depth: int) -> bytes:
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable="true">'
    return (head + f"<{element}>" * depth + f"</{element}>" * depth + "</process></definitions>").encode()


HOSTILE = {
    "entity bomb": ("xml-doctype", entities("<definitions>&a11;</definitions>").encode()),
    "entity bomb in an attribute": ("xml-doctype", entities('<definitions x="&a11;"/>').encode()),
    "entity bomb in UTF-16": ("xml-doctype", entities('<definitions x="&a11;"/>').encode("utf-16")),
    "entity bomb behind a comment": ("xml-doctype", b"<!-- <a --><?x <b ?>" + entities("<a>&a11;</a>").encode()),
    "one entity used often": (
        "xml-doctype",
        b'<!DOCTYPE l [<!ENTITY a "' + b"x" * 100_000 + b'">]><a>' + b"&a;" * 100_000 + b"</a>",
    ),
    "external entity": ("xml-doctype", b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'),
    "external DTD": ("xml-doctype", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><a/>'),
    "parameter entity": ("xml-doctype", b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>'),
    "deep nesting": ("xml-too-deep", b"<a>" * 200_000 + b"</a>" * 200_000),
    "deep subprocesses": ("xml-too-deep", nested("subProcess", 1_000)),
    "subprocesses as deep as may be": ("no-id", nested("subProcess", 240)),
    "an attribute of 2 MB": ("not-bpmn", b'<a x="' + b"x" * 1_990_000 + b'"/>'),
    "100,000 attributes": ("xml-too-many-nodes", b"<a " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>"),
    "50,000 namespaces": ("not-bpmn", b"<a " + b" ".join(b'xmlns:a%d="u:%d"' % (n, n) for n in range(50_000)) + b"/>"),
    "400,000 elements": ("xml-too-many-nodes", b"<a>" + b"<b/>" * 400_000 + b"</a>"),
    "250,000 comments": ("not-bpmn", b"<a>" + b"<!---->" * 250_000 + b"</a>"),
    "390,000 character references": ("not-bpmn", b"<a>" + b"&#65;" * 390_000 + b"</a>"),
    "a name of 2 MB": ("xml-malformed", b"<" + b"a" * 1_990_000 + b"/>"),
    "50 MB": ("xml-too-large", b"<a>" + b" " * 50_000_000 + b"</a>"),
}


HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'
    '<signal id="g" name="g"/>{0}<process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>{1}</process>'
    "</definitions>"
)
THROW = '<intermediateThrowEvent id="t{0}"><linkEventDefinition id="l{0}" name="L"/></intermediateThrowEvent>'
CATCH = '<intermediateCatchEvent id="c{0}"><linkEventDefinition id="k{0}" name="L"/></intermediateCatchEvent>'
TRIGGERED = (
    '<subProcess id="u{0}" triggeredByEvent="true"><startEvent id="v{0}"><signalEventDefinition signalRef="g"/>'
    '</startEvent><scriptTask id="w{0}"><script>={{a{0}: b{0}}}</script></scriptTask></subProcess>'
)
COMPENSATED = (
    '<task id="a{0}"/><boundaryEvent id="b{0}" attachedToRef="a{0}"><compensateEventDefinition id="k{0}"/>'
    '</boundaryEvent><task id="h{0}" isForCompensation="true"/><association id="o{0}" sourceRef="b{0}" targetRef="h{0}"/>'
)
CHAIN = '<process id="q{0}"><callActivity id="x{0}" calledElement="q{1}"/><callActivity id="y{0}" calledElement="q{1}"/></process>'
CIRCLE = '<scriptTask id="n{0}"><script>={{v{0}: v{1}}}</script></scriptTask><sequenceFlow id="f{0}" sourceRef="n{0}" targetRef="n{1}"/>'


def many(shape: str, times: int, *, outside: bool = False) -> bytes:
    text = "".join(shape.format(n, (n + 1) % times) for n in range(times))
    return HEAD.format(text if outside else "", "" if outside else text).encode()


SHAPES = {
    "links of one name": (THROW + CATCH, False),
    "event subprocesses": (TRIGGERED, False),
    "compensations": (COMPENSATED, False),
    "calls of calls": (CHAIN, True),
    "one large loop": (CIRCLE, False),
}
