"""Scripts in the sandbox: what they give, and that hostile ones hurt nobody."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path

import pytest

from engine.feel import YearsMonthsDuration
from engine.sandbox import MontySandbox, SandboxUnavailable, ScriptFailed, ScriptLimit, confine, monty
from engine.sandbox.confine import SANDBOX_UID


@pytest.fixture(scope="module")
def sandbox():
    made = MontySandbox(workers=1)
    yield made
    made.close()


def test_an_expression_has_its_value(sandbox):
    assert sandbox.evaluate("amount > 100 and unit in ('health', 'works')", {"amount": 120, "unit": "health"}) is True
    assert sandbox.evaluate(" (a +\n b) # sum", {"a": 1, "b": 2}) == 3


def test_statements_give_the_names_they_assign(sandbox):
    given = {"n": 3, "people": [{"name": "林"}], "unused": object()}
    text = "total = n * 2\nfor person in people:\n    person['ok'] = True\nif n > 100:\n    never = 1\nn = n + 1"
    assert sandbox.execute(text, given) == {"total": 6, "person": {"name": "林", "ok": True}, "n": 4}
    assert given["people"] == [{"name": "林"}]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        10**40,
        Decimal("12.50"),
        "高雄",
        date(2018, 5, 29),
        clock_time(17, 30),
        datetime(2018, 5, 29, 1, tzinfo=UTC),
        timedelta(days=1, microseconds=1),
        [1, [Decimal("2")], {"a": None}],
    ],
)
def test_values_come_back_as_they_went_in(sandbox, value):
    back = sandbox.execute("y = x", {"x": value})["y"]
    assert back == value
    assert type(back) is type(value)


def test_a_float_becomes_a_decimal_and_a_tuple_a_list(sandbox):
    assert sandbox.execute("x = 0.1\ny = (1, 2)", {}) == {"x": Decimal("0.1"), "y": [1, 2]}


def test_the_clock_stands_in_taipei(sandbox):
    now = sandbox.execute("import datetime\nx = datetime.datetime.now()", {})["x"]
    assert abs(now - (datetime.now(UTC) + timedelta(hours=8)).replace(tzinfo=None)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = lambda: 1", "function"),
        ("def f(): pass\nx = [f]", "function"),
        ("x = {1, 2}", "set"),
        ("x = b'a'", "bytes"),
        ("x = {1: 2}", "key"),
        ("x = float('nan')", "NaN"),
        ("x = 1e400", "Infinity"),
        ("x = int", "type"),
        ("x = 1 + 'a'", "TypeError"),
        ("y = 1\nx = unknown", "unknown"),
        ("raise ValueError('金額不符')", "金額不符"),
        ("assert False", "AssertionError"),
        ("import os", "os"),
        ("x = ().__class__", "__class__"),
        ("x = ", "讀不懂"),
    ],
)
def test_a_script_that_fails_gives_nothing_but_the_reason(sandbox, text, says):
    with pytest.raises(ScriptFailed) as caught:
        sandbox.execute(text, {})
    assert says in str(caught.value)


def test_the_line_of_an_error_is_the_line_of_the_script(sandbox):
    with pytest.raises(ScriptFailed) as caught:
        sandbox.execute("a = 1\n\nb = a / 0\n", {})
    assert caught.value.params["line"] == 3
    with pytest.raises(ScriptFailed) as caught:
        sandbox.evaluate("(a /\n0)", {"a": 1})
    assert caught.value.params["line"] in (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    pass",
        "x = [0] * 10 ** 9",
        "x = 'a' * 10 ** 10",
        "x = 10 ** 10 ** 10",
        "x = 2\nwhile True:\n    x = x * x",
        "x = []\nwhile True:\n    x.append(x)",
        "def f(n): return f(n + 1)\nx = f(0)",
        "x = []\nx.append(x)",
        "x = 0\nfor i in range(10 ** 12):\n    x += i",
        "x = sum(i for i in range(10 ** 12))",
        "x = sorted(range(10 ** 8))",
        "x = ('a' * 100).replace('a', 'b' * 10 ** 8)",
        "x = '%1000000000d' % 1",
        "x = f'{1:1000000000}'",
        "x = {}\nfor i in range(10 ** 9):\n    x[i] = i",
        "x = 1 << 10 ** 11",
        "x = [[]]\nfor i in range(60):\n    x = [x, x]\nx = str(x)",
        "import re\nx = re.sub('a', 'b' * 10 ** 7, 'a' * 10 ** 4)",
        "x = ' '.join(['a' * 10 ** 6] * 10 ** 5)",
        "x = list(range(10 ** 10))",
        "x = bytes(10 ** 10)",
    ],
)
def test_a_script_without_end_is_stopped_and_the_next_one_runs(sandbox, text):
    started = time.monotonic()
    with pytest.raises((ScriptLimit, ScriptFailed)):
        sandbox.execute(text, {})
    assert time.monotonic() - started < 7
    assert sandbox.evaluate("1 + 1", {}) == 2


@pytest.mark.parametrize(
    "text",
    [
        "x = (lambda: 1)",
        "type = str = list = dict = lambda *a: None\nx = lambda: 1",
        "NameError = ZeroDivisionError\nx = lambda: 1",
        "TypeError = 5\nx = lambda: 1",
    ],
)
def test_a_script_cannot_blind_the_judge_of_its_values(sandbox, text):
    with pytest.raises(ScriptFailed):
        sandbox.execute(text, {})


def test_what_one_script_leaves_the_next_does_not_see(sandbox):
    sandbox.execute("secret = 5\nsum = None", {})
    with pytest.raises(ScriptFailed):
        sandbox.evaluate("secret + 0", {})
    assert sandbox.evaluate("sum([1, 2])", {}) == 3


@pytest.mark.parametrize("value", [YearsMonthsDuration(3), {1: 2}, object(), {1, 2}])
def test_a_value_that_has_no_place_in_a_script_fails_only_where_it_is_used(sandbox, value):
    assert sandbox.evaluate("a", {"a": 1, "b": value}) == 1
    with pytest.raises(ScriptFailed) as caught:
        sandbox.evaluate("b", {"a": 1, "b": value})
    assert "b" in str(caught.value)


def test_checking_finds_what_only_the_interpreter_cannot_read(sandbox):
    assert sandbox.check("x = 1\ny = x") == ()
    assert sandbox.check("x > 1", expression=True) == ()
    assert sandbox.check("x = '''a\n b'''\nif x:\n    y = 1") == ()
    assert [problem.code for problem in sandbox.check("with x as y:\n    z = 1\nimport os")] == ["script-import"]


def test_checking_runs_nothing(sandbox):
    started = time.monotonic()
    assert sandbox.check("while True:\n    pass") == ()
    assert time.monotonic() - started < 0.9


def _workers():
    """Interpreters below this process: process id and user. In namespaces, the launcher's processes stand between."""
    rows = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # it ended while we looked
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines())
            rows[int(facts["Pid"])] = (int(facts["PPid"]), int(facts["Uid"].split()[0]), facts["Name"].strip())
    below = {os.getpid()}
    while found := {pid for pid, (parent, _, _) in rows.items() if parent in below} - below:
        below |= found
    names = ("monty", "monty-limits", "monty-own-user", "monty-bwrap")
    return [(pid, rows[pid][1]) for pid in below if pid in rows and rows[pid][2] in names]


@pytest.fixture(params=[True, False], ids=["with bwrap", "without bwrap"])
def bwrap(request, monkeypatch):
    """Whether bubblewrap is to be found. Skipped where it is and is not installed, or does not work."""
    if not request.param:
        which = confine.shutil.which
        monkeypatch.setattr(confine.shutil, "which", lambda name: None if name == "bwrap" else which(name))
    elif shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed here")
    return request.param


def test_workers_are_confined_and_end_with_close(bwrap):
    own = MontySandbox(workers=1)
    if bwrap and own.confinement.kind != "bwrap":
        pytest.skip("this machine does not let bubblewrap make namespaces")
    assert (own.confinement.kind == "bwrap") == bwrap
    before = {pid for pid, _ in _workers()}
    assert own.evaluate("0 + 1", {}) == 1
    [(pid, uid)] = [worker for worker in _workers() if worker[0] not in before]
    status = Path(f"/proc/{pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    if own.confinement.kind != "limits":
        assert "CapEff:\t0000000000000000" in status
    if own.confinement.kind == "bwrap":
        for name in ("mnt", "net", "pid", "user", "ipc", "uts"):
            assert os.readlink(f"/proc/{pid}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}"), name
        seen = {path.name for path in Path(f"/proc/{pid}/root").iterdir()}
        assert not seen & {"etc", "home", "root", "var", "tmp", "proc", "work"}, "nothing but the libraries is there"
    elif own.confinement.kind == "own-user":
        assert uid == SANDBOX_UID
        assert "CapBnd:\t0000000000000000" in status
    limits = Path(f"/proc/{pid}/limits").read_text() if own.confinement.kind != "own-user" else ""
    assert not limits or "Max file size             0" in limits
    own.close()
    assert pid not in {pid for pid, _ in _workers()}
    assert own.evaluate("1 + 1", {}) == 2
    own.close()


def test_namespaces_may_be_demanded(bwrap):
    found = MontySandbox(workers=1)
    found.close()
    if found.confinement.kind == "bwrap":
        demanding = MontySandbox(workers=1, demand_bwrap=True)
        assert demanding.confinement.kind == "bwrap"
        demanding.close()
    else:
        with pytest.raises(SandboxUnavailable, match="bubblewrap is demanded"):
            MontySandbox(workers=1, demand_bwrap=True)


ROOT = Path(__file__).resolve().parents[3]
FORK = """
import contextlib
import os
from engine.sandbox import MontySandbox, SandboxUnavailable
sandbox = MontySandbox(workers=1)
if {used_before}:
    sandbox.evaluate("0 + 1", {{}})
child = os.fork()
if child == 0:
    try:
        print("child", sandbox.evaluate("20 + 1", {{}}), flush=True)
    except SandboxUnavailable:
        print("child refused", flush=True)
    raise SystemExit
os.waitpid(child, 0)
print("parent", sandbox.evaluate("1 + 2", {{}}), sandbox.confinement.launcher.exists())
sandbox.close()
"""


@pytest.mark.parametrize(("used_before", "child"), [(False, "child 21"), (True, "child refused")])
def test_a_forked_child_has_its_own_workers_or_is_refused_and_never_hangs(used_before, child):
    script = FORK.format(used_before=used_before)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines() == [child, "parent 3 True"]


def test_threads_share_one_sandbox():
    shared = MontySandbox(workers=2)
    results = []

    def work(start):
        results.extend(shared.evaluate("a * 2", {"a": number}) == number * 2 for number in range(start, start + 20))

    threads = [threading.Thread(target=work, args=(at * 20,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.close()
    assert results == [True] * 80


def test_a_swept_folder_is_made_again():
    own = MontySandbox(workers=1)
    own.confinement.launcher.unlink()
    assert own.evaluate("0 + 1", {}) == 1
    own.confinement.launcher.unlink()
    with pytest.raises(ScriptLimit):
        own.execute("while True:\n    pass", {})
    assert own.evaluate("1 + 1", {}) == 2
    assert own.confinement.launcher.exists()
    own.close()


def test_another_version_of_the_interpreter_is_refused(monkeypatch):
    monkeypatch.setattr(monty, "VERSION", "0.0.0")
    with pytest.raises(SandboxUnavailable):
        MontySandbox()


def test_without_an_interpreter_there_is_no_sandbox(tmp_path):
    with pytest.raises(SandboxUnavailable):
        MontySandbox(binary=tmp_path / "monty")
    fake = tmp_path / "monty"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    with pytest.raises(SandboxUnavailable):
        MontySandbox(binary=fake)


def test_bubblewrap_can_be_demanded(sandbox):
    if sandbox.confinement.kind == "bwrap":
        MontySandbox(demand_bwrap=True).close()
        return
    with pytest.raises(SandboxUnavailable):
        MontySandbox(demand_bwrap=True)
