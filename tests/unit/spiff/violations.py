# ruff: noqa: E501 (a piece of XML stays in one line)
"""A small diagram for every numbered rule of BPMN 2.0, each sound but for the one rule it breaks.

Written here; the public cases that nobody here wrote are read in place by `tests/conformance`.
"""

from __future__ import annotations

from tests.engine.spiff.player import flows

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">'
)
FORMAL = 'xsi:type="tFormalExpression"'
MESSAGE = '<messageEventDefinition messageRef="m"/>'
TIMER = f"<timerEventDefinition><timeDuration {FORMAL}>P1D</timeDuration></timerEventDefinition>"
TOP = '<message id="m" name="reply"/><signal id="sg" name="go"/><escalation id="es" name="late"/><error id="er" errorCode="NO"/>'
ITEMS = '<itemDefinition id="i1" structureRef="Text"/><itemDefinition id="i2" structureRef="Number"/><itemDefinition id="ic" structureRef="Text" isCollection="true"/>'
ENDS = '<startEvent id="s"/><endEvent id="e"/>'


def plain(content: str, *, top: str = "", after: str = "", attributes: str = 'isExecutable="true"') -> bytes:
    """A file with one process of the standard's vocabulary alone."""
    return f'{HEAD}{TOP}{top}<process id="p" {attributes}>{content}</process>{after}</definitions>'.encode()


def around(element: str, *lines: str, **more: str) -> bytes:
    """`element` with the id x between start and end."""
    return plain(ENDS + element + flows(*(lines or ("s -> x", "x -> e"))), **more)


def beside(element: str, *lines: str, **more: str) -> bytes:
    """A task from start to end, and `element` beside it."""
    return plain(ENDS + '<task id="a"/>' + element + flows("s -> a", "a -> e", *lines), **more)


def inside(content: str, *lines: str, kind: str = "subProcess", attributes: str = "") -> bytes:
    """A subprocess x with this content between start and end."""
    return around(f'<{kind} id="x" {attributes}>{content}{flows(*lines)}</{kind}>')


def event_subprocess(start: str, attributes: str = "") -> bytes:
    """An event subprocess whose start event x has these definitions."""
    inner = f'<startEvent id="x" {attributes}>{start}</startEvent><endEvent id="xe"/>{flows("x -> xe")}'
    return beside(f'<subProcess id="sub" triggeredByEvent="true">{inner}</subProcess>')


def boundary(definition: str, attributes: str = "", flow: bool = True) -> bytes:
    """A boundary event x on a task."""
    drawn = f'<boundaryEvent id="x" attachedToRef="a" {attributes}>{definition}</boundaryEvent>'
    return beside(drawn + '<endEvent id="xe"/>', "x -> xe") if flow else beside(drawn)


def behind_events(*targets: str, extra: str = "", lines: tuple[str, ...] = ()) -> bytes:
    """An event-based gateway g with these events behind it."""
    names = [target.split('id="')[1].split('"')[0] for target in targets]
    drawn = ENDS + '<eventBasedGateway id="g"/>' + "".join(targets) + extra
    out = [line for name in names for line in (f"g -> {name}", f"{name} -> e")]
    return plain(
        drawn + flows("s -> g", *[line for line in out if line not in {x.split(":")[0] for x in lines}], *lines)
    )


def waiting(name: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{name}">{definition}</intermediateCatchEvent>'


def specified(inputs: str = "", outputs: str = "", sets: str | None = None) -> str:
    """An ioSpecification of these items, all in one set each unless said."""
    names = (
        [part.split('"')[0] for part in inputs.split('id="')[1:]],
        [part.split('"')[0] for part in outputs.split('id="')[1:]],
    )
    listed = (
        sets
        if sets is not None
        else (
            "<inputSet>" + "".join(f"<dataInputRefs>{n}</dataInputRefs>" for n in names[0]) + "</inputSet>"
            "<outputSet>" + "".join(f"<dataOutputRefs>{n}</dataOutputRefs>" for n in names[1]) + "</outputSet>"
        )
    )
    return f"<ioSpecification>{inputs}{outputs}{listed}</ioSpecification>"


def many(content: str, task: str = "") -> bytes:
    """A multi-instance task x."""
    return around(
        f'<task id="x">{task}<multiInstanceLoopCharacteristics>{content}</multiInstanceLoopCharacteristics></task>',
        top=ITEMS,
    )


def pools(
    *flows_between: str,
    start: str = '<startEvent id="s"/>',
    end: str = '<endEvent id="e"/>',
    extra: str = "",
    more: str = "",
) -> bytes:
    """Two pools, the one with a process, and message flows between them."""
    drawn = "".join(
        f'<messageFlow id="x{n}" sourceRef="{f.split(" -> ")[0]}" targetRef="{f.split(" -> ")[1]}"/>'
        for n, f in enumerate(flows_between, 1)
    )
    collaboration = f'<collaboration id="co"><participant id="ours" processRef="p"/><participant id="theirs" name="x"/>{drawn}{more}</collaboration>'
    return plain(start + end + '<task id="a"/>' + extra + flows("s -> a", "a -> e"), top=collaboration)


def data_in(item: str, source: str, extra: str = "", target: str = "din") -> str:
    """A task a that takes a data item in."""
    return f'<task id="a">{specified(item)}<dataInputAssociation id="x"><sourceRef>{source}</sourceRef><targetRef>{target}</targetRef>{extra}</dataInputAssociation></task>'


def served(kind: str, attribute: str, specification: str, operation: str = "") -> bytes:
    """A task x of a kind that refers to a message or an operation."""
    top = (
        ITEMS + '<message id="m1" name="one" itemRef="i1"/><message id="m2" name="two" itemRef="i2"/>'
        f'<interface id="if1" name="I"><operation id="op" name="O"><inMessageRef>m1</inMessageRef>{operation}</operation></interface>'
    )
    return around(f'<{kind} id="x" {attribute}>{specification}</{kind}>', top=top)


def called(own: str, theirs: str, more: str = "") -> bytes:
    """A call activity x with its data, calling a process with those."""
    other = f'<process id="q" isExecutable="true">{more}{theirs}<startEvent id="qs"/><endEvent id="qe"/>{flows("qs -> qe")}</process>'
    return around(f'<callActivity id="x" calledElement="q">{own}</callActivity>', top=ITEMS, after=other)


def _gateway(direction: str, *lines: str) -> bytes:
    drawn = f'{ENDS}<parallelGateway id="x" gatewayDirection="{direction}"/><task id="a"/><task id="b"/>'
    return plain(drawn + flows("s -> x", "x -> a", "x -> b", "a -> e", "b -> e", *lines))


def linked(target: str, source: str) -> bytes:
    """A throwing link x and a catching one, each with what it says of the other."""
    return plain(
        f'{ENDS}<intermediateThrowEvent id="x"><linkEventDefinition id="l1" name="A">{target}</linkEventDefinition>'
        f'</intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition id="l2" name="A">{source}'
        f"</linkEventDefinition></intermediateCatchEvent>{flows('s -> x', 'c -> e')}"
    )


IN1 = '<dataInput id="din" itemSubjectRef="i1"/>'
OUT1 = '<dataOutput id="dout" itemSubjectRef="i1"/>'
BARE_IN, BARE_OUT = '<dataInput id="din"/>', '<dataOutput id="dout"/>'
MANY_IN, MANY_OUT = '<dataInput id="din" itemSubjectRef="ic"/>', '<dataOutput id="dout" itemSubjectRef="ic"/>'
NO_SETS = "<inputSet/><outputSet/>"
OUT2 = '<dataOutput id="dout" itemSubjectRef="i2"/>'
DATA = '<dataObject id="do" name="Data" {}/><dataObjectReference id="dr" dataObjectRef="do" {}/>'
SPEC_SETS = '<dataInput id="one"/><dataInput id="two"/><dataOutput id="out"/>'

VIOLATIONS: dict[str, tuple[str, str, bytes]] = {
    "EXT002": ("duplicate-id", "x", plain('<startEvent id="s"/><task id="x"/><task id="x"/><endEvent id="e"/>' + flows("s -> x", "x -> e"))),
    "EXT006": ("flow-to-artifact", "a_n", beside('<textAnnotation id="n"/>', "a -> n")),
    "EXT007": ("flow-to-artifact", "n_e", beside('<textAnnotation id="n"/>', "n -> e")),
    "EXT008": ("message-flow-artifact", "x1", pools("theirs -> n", extra='<textAnnotation id="n"/>')),
    "EXT009": ("message-flow-artifact", "x1", pools("n -> theirs", extra='<group id="n"/>')),
    "EXT011": ("escalation-without-code", "x", around('<intermediateThrowEvent id="x"><escalationEventDefinition escalationRef="es"/></intermediateThrowEvent>')),
    "EXT012": ("expression-informal", "x", around("<intermediateCatchEvent id='x'><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>")),
    "EXT013": ("expression-empty", "x", around(f'<task id="x"><standardLoopCharacteristics loopMaximum="3"><loopCondition {FORMAL}/></standardLoopCharacteristics></task>')),
    "EXT017": ("gateway-direction", "x", _gateway("Converging", "s -> a")),
    "EXT018": ("gateway-direction", "x", _gateway("Diverging", "loop: a -> x")),
    "EXT019": ("gateway-direction", "x", _gateway("Mixed")),
    "EXT020": ("data-collection", "do", beside(DATA.format('itemSubjectRef="ic"', ""), top=ITEMS)),
    "EXT021": ("event-subprocess-connected", "x", beside(f'<subProcess id="x" triggeredByEvent="true"><startEvent id="xs">{MESSAGE}</startEvent><endEvent id="xe"/>{flows("xs -> xe")}</subProcess>', "x -> e")),
    "EXT022": ("event-subprocess-connected", "x", beside(f'<subProcess id="x" triggeredByEvent="true"><startEvent id="xs">{MESSAGE}</startEvent><endEvent id="xe"/>{flows("xs -> xe")}</subProcess>', "a -> x")),
    "EXT024": ("flow-not-immediate", "f", plain(ENDS + '<sequenceFlow id="f" sourceRef="s" targetRef="e" isImmediate="false"/>')),
    "EXT025": ("condition-alone", "x_e", plain(ENDS + '<task id="x"/>' + flows("s -> x", "x -> e: =a > 1"))),
    "EXT026": ("default-unknown", "x", around('<task id="x" default="s_x"/>')),
    "EXT027": ("choreography-reference", "c", beside("", after='<choreography id="c"><choreographyRef>c</choreographyRef></choreography>')),
    "EXT028": ("flow-dangling", "a_o", beside("", "a -> o", after='<process id="q"><task id="o"/></process>')),
    "EXT029": ("multiplicity", "m1", pools(more='<participant id="m1"><participantMultiplicity minimum="-1" maximum="2"/></participant>')),
    "EXT030": ("multiplicity", "m1", pools(more='<participant id="m1"><participantMultiplicity minimum="3" maximum="2"/></participant>')),
    "EXT031": ("message-flow-inside", "x1", pools("a -> b", extra='<task id="b"/>' + flows("s -> b", "b -> e"))),
    "EXT032": ("conversation-content", "g", beside("", after='<globalConversation id="g"><conversation id="v"/></globalConversation>')),
    "EXT033": ("collaboration-closed", "co", pools(more="<choreographyRef>c</choreographyRef>").replace(b"</definitions>", b'<choreography id="c" isClosed="true"/></definitions>')),
    "EXT035": ("public-executable", "p", plain(ENDS + flows("s -> e"), attributes='isExecutable="true" processType="Public"')),
    "EXT036": ("choreography-in-process", "x", beside('<choreographyTask id="x"/>')),
    "EXT037": ("quantity-invalid", "x", around('<task id="x" startQuantity="0"/>')),
    "EXT038": ("quantity-invalid", "x", around('<task id="x" completionQuantity="-5"/>')),
    "EXT039": ("performer-twice", "x", around('<task id="x"><performer id="pf"><resourceRef>r</resourceRef><resourceAssignmentExpression/></performer></task>')),
    "EXT041": ("loop-both-markers", "x", around('<task id="x"><standardLoopCharacteristics loopMaximum="3"/><multiInstanceLoopCharacteristics/></task>')),
    "EXT042": ("operation-sets", "x", served("serviceTask", 'operationRef="op"', "")),
    "EXT043": ("operation-sets", "x", served("serviceTask", 'operationRef="op"', specified(sets="<inputSet/><outputSet/><outputSet/>"))),
    "EXT044": ("operation-type", "x", served("serviceTask", 'operationRef="op"', specified('<dataInput id="din" itemSubjectRef="i2"/>'))),
    "EXT045": ("operation-type", "x", served("serviceTask", 'operationRef="op"', specified(IN1, OUT1), "<outMessageRef>m2</outMessageRef>")),
    "EXT046": ("operation-sets", "x", served("sendTask", 'messageRef="m1"', specified(IN1, sets="<inputSet><dataInputRefs>din</dataInputRefs></inputSet><inputSet/><outputSet/>"))),
    "EXT047": ("operation-sets", "x", served("sendTask", 'messageRef="m1"', specified(IN1 + '<dataInput id="din2" itemSubjectRef="i1"/>'))),
    "EXT048": ("operation-type", "x", served("sendTask", 'messageRef="m2"', specified(IN1))),
    "EXT049": ("instantiate-with-incoming", "x", around('<receiveTask id="x" messageRef="m" instantiate="true"/>')),
    "EXT050": ("operation-sets", "x", served("receiveTask", 'messageRef="m1"', specified(outputs=OUT1, sets="<inputSet/><outputSet><dataOutputRefs>dout</dataOutputRefs></outputSet><outputSet/>"))),
    "EXT051": ("operation-sets", "x", served("receiveTask", 'messageRef="m1"', specified(outputs=OUT1 + '<dataOutput id="dout2" itemSubjectRef="i1"/>'))),
    "EXT052": ("operation-type", "x", served("receiveTask", 'messageRef="m1"', specified(outputs=OUT2))),
    "EXT053": ("script-without-format", "x", around('<scriptTask id="x"><script>a = 1</script></scriptTask>')),
    "EXT054": ("loop-both-markers", "x", around(f'<subProcess id="x"><standardLoopCharacteristics loopMaximum="3"/><multiInstanceLoopCharacteristics/><startEvent id="i"/><endEvent id="j"/>{flows("i -> j")}</subProcess>')),
    "EXT056": ("choreography-in-process", "c", inside('<startEvent id="i"/><endEvent id="j"/><choreographyTask id="c"/>', "i -> j")),
    "EXT057": ("event-subprocess-connected", "x", around(f'<subProcess id="x" triggeredByEvent="true"><startEvent id="xs">{MESSAGE}</startEvent><endEvent id="xe"/>{flows("xs -> xe")}</subProcess>')),
    "EXT058": ("event-subprocess-start", "x", beside(f'<subProcess id="x" triggeredByEvent="true"><startEvent id="x1">{MESSAGE}</startEvent><startEvent id="x2">{TIMER}</startEvent><endEvent id="xe"/>{flows("x1 -> xe", "x2 -> xe")}</subProcess>')),
    "EXT059": ("event-subprocess-kind", "x", event_subprocess('<errorEventDefinition/>', 'isInterrupting="false"')),
    "EXT061": ("adhoc-empty", "x", inside("", kind="adHocSubProcess")),
    "EXT062": ("adhoc-content", "i", inside('<task id="t"/><endEvent id="i"/>', "t -> i", kind="adHocSubProcess")),
    "EXT063": ("call-data", "x", called(specified(IN1), specified('<dataInput id="qin" itemSubjectRef="i2"/>'))),
    "EXT064": ("interface-unbound", "q", called("", "", "<supportedInterfaceRef>if1</supportedInterfaceRef>")),
    "EXT065": ("interface-binding", "q", called("", "", '<supportedInterfaceRef>if1</supportedInterfaceRef><ioBinding operationRef="nowhere" inputDataRef="a" outputDataRef="b"/>')),
    "EXT067": ("many-without-collection", "x", many("")),
    "EXT068": ("many-input-unknown", "x", many("<loopDataInputRef>nowhere</loopDataInputRef>")),
    "EXT069": ("many-item-type", "x", many('<loopCardinality xsi:type="tFormalExpression">2</loopCardinality><loopDataOutputRef>dout</loopDataOutputRef><outputDataItem id="o" itemSubjectRef="i1"/>', specified(outputs=OUT2))),
    "EXT070": ("many-item-type", "x", many('<loopDataInputRef>din</loopDataInputRef><inputDataItem id="o" itemSubjectRef="i2"/>', specified(IN1))),
    "EXT071": ("condition-not-boolean", "x", many('<loopCardinality xsi:type="tFormalExpression">2</loopCardinality><completionCondition xsi:type="tFormalExpression">23</completionCondition>')),
    "EXT072": ("condition-not-boolean", "x", many('<loopCardinality xsi:type="tFormalExpression">2</loopCardinality><complexBehaviorDefinition><condition>"yes"</condition></complexBehaviorDefinition>')),
    "EXT076": ("data-state-name", "dr", beside(DATA.format("", 'name="Other"').replace("/>", '><dataState name="new"/></dataObjectReference>', 2).replace('><dataState name="new"/></dataObjectReference>', "/>", 1))),
    "EXT079": ("data-in-subprocess", "x", inside(specified() + '<startEvent id="i"/><endEvent id="j"/>', "i -> j")),
    "EXT080": ("process-input-written", "pin", plain(specified('<dataInput id="pin"/>') + ENDS + f'<task id="a">{specified(outputs=BARE_OUT)}<dataOutputAssociation id="x"><sourceRef>dout</sourceRef><targetRef>pin</targetRef></dataOutputAssociation></task>' + flows("s -> a", "a -> e"))),
    "EXT081": ("data-collection", "din", plain(ENDS + f'<task id="a">{specified(MANY_IN)}</task>' + flows("s -> a", "a -> e"), top=ITEMS)),
    "EXT082": ("process-output-read", "pout", plain(specified(outputs='<dataOutput id="pout"/>') + ENDS + data_in('<dataInput id="din"/>', "pout") + flows("s -> a", "a -> e"))),
    "EXT083": ("data-collection", "dout", plain(ENDS + f'<task id="a">{specified(outputs=MANY_OUT)}</task>' + flows("s -> a", "a -> e"), top=ITEMS)),
    "EXT084": ("data-without-set", "din", around(f'<task id="x">{specified(BARE_IN, sets=NO_SETS)}</task>')),
    "EXT085": ("data-set-reference", "x", around(f'<task id="x"><ioSpecification>{SPEC_SETS}<inputSet><dataInputRefs>one</dataInputRefs><optionalInputRefs>two</optionalInputRefs></inputSet><inputSet><dataInputRefs>two</dataInputRefs></inputSet><outputSet><dataOutputRefs>out</dataOutputRefs></outputSet></ioSpecification></task>')),
    "EXT086": ("data-set-reference", "x", around(f'<task id="x"><ioSpecification>{SPEC_SETS}<inputSet><dataInputRefs>one</dataInputRefs><whileExecutingInputRefs>two</whileExecutingInputRefs></inputSet><inputSet><dataInputRefs>two</dataInputRefs></inputSet><outputSet><dataOutputRefs>out</dataOutputRefs></outputSet></ioSpecification></task>')),
    "EXT087": ("data-sets-apart", "is", around('<task id="x"><ioSpecification><inputSet id="is"><outputSetRefs>os</outputSetRefs></inputSet><outputSet id="os"/></ioSpecification></task>')),
    "EXT088": ("data-without-set", "dout", around(f'<task id="x">{specified(outputs=BARE_OUT, sets=NO_SETS)}</task>')),
    "EXT089": ("data-set-reference", "x", around('<task id="x"><ioSpecification><dataOutput id="one"/><dataOutput id="two"/><inputSet/><outputSet><dataOutputRefs>one</dataOutputRefs><optionalOutputRefs>two</optionalOutputRefs></outputSet><outputSet><dataOutputRefs>two</dataOutputRefs></outputSet></ioSpecification></task>')),
    "EXT090": ("data-set-reference", "x", around('<task id="x"><ioSpecification><dataOutput id="one"/><dataOutput id="two"/><inputSet/><outputSet><dataOutputRefs>one</dataOutputRefs><whileExecutingOutputRefs>two</whileExecutingOutputRefs></outputSet><outputSet><dataOutputRefs>two</dataOutputRefs></outputSet></ioSpecification></task>')),
    "EXT091": ("data-association-type", "x", plain(ENDS + DATA.format('itemSubjectRef="i2"', "") + data_in(IN1, "dr") + flows("s -> a", "a -> e"), top=ITEMS)),
    "EXT092": ("data-association-sources", "x", plain(ENDS + data_in('<dataInput id="din"/>', "dr</sourceRef><sourceRef>dr") + DATA.format("", "") + flows("s -> a", "a -> e"))),
    "EXT093": ("event-data-count", "x", plain(f'<startEvent id="s"/><endEvent id="x"><dataInput id="din"/><inputSet><dataInputRefs>din</dataInputRefs></inputSet>{MESSAGE}<signalEventDefinition signalRef="sg"/></endEvent>' + flows("s -> x"))),
    "EXT094": ("event-data-type", "x", plain('<startEvent id="s"/><endEvent id="x"><dataInput id="din" itemSubjectRef="i1"/><inputSet><dataInputRefs>din</dataInputRefs></inputSet><errorEventDefinition errorRef="er2"/></endEvent>' + flows("s -> x"), top=ITEMS + '<error id="er2" errorCode="N" structureRef="i2"/>')),
    "EXT095": ("throw-definition-shared", "x", plain('<startEvent id="s"/><intermediateThrowEvent id="t"><eventDefinitionRef>own</eventDefinitionRef></intermediateThrowEvent><endEvent id="x"><signalEventDefinition id="own" signalRef="sg"/></endEvent>' + flows("s -> t", "t -> x"))),
    "EXT096": ("start-with-incoming", "s", around('<task id="x"/>', "s -> x", "x -> e", "x -> s")),
    "EXT097": ("missing-start", "p", plain('<task id="a"/><endEvent id="e"/>' + flows("a -> e"))),
    "EXT098": ("start-kind", "s", plain('<startEvent id="s"><escalationEventDefinition/></startEvent><endEvent id="e"/>' + flows("s -> e"))),
    "EXT099": ("call-without-plain-start", "x", around('<callActivity id="x" calledElement="q"/>', after=f'<process id="q" isExecutable="true"><startEvent id="qs">{MESSAGE}</startEvent><endEvent id="qe"/>{flows("qs -> qe")}</process>')),
    "EXT100": ("subprocess-start", "x", inside(f'<startEvent id="i">{MESSAGE}</startEvent><endEvent id="j"/>', "i -> j")),
    "EXT101": ("no-outgoing", "s2", beside(f'<startEvent id="s2">{MESSAGE}</startEvent>')),
    "EXT102": ("message-flow-start", "s", pools("s -> theirs")),
    "EXT103": ("message-flow-start", "s", pools("theirs -> s")),
    "EXT104": ("end-with-outgoing", "e", around('<task id="x"/>', "s -> x", "x -> e", "e -> x")),
    "EXT105": ("missing-end", "p", plain('<startEvent id="s"/><task id="a"/>' + flows("s -> a"))),
    "EXT106": ("cancel-outside-transaction", "x", plain('<startEvent id="s"/><endEvent id="x"><cancelEventDefinition/></endEvent>' + flows("s -> x"))),
    "EXT107": ("no-incoming", "e2", beside('<endEvent id="e2"/>')),
    "EXT108": ("message-flow-end", "e", pools("theirs -> e")),
    "EXT109": ("message-flow-end", "e", pools("e -> theirs")),
    "EXT110": ("boundary-kind", "x", boundary("<terminateEventDefinition/>")),
    "EXT111": ("cancel-outside-transaction", "x", boundary("<cancelEventDefinition/>")),
    "EXT112": ("start-with-incoming", "x", beside(f'<boundaryEvent id="x" attachedToRef="a">{TIMER}</boundaryEvent>', "x -> e", "s -> x")),
    "EXT113": ("no-outgoing", "x", boundary(TIMER, flow=False)),
    "EXT114": ("compensation-with-outgoing", "x", boundary("<compensateEventDefinition/>")),
    "EXT115": ("no-incoming", "x", beside(waiting("x", MESSAGE), "x -> e")),
    "EXT116": ("no-outgoing", "x", beside(waiting("x", MESSAGE), "a -> x")),
    "EXT117": ("link-both-ways", "x", plain(ENDS + '<intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>' + flows("s -> x", "x -> e", "c -> e"))),
    "EXT118": ("link-without-partner", "x", plain(ENDS + '<task id="a"/><intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent>' + flows("s -> a", "a -> e", "a -> x"))),
    "EXT119": ("message-flow-intermediate", "t", pools("theirs -> t", extra=f'<intermediateThrowEvent id="t">{MESSAGE}</intermediateThrowEvent>' + flows("s -> t", "t -> e"))),
    "EXT120": ("cancel-outside-transaction", "x", boundary("<cancelEventDefinition/>")),
    "EXT121": ("start-kind", "s", plain('<startEvent id="s"><compensateEventDefinition/></startEvent><endEvent id="e"/>' + flows("s -> e"))),
    "EXT122": ("catch-kind", "x", around(waiting("x", "<compensateEventDefinition/>"))),
    "EXT123": ("condition-missing", "x", around(waiting("x", f"<conditionalEventDefinition><condition {FORMAL}/></conditionalEventDefinition>"))),
    "EXT126": ("link-without-partner", "x", plain(ENDS + f'<subProcess id="a"><startEvent id="i"/><intermediateThrowEvent id="x"><linkEventDefinition name="L"/></intermediateThrowEvent><endEvent id="j"/><task id="t"/>{flows("i -> t", "t -> x", "t -> j")}</subProcess><intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>' + flows("s -> a", "a -> e", "c -> e"))),
    "EXT127": ("message-unknown", "x", around(waiting("x", "<messageEventDefinition/>"))),
    "EXT129": ("event-subprocess-kind", "x", event_subprocess("")),
    "EXT132": ("timer-invalid", "x", around(waiting("x", f"<timerEventDefinition><timeDate {FORMAL}>tomorrow</timeDate></timerEventDefinition>"))),
    "EXT133": ("timer-invalid", "x", around(waiting("x", f"<timerEventDefinition><timeCycle {FORMAL}>often</timeCycle></timerEventDefinition>"))),
    "EXT134": ("timer-invalid", "x", around(waiting("x", f"<timerEventDefinition><timeDuration {FORMAL}>P1</timeDuration></timerEventDefinition>"))),
    "EXT135": ("gateway-single", "x", around('<parallelGateway id="x"/>')),
    "EXT136": ("event-gateway-few", "g", behind_events(waiting("c1", MESSAGE))),
    "EXT137": ("event-gateway-condition", "g_c1", behind_events(waiting("c1", MESSAGE), waiting("c2", TIMER), lines=("g -> c1: =a",))),
    "EXT138": ("event-gateway-target", "t", behind_events(waiting("c1", MESSAGE), '<task id="t"/>')),
    "EXT139": ("event-gateway-mixed", "g", behind_events(waiting("c1", MESSAGE), '<receiveTask id="r" messageRef="m"/>')),
    "EXT140": ("event-gateway-boundary", "r", behind_events('<receiveTask id="r" messageRef="m"/>', waiting("c2", TIMER), extra=f'<boundaryEvent id="b" attachedToRef="r">{TIMER}</boundaryEvent>', lines=("b -> e",))),
    "EXT141": ("event-gateway-shared", "c1", behind_events(waiting("c1", MESSAGE), waiting("c2", TIMER), lines=("s -> c1",))),
    "EXT142": ("instantiate-with-incoming", "x", plain(ENDS + '<eventBasedGateway id="x" instantiate="true"/>' + waiting("c1", MESSAGE) + waiting("c2", TIMER) + flows("s -> x", "x -> c1", "x -> c2", "c1 -> e", "c2 -> e"))),
    "EXT143": ("compensation-without-handler", "x", boundary("<compensateEventDefinition/>", flow=False)),
    "EXT144": ("compensation-without-handler", "x", beside('<boundaryEvent id="x" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><textAnnotation id="h"/><association id="as" sourceRef="x" targetRef="h"/>')),
    "EXT146": ("end-kind", "x", plain(f'<startEvent id="s"/><endEvent id="x">{TIMER}</endEvent>' + flows("s -> x"))),
    "EXT148": ("catch-kind", "x", around(waiting("x", "<errorEventDefinition/>"))),
    "EXT149": ("throw-kind", "x", around(f'<intermediateThrowEvent id="x">{TIMER}</intermediateThrowEvent>')),
    "EXT150": ("no-incoming", "b", beside('<task id="b"/>', "b -> e")),
    "EXT151": ("no-outgoing", "b", beside('<task id="b"/>', "a -> b")),
    "EXT152": ("flow-dangling", "s_i", beside(f'<subProcess id="x"><startEvent id="q"/><task id="i"/><endEvent id="j"/>{flows("q -> i", "i -> j")}</subProcess>', "a -> x", "x -> e", "s -> i")),
    "EXT003": ("no-id", "p", beside('<userTask name="x"/>')),
    "EXT004": ("format-not-mime", "x", around('<task id="x"><documentation textFormat="plain words">n</documentation></task>')),
    "EXT010": ("format-not-mime", "n", beside('<textAnnotation id="n" textFormat="html"><text>n</text></textAnnotation>')),
    "EXT014": ("language-not-uri", "x", around('<task id="x"><standardLoopCharacteristics><loopCondition xsi:type="tFormalExpression" language="feel, more or less">=n</loopCondition></standardLoopCharacteristics></task>')),
    "EXT023": ("flow-listing", "x", around('<task id="x"><incoming>s_x</incoming><incoming>gone</incoming></task>').replace(b'<endEvent id="e"/>', b'<endEvent id="e"><incoming>x_e</incoming></endEvent>')),
    "EXT078": ("misplaced-property", "x", plain(ENDS + '<task id="a"/><exclusiveGateway id="g" default="g_e"><property id="x"/></exclusiveGateway>' + flows("s -> g", "g -> a: =n", "g -> e", "a -> e"))),
    "EXT124": ("link-without-partner", "x", linked("<target>l2</target>", "")),
    "EXT125": ("link-without-partner", "x", linked("", "<source>l1</source>")),
    "EXT128": ("message-unbound", "x", around(waiting("x", MESSAGE), top='<interface id="i" name="I"><operation id="op" name="O"><inMessageRef>m</inMessageRef></operation></interface>')),
    "EXT147": ("boundary-kind", "x", boundary("<linkEventDefinition name='L'/>")),
}  # fmt: skip
"""Number → the code of the finding, the element it is about, the file."""
SOUND: dict[str, bytes] = {
    "a task": around('<task id="x"/>'),
    "no start and no end": plain('<task id="a"/><task id="b"/>' + flows("a -> b")),
    "a timer that says it is formal": boundary(TIMER),
    "an untyped condition in FEEL": plain(ENDS + '<exclusiveGateway id="x" default="x_e"/><task id="a"/>' + flows("s -> x", "x -> a: =n > 1", "x -> e", "a -> e")),
    "a message between pools": pools("theirs -> s", "e -> theirs", start=f'<startEvent id="s">{MESSAGE}</startEvent>', end=f'<endEvent id="e">{MESSAGE}</endEvent>'),
    "a call with matching data": called(specified(IN1, OUT2), specified('<dataInput id="qin" itemSubjectRef="i1"/>', '<dataOutput id="qout" itemSubjectRef="i2"/>')),
    "a data reference named by its state": beside('<dataObject id="do" name="Data"/><dataObjectReference id="dr" dataObjectRef="do" name="Data [new]"><dataState name="new"/></dataObjectReference>'),
    "a data reference with a name of its own": beside(DATA.format("", 'name="Other"')),
    "an event gateway": behind_events(waiting("c1", MESSAGE), waiting("c2", TIMER)),
    "a multi-instance over its own input": many("<loopDataInputRef>din</loopDataInputRef>", specified('<dataInput id="din" itemSubjectRef="ic" isCollection="true"/>')),
    "links by reference": plain(ENDS + '<intermediateThrowEvent id="x"><linkEventDefinition id="l1" name="A"><target>l2</target></linkEventDefinition></intermediateThrowEvent><intermediateCatchEvent id="c"><linkEventDefinition id="l2" name="A"><source>l1</source></linkEventDefinition></intermediateCatchEvent>' + flows("s -> x", "c -> e")),
    "a mixed gateway": plain(ENDS + '<exclusiveGateway id="x" gatewayDirection="Mixed" default="x_e"/><task id="a"/>' + flows("s -> a", "a -> x", "x -> e", "x -> a: =again", "s -> x")),
    "links by name": linked("", ""),
    "flows that are listed": around('<task id="x"><incoming>s_x</incoming><outgoing>x_e</outgoing></task>').replace(b'<endEvent id="e"/>', b'<endEvent id="e"><incoming>x_e</incoming></endEvent>').replace(b'<startEvent id="s"/>', b'<startEvent id="s"><outgoing>s_x</outgoing></startEvent>'),
    "booleans as numbers": boundary(TIMER, 'cancelActivity="0"'),
    "words of another tool": around('<task id="x" xmlns:a="urn:a" a:colour="red"><extensionElements><a:note><a:task/></a:note></extensionElements></task>'),
    "children out of order": around(f'<intermediateCatchEvent id="x">{TIMER}<documentation textFormat="text/x-markdown">n</documentation></intermediateCatchEvent>'),
    "documentation with markup": around('<task id="x"><documentation>see <b xmlns="http://www.w3.org/1999/xhtml">this</b></documentation></task>'),
    "a condition without a mark that names its language": plain(ENDS + '<exclusiveGateway id="x" default="x_e"/><task id="a"/>' + flows("s -> x", "x -> e", "a -> e") + '<sequenceFlow id="f" sourceRef="x" targetRef="a"><conditionExpression language="https://www.omg.org/spec/DMN/20191111/FEEL/">=n &gt; 1</conditionExpression></sequenceFlow>'),
    "compensation of an activity around an event subprocess": beside(f'<boundaryEvent id="b" attachedToRef="a"><compensateEventDefinition/></boundaryEvent><task id="h" isForCompensation="true"/><association id="as" sourceRef="b" targetRef="h"/><subProcess id="sub" triggeredByEvent="true"><startEvent id="i">{MESSAGE}</startEvent><endEvent id="j"><compensateEventDefinition activityRef="a"/></endEvent>{flows("i -> j")}</subProcess>'),
    "a performer by an expression": around('<task id="x"><potentialOwner id="po"><resourceAssignmentExpression><formalExpression>=n</formalExpression></resourceAssignmentExpression></potentialOwner></task>'),
    "an extension that need not be understood": beside("", top='<extension definition="urn:x" mustUnderstand="false"/>'),
    "a called process that runs": around('<callActivity id="x" calledElement="q"/>', after=f'<process id="q" isExecutable="true"><startEvent id="qs"/><endEvent id="qe"/>{flows("qs -> qe")}</process>'),
}  # fmt: skip
