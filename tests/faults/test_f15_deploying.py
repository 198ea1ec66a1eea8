"""F15: four people deploy one process as fast as they can, four start cases of it. Versions count up without a gap,
and every case stays with the version it was started with."""

from __future__ import annotations

import random
from collections.abc import Iterator

import psycopg

from engine import SourceFile
from engine.repository.deploying import digest_of
from tests.faults.breakages import drop_version_fences
from tests.faults.deploying import KEY, edition
from tests.faults.harness import City, Report, scaled

DEPLOYERS, STARTERS = 4, 4
TIMES = 8
"""Deployments of each of the four."""
CASES = 12
SECONDS = 60.0
"""To deploy one round of `TIMES`; only a run that hangs needs them."""


def test_versions_have_no_gap_and_cases_keep_theirs(city, report):
    found = report("F15")
    found.least = {"deployments": DEPLOYERS * scaled(TIMES), "cases": scaled(CASES), "moved across a deployment": 3}
    deploy_and_start(city, found, times=scaled(TIMES))
    found.ensure_held()


def test_deployments_that_do_not_queue_up_are_noticed(city, report):
    found = report("F15 unqueued")
    with city.owner() as db:
        drop_version_fences(db)
    deploy_and_start(city, found, times=6, broken="unqueued deployments")
    found.ensure_noticed("F15: versions")


def test_a_build_whose_cases_follow_the_newest_version_is_noticed(city, report):
    found = report("F15 floating")
    deploy_and_start(city, found, times=6, broken="floating versions")
    found.ensure_noticed("F15: a case did not keep its version")


def deploy_and_start(city: City, report: Report, *, times: int, broken: str | None = None) -> None:
    """Let them all run until the last edition is deployed, then look at versions and cases."""
    chance = random.Random(report.seed)
    city.deploy(edition("0-first"))
    actors = city.nursery.start(
        *(
            city.spec("deploying:deployer", number=number + 1, times=times, broken=broken)
            for number in range(DEPLOYERS)
        ),
        *(city.spec("deploying:starter", seed=chance.random(), broken=broken) for _ in range(STARTERS)),
    )
    if not all(actor.wait(SECONDS * max(1, times / TIMES)) for actor in actors[:DEPLOYERS]):
        report.violations.append("F15: a deployer hangs")
    (city.folder / "finish").touch()
    if not all(actor.wait(SECONDS) for actor in actors):
        report.violations.append("F15: a starter hangs")
    report.counts = {"deployments": len(city.noted("deployed")), "cases": len(city.noted("started"))}
    if refused := sorted(set(city.noted("refused"))):
        report.violations.append(f"F15: {len(refused)} deployments were refused: {refused[:3]}")
    with city.owner() as db:
        report.violations += [*_versions(db, city), *_cases(db, city, report)]
    report.violations += city.violations()


def _versions(db: psycopg.Connection, city: City) -> Iterator[str]:
    """What is wrong with the versions of the process."""
    rows = db.execute(
        "select version, digest, is_current from process_definition where key = %s order by version", [KEY]
    ).fetchall()
    numbers = [row[0] for row in rows]
    if numbers != list(range(1, len(rows) + 1)):
        yield f"F15: versions are not unique and gapless: {numbers}"
    if [row[0] for row in rows if row[2]] != numbers[-1:]:
        yield f"F15: versions in force: {[row[0] for row in rows if row[2]]} of {len(rows)}"
    stored = {(row[0], row[1]) for row in rows}
    told = {(line["version"], line["digest"]) for line in city.lines() if "deployed" in line}
    if lost := told - stored:
        yield f"F15: {len(lost)} acknowledged deployments are not there"
    if len(rows) != len(told) + 1:
        yield f"F15: {len(told)} deployments were acknowledged, {len(rows) - 1} are there"


def _cases(db: psycopg.Connection, city: City, report: Report) -> Iterator[str]:
    """What is wrong with the versions of the cases: each task's name bears the mark of the edition it comes from."""
    contents = {
        id: (digest, bytes(content))
        for id, digest, content in db.execute(
            "select d.id, d.digest, r.content from process_definition d"
            " join definition_file f on f.definition_id = d.id join resource r on r.digest = f.digest where d.key = %s",
            [KEY],
        )
    }
    changed = [
        str(id)
        for id, (digest, content) in contents.items()
        if digest_of(KEY, [SourceFile("edition.bpmn", content)]) != digest
        and digest_of(KEY, [SourceFile("process.bpmn", content)]) != digest
    ]
    if changed:
        yield f"F15: the content of a version is not what its digest names: {changed[:3]}"
    at_start = {line["started"]: line["definition"] for line in city.lines() if "started" in line}
    strayed, crossed = [], 0
    rows = db.execute("""
        select i.id, i.definition_id, d.version, array_agg(t.element_id), array_agg(t.name),
          (select count(*) from process_definition n join deployment m on m.id = n.deployment_id
            where n.key = d.key and m.deployed_at between i.started_at and max(t.created_at))
        from process_instance i join process_definition d on d.id = i.definition_id
        join user_task t on t.instance_id = i.id group by i.id, d.version, d.key
    """).fetchall()
    for case, definition, _, elements, names, meanwhile in rows:
        drawn = contents[definition][1].decode()
        if at_start.get(str(case), str(definition)) != str(definition) or not all(
            f'id="{element}" name="{name}"' in drawn for element, name in zip(elements, names, strict=True)
        ):
            strayed.append(str(case))
        crossed += bool(meanwhile)
    report.counts["moved across a deployment"] = crossed
    if strayed:
        yield f"F15: a case did not keep its version, {len(strayed)} times: {strayed[:3]}"
