"""Blocks of random models: data objects, what activities take in and give out, collections."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.bpmn.models.canvas import VARIABLES, Canvas, Ends
from tests.conformance.bpmn.models.happening_blocks import bordered


@dataclass(frozen=True)
class Item:
    """A data object, property or store: the id that associations name, and the variable it is."""

    id: str
    name: str


def declare(c: Canvas, name: str = "") -> Item:
    """Data of the level that is drawn on. Its name covers that of a variable further out, or is a new one."""
    number = c.name("data")
    name = name or f"v_{number}"
    kind = c.draws.one(["dataObject", "reference", "property", "store"])
    if kind == "store":
        c.top.append(f'<dataStore id="{number}_st" name="{name}"/>')
        c.at.parts.append(f'<dataStoreReference id="{number}" name="{number} drawn" dataStoreRef="{number}_st"/>')
    elif kind == "reference":
        c.at.parts.append(f'<dataObject id="{number}_ob" name="{name}"/>')
        c.at.parts.append(f'<dataObjectReference id="{number}" name="{number} drawn" dataObjectRef="{number}_ob"/>')
    else:
        c.at.parts.append(f'<{kind} id="{number}" name="{name}"/>')
    return Item(number, name)


def specification(c: Canvas, ins: list[str], outs: list[str], *, either: bool = False, spare: bool = False) -> str:
    """An ioSpecification of these names. `either`: one input is enough; `spare`: the inputs may be missing."""
    number = c.name("io")

    def items(kind: str, names: list[str]) -> str:
        return "".join(f'<data{kind} id="{number}_{name}" name="{name}"/>' for name in names)

    def group(kind: str, names: list[str]) -> str:
        refs = "".join(f"<data{kind}Refs>{number}_{name}</data{kind}Refs>" for name in names)
        if spare and kind == "Input":
            refs += "".join(f"<optionalInputRefs>{number}_{name}</optionalInputRefs>" for name in names)
        return f'<{kind.lower()}Set id="{c.name("set")}">{refs}</{kind.lower()}Set>'

    sets = [[name] for name in ins] if either else [ins]
    groups = "".join(group("Input", names) for names in sets) + group("Output", outs)
    return f'<ioSpecification id="{number}">{items("Input", ins)}{items("Output", outs)}{groups}</ioSpecification>'


def associated(inside: str, word: str, name: str, item: Item, how: str = "") -> str:
    """A data association between an activity's input or output of this name and an item."""
    number = inside.split('ioSpecification id="', 1)[1].split('"', 1)[0]
    ends = (item.id, f"{number}_{name}") if word == "Input" else (f"{number}_{name}", item.id)
    return (
        f'<data{word}Association id="{number}_{name}_a"><sourceRef>{ends[0]}</sourceRef>'
        f"<targetRef>{ends[1]}</targetRef>{how}</data{word}Association>"
    )


def made(c: Canvas, source: str, target: str) -> str:
    """How an association makes its value: it copies, transforms, or assigns."""
    way = c.draws.one(["", "transformation", "assignment"])
    if way == "transformation":
        return f"<transformation>={source} + 1</transformation>"
    return f"<assignment><from>={source} + 1</from><to>{target}</to></assignment>" if way else ""


def writer(c: Canvas, item: Item) -> str:
    """A task that writes an item: by a script, or out of a person's answer or a script's output."""
    way = c.draws.one(["script", "answer", "output"])
    if way == "script":
        return c.add("scriptTask", f"<script>={{{item.name}: {c.draws.below(3)}}}</script>")
    own = c.draws.one(VARIABLES)
    given = specification(c, [], [own])
    moved = associated(given, "Output", own, item, made(c, own, item.name))
    if way == "answer":
        return c.add("userTask", given + moved, prefix="u")
    return c.add("scriptTask", f"{given}{moved}<script>={{{own}: {c.draws.below(3)}}}</script>")


def reader(c: Canvas, *items: Item, either: bool = False, spare: bool = False) -> str:
    """A task that takes items in, and writes one of them into a variable of the case."""
    names = [f"i_{item.id}" for item in items]
    given = specification(c, names, [], either=either, spare=spare)
    moved = "".join(
        associated(given, "Input", name, item, made(c, item.name, name))
        for name, item in zip(names, items, strict=True)
    )
    if either or spare or c.draws.sometimes():
        return c.add("userTask", given + moved, prefix="u")
    script = f"<script>={{{c.draws.one(VARIABLES)}: {names[0]} + {c.draws.below(2)}}}</script>"
    return c.add("scriptTask", given + moved + script)


def kept(c: Canvas) -> Ends:
    """A data object that is written, read by the conditions of what comes after it, then taken in by a task."""
    item = declare(c)
    begins, outer = writer(c, item), c.at.known
    c.at.known = (*outer, item.name)
    middle = c.block()
    ends = reader(c, item)
    c.at.known = outer
    c.flow(begins, middle[0])
    c.flow(middle[1], ends)
    return begins, ends


def covered(c: Canvas) -> Ends:
    """A subprocess, repeated or not, with data of its own that has the name of a variable around it."""
    from tests.conformance.bpmn.models.level_blocks import marker

    repeats = marker(c) if c.draws.sometimes() else ""

    def fill() -> None:
        declare(c, c.draws.one(VARIABLES))
        c.whole()
        if c.draws.sometimes(3):
            handler = c.event("compensate")
            c.level("subProcess", lambda: c.whole(inside=handler), triggeredByEvent="true")

    name = c.level("subProcess", fill, repeats)
    if not c.draws.sometimes():
        return name, name
    throws = c.add("intermediateThrowEvent", c.event("compensate"), prefix="t")
    c.flow(name, throws)
    return name, throws


def awaited(c: Canvas) -> Ends:
    """A task that waits until a branch beside it has written its data; or does not, because it needs none of it."""
    items = [declare(c) for _ in range(1 + c.draws.below(2))]
    gateway = c.add("parallelGateway", prefix="g")
    either, spare = c.draws.one([(False, False), (len(items) > 1, False), (False, True)])
    waits = reader(c, *items, either=either, spare=spare)
    ends: list[Ends] = [bordered(c, waits) if c.draws.sometimes(3) else (waits, waits)]
    for item in items:
        before, writes = c.block(), writer(c, item)
        c.flow(before[1], writes)
        ends.append((before[0], writes))
    join = c.add("parallelGateway", prefix="j")
    for one in ends:
        c.flow(gateway, one[0])
        c.flow(one[1], join)
    return gateway, join


def collection(c: Canvas) -> Ends:
    """An activity for each item of a list, which makes a list of what each has given."""
    listed, results = declare(c), declare(c)
    numbers = ", ".join(str(c.draws.below(3)) for _ in range(c.draws.below(4)))
    begins = c.add("scriptTask", f"<script>={{{listed.name}: [{numbers}]}}</script>")
    kind = c.draws.one(["userTask", "scriptTask", "subProcess", "callActivity"])
    item, own = f"it_{listed.id}", c.draws.one(VARIABLES)
    standard = kind != "callActivity" and c.draws.sometimes()
    gathers = c.draws.sometimes(3) is False
    sequential = ' isSequential="true"' if c.draws.sometimes() else ""
    given = moved = loop = attributes = ""
    if standard and kind != "subProcess":
        into, out = f"i_{listed.id}", f"o_{listed.id}"
        given = specification(c, [into], [out] if gathers else [])
        number = given.split('"', 2)[1]
        moved = associated(given, "Input", into, listed)
        moved += associated(given, "Output", out, results) if gathers else ""
        ends = (f"{number}_{into}", f"{number}_{out}", out)
    else:
        ends = (listed.id, results.id, results.name)
    if standard:
        loop = f"<loopDataInputRef>{ends[0]}</loopDataInputRef>"
        loop += f"<loopDataOutputRef>{ends[1]}</loopDataOutputRef>" if gathers else ""
        loop += f'<inputDataItem id="{c.name("x")}" name="{item}"/>'
        loop += f'<outputDataItem id="{c.name("x")}" name="{own}"/>' if gathers else ""
    else:
        attributes = f' camunda:collection="={listed.name}" camunda:elementVariable="{item}"'
        if gathers:
            loop = (
                f'<extensionElements><camunda:properties><camunda:property name="outputCollection" value="{ends[2]}"/>'
                f'<camunda:property name="outputElement" value="={own} + 1"/></camunda:properties></extensionElements>'
            )
    if c.draws.sometimes(3):
        rule = c.draws.one(["nrOfCompletedInstances >= 2", f"count({ends[2]}) >= 1" if gathers else c.rule(), c.rule()])
        loop += f"<completionCondition>={rule.replace('>', '&gt;')}</completionCondition>"
    repeats = f"<multiInstanceLoopCharacteristics{sequential}{attributes}>{loop}</multiInstanceLoopCharacteristics>"
    name = _each(c, kind, repeats, given + moved, own, item)
    c.flow(begins, name)
    after = bordered(c, name) if c.draws.sometimes(3) else (name, name)
    if not gathers or after[1] != name:
        return begins, after[1]
    gateway, some, none = c.add("exclusiveGateway", prefix="g"), c.task(), c.task()
    c.flow(name, gateway)
    c.flow(gateway, some, f"count({results.name}) &gt;= 1")
    c.set(gateway, default=c.flow(gateway, none))
    return begins, c.merged(some, none)


def _each(c: Canvas, kind: str, repeats: str, data: str, own: str, item: str) -> str:
    """The activity that is repeated."""
    if kind == "userTask":
        return c.add(kind, data + repeats, prefix="u")
    if kind == "scriptTask":
        return c.add(kind, f"{data}{repeats}<script>={{{own}: {item} + {c.draws.below(2)}}}</script>")

    def fill() -> None:
        c.at.known = (*c.at.known, item)
        c.whole()

    if kind == "subProcess":
        return c.level(kind, fill, repeats)
    return c.add(kind, repeats, prefix="call", calledElement=c.process(fill))
