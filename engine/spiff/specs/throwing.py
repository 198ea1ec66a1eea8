"""Events that throw: message, signal, error, escalation, compensation, cancel, terminate. BPMN 2.0 §13.5.3, §10.5.7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model import ThrownEvent
from engine.spiff import data, events, undoing
from engine.spiff.diagram import Node
from engine.spiff.problems import StepProblem
from engine.spiff.specs.activities import Transaction
from engine.spiff.specs.base import FlowNode
from engine.spiff.specs.events import Catch
from engine.spiff.token import Token

if TYPE_CHECKING:
    from engine.spiff.specs.process import ScopeSpec


class ThrowEvent(FlowNode):
    """An intermediate throw event, an end event, or a send task."""

    def __init__(self, scope: ScopeSpec, node: Node, catches: tuple[Catch, ...], **kwargs: Any) -> None:
        super().__init__(scope, node, **kwargs)
        self.catches = catches
        self.sends = any(catch.kind in ("message", "signal") for catch in catches)

    def act(self, token: Token) -> bool | None:
        token.notes["payloads"] = self._payloads(token)
        if self.sends:
            token.notes["keys"] = self._business_keys(token)
        if "undoing" not in token.notes and self._compensate(token):
            token.case.log.entered(token)
            return None
        return True

    def effect(self, token: Token) -> bool:
        """Throw, in the order the definitions are written; any of them may cancel this token."""
        payloads = token.notes.pop("payloads", None) or [{}] * len(self.catches)  # states before 2026-11-23c have none
        keys = token.notes.pop("keys", ())
        log = token.case.log
        for catch, payload in zip(self.catches, payloads, strict=True):
            if catch.kind == "message":
                log.thrown.append(ThrownEvent("message", catch.name or "", payload, tuple(keys), self.bpmn_id))
            elif catch.kind == "signal":
                log.thrown.append(ThrownEvent("signal", catch.name or "", payload, (), self.bpmn_id))
                events.broadcast(token.case, catch.name or "", payload)
            elif catch.kind == "escalation":
                events.escalate(token, catch.code, payload)
            elif catch.kind == "error":
                events.throw_error(token, catch.code, catch.name or "", brings=payload)
            elif catch.kind == "terminate":
                self._terminate(token)
            elif catch.kind == "cancel":
                self._cancel(token)
        return token.id in token.workflow.tasks

    def _compensate(self, token: Token) -> bool:
        """Ask for compensation; whether the event waits until it is done. Asks once, also when tried again."""
        waits = False
        for catch in self.catches:
            if catch.kind == "compensate" and token.case.definition.compensates:
                waits = undoing.throw(token, catch.definition.ref, wait=catch.definition.wait) or waits
        return waits

    def _cancel(self, token: Token) -> None:
        """Cancel the transaction around this event."""
        host = token.workflow.host
        while host is not None and not isinstance(host.task_spec, Transaction):
            host = host.workflow.host
        if host is not None:
            host.task_spec.cancel(host, token.case.subprocesses[host.id])

    def _terminate(self, token: Token) -> None:
        """End the scope this event stands in, whatever still runs there."""
        token.workflow.clear(keep=token)

    def _payloads(self, token: Token) -> list[dict[str, Any]]:
        """What each definition takes with it: the property `payload`, else the data item that is drawn for it."""
        text = self.node.properties.get("payload")
        if not text:
            return [data.carried(token, self.node.data, index) for index in range(len(self.catches))]
        return [self._payload(token, text)] * len(self.catches)

    def _payload(self, token: Token, text: str) -> dict[str, Any]:
        value = token.case.engine.gathered(token, text)
        if not isinstance(value, dict):
            raise StepProblem("script", f"payload 必須是 context (the payload must be a context): {text}")
        return value

    def _business_keys(self, token: Token) -> list[str]:
        text = self.node.properties.get("businessKey")
        if not text:
            return []
        value = token.case.engine.value(token, text, "script")
        keys = value if isinstance(value, list) else [value]
        if value is None or not all(isinstance(key, str) for key in keys):
            raise StepProblem("script", f"businessKey 必須是文字 (the business key must be text): {text}")
        return [key for key in keys if key]
