"""Drawings that would never come to rest, or grow without end: each is refused by name or becomes an incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from tests.engine.services.diagrams import process

_START, _END = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
_GATES = ('<bpmn:exclusiveGateway id="merge"/>', '<bpmn:exclusiveGateway id="more" default="more_e"/>')
LIMIT_SECONDS = 5.0
_TASK = '<bpmn:task id="a"/>'
_DOUBLINGS = 24
"""Forks in a row that nothing joins: sixteen million tokens."""


@dataclass(frozen=True)
class Runaway:
    """A drawing that runs away.

    Attributes:
        diagrams: the files' texts; they are deployed together.
        starts: the process whose start sets it going.
        refused: the finding that keeps it out; None where deployment accepts it and the start must become an incident.
        long: tried in long runs only, as another shows the same.
        by_jobs: it goes on from job to job, and is stopped by a worker.
        seconds: until there is an incident; more where neighbour systems are called.
        entries: of history that it cannot fill without having run away.
    """

    diagrams: tuple[str, ...]
    starts: str
    refused: str | None = None
    long: bool = False
    by_jobs: bool = False
    seconds: float = LIMIT_SECONDS
    entries: int = 300

    @property
    def keys(self) -> tuple[str, ...]:
        """Its processes."""
        return tuple(key_of(diagram) for diagram in self.diagrams)


def key_of(diagram: str) -> str:
    """The process in a diagram."""
    return diagram.split('<bpmn:process id="', 1)[1].split('"', 1)[0]


def _flow(source: str, target: str, condition: str = "") -> str:
    inner = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{_escaped(condition)}</bpmn:conditionExpression>'
        if condition
        else ""
    )
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="{source}_{target}" {ends}>{inner}</bpmn:sequenceFlow>'


def _flows(*pairs: tuple[str, ...]) -> str:
    return "".join(_flow(*pair) for pair in pairs)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(key: str, *nodes: tuple[str, str], extra: str = "") -> str:
    """Nodes, each an id and its drawing, between start and end."""
    ids = ["s", *(id for id, _ in nodes), "e"]
    drawn = "".join(text for _, text in nodes)
    return process(key, _START + drawn + _END + _flows(*pairwise(ids)), extra=extra)


def _scripted(key: str, text: str) -> str:
    return _line(key, ("a", f'<bpmn:scriptTask id="a"><bpmn:script>{_escaped(text)}</bpmn:script></bpmn:scriptTask>'))


def _looped(key: str, inside: str, first: str, last: str, *pairs: tuple[str, ...], extra: str = "") -> str:
    """What is inside again and again while `=true`."""
    ways = (("s", "merge"), ("merge", first), (last, "more"), ("more", "merge", "=true"), ("more", "e"))
    return process(key, _START + "".join(_GATES) + inside + _END + _flows(*ways, *pairs), extra=extra)


def _timer(kind: str, text: str) -> str:
    return (
        f'<bpmn:timerEventDefinition><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{_escaped(text)}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition>"
    )


def _pause(key: str, kind: str, text: str) -> str:
    return _line(key, ("a", f'<bpmn:intermediateCatchEvent id="a">{_timer(kind, text)}</bpmn:intermediateCatchEvent>'))


def _many(key: str, inner: str) -> str:
    many = f"<bpmn:multiInstanceLoopCharacteristics {inner}</bpmn:multiInstanceLoopCharacteristics>"
    return _line(key, ("a", f'<bpmn:userTask id="a" name="看" camunda:assignee="tsai">{many}</bpmn:userTask>'))


def _boundary(key: str, text: str) -> str:
    """A task with a timer at its border that does not interrupt it."""
    return process(
        key,
        f'{_START}<bpmn:userTask id="a" name="辦" camunda:assignee="tsai"/><bpmn:task id="told"/>'
        '<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">'
        + _timer("timeCycle", text)
        + f"</bpmn:boundaryEvent>{_END}"
        + '<bpmn:endEvent id="e2"/>'
        + _flows(("s", "a"), ("a", "e"), ("late", "told"), ("told", "e2")),
    )


def _calls(key: str, called: str, more: str = "/>") -> str:
    return _line(key, ("a", f'<bpmn:callActivity id="a" calledElement="{called}"{more}'))


def _doubling(key: str) -> str:
    nodes, pairs = "", [("s", "g0"), (f"m{_DOUBLINGS - 1}", "e")]
    for n in range(_DOUBLINGS):
        nodes += f'<bpmn:parallelGateway id="g{n}"/><bpmn:exclusiveGateway id="m{n}"/>'
        nodes += f'<bpmn:task id="a{n}"/><bpmn:task id="b{n}"/>'
        pairs += [(f"g{n}", f"a{n}"), (f"g{n}", f"b{n}"), (f"a{n}", f"m{n}"), (f"b{n}", f"m{n}")]
        pairs += [(f"m{n}", f"g{n + 1}")] if n < _DOUBLINGS - 1 else []
    return process(key, _START + nodes + _END + _flows(*pairs))


def _bomb(key: str) -> str:
    """A fork of which both branches lead back to it."""
    return process(
        key,
        f'{_START}<bpmn:exclusiveGateway id="merge"/><bpmn:parallelGateway id="fork"/>{_TASK}<bpmn:task id="b"/>'
        f'<bpmn:exclusiveGateway id="more" default="more_merge"/>{_END}'
        + _flows(("s", "merge"), ("merge", "fork"), ("fork", "a"), ("fork", "b"), ("a", "more"), ("b", "more"),
                 ("more", "merge"), ("more", "e", "=false")),
    )  # fmt: skip


def _self_triggering(key: str) -> str:
    """An event subprocess whose own work throws the signal that starts it."""
    definition = '<bpmn:signalEventDefinition signalRef="x"/>'
    throw = f'<bpmn:intermediateThrowEvent id="{{}}">{definition}</bpmn:intermediateThrowEvent>'
    return process(
        key,
        f'{_START}{throw.format("first")}<bpmn:userTask id="a" name="辦" camunda:assignee="tsai"/>{_END}'
        '<bpmn:subProcess id="h" triggeredByEvent="true">'
        f'<bpmn:startEvent id="hs" isInterrupting="false">{definition}</bpmn:startEvent>{throw.format("again")}'
        '<bpmn:endEvent id="he"/>' + _flows(("hs", "again"), ("again", "he")) + "</bpmn:subProcess>"
        + _flows(("s", "first"), ("first", "a"), ("a", "e")),
        extra='<bpmn:signal id="x" name="self"/>',
    )  # fmt: skip


def _messages(*names: str) -> str:
    return "".join(f'<bpmn:message id="m_{name}" name="{name}"/>' for name in names)


def _say(id: str, message: str, to: str = "") -> str:
    """Send a message with one's own number: to a case, or to begin one."""
    key = f'<camunda:property name="businessKey" value="{to}"/>' if to else ""
    return (
        f'<bpmn:sendTask id="{id}" messageRef="m_{message}"><bpmn:extensionElements><camunda:properties>{key}'
        '<camunda:property name="payload" value="={peer: business_key}"/>'
        "</camunda:properties></bpmn:extensionElements></bpmn:sendTask>"
    )


def _hear(message: str) -> str:
    definition = f'<bpmn:messageEventDefinition messageRef="m_{message}"/>'
    return f'<bpmn:intermediateCatchEvent id="hear">{definition}</bpmn:intermediateCatchEvent>'


def _ping_pong() -> tuple[str, str]:
    """A case that begins another; from then on each answers the other."""
    around = (("more", "merge", "=true"), ("more", "e"))
    first = process(
        "ping",
        _START + _say("begin", "serve") + "".join(_GATES) + _hear("pong") + _say("say", "ping", "=peer") + _END
        + _flows(("s", "begin"), ("begin", "merge"), ("merge", "hear"), ("hear", "say"), ("say", "more"), *around),
        extra=_messages("serve", "ping", "pong"),
    )  # fmt: skip
    second = process(
        "pong",
        '<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m_serve"/></bpmn:startEvent>'
        + "".join(_GATES) + _say("say", "pong", "=peer") + _hear("ping") + _END
        + _flows(("s", "merge"), ("merge", "say"), ("say", "hear"), ("hear", "more"), *around),
        extra=_messages("serve", "ping", "pong"),
    )  # fmt: skip
    return first, second


def _storm(key: str) -> str:
    """A case that begins two more by the message it begins with."""
    begun = f'<bpmn:startEvent id="s2"><bpmn:messageEventDefinition messageRef="m_{key}"/></bpmn:startEvent>'
    return process(
        key,
        _START + begun + '<bpmn:exclusiveGateway id="m"/>' + _say("a", key) + _say("b", key) + _END
        + _flows(("s", "m"), ("s2", "m"), ("m", "a"), ("a", "b"), ("b", "e")),
        extra=_messages(key),
    )  # fmt: skip


_SHORT = f'<bpmn:intermediateCatchEvent id="a">{_timer("timeDuration", "PT0.001S")}</bpmn:intermediateCatchEvent>'
_CALL = (
    '<bpmn:serviceTask id="a"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="ledger" '
    'resultVariable="booked"><spiffworkflow:parameters><spiffworkflow:parameter id="about" type="str" '
    'value="=business_key"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements>'
    "</bpmn:serviceTask>"
)
_BILLION = 10**9


def _one(diagram: str, refused: str | None = None, *, long: bool = False) -> Runaway:
    return Runaway((diagram,), key_of(diagram), refused, long)


def _round(key: str, inside: str) -> str:
    return _looped(key, inside, "a", "a")


def _script(text: str) -> str:
    return f'<bpmn:scriptTask id="a"><bpmn:script>{_escaped(text)}</bpmn:script></bpmn:scriptTask>'


def _times(count: int) -> str:
    """Of a call activity: so many at once."""
    return (
        f"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>{count}</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>"
    )


def _talks_to_itself(key: str) -> str:
    around = (("s", "merge"), ("merge", "say"), ("say", "hear"), ("hear", "more"), ("more", "merge", "=true"))
    nodes = _START + "".join(_GATES) + _say("say", "self", "=[business_key]") + _hear("self") + _END
    return process(key, nodes + _flows(*around, ("more", "e")), extra=_messages("self"))


RUNAWAYS: Mapping[str, Runaway] = {
    "R/PT0S pause": _one(_pause("r1", "timeCycle", "R/PT0S"), "timer-invalid"),
    "R/PT0S border": _one(_boundary("r2", "R/PT0S"), "timer-invalid"),
    "R/PT59S border": _one(_boundary("r3", "R/PT59S"), "timer-invalid"),
    "R2000/PT1S border": _one(_boundary("r4", "R2000/PT1S"), "timer-invalid"),
    "P99999999Y": _one(_pause("r5", "timeDuration", "P99999999Y"), "timer-invalid"),
    "P99999999Y by FEEL": _one(_pause("r6", "timeDuration", '="P99999999Y"')),
    "R/PT0S by FEEL": _one(_boundary("r7", '="R/PT0S"')),
    "cardinality 10^9": _one(
        _many("c1", f"><bpmn:loopCardinality>{_BILLION}</bpmn:loopCardinality>"), "many-cardinality"
    ),
    "cardinality 10**9": _one(_many("c2", "><bpmn:loopCardinality>=10**9</bpmn:loopCardinality>")),
    "collection of 10^6": _one(_many("c3", ' camunda:collection="=for i in 1..1000000 return i">')),
    "collection of 10^9": _one(_many("c4", f' camunda:collection="=for i in 1..{_BILLION} return i">'), long=True),
    "loop": _one(_round("l1", _TASK)),
    "loop by Python": _one(_round("l2", _TASK).replace("=true", "1 == 1"), long=True),
    "script loop": _one(_scripted("s1", "while True:\n    pass")),
    "script that calls itself": _one(_scripted("s2", "def f(n):\n    return f(n + 1)\nx = f(1)")),
    "script power": _one(_scripted("s3", "x = 9 ** 9 ** 9")),
    "script list": _one(_scripted("s4", "x = len([i for i in range(10 ** 12)])"), long=True),
    "scripts in a loop": _one(_round("s5", _script("x = sum(range(300000))")), long=True),
    "FEEL range": _one(_scripted("f1", f"={{x: sum(for i in 1..{_BILLION} return i)}}")),
    "FEEL loops": _one(
        _scripted("f2", "={x: count(for i in 1..9999, j in 1..9999, k in 1..9999 return i)}"), long=True
    ),
    "FEEL some": _one(_scripted("f3", f"={{x: some i in 1..{_BILLION} satisfies i < 0}}"), long=True),
    "FEEL calls itself": _one(_scripted("f4", "={f: function(n) f(n + 1), x: f(1)}"), "unknown-function"),
    "FEEL power": _one(_scripted("f5", "={x: (10 ** 5000) ** 5000}")),
    "FEEL text": _one(_scripted("f6", '={x: for i in 1..64 return if i = 1 then "長" else partial[-1] + partial[-1]}')),
    "FEEL in a loop": _one(_round("f7", _script("={x: sum(for i in 1..20000 return i)}")), long=True),
    "call of itself": _one(_calls("k1", "k1")),
    "two calls of itself": _one(_calls("k2", "k2", _times(2)), long=True),
    "thousand calls of itself": _one(_calls("k3", "k3", _times(1000)), long=True),
    "mutual calls": Runaway((_calls("k4", "k5"), _calls("k5", "k4")), "k4"),
    "doubling forks": _one(_doubling("d1"), long=True),
    "fork bomb": _one(_bomb("d2")),
    "event subprocess that starts itself": _one(_self_triggering("t1")),
    "case that writes to itself": Runaway((_talks_to_itself("j1"),), "j1", long=True, by_jobs=True),
    "two cases that answer each other": Runaway(_ping_pong(), "ping", by_jobs=True),
    "case that begins two": Runaway((_storm("j2"),), "j2", by_jobs=True),
    "calls of a neighbour": Runaway((_round("j3", _CALL),), "j3", long=True, by_jobs=True, seconds=60.0, entries=1_500),
    "short timers": Runaway((_round("j4", _SHORT),), "j4", by_jobs=True),
    "timers of no time": Runaway((_round("j5", _SHORT.replace("PT0.001S", "PT0S")),), "j5", by_jobs=True),
}
"""By what they do."""
