"""One activity many times: multi-instance and standard loop. BPMN 2.0 §13.3.6, §13.3.7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.spiff import events, variables
from engine.spiff.diagram import Flow, Loop
from engine.spiff.problems import StepProblem
from engine.spiff.specs.base import FlowNode, choose_implicit
from engine.spiff.token import Token
from engine.spiff.xml import whole_number

if TYPE_CHECKING:
    from engine.spiff.specs.events import Catch

MAX_INSTANCES = 1_000
COUNTERS = ("loopCounter", "nrOfInstances")


class LoopNode(FlowNode):
    """Stands for the whole activity; the events on its border belong to it. `each` is one turn."""

    is_drawn = False
    is_repeated = True
    characteristics: Loop
    each: FlowNode
    thrown: tuple[tuple[Catch, ...], ...] = ()
    """What `characteristics.throws` says, with its names looked up."""

    def repeat(self, each: FlowNode, characteristics: Loop, thrown: tuple[tuple[Catch, ...], ...] = ()) -> None:
        """Say what is repeated, how, and which events its turns throw."""
        self.thrown = thrown
        self.each = each
        self.characteristics = characteristics
        each.loop = self
        each.start_quantity = each.completion_quantity = 1

    def choose(self, token: Token) -> list[Flow]:
        return choose_implicit(self, token)

    def item(self, each: Token) -> dict[str, Any]:
        """Which one of many a turn is, for what undoes it later."""
        local = each.notes.get("local", {})
        own = (self.characteristics.element_variable or "", *COUNTERS)
        return {name: local[name] for name in own if name in local} or dict(each.notes.get("item", {}))

    def count(self, each: Token) -> None:
        """Work out what one finished turn means. Changes nothing but the turn's own notes."""
        raise NotImplementedError

    def gather(self, each: Token) -> None:
        """Take in a finished turn: begin the next, or go on."""
        raise NotImplementedError


class MultiInstance(LoopNode):
    """One instance for each item of a collection, or for each number below the cardinality.

    Notes: `total`, `outputs` (`{index: value}` of finished ones), `next`, `finished`; one after the other also
    `items`: instances that run at once have taken theirs along. States saved before there was a `total` have `items`.
    """

    def act(self, token: Token) -> bool | None:
        items = self._items(token)
        if not items:
            self._publish(token, [])
            token.case.log.skipped(token)
            return True
        token.notes.update(total=len(items), outputs={}, next=0, finished=0)
        if self.characteristics.kind == "parallel":
            for item in items:
                self._start(token, item)
        else:
            token.notes["items"] = items
            self._start(token, items[0])
        return None

    def count(self, each: Token) -> None:
        loop, whole = self.characteristics, each.parent
        assert whole is not None
        engine = each.case.engine
        outputs, total = dict(whole.notes["outputs"]), _total(whole)
        if loop.output_element:
            outputs[str(each.notes["index"])] = engine.gathered(each, loop.output_element)
        each.notes["stop"] = False
        if loop.completion_condition or loop.throws:
            finished = whole.notes["finished"] + 1
            names = variables.visible(each)
            if loop.output_collection:
                names[loop.output_collection] = _in_order(outputs)
            names.update(
                nrOfInstances=total,
                nrOfCompletedInstances=finished,
                nrOfActiveInstances=whole.notes["next"] - finished,
                numberOfInstances=total,
                numberOfCompletedInstances=finished,
                numberOfActiveInstances=whole.notes["next"] - finished,
            )
            if loop.completion_condition:
                each.notes["stop"] = engine.condition(each, loop.completion_condition, names)
            each.notes["throws"] = [
                index
                for index, (condition, _) in enumerate(loop.throws)
                if (condition is None or engine.condition(each, condition, names))
                and (loop.behaviour != "One" or finished == 1)
            ]
        if loop.output_element:
            each.notes["output"] = outputs[str(each.notes["index"])]

    def gather(self, each: Token) -> None:
        whole = each.parent
        assert whole is not None
        if "output" in each.notes:
            whole.notes["outputs"][str(each.notes["index"])] = each.notes["output"]
        if not self.characteristics.output_collection:
            own = {self.characteristics.element_variable, *COUNTERS}
            local = each.notes["local"]
            variables.write_outside(each, {name: local[name] for name in local if name not in own})
        whole.notes["finished"] += 1
        scope, total = whole.workflow, _total(whole)
        interrupted = [events.announce(whole, self.thrown[index]) for index in each.notes.get("throws", ())]
        if not whole.is_open:
            return
        if any(interrupted) and self.characteristics.kind == "sequential":
            each.notes["stop"] = True  # the turn that threw was interrupted, and nothing comes after it
        if each.notes["stop"] or whole.notes["finished"] == total:
            for other in whole.children:
                if other is not None and other is not each:
                    scope.cancel_token(other)
            self._publish(whole, _in_order(whole.notes["outputs"]))
            for note in ("total", "items", "outputs", "next", "finished"):
                whole.notes.pop(note, None)
            whole.case.wake(whole)
        elif self.characteristics.kind == "sequential":
            self._start(whole, whole.notes["items"][whole.notes["next"]])

    def _start(self, whole: Token, item: Any) -> None:
        index = whole.notes["next"]
        whole.notes["next"] = index + 1
        local: dict[str, Any] = {"loopCounter": index, "nrOfInstances": _total(whole)}
        if self.characteristics.element_variable:
            local[self.characteristics.element_variable] = item
        whole.workflow.place(self.each, parent=whole, local=local, index=index)

    def _items(self, token: Token) -> list[Any]:
        loop, engine = self.characteristics, token.case.engine
        if loop.collection is not None:
            text = loop.collection
            value = engine.value(token, text if text.startswith("=") else f"={text}", "definition")
            if not isinstance(value, list):
                raise StepProblem("definition", f"多重實例的集合不是清單 (the collection is not a list): {text}")
            items = value
        else:
            items = list(range(_cardinality(token, loop.cardinality or "")))
        if len(items) > MAX_INSTANCES:
            raise StepProblem("limit", f"多重實例超過 {MAX_INSTANCES} 個 (more than {MAX_INSTANCES} instances).")
        return items

    def _publish(self, token: Token, outputs: list[Any]) -> None:
        if self.characteristics.output_collection:
            variables.write(token, {self.characteristics.output_collection: outputs})


class StandardLoop(LoopNode):
    """Repeats while its condition holds, up to its maximum. Notes: `turns`.

    A turn sees its number from 0 as `loopCounter`, the condition how many turns are over (§10.3.8).
    """

    def act(self, token: Token) -> bool | None:
        maximum = self._maximum()
        token.notes["turns"] = 0
        if maximum == 0 or (self.characteristics.test_before and not self._holds(token, 0)):
            token.case.log.skipped(token)
            return True
        token.workflow.place(self.each, parent=token, item={"loopCounter": 0})
        return None

    def count(self, each: Token) -> None:
        whole = each.parent
        assert whole is not None
        turns = whole.notes["turns"] + 1
        each.notes["stop"] = turns >= self._maximum() or not self._holds(each, turns)
        if not each.notes["stop"] and turns >= MAX_INSTANCES:
            raise StepProblem("limit", f"迴圈超過 {MAX_INSTANCES} 次 (more than {MAX_INSTANCES} turns).")

    def gather(self, each: Token) -> None:
        whole = each.parent
        assert whole is not None
        whole.notes["turns"] += 1
        if each.notes["stop"]:
            whole.case.wake(whole)
        else:
            whole.workflow.place(self.each, parent=whole, item={"loopCounter": whole.notes["turns"]})

    def _holds(self, token: Token, turns: int) -> bool:
        condition = self.characteristics.loop_condition
        if condition is None:
            return True
        return token.case.engine.condition(token, condition, {**variables.visible(token), "loopCounter": turns})

    def _maximum(self) -> float:
        maximum = self.characteristics.maximum
        if maximum is not None and maximum < 0:
            raise StepProblem("definition", "迴圈次數上限為負數 (the loop maximum is negative).")
        return float("inf") if maximum is None else maximum


def _cardinality(token: Token, text: str) -> int:
    literal = whole_number(text)
    value: Any = token.case.engine.value(token, text, "definition") if literal is None else literal
    try:
        number = int(value)
        whole = number == value
    except (TypeError, ValueError, OverflowError):
        whole, number = False, 0
    if not whole or isinstance(value, bool | str) or number < 0:
        raise StepProblem("definition", f"多重實例的數量不是非負整數 (not a whole number from 0): {text}")
    if number > MAX_INSTANCES:
        raise StepProblem("limit", f"多重實例超過 {MAX_INSTANCES} 個 (more than {MAX_INSTANCES} instances).")
    return number


def _total(whole: Token) -> int:
    """How many instances there are in all."""
    notes = whole.notes
    return int(notes["total"]) if "total" in notes else len(notes["items"])


def _in_order(outputs: dict[str, Any]) -> list[Any]:
    return [outputs[index] for index in sorted(outputs, key=int)]
