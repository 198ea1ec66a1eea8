"""The documentation of the rules, made from their table: `python -m engine.rules.pages docs`.

A test holds the pages to the table.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from engine.rules import GROUPS, RULES, Rule, group_of

TITLES = {
    "files": "Files, ids and names",
    "flows": "Flows and gateways",
    "events": "Events",
    "activities": "Tasks and subprocesses",
    "data": "Data and collaborations",
    "running": "What the engine runs: support, expressions, people, risks",
    "papers": "Forms, decision tables, letters, the set of files",
}
LEVELS = {
    "error": "error: blocks a deployment",
    "todo": "to-do: a gap to fill before a deployment",
    "warning": "warning: may be meant",
}
_PLACE = re.compile(r"\{([a-z_]+)\}")
_HEAD = """\
# The rules of `siwei lint`

Before a deployment every diagram, table, form and letter is held against these rules: on the command line
(`siwei lint`, with `--format json` for machines), in the studio at the element, and by the deployment itself.
Whatever the BPMN 2.0 specification forbids, and whatever this engine would ignore, misread or hang on, keeps files
from being deployed; uploading and drawing are always possible.

- **error**: a rule is broken, or something could not run. It blocks the deployment.
- **to-do**: the drawing is not finished: a timer without a time, a service task without a connector. It blocks the
  deployment, too, and is listed apart.
- **warning**: a risk that may be meant. An author who means it says so with the property `accepts` on the element:
  `<camunda:property name="accepts" value="task-without-form"/>`, several codes separated by commas.

A number such as `EXT025` is the rule of the BPMN specification, as the public list of its constraints
(BPMNspector) counts them. Each finding carries code, element, message, remedy and number, in Chinese and English.
These pages are generated from the table in `engine/rules`.

"""


def address(code: str) -> str:
    """Where a rule is documented: `docs/lint/flows.md#flow-dangling`."""
    return f"docs/lint/{group_of(code)}.md#{code}"


def pages() -> dict[str, str]:
    """Path below `docs` → text of every page."""
    made = {"lint.md": _HEAD + "\n".join(_index(group) for group in GROUPS)}
    for group, rules in GROUPS.items():
        made[f"lint/{group}.md"] = f"# {TITLES[group]}\n\nPart of [the rules](../lint.md).\n\n" + "\n".join(
            _section(rule) for rule in rules
        )
    return made


def _index(group: str) -> str:
    lines = [f"## {TITLES[group]}", "", "| Code | Level | Rule of the standard | Says |", "|---|---|---|---|"]
    for rule in GROUPS[group]:
        link = f"[{rule.code}](lint/{group}.md#{rule.code})"
        level = "to-do" if rule.level == "todo" else rule.level
        lines.append(f"| {link} | {level} | {' '.join(rule.numbers)} | {_plain(rule.en)} |")
    return "\n".join(lines) + "\n"


def _section(rule: Rule) -> str:
    number = f" · {', '.join(rule.numbers)}" if rule.numbers else ""
    return (
        f"## {rule.code}\n\n"
        f"*{LEVELS[rule.level]}{number}*\n\n"
        f"{_plain(rule.en)}\n\n"
        f"**What to do.** {_plain(rule.remedy_en)}\n\n"
        f"> {_plain(rule.zh)}\n"
        f">\n"
        f"> **怎麼辦：** {_plain(rule.remedy_zh)}\n"
    )


def _plain(text: str) -> str:
    """A sentence with its places as they are in a page: `‹name›`; what Markdown would take for markup as it stands."""
    placed = _PLACE.sub(lambda place: f"‹{place[1]}›", text)
    return re.sub(r"([<>|*_`])", r"\\\1", placed)


def write(folder: Path) -> None:
    """Write all pages below `folder`."""
    for path, text in pages().items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
    sys.stdout.write(f"{len(RULES)} rules\n")
