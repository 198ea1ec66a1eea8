"""The sandbox's one backend: the Monty interpreter in confined worker processes."""

from __future__ import annotations

import ctypes
import importlib.metadata
import logging
import os
import sysconfig
import threading
import weakref
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pydantic_monty

from engine.sandbox.check import Problem, check
from engine.sandbox.comparison import Beyond, comparison
from engine.sandbox.confine import Confinement, confine
from engine.sandbox.names import assigned_names, used_names
from engine.sandbox.protocol import SandboxUnavailable, ScriptFailed, ScriptLimit
from engine.sandbox.values import NotPlain, from_script, to_script

VERSION = "1.4.0"
_PACKAGES = ("pydantic-monty", "pydantic-monty-client", "pydantic-monty-runtime")
_LIMITS: pydantic_monty.ResourceLimits = {
    "max_feed_duration_secs": 1.0,
    "max_memory": 64 << 20,
    "max_recursion_depth": 100,
    "max_suspensions": 1,
    "max_total_sleep_secs": 0.0,
}
_POLICY: pydantic_monty.OSPolicy = {"timezone": "Asia/Taipei", "sleep": "zero"}
_HOST_TIMEOUT = 5.0
_PRINTED = 64 << 10
_TOGETHER = 50
"""So many scripts, of at most 20 KB each, are read in one session."""
_LIMIT_ERRORS = ("TimeoutError", "MemoryError", "RecursionError")

# Stands before the script, whose names cannot begin with an underscore: what it redefines is not seen here.
# A function would arrive at the host as a text, so types are judged on this side too.
_PRELUDE = """\
import datetime as _datetime
import decimal as _decimal
_type, _str, _list, _dict, _type_error, _name_error = type, str, (list, tuple), dict, TypeError, NameError
_plain = (type(None), bool, int, float, str, _decimal.Decimal, _datetime.date, _datetime.time,
          _datetime.datetime, _datetime.timedelta)
_out = {}
def _judge(value, name):
    kind = _type(value)
    if kind in _list:
        for item in value:
            _judge(item, name)
    elif kind is _dict:
        for key, item in value.items():
            if _type(key) is not _str:
                raise _type_error(name + ': a dict with a key that is no text cannot be stored')
            _judge(item, name)
    elif kind not in _plain:
        raise _type_error(name + ': a ' + kind.__name__ + ' cannot be stored')
    return value
"""
_PRELUDE_LINES = _PRELUDE.count("\n")

_log = logging.getLogger(__name__)
_alive: weakref.WeakSet[MontySandbox] = weakref.WeakSet()


class MontySandbox:
    """Runs scripts in worker processes that are started when first needed.

    Safe to use from several threads. `close()` ends the workers. It may be made before a process
    forks, and each child then starts workers of its own; but where scripts were run before the
    fork, the interpreter's client would wait for ever in the child: there every script is
    refused with SandboxUnavailable.
    """

    def __init__(self, *, workers: int = 2, demand_bwrap: bool = False, binary: Path | None = None) -> None:
        """`binary` is the interpreter, by default the installed one.

        Raises:
            SandboxUnavailable: the three packages are not all of the pinned version, the interpreter does
                not start under any confinement, or not in bubblewrap although `demand_bwrap`.
        """
        _demand_version()
        self._workers = workers
        self._binary = binary or _installed_binary()
        self._demand_bwrap = demand_bwrap
        self.confinement = _demand_confinement(self._binary, demand_bwrap=demand_bwrap)
        self._lock = threading.Lock()
        self._pool: pydantic_monty.Monty | None = None
        self._read: frozenset[str] = frozenset()
        _alive.add(self)
        _log.info("sandbox ready: %s", self.confinement.describe())

    def evaluate(self, text: str, names: Mapping[str, Any]) -> Any:
        """The value of one expression. Raises ScriptFailed, ScriptLimit."""
        _demand_allowed(text, expression=True)
        if compared := comparison(text):
            with suppress(Beyond):
                return compared(names)
        inputs = _inputs(used_names(text, expression=True), names)
        return self._run(f"_value = (\n{text.strip()}\n)", "_judge(_value, 'value')", inputs, lines_before=1)

    def execute(self, text: str, names: Mapping[str, Any]) -> dict[str, Any]:
        """The names the statements assigned, with their values. Raises ScriptFailed, ScriptLimit."""
        _demand_allowed(text, expression=False)
        inputs = _inputs(used_names(text), names)
        assigned: dict[str, Any] = self._run(text, _read_back(assigned_names(text)), inputs)
        return assigned

    def check(self, text: str, *, expression: bool = False) -> tuple[Problem, ...]:
        """What is wrong with the text, without running it; also what only this interpreter cannot read."""
        problems = check(text, expression=expression)
        if problems or not text.strip():
            return problems
        if not expression and text in self._read:
            return ()
        body = f"return (\n{text.strip()}\n)" if expression else text
        try:
            self._run(_never_run(body), "None", {}, lines_before=2 if expression else 1)
        except ScriptFailed as error:
            line = error.params.get("line") or 1
            return (
                Problem("script-syntax", line, 1, f"讀不懂（{error.message}）", f"cannot be read ({error.message})"),
            )
        return ()

    def read_together(self, texts: Iterable[str]) -> None:
        """Read many scripts in few sessions: those that are sound need none of their own when they are checked next."""
        sound = [text for text in dict.fromkeys(texts) if text.strip() and not check(text, expression=False)]
        read: set[str] = set()
        for first in range(0, len(sound), _TOGETHER):
            part = sound[first : first + _TOGETHER]
            try:
                self._run("\n".join(map(_never_run, part)), "None", {})
            except (ScriptFailed, ScriptLimit):
                continue  # each by itself says then what is wrong
            read.update(part)
        self._read = frozenset(read)

    def close(self) -> None:
        """End the workers; the next script starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.__exit__(None, None, None)

    def _run(self, text: str, read_back: str, inputs: dict[str, Any], *, lines_before: int = 0) -> Any:
        """The value of `read_back` after `text`, in a fresh session that is thrown away."""
        source = f"{_PRELUDE}{text}\n{read_back}"
        lines = range(_PRELUDE_LINES + lines_before, _PRELUDE_LINES + text.count("\n") + 1)
        printed = pydantic_monty.CollectString(max_bytes=_PRINTED)
        try:
            with self._started_pool().checkout(script_name="script", limits=_LIMITS, os_policy=_POLICY) as session:
                return _result(session.feed_run(source, inputs=inputs, print_callback=printed))
        except pydantic_monty.MontyCrashedError:
            raise ScriptLimit("程式用盡時間或記憶體 / the script ran out of time or memory") from None
        except pydantic_monty.MontyConversionError as error:
            raise ScriptFailed(f"變數無法交給程式 / a variable cannot be given to the script ({error})") from None
        except pydantic_monty.MontyError as error:
            raise _failure(error, lines) from None
        except TimeoutError:
            raise ScriptLimit("沒有空閒的執行程序 / no worker is free") from None

    def _started_pool(self) -> pydantic_monty.Monty:
        if _Process.broken:
            raise SandboxUnavailable("Scripts were run before this process was forked off; they cannot run here")
        with self._lock:
            if not self.confinement.launcher.exists():
                # The folder for temporary files was swept: the old pool could not replace a worker any more.
                self.confinement = _demand_confinement(self._binary, demand_bwrap=self._demand_bwrap)
                old, self._pool = self._pool, None
                if old is not None:
                    old.__exit__(None, None, None)
            if self._pool is None:
                _Process.used = True
                pool = pydantic_monty.Monty(
                    binary_path=self.confinement.launcher,
                    max_processes=self._workers,
                    checkout_timeout=_HOST_TIMEOUT,
                    request_timeout=_HOST_TIMEOUT,
                    max_checkouts_per_worker=10_000,
                )
                self._pool = pool.__enter__()
            return self._pool

    def _forget_pool(self) -> None:
        """In a forked child: the pool is the parent's, and letting go of it would end the parent's workers."""
        if self._pool is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._pool))
        self._pool = None
        self._lock = threading.Lock()


class _Process:
    """What this process has done with the interpreter's client, whose threads do not survive a fork."""

    used = False
    broken = False


def _forget_pools() -> None:
    _Process.broken = _Process.used
    for sandbox in list(_alive):
        sandbox._forget_pool()


os.register_at_fork(after_in_child=_forget_pools)


def _demand_version() -> None:
    for package in _PACKAGES:
        found = importlib.metadata.version(package)
        if found != VERSION:
            raise SandboxUnavailable("The script interpreter has another version than the tried one", package=package,
                                     found=found, wanted=VERSION)  # fmt: skip


def _installed_binary() -> Path:
    return Path(sysconfig.get_path("scripts")) / "monty"


def _demand_confinement(binary: Path, *, demand_bwrap: bool) -> Confinement:
    confinement = confine(binary) if binary.is_file() else None
    if confinement is None:
        raise SandboxUnavailable("The script interpreter does not start", binary=str(binary))
    if demand_bwrap and confinement.kind != "bwrap":
        raise SandboxUnavailable("bubblewrap is demanded but does not work here", found=confinement.kind)
    return confinement


def _demand_allowed(text: str, *, expression: bool) -> None:
    problems = check(text, expression=expression)
    if problems:
        raise ScriptFailed(str(problems[0]), line=problems[0].line)


def _inputs(used: frozenset[str], names: Mapping[str, Any]) -> dict[str, Any]:
    inputs = {}
    for name in sorted(used & names.keys()):
        try:
            inputs[name] = to_script(names[name])
        except NotPlain as error:
            raise ScriptFailed(
                f"變數「{name}」無法交給程式（{error}）/ {name!r} cannot be given to a script ({error})"
            ) from None
    return inputs


def _read_back(names: tuple[str, ...]) -> str:
    """Collects what was assigned; a name may have stayed without value in a branch not taken."""
    reads = [f"try:\n    _out[{name!r}] = _judge({name}, {name!r})\nexcept _name_error:\n    pass\n" for name in names]
    return "".join(reads) + "_out"


def _result(value: Any) -> Any:
    try:
        return from_script(value)
    except NotPlain as error:
        raise ScriptFailed(f"程式的值無法儲存（{error}）/ the script's value cannot be stored ({error})") from None


def _failure(error: pydantic_monty.MontyError, script_lines: range) -> ScriptFailed | ScriptLimit:
    """The script's error with the script's own line; none where reading back its names failed."""
    kind = type(error.exception()).__name__
    text = f"{kind}: {error.exception()}"[:500]
    cls = ScriptLimit if kind in _LIMIT_ERRORS else ScriptFailed
    traced = (pydantic_monty.MontyRuntimeError, pydantic_monty.MontySyntaxError)
    frames = error.traceback() if isinstance(error, traced) else []
    inside = [frame.line for frame in frames if frame.line - 1 in script_lines]
    if not inside:
        return cls(text)
    line = inside[-1] - script_lines.start
    return cls(f"第 {line} 行 / line {line}: {text}", line=line)


def _never_run(text: str) -> str:
    """The statements inside a function that nobody calls: read by the interpreter, not run."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "def _unused():\n" + "".join(f" {line}\n" for line in lines) + " return None"
