"""Files by id."""

from __future__ import annotations

import pytest

FILES = {"type": "filepicker", "multiple": True}
PLAN = {"id": "f1", "label": "計畫.pdf", "size": 20}


def test_stored_files_come_as_a_list_once_each(ask):
    assert ask(FILES, [PLAN, dict(PLAN)]).value == [PLAN]
    assert ask(FILES, None).value == []


def test_a_required_file_must_be_there(ask):
    assert ask({**FILES, "validate": {"required": True}}, []).codes == ["required"]


def test_how_many_how_large_and_of_which_kind(ask):
    small = {**FILES, "accept": ".pdf,.exe", "properties": {"maxFiles": "1", "maxSizeMB": "1"}}
    assert ask(small, [PLAN]).value == [PLAN]
    assert ask(small, [PLAN, {**PLAN, "id": "f2"}]).codes == ["too-many-files"]
    assert ask(small, [{**PLAN, "size": 1024 * 1024 + 1}]).codes == ["file-too-large"]
    assert ask(small, [{**PLAN, "label": "x.docx"}]).codes == ["file-type"]
    assert ask(small, [{**PLAN, "label": "x.exe"}]).codes == ["file-type"]


def test_a_field_for_one_file_takes_one(ask):
    assert ask({"type": "filepicker", "multiple": False}, [PLAN, {**PLAN, "id": "f2"}]).codes == ["too-many-files"]


@pytest.mark.parametrize(
    "raw",
    [
        [{"id": "a"}],
        [{"label": "a"}],
        [[1]],
        [{"id": "a", "label": "b.pdf", "size": "x"}],
        [{"id": "a", "label": "\x00", "size": 1}],
        [5],
    ],
)
def test_what_is_no_file_is_refused(ask, raw):
    assert ask(FILES, raw).codes[0] in ("format", "bad-characters")
