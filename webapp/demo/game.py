"""A group of plans being played: the course of time, what machines do, who takes which task and when."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine import SYSTEM, Actor, codec
from engine.cases.values import ProcessInstance
from engine.errors import InstanceEnded, MessageNotCorrelated
from engine.model import Advance, ServiceCall
from engine.queue import JobSpec
from webapp.demo.answers import Answers
from webapp.demo.plans import Answer, Event, Group, Plan
from webapp.demo.played import Open, Played, PlayFailed

if TYPE_CHECKING:
    from webapp.demo.player import Player

MARK = "synthetic"
"""The variable that says a case was made up, and by which plan."""
_SHORT, _LONG = timedelta(minutes=15), timedelta(hours=5)


class Game:
    """One group being played."""

    def __init__(self, player: Player, group: Group) -> None:
        self.player, self.group, self.engine = player, group, player.engine
        self.random = random.Random(group.key)  # noqa: S311 - chance that repeats itself, nothing secret
        self.cases: dict[UUID, Played] = {}
        self.numbers: dict[str, Played] = {}
        self.children = list(group.children)
        self.called: set[str] = set()
        self.heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self.order = itertools.count()
        self.answers = Answers(player, group, self.cases, self.random)

    # -- the course of time ----------------------------------------------------------------

    def run(self) -> None:
        for plan in self.group.plans:
            assert plan.at is not None, "only children have no time"
            self.later(plan.at, lambda plan=plan: self.start(plan))
        while self.heap:
            moment, _, act = heapq.heappop(self.heap)
            if self.group.until is not None and moment > self.group.until:
                break
            if moment > self.player.clock.now() or not self.cases:
                self.player.clock.set(moment)
            act()
            self.drain()
        if self.group.until is not None:
            self.player.clock.set(self.group.until)
        for played in self.cases.values():
            for person in played.plan.followers:
                self.engine.runtime.follow(played.id, self.player.people.actor(person))

    def later(self, moment: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self.heap, (moment, next(self.order), act))

    def after(self, span: timedelta) -> datetime:
        return self.player.office.after(self.player.clock.now(), span)

    def drain(self) -> None:
        """Do what the last steps have left for machines."""
        while jobs := self.player.queue.take():
            for job in jobs:
                self.do(job)

    def do(self, job: JobSpec) -> None:
        args = job.args
        match job.kind:
            case "timer":
                case_id = UUID(args["instance_id"])
                self.later(datetime.fromisoformat(args["due_at"]), lambda: self.fire(case_id))
            case "service_call" if args["task_id"] not in self.called:
                case_id = UUID(args["instance_id"])
                if call := self.engine.machine.call(case_id, args["task_id"]):
                    self.call(self.cases[case_id], call)
            case "deliver_message":
                self.deliver(args["name"], args["business_key"], codec.decode(args["variables"]), args["id"])
            case "deliver_signal":
                for case_id in self.engine.runtime.signal(args["name"], codec.decode(args["variables"]), id=args["id"]):
                    self.reread(case_id)
            case "deliver_kept":
                case_id = UUID(args["instance_id"])
                if self.engine.machine.deliver_buffered(UUID(args["message_id"]), case_id):
                    self.reread(case_id)
            case "notify" if self.player.tell is not None:
                self.player.tell(job)

    # -- cases -----------------------------------------------------------------------------

    def start(self, plan: Plan) -> None:
        actor = self.player.people.actor(plan.by)
        definition = self.engine.repository.definition(plan.process)
        form_key = self.engine.repository.outline(definition.id).start_form(plan.process)
        names = {"initiator": {"id": actor.person_id, "label": actor.name}, "started_at": self.player.clock.now()}
        values = self.answers.values(plan, definition.id, form_key, plan.values, names, actor, place="start")
        case = self.engine.runtime.start(plan.process, actor=actor, variables={**values, MARK: plan.key})
        self.enter(plan, case, actor.person_id)

    def enter(self, plan: Plan, case: ProcessInstance, starter: str | None) -> None:
        played = Played(plan, case.id, case.business_key, case.definition_id)
        if starter:
            played.acted.append(starter)
        self.cases[case.id] = self.numbers[case.business_key] = played
        self.reread(case.id)
        self.follow(played, "start")

    def deliver(self, name: str, number: str | None, variables: dict[str, Any], token: str) -> None:
        runtime = self.engine.runtime
        if number is None:
            variables[MARK] = self.group.key
            case = runtime.start_by_message(name, variables=variables, token=token)
            if case is not None:
                self.enter(self.child(case), case, None)
            return
        try:
            advance = runtime.correlate(name, business_key=number, variables=variables, token=token)
        except InstanceEnded:
            return  # a letter that reaches a closed case changes nothing
        except MessageNotCorrelated as error:
            raise PlayFailed(f"{self.group.key}: {name} for {number}: {error}") from error
        if advance is not None:
            self.absorb(self.numbers[number], advance)

    def child(self, case: ProcessInstance) -> Plan:
        """The plan of a case that another one has started. Raises PlayFailed."""
        variables = self.engine.runtime.variables(case.id, SYSTEM)
        for plan in self.children:
            if plan.process == case.process_key and all(
                _plain(variables.get(name)) == wanted for name, wanted in plan.where.items()
            ):
                self.children.remove(plan)
                return plan
        return Plan(f"{self.group.key}/{case.business_key}", case.process_key)

    def fire(self, case_id: UUID) -> None:
        played = self.cases.get(case_id)
        if played is None or played.ended:
            return
        advance = self.engine.machine.fire_timers(case_id)
        if advance is not None:
            self.absorb(played, advance)

    def call(self, played: Played, call: ServiceCall) -> None:
        machine = self.engine.machine
        self.called.add(call.task_id)
        if call.connector in played.plan.failing:
            advance = machine.fail_service(played.id, call.task_id, "郵件伺服器沒有回應（逾時30秒）")
        else:
            result = self.player.connect(call.connector, call.arguments, call.task_id)
            advance = machine.finish_service(played.id, call.task_id, dict(result))
        if advance is not None:
            self.absorb(played, advance)

    # -- tasks -----------------------------------------------------------------------------

    def absorb(self, played: Played, advance: Advance) -> None:
        if advance.incidents and not played.plan.fragile:
            told = "; ".join(f"{fact.element_id}: {fact.message}" for fact in advance.incidents)
            raise PlayFailed(f"{played.plan.key} ({played.number}): {told}")
        played.variables = advance.variables
        for closed in advance.closed:
            played.open.discard(closed.id)
        for task in advance.opened:
            self.expect(played, Open.opened(task))
        for call in advance.service_calls:
            self.call(played, call)
        played.ended = played.ended or advance.ended is not None

    def reread(self, case_id: UUID) -> None:
        """Take the open tasks of a case from the engine, where no advance tells of them."""
        played = self.cases[case_id]
        tasks = self.engine.tasks.of_case(case_id, SYSTEM)
        played.open &= {str(task.id) for task in tasks if task.is_open}
        for task in tasks:
            if task.is_open and str(task.id) not in played.open:
                self.expect(played, Open.stored(task))

    def expect(self, played: Played, task: Open) -> None:
        """Plan when somebody takes the task up and when they are done with it."""
        played.open.add(str(task.id))
        answer = self.planned(played, task)
        if answer.leave == "open":
            return
        span = answer.after if answer.after is not None else self.chance(_SHORT, _LONG)
        done = answer.at or self.after(span)
        taken = self.player.office.after(self.player.clock.now(), min(span, self.chance(_SHORT, _SHORT * 6)) * 0.5)
        self.later(min(taken, done), lambda: self.take(played, task, answer))
        if answer.leave is None:
            self.later(done, lambda: self.complete(played, task, answer))

    def planned(self, played: Played, task: Open) -> Answer:
        answers = played.plan.answers
        for name in (f"{task.element_id}/{task.label}", task.element_id):
            if listed := answers.get(name):
                used = played.used.get(name, 0)
                played.used[name] = used + 1
                return listed[min(used, len(listed) - 1)]
        raise PlayFailed(f"{played.plan.key}: no answer for {task.element_id}/{task.label}")

    def chance(self, least: timedelta, most: timedelta) -> timedelta:
        return least + self.random.random() * (most - least)

    def who(self, played: Played, task: Open, answer: Answer) -> Actor:
        if task.id not in played.taken:
            played.taken[task.id] = self.chosen(played, task, answer)
        return played.taken[task.id]

    def chosen(self, played: Played, task: Open, answer: Answer) -> Actor:
        if answer.by:
            return self.player.people.actor(answer.by)
        if task.assignee:
            return self.player.people.actor(task.assignee)
        seed = f"{played.plan.key}/{task.element_id}/{task.label}"
        try:
            return self.player.people.actor(self.player.people.choose(task.offered, played.acted, seed))
        except LookupError as error:
            raise PlayFailed(f"{played.plan.key}: {task.element_id}: {error}") from error

    def take(self, played: Played, task: Open, answer: Answer) -> None:
        if str(task.id) not in played.open:
            return
        actor = self.who(played, task, answer)
        if task.assignee is None:
            self.engine.tasks.claim(task.id, actor)
        if answer.give:
            self.engine.tasks.assign(task.id, answer.give, actor, "屬您的業務，請協助處理。")
        if answer.leave == "draft":
            draft = self.answers.worded(played.plan, {}, actor).fill(answer.values)
            self.engine.tasks.save_draft(task.id, actor, draft)

    def complete(self, played: Played, task: Open, answer: Answer) -> None:
        if str(task.id) not in played.open:
            return
        actor = self.who(played, task, answer)
        known = played.variables if played.plan.flat else self.engine.tasks.variables(task.id, actor)
        names = {**known, "business_key": played.number}
        values = self.answers.values(
            played.plan, played.definition_id, task.form_key, answer.values, names, actor, place=task.element_id
        )
        advance = self.engine.tasks.complete(task.id, actor=actor, variables=values)
        played.acted.append(actor.on_behalf_of or actor.person_id)
        self.absorb(played, advance)
        self.follow(played, task.element_id)

    def follow(self, played: Played, element: str) -> None:
        """Plan what comes from outside after an answer."""
        for event in played.plan.events:
            if event.on == element:
                self.later(self.after(event.after), lambda event=event: self.happen(played, event))

    def happen(self, played: Played, event: Event) -> None:
        if event.comment is not None:
            actor = self.player.people.actor(event.by or played.acted[-1])
            self.engine.runtime.comment(played.id, event.comment, actor)
        if event.plan is not None and not played.ended:
            self.start(event.plan)


def _plain(value: Any) -> Any:
    """A unit or person by its id, anything else as it is."""
    return value.get("id", value) if isinstance(value, Mapping) else value
