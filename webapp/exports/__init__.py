"""Lists as files: CSV (UTF-8 with BOM, safe to open in a spreadsheet) and ODS (typed cells), of any length.

A list is written to a file of its own first and sent from there: what goes wrong on the way is a page that says so
and never half a list, and who reads slowly holds nothing of the database.

Rule sources: domain.md D "Formats", threats-and-faults.md section 7 "Export".
"""

from webapp.exports.formats import FORMATS, as_csv
from webapp.exports.sending import MOST_ROWS, answer, disposition

__all__ = ["FORMATS", "MOST_ROWS", "answer", "as_csv", "disposition"]
