"""What random models are drawn with: nodes, flows, levels, names, and room that runs out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.conformance.bpmn.models.draws import Draws

DECISION = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="dd" namespace="t">
<decision id="always" name="always"><variable name="b"/><literalExpression><text>1</text></literalExpression></decision>
</definitions>"""
"""The decision that the business rule tasks of every model ask."""
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="t">\n'
)
Ends = tuple[str, str]
"""The nodes by which a block is entered and left."""
Block = Callable[["Canvas"], Ends]
VARIABLES = "abc"
"""Set by every answer, read by every condition."""


@dataclass
class Inside:
    """The level that is drawn on, and what may be thrown there."""

    parts: list[str] = field(default_factory=list)
    depth: int = 0
    transaction: bool = False
    known: tuple[str, ...] = ()
    """Data that has been written where this is drawn, for conditions to read."""


class Canvas:
    """One model while it is drawn. `blocks` is what may be drawn, `beside` draws what stands beside a level's flow."""

    def __init__(self, draws: Draws, blocks: list[Block], beside: Callable[[Canvas], None], size: int) -> None:
        self.draws = draws
        self.blocks = blocks
        self.beside = beside
        self.left = size
        self.top: list[str] = []
        self.processes: list[str] = []
        self.begun_by: tuple[str, str] | None = None
        """The message or signal that begins the case."""
        self.at = Inside()
        self._counts: dict[str, int] = {}

    @property
    def xml(self) -> str:
        """The file."""
        return HEAD + "\n".join([*self.top, *self.processes, "</definitions>", ""])

    # -- names ----------------------------------------------------------------------------------

    def name(self, kind: str) -> str:
        """A new id."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return f"{kind}{self._counts[kind]}"

    def told(self, kind: str) -> str:
        """A new message, signal, error or escalation; gives its id."""
        name = self.name(kind)
        code = f' {kind}Code="{name}_code"' if kind in ("error", "escalation") else ""
        self.top.append(f'<{kind} id="{name}" name="{name}_name"{code}/>')
        return name

    def known(self, kind: str) -> str:
        """One that is there already, or a new one."""
        there = self._counts.get(kind, 0)
        return f"{kind}{1 + self.draws.below(there)}" if there and self.draws.sometimes() else self.told(kind)

    # -- nodes and flows ------------------------------------------------------------------------

    def add(self, kind: str, inside: str = "", prefix: str = "", **attributes: str) -> str:
        """A node on this level; gives its id."""
        name = self.name(prefix or kind[:4])
        given = "".join(f' {key}="{value}"' for key, value in attributes.items() if value)
        self.at.parts.append(f'<{kind} id="{name}" name="{name}"{given}>{inside}</{kind}>')
        self.left -= 1
        return name

    def flow(self, source: str, target: str, rule: str = "") -> str:
        """A sequence flow; gives its id."""
        name = self.name("f")
        inside = f"<conditionExpression>={rule}</conditionExpression>" if rule else ""
        self.at.parts.append(
            f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
        )
        return name

    def set(self, name: str, **attributes: str) -> None:
        """Give a node on this level more attributes."""
        index = next(i for i, part in enumerate(self.at.parts) if f' id="{name}"' in part.split(">", 1)[0])
        given = "".join(f' {key}="{value}"' for key, value in attributes.items())
        self.at.parts[index] = self.at.parts[index].replace(f' id="{name}"', f' id="{name}"{given}', 1)

    def write(self, name: str, old: str, new: str) -> None:
        """Change what stands in a node on this level."""
        index = next(i for i, part in enumerate(self.at.parts) if f' id="{name}"' in part.split(">", 1)[0])
        self.at.parts[index] = self.at.parts[index].replace(old, new, 1)

    def rule(self) -> str:
        """A condition."""
        return f"{self.draws.one([*VARIABLES, *self.at.known])} = {self.draws.below(2)}"

    def event(self, kind: str, text: str = "", **attributes: str) -> str:
        """An event definition."""
        given = "".join(f' {key}="{value}"' for key, value in attributes.items() if value)
        return f'<{kind}EventDefinition id="{self.name("ed")}"{given}>{text}</{kind}EventDefinition>'

    def awaited(self, kind: str, cycles: bool = False) -> str:
        """The definition of an event that somebody waits for: message, signal, timer, conditional."""
        if kind == "timer":
            return self.event("timer", self.time(cycles=cycles))
        if kind == "conditional":
            return self.event("conditional", f"<condition>={self.rule()}</condition>")
        definition = self.event(kind, **{f"{kind}Ref": self.known(kind)})
        if not self.draws.sometimes(5):
            return definition
        self.top.append(definition)
        return f"<eventDefinitionRef>{definition.split(chr(34))[1]}</eventDefinitionRef>"

    def time(self, *, cycles: bool) -> str:
        """When a timer fires: after some time, at a date (which may be over), by an expression, again and again."""
        hours = 1 + self.draws.below(9)
        date = f"2018-01-15T{hours:02}:30:00+00:00"
        if cycles and self.draws.sometimes():
            count, first = 1 + self.draws.below(3), self.draws.one(["", "", f"{date}/"])
            return f"<timeCycle>R{self.draws.one([count, count, ''])}/{first}PT{hours}H</timeCycle>"
        return self.draws.one(
            [
                f"<timeDuration>PT{hours}H</timeDuration>",
                f"<timeDate>{date}</timeDate>",
                f'<timeDuration>=duration("PT{hours}H")</timeDuration>',
                f'<timeDate>=date and time("{date}")</timeDate>',
            ]
        )

    # -- blocks and levels ------------------------------------------------------------------------

    def block(self) -> Ends:
        """Anything, as long as there is room."""
        room = self.left > 0 and self.at.depth < 6
        self.at.depth += 1
        ends = self.draws.one(self.blocks if room else self.blocks[:1])(self)
        self.at.depth -= 1
        return ends

    def task(self) -> str:
        """A user task."""
        return self.add("userTask", prefix="u")

    def end(self, inside: str = "") -> str:
        """An end event."""
        return self.add("endEvent", inside, prefix="end")

    def merged(self, *ends: str) -> str:
        """An exclusive gateway behind several nodes."""
        merge = self.add("exclusiveGateway", prefix="m")
        for one in ends:
            self.flow(one, merge)
        return merge

    def level(self, kind: str, fill: Callable[[], None], marker: str = "", **attributes: str) -> str:
        """A subprocess with something in it; gives its id."""
        outer = self.at
        self.at = Inside([], outer.depth, outer.transaction or kind == "transaction", outer.known)
        fill()
        parts, self.at = self.at.parts, outer
        return self.add(kind, marker + "".join(parts), prefix="s", **attributes)

    def process(self, fill: Callable[[], None]) -> str:
        """A process that is called from here, with something in it; gives its id."""
        outer, name = self.at, self.name("called")
        self.at = Inside([], outer.depth)
        fill()
        parts, self.at = self.at.parts, outer
        self.processes.append(f'<process id="{name}" name="{name}" isExecutable="true">{"".join(parts)}</process>')
        return name

    def whole(self, start: str = "", inside: str = "", **attributes: str) -> None:
        """All of a level: a start event with this `inside` (or what is there), blocks, end, sometimes more beside."""
        before, known = start or self.add("startEvent", inside, prefix="start", **attributes), self.at.known
        for _ in range(1 + self.draws.below(2)):
            ends = self.block()
            self.flow(before, ends[0])
            before = ends[1]
        self.flow(before, self.end())
        self.at.known = known
        for _ in range(self.draws.one([0, 0, 0, 1, 1, 2])):
            if self.left > 0:
                self.beside(self)
