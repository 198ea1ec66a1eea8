"""Regular expressions as XPath has them (F&O 3.1 section 5.6), for `matches`, `replace` and `split`.

Python's own engine has another syntax and no bound: one hostile pattern holds a process for
ever. Here a pattern is compiled to a small program that is run with a budget, and each state
is tried at most once at each place of the text, so that time grows with pattern times text.
"""

from __future__ import annotations

from engine.feel.regex.matching import Match, find_all, search
from engine.feel.regex.program import Program, compile_pattern
from engine.feel.regex.syntax import PatternError

__all__ = ["Match", "PatternError", "Program", "compile_pattern", "find_all", "search"]
