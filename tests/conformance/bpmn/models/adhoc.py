"""Ad-hoc subprocesses of the reference (BPMN 2.0 §13.3.5), as the product's documentation says people steer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conformance.bpmn.models.expressions import holds
from tests.conformance.bpmn.models.reading import Node
from tests.conformance.bpmn.models.state import Scope, Work

if TYPE_CHECKING:
    from tests.conformance.bpmn.models.reference import Reference

FINISH = "(finish)"


def _offered(scope: Scope) -> list[Node]:
    return [node for node in scope.level.begins if node.is_activity]


def _asks(scope: Scope) -> bool:
    return any(node.kind in ("userTask", "manualTask") for node in scope.level.nodes.values())


def begin(case: Reference, host: Work, scope: Scope) -> None:
    """Offer what nothing leads to."""
    sequential = host.node.get("ordering") == "Sequential"
    if _asks(scope):
        for node in () if sequential else _offered(scope):
            if node.kind in ("userTask", "manualTask"):
                _start(case, host, scope, node)
        _ask(case, scope)
    elif sequential:
        goes_on(case, scope)
    else:
        for node in _offered(scope):
            _start(case, host, scope, node)


def _start(case: Reference, host: Work, scope: Scope, node: Node) -> None:
    host.taken.add(node.id)
    case.enter(scope, node)


def _ask(case: Reference, scope: Scope) -> None:
    assert scope.host is not None
    work = Work(scope.host.node, scope, state="open", chooses=True)
    scope.works.append(work)
    case.tasks.append(work)


def choices(host: Node) -> list[str]:
    """What a person may choose."""
    assert host.inner is not None
    finish = [] if host.text("completionCondition") else [FINISH]
    return [node.id for node in host.inner.begins if node.is_activity] + finish


def answer(case: Reference, work: Work, values: dict[str, Any]) -> None:
    """A person says how it goes on."""
    scope, host = work.scope, work.scope.host
    assert host is not None
    work.write({name: value for name, value in values.items() if name != "decision"})
    case.drop(work)
    if values["decision"] == FINISH:
        fulfilled(case, host, scope)
        case.settle(scope)
        return
    _start(case, host, scope, scope.level.nodes[values["decision"]])
    if host.node.get("ordering") != "Sequential":
        _ask(case, scope)


def judge(case: Reference, work: Work) -> bool:
    """Whether the completion condition holds now that this work is done."""
    host = work.scope.host
    if host is None or host.node.kind != "adHocSubProcess" or work.whole is not None or host.reopened:
        return False
    rule = host.node.text("completionCondition")
    return bool(rule) and work.node.is_activity and not host.ends and holds(rule or "", work.visible())


def passed(case: Reference, work: Work, ends: bool) -> None:
    """An activity of an ad-hoc subprocess is done."""
    scope, host = work.scope, work.scope.host
    if host is None or host.node.kind != "adHocSubProcess" or not work.node.is_activity or work.whole is not None:
        return
    host.once.add(work.node.id)
    if ends or (not host.node.text("completionCondition") and _asks(scope) and _all_done(host, scope)):
        fulfilled(case, host, scope)


def _all_done(host: Work, scope: Scope) -> bool:
    return all(work.chooses for work in scope.works) and all(node.id in host.once for node in _offered(scope))


def fulfilled(case: Reference, host: Work, scope: Scope) -> None:
    """It is over: at once, or when what runs has come to its end."""
    host.ends = True
    for work in list(scope.works):
        if work.chooses or host.node.get("cancelRemainingInstances", "true") == "true":
            case.cancel(work)


def goes_on(case: Reference, scope: Scope) -> bool:
    """Nothing runs any more: whether something else begins."""
    host = scope.host
    if host is None or host.node.kind != "adHocSubProcess" or host.ends or host.reopened:
        return False
    rule = host.node.text("completionCondition")
    if _asks(scope):
        if not rule and _all_done(host, scope):
            return False
        _ask(case, scope)
        return True
    if host.node.get("ordering") == "Sequential":
        for node in _offered(scope):
            if node.id not in host.taken:
                _start(case, host, scope, node)
                return True
    if rule and _offered(scope):  # all was done, and still it is not complete: somebody has to look
        scope.works.append(Work(_offered(scope)[-1], scope, state="stuck"))
        case.failed = True
        return True
    return False
