"""Deploying: versions, lint, approval by a second account, drafts, rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import SYSTEM, Deployment, SourceFile
from engine.cases.records import PendingDeployment
from engine.errors import (
    ApprovalRequired,
    Conflict,
    DefinitionNotFound,
    DeploymentRefused,
    Invalid,
    InvalidFields,
    NotAllowed,
    RecordNotFound,
)
from engine.store import definition_queries
from tests.counting import counting
from tests.engine.services.diagrams import APPROVAL, CALLING, FOR_LABOR, SCRIPTED, chain, process, user_task

FORM = b'{"type":"default","schemaVersion":19,"id":"check","components":[]}'


def simple(key: str, name: str = "流程", task: str = "工作") -> list[SourceFile]:
    return [
        SourceFile(f"{key}.bpmn", process(key, chain(user_task("t", task, FOR_LABOR), ids=("t",)), name=name).encode())
    ]


def test_a_changed_diagram_gets_the_next_version_and_running_cases_keep_theirs(engine, people):
    (first,) = engine.repository.deploy(simple("v"), actor=people["owner"], note="初版").definitions
    case = engine.runtime.start("v", actor=people["kuo"], variables={})
    deployment = engine.repository.deploy(simple("v", task="新工作"), actor=people["owner"])
    (second,) = deployment.definitions
    assert (first.version, second.version, deployment.deployed_by) == (1, 2, "owner")
    assert [d.version for d in engine.repository.versions("v")] == [2, 1]
    assert engine.repository.definition("v").id == second.id
    assert engine.runtime.instance(case.id, people["kuo"]).version == 1
    assert engine.repository.running("v") == {1: 1}
    assert engine.repository.all_running()["v"] == 1
    assert engine.runtime.start("v", actor=people["kuo"], variables={}).version == 2
    assert engine.runtime.start("v", actor=people["kuo"], variables={}, version=1).version == 1


def test_what_changed_nothing_makes_no_version(engine, people):
    engine.repository.deploy(simple("same"), actor=people["owner"])
    assert engine.repository.deploy(simple("same"), actor=people["owner"]).definitions == ()
    assert len(engine.repository.versions("same")) == 1


def test_an_older_version_is_made_current_again(engine, people):
    (first,) = engine.repository.deploy(simple("back"), actor=people["owner"]).definitions
    engine.repository.deploy(simple("back", task="改壞了"), actor=people["owner"])
    assert engine.repository.make_current(first.id, people["owner"]).is_current
    assert engine.repository.definition("back").version == 1
    with pytest.raises(NotAllowed):
        engine.repository.make_current(first.id, people["tsai"])
    (third,) = engine.repository.deploy(simple("back", task="第三"), actor=people["owner"]).definitions
    assert third.version == 3


def test_every_fault_is_named_at_once(engine, people):
    body = chain(user_task("a", "甲", 'camunda:formKey="missing"'), ids=("a",)).replace(
        'targetRef="end"', 'targetRef="no"'
    )
    files = [
        SourceFile("bad.bpmn", process("bad", body).encode()),
        SourceFile("bad.form", b"{"),
        SourceFile("x.exe", b""),
    ]
    with pytest.raises(DeploymentRefused) as refused:
        engine.repository.deploy(files, actor=people["owner"])
    assert {finding.code for finding in refused.value.findings} >= {"file-kind"}
    with pytest.raises(DeploymentRefused) as refused:
        engine.repository.deploy(files[:2], actor=people["owner"])
    assert {finding.file for finding in refused.value.findings if finding.level == "error"} == {"bad.bpmn", "bad.form"}
    with pytest.raises(DefinitionNotFound):
        engine.repository.definition("bad")


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([SourceFile("a.form", FORM)], "no-diagram"),
        ([*simple("a"), *simple("a")], "file-twice"),
        ([*simple("a"), SourceFile("../b.form", FORM)], "file-name"),
        ([*simple("a"), SourceFile("b\x00.form", FORM)], "file-name"),
        ([*simple("a"), SourceFile("b.form", b" " * 2_000_001)], "file-size"),
        ([*simple("a"), SourceFile("b.yaml", b"name: x")], "letter-place"),
        ([*simple("a"), SourceFile("letters/b.yaml", b"name: x")], "letter-incomplete"),
    ],
)
def test_a_set_of_files_that_cannot_be_is_refused(engine, files, code):
    assert code in {finding.code for finding in engine.repository.lint(files)}
    with pytest.raises(DeploymentRefused):
        engine.repository.deploy(files, actor=SYSTEM)


def test_only_process_owners_and_those_they_are_granted_deploy(engine, people):
    with pytest.raises(NotAllowed):
        engine.repository.deploy(simple("mine"), actor=people["chief"])
    engine.repository.set_grants("mine", "deploy", ["labor_chief@aia.labor"], people["admin"])
    assert engine.repository.deploy(simple("mine"), actor=people["chief"]).definitions
    assert engine.repository.grants("mine")["deploy"] == ("labor_chief@aia.labor",)
    assert engine.repository.may(people["chief"], "deploy", "mine")
    assert not engine.repository.may(people["chief"], "edit", "mine")
    assert engine.repository.may(people["tsai"], "view", "mine")
    assert engine.repository.allowed(people["chief"], "deploy", ["mine", "other", "absent"]) == {"mine"}
    assert engine.repository.allowed(people["chief"], "deploy", []) == frozenset()
    with pytest.raises(NotAllowed):
        engine.repository.set_grants("mine", "deploy", ["tsai"], people["chief"])
    with pytest.raises(Invalid):
        engine.repository.set_grants("mine", "deploy", ["tsai"], people["admin"])


def test_a_grant_to_start_replaces_what_the_diagram_says(engine, people):
    engine.repository.deploy(simple("granted"), actor=people["owner"])
    assert engine.repository.may(people["yang"], "start", "granted")
    engine.repository.set_grants("granted", "start", ["user:kuo"], people["admin"])
    assert not engine.repository.may(people["yang"], "start", "granted")
    assert engine.repository.may(people["kuo"], "start", "granted")


def test_a_process_that_others_start_is_not_started_by_hand(engine, people):
    body = chain(user_task("t", "工作", FOR_LABOR), ids=("t",))
    files = [SourceFile("inner.bpmn", process("inner", body, properties="instantiable = false").encode())]
    engine.repository.deploy(files, actor=people["owner"])
    assert "inner" not in [d.key for d in engine.repository.startable(people["kuo"])]
    with pytest.raises(NotAllowed):
        engine.runtime.start("inner", actor=people["kuo"], variables={})


LETTER = "name: {name}\ntype: 函\nsubject: 主旨\n"


def letter(name: str) -> SourceFile:
    return SourceFile("letters/reply.yaml", LETTER.format(name=name).encode())


def test_letters_belong_to_the_version(engine, people):
    (first,) = engine.repository.deploy([*simple("post"), letter("舊")], actor=people["owner"]).definitions
    assert engine.repository.deploy([*simple("post"), letter("舊")], actor=people["owner"]).definitions == ()
    (second,) = engine.repository.deploy([*simple("post"), letter("新")], actor=people["owner"]).definitions
    assert [f.content for f in engine.repository.files(first.id) if f.kind == "yaml"] == [letter("舊").content]
    assert [f.content for f in engine.repository.files(second.id) if f.kind == "yaml"] == [letter("新").content]


def test_letters_of_a_called_process_stay_with_it(engine, people):
    inner = process("posted", chain(user_task("t", "工作", FOR_LABOR), ids=("t",)))
    engine.repository.deploy([SourceFile("posted.bpmn", inner.encode()), letter("內")], actor=people["owner"])
    call = '<bpmn:callActivity id="c" name="呼叫" calledElement="posted"/>'
    outer = [SourceFile("posting.bpmn", process("posting", chain(call, ids=("c",))).encode())]
    (made,) = engine.repository.deploy(outer, actor=people["owner"]).definitions
    assert [file.name for file in engine.repository.files(made.id)] == ["posted.bpmn", "posting.bpmn"]


# -- code waits for a second account -------------------------------------------------------------


def coded(text: str = "={total: days * 2}") -> list[SourceFile]:
    return [
        SourceFile("coded.bpmn", SCRIPTED.replace("scripted", "coded").replace("={total: days * 2}", text).encode())
    ]


def test_new_code_waits_for_a_second_account(engine, people):
    with pytest.raises(ApprovalRequired):
        engine.repository.deploy(coded(), actor=people["owner"])
    with pytest.raises(ApprovalRequired):
        engine.repository.deploy(coded(), actor=people["owner"], approver="owner")
    with pytest.raises(ApprovalRequired):
        engine.repository.deploy(coded(), actor=people["owner"], force_now=True)
    waiting = engine.repository.submit(coded(), people["owner"], "加上計算")
    assert isinstance(waiting, PendingDeployment)
    assert (waiting.keys, waiting.changes[0]["element_id"]) == (("coded",), "count")
    with pytest.raises(DefinitionNotFound):
        engine.repository.definition("coded")
    with pytest.raises(NotAllowed):
        engine.repository.approve(waiting.id, people["owner"])
    with pytest.raises(NotAllowed):
        engine.repository.approve(waiting.id, people["tsai"])
    assert [p.id for p in engine.repository.pending(people["owner2"])] == [waiting.id]
    assert engine.repository.pending(people["tsai"]) == ()
    deployment = engine.repository.approve(waiting.id, people["owner2"])
    assert (deployment.deployed_by, deployment.approved_by, deployment.note) == ("owner", "owner2", "加上計算")
    with pytest.raises(Conflict) as refused:
        engine.repository.approve(waiting.id, people["owner2"])
    assert refused.value.params["who"] == "owner2"
    # the same code again, with another name for the task: nothing to approve
    files = [SourceFile("coded.bpmn", coded()[0].content.replace("填寫".encode(), "填表".encode()))]
    assert isinstance(engine.repository.submit(files, people["owner"]), Deployment)
    changed = engine.repository.submit(coded("={total: days * 3}"), people["owner"])
    assert isinstance(changed, PendingDeployment)
    assert changed.changes[0]["change"] == "changed"
    engine.repository.reject(changed.id, people["owner2"], "算法不對")
    assert engine.repository.pending(people["owner2"]) == ()
    assert engine.repository.definition("coded").version == 2


def test_each_version_says_what_changed_and_who_let_it_in(engine, people):
    files = [SourceFile("told.bpmn", SCRIPTED.replace("scripted", "told").encode())]
    engine.repository.deploy(files, actor=people["owner"], note=" 加上\r\n計算 ", approver="owner2")
    engine.repository.deploy([*simple("told"), *simple("told_too")], actor=people["owner"])
    brought = engine.repository.deployments("told")
    second, first = (brought[made.deployment_id] for made in engine.repository.versions("told"))
    assert (first.note, first.approved_by, first.deployed_by) == ("加上\n計算", "owner2", "owner")
    assert (second.note, second.approved_by) == ("", None)
    assert [(made.key, made.version) for made in second.definitions] == [("told", 2), ("told_too", 1)]
    for note, code in (("長" * 501, "too-long"), ("查\u202e核", "characters")):
        with pytest.raises(InvalidFields) as refused:
            engine.repository.deploy(simple("told", task="別的"), actor=people["owner"], note=note)
        assert refused.value.fields == {"note": code}


def test_whoever_submitted_is_told_how_it_was_decided_and_goes_on_from_there(engine, people):
    made = set()

    def submitted(days: int) -> PendingDeployment:
        files = [SourceFile("asked.bpmn", SCRIPTED.replace("scripted", "asked").replace("2}", f"{days}}}").encode())]
        request = engine.repository.submit(files, people["owner"], f"乘以{days}", drafts=["asked"])
        made.add(request.id)
        return request

    def told() -> list[tuple[str, object, bool]]:
        notices = engine.notifications.of(people["owner"])
        return [(n.kind, n.request_id, n.read_at is None) for n in notices if n.request_id in made]

    first = submitted(3)
    with pytest.raises(Conflict):
        engine.repository.go_on_with(first.id, people["owner"])
    engine.repository.reject(first.id, people["owner2"], "先討論")
    decided = engine.repository.request(first.id, people["owner"])
    assert (decided.state, decided.decided_by, decided.reason) == ("rejected", "owner2", "先討論")
    assert [one.id for one in engine.repository.turned_down("asked", people["owner2"])] == [first.id]
    assert engine.repository.turned_down("asked", people["tsai"]) == ()
    with pytest.raises(NotAllowed):
        engine.repository.request(first.id, people["tsai"])
    assert told() == [("request_rejected", first.id, True)]
    engine.notifications.mark_request_read(people["owner"], first.id)
    assert told() == [("request_rejected", first.id, False)]

    assert engine.repository.go_on_with(first.id, people["owner"]).files == engine.repository.request_files(
        first.id, people["owner2"]
    )
    with pytest.raises(Conflict):  # the draft there is now is not lost
        engine.repository.go_on_with(first.id, people["owner"])
    second = submitted(4)
    engine.repository.approve(second.id, people["owner2"])
    assert told()[0] == ("request_approved", second.id, True)
    third = submitted(5)
    engine.repository.reject(third.id, people["owner"], "收回")
    assert len(told()) == 2, "who takes it back need not be told"


def test_a_connector_is_code_too(engine, people):
    files = [SourceFile("calls.bpmn", CALLING.replace("calling", "calls").encode())]
    waiting = engine.repository.submit(files, people["owner"])
    assert [(c["kind"], c["element_id"]) for c in waiting.changes] == [("connector", "ask")]
    assert engine.repository.request_files(waiting.id, people["owner2"]) == tuple(files)
    with pytest.raises(Invalid):
        engine.repository.reject(waiting.id, people["owner2"], " ")
    engine.repository.reject(waiting.id, people["owner"], "收回")


def test_the_command_line_names_the_approver(engine, people):
    deployment = engine.repository.deploy(coded("={total: days * 9}"), actor=people["owner"], approver="owner2")
    assert deployment.approved_by == "owner2"


# -- drafts ---------------------------------------------------------------------------------------


def test_a_draft_keeps_what_cannot_be_deployed_yet(engine, people):
    broken = [SourceFile("d.bpmn", b"<half a diagram")]
    draft = engine.repository.save_draft("drafted", broken, people["owner"])
    assert (draft.revision, draft.files) == (1, tuple(broken))
    assert engine.repository.save_draft("drafted", simple("drafted"), people["owner"]).revision == 2
    assert engine.repository.drafts()["drafted"][1] == "owner"
    with pytest.raises(NotAllowed):
        engine.repository.save_draft("drafted", broken, people["tsai"])
    engine.repository.submit(simple("drafted"), people["owner"], drafts=["drafted"])
    assert engine.repository.draft("drafted") is None
    with pytest.raises(RecordNotFound):
        engine.repository.discard_draft("drafted", people["owner"])


# -- side by side ---------------------------------------------------------------------------------


def test_versions_are_unique_and_gapless_when_several_deploy_at_once(engine, people):
    def deploy(number: int) -> None:
        engine.repository.deploy(simple("raced", task=f"工作{number}"), actor=people["owner"])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deploy, range(12)))
    versions = [d.version for d in engine.repository.versions("raced")]
    assert versions == list(range(12, 0, -1))
    assert sum(d.is_current for d in engine.repository.versions("raced")) == 1


def test_a_called_process_is_taken_along_as_it_was(engine, people):
    engine.repository.deploy(simple("called"), actor=people["owner"])
    calling = process(
        "caller", chain('<bpmn:callActivity id="call" name="呼叫" calledElement="called"/>', ids=("call",))
    )
    engine.repository.deploy([SourceFile("caller.bpmn", calling.encode())], actor=people["owner"])
    assert {file.name for file in engine.repository.files(engine.repository.definition("caller").id)} == {
        "caller.bpmn", "called.bpmn",
    }  # fmt: skip
    engine.repository.deploy(simple("called", task="改過"), actor=people["owner"])
    case = engine.runtime.start("caller", actor=people["kuo"], variables={})
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    assert task.name == "工作", "the version it was deployed with"


def test_the_outline_and_the_form_of_a_version(engine, people):
    files = [
        SourceFile("shown.bpmn", APPROVAL.replace('"approval"', '"shown"').replace(
            'id="check" name', 'id="check" camunda:formKey="check" name').encode()),
        SourceFile("check.form", FORM),
    ]  # fmt: skip
    (definition,) = engine.repository.deploy(files, actor=people["owner"]).definitions
    assert engine.repository.outline(definition.id).user_task("check").form_key == "check"
    assert engine.repository.form(definition.id, "check").id == "check"
    assert definition.properties["casePrefix"] == "TS"
    with pytest.raises(RecordNotFound):
        engine.repository.form(definition.id, "other")


def test_a_called_process_that_moves_while_files_are_read_is_taken_along_as_it_is_then(engine, people, monkeypatch):
    """Files are read before deployments queue up; what came into force until then is looked at again."""
    engine.repository.deploy(simple("moving"), actor=people["owner"])
    calling = process("mover", chain('<bpmn:callActivity id="c" name="呼叫" calledElement="moving"/>', ids=("c",)))
    lock = definition_queries.lock_deployments

    def after_another(tx):
        monkeypatch.setattr(definition_queries, "lock_deployments", lock)
        engine.repository.deploy(simple("moving", task="改過"), actor=people["owner"])
        lock(tx)

    monkeypatch.setattr(definition_queries, "lock_deployments", after_another)
    engine.repository.deploy([SourceFile("mover.bpmn", calling.encode())], actor=people["owner"])
    taken = engine.repository.files(engine.repository.definition("mover").id)
    assert "改過".encode() in next(file.content for file in taken if file.name == "moving.bpmn")


def test_a_deployment_costs_a_few_statements_a_definition_however_many_files_each_has(engine, people):
    counts = []
    for number in (3, 12):
        files = [file for n in range(number) for file in simple(f"many{number}x{n}")]
        with counting() as counted:
            engine.repository.deploy(files, actor=people["owner"])
        assert counted.commits == 1
        counts.append(len(counted.statements))
    assert (counts[1] - counts[0]) / 9 <= 8
