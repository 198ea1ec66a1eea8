"""Case files: a process owner's examples, played on the executor alone.

    report = run(Path("processes/petition"), Path("forms"), executor, calendar)
    print(report.text("zh"))

A case file (docs/diagrams.md, Case files) says what people answer, how the clock moves and what must
come of it. Playing needs no database and sends nothing: connectors that a case does not
answer itself succeed with an empty result. The report says which drawn elements and flows
the cases have reached.
"""

from engine.casetest.loading import Case, CaseFileError, load_case, load_cases
from engine.casetest.player import Outcome, Player
from engine.casetest.report import Coverage, Report
from engine.casetest.running import ProcessFolder, folder_of, run

__all__ = [
    "Case",
    "CaseFileError",
    "Coverage",
    "Outcome",
    "Player",
    "ProcessFolder",
    "Report",
    "folder_of",
    "load_case",
    "load_cases",
    "run",
]
