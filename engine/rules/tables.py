"""Rules for decision tables that can be read but may not decide as their author means."""

from __future__ import annotations

from engine.rules.rule import warning

RULES = (
    warning(
        "dmn-gap",
        "決策表有沒有一列符合的輸入。",
        "No row of the table matches some inputs.",
        "加一列，或給預設輸出；不會有這種輸入就不用改。",
        "Add a row or a default output; if such an input never comes, leave it.",
    ),
    warning(
        "dmn-overlap",
        "決策表有幾列同時符合，命中規則卻只准一列。",
        "Several rows match at once where the hit policy allows one.",
        "改條件讓它們分開，或把命中規則改成第一列。",
        "Make the conditions differ, or let the first row decide.",
    ),
    warning(
        "dmn-unreachable",
        "決策表有一列永遠不會用到。",
        "A row of the table never decides.",
        "刪除它，或移到前面。",
        "Delete it or move it up.",
    ),
    warning(
        "dmn-unused-column",
        "決策表有一個輸入欄每一列都空著。",
        "An input column is empty in every row.",
        "刪除這一欄，或填上條件。",
        "Delete the column or fill in its conditions.",
    ),
    warning(
        "dmn-type-mismatch",
        "決策表有一格的值與這一欄的型別不合。",
        "A cell holds a value of another type than its column.",
        "改值，或改這一欄的型別；文字加雙引號。",
        "Change the value or the column's type; texts in double quotes.",
    ),
    warning(
        "dmn-unknown-name",
        "決策表用到沒有的名稱。",
        "A decision uses a name that nobody gives.",
        "改名稱，或讓表單或前面的步驟先給值。",
        "Correct the name, or let a form or an earlier step give it.",
    ),
)
