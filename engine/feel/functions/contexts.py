"""Context functions (DMN 1.5 section 10.3.4.8) and negation."""

from __future__ import annotations

from engine.feel.errors import FeelError
from engine.feel.functions.registry import feel
from engine.feel.running import Run
from engine.feel.values import Value


@feel("not(negand: boolean?)")
def not_(run: Run, negand: bool | None) -> Value:
    return None if negand is None else not negand


@feel("get value(m: context?, key: string?)")
def get_value(run: Run, context: dict[str, Value] | None, key: str | None) -> Value:
    return None if context is None or key is None else context.get(key)


@feel("get entries(m: context)")
def get_entries(run: Run, context: dict[str, Value]) -> Value:
    return [{"key": key, "value": value} for key, value in context.items()]


@feel("context(entries: list)")
def context_(run: Run, entries: list[Value]) -> Value:
    result: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise FeelError("每一項都要有文字 key 與 value", "each entry needs a text key and a value")
        if entry["key"] in result:
            raise FeelError(f"鍵「{entry['key']}」重複", f"the key {entry['key']!r} is given twice")
        result[entry["key"]] = entry["value"]
    return result


@feel("context put(context: context, key: string, value: any)")
def context_put(run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    return {**context, key: value}


@feel("context put(context: context, keys: list, value: any)")
def context_put_deep(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    if not keys or not all(isinstance(key, str) for key in keys):
        raise FeelError("keys 要是文字的清單", "keys must be a list of texts")
    if len(keys) == 1:
        return {**context, keys[0]: value}
    run.spend(1)
    inner = context.get(keys[0])
    if not isinstance(inner, dict):
        raise FeelError(f"「{keys[0]}」不是 context", f"{keys[0]!r} is no context")
    return {**context, keys[0]: context_put_deep(run, inner, keys[1:], value)}


@feel("context merge(contexts: list)")
def context_merge(run: Run, contexts: list[Value]) -> Value:
    result: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            raise FeelError("每一項都要是 context", "each element must be a context")
        result.update(context)
    return result
