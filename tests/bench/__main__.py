"""`python -m tests.bench`: measure, and print the table of speeds and sizes. Nothing here passes or fails."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Iterator

from tests.bench import completing, deploying, expressions, lists, pages, profile, scaling, serving, stress
from tests.bench.site import Site, open_site
from tests.bench.table import Row, print_table

Part = Callable[[Site], Iterator[Row]]


def main() -> None:
    """Run the parts asked for, one after the other, on one site."""
    options = _options()
    parts: dict[str, Part] = {
        "completion": completing.completion,
        "loop": completing.loop,
        "without-sql": completing.without_sql,
        "gateways": completing.gateways,
        "size": completing.size,
        "expressions": expressions.expressions,
        "deploying": deploying.deploying,
        "hostile": lambda _: deploying.hostile(),
        "http": serving.serving,
        "profile": profile.profile,
        "scaling": scaling.scaling,
        "pages": pages.pages,
        "stress": lambda site: stress.stress(site, options.turns),
        "inbox": lambda site: lists.inbox(site, options.tasks),
        "timers": lists.timers,
    }
    if unknown := set(options.only) - set(parts):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    wanted = [name for name in parts if not options.only or name in options.only]  # the loaded lists come last
    rows: list[Row] = []
    failed: list[str] = []
    began = time.monotonic()
    with open_site() as site:
        for name in wanted:
            print(f"{time.monotonic() - began:5.0f} s  measuring: {name}", file=sys.stderr, flush=True)
            try:
                rows.extend(parts[name](site))  # what came before a failure stays
            except Exception:
                traceback.print_exc()
                failed.append(name)
    print_table(rows)
    print(f"\n{time.monotonic() - began:.0f} s")
    if failed:
        sys.exit(f"could not be measured: {', '.join(failed)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speeds and sizes, with their targets.")
    parser.add_argument("only", nargs="*", help="parts to measure; all without")
    parser.add_argument(
        "--tasks", type=int, nargs="+", default=[1_000, 20_000], help="open tasks of the inbox, small to large"
    )
    parser.add_argument("--turns", type=int, default=10_000, help="turns of the one long loop of `stress`")
    return parser.parse_args()


if __name__ == "__main__":
    main()
