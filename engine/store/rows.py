"""Database rows to the engine's values."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from engine.cases.records import Comment, File, Incident
from engine.cases.values import Notification, ProcessInstance, TaskRow, UserTask

Columns = Any
"""A row by column name: a mapping of the driver's, or a plain one."""

_TASK = tuple(field.name for field in fields(UserTask))
_INSTANCE = tuple(field.name for field in fields(ProcessInstance))


def user_task(row: Columns) -> UserTask:
    """A task; the case's columns are taken where the row has them."""
    values = {name: row[name] for name in _TASK if name in row}
    return UserTask(**{**values, "candidates": tuple(values["candidates"])})


def process_instance(row: Columns) -> ProcessInstance:
    """A case."""
    values = {name: row[name] for name in _INSTANCE if name in row}
    values["active_elements"] = tuple(values["active_elements"])
    values["open_tasks"] = tuple(values.get("open_tasks") or ())
    return ProcessInstance(**values)


def task_row(row: Columns) -> TaskRow:
    """A line of the inbox."""
    return TaskRow(
        task=user_task(row),
        doc_no_in=row["doc_no_in"],
        subject=row["subject"],
        source=row["source"],
        speed=row["speed"],
        due_at=row["due_at"] or row["case_due_at"],
        case_due_at=row["case_due_at"],
        security_class=row["security_class"],
        handler_label=row["handler_label"],
        applicant_agency_label=row["applicant_agency_label"],
        process_name=row["process_name"],
        process_name_en=row["process_name_en"],
        case_status=row["case_status"],
        waiting_for_others=row["waiting_for_others"],
        followed=row["followed"],
    )


def comment(row: Columns) -> Comment:
    """A comment."""
    return Comment(**{field.name: row[field.name] for field in fields(Comment)})


def file(row: Columns) -> File:
    """A file's description."""
    values = {field.name: row[field.name] for field in fields(File)}
    return File(**{**values, "digest": bytes(values["digest"]).hex()})


def incident(row: Columns) -> Incident:
    """An incident; the case's columns are taken where the row has them."""
    return Incident(**{field.name: row[field.name] for field in fields(Incident) if field.name in row})


def notification(row: Columns) -> Notification:
    """A notice."""
    return Notification(**{field.name: row[field.name] for field in fields(Notification) if field.name in row})
