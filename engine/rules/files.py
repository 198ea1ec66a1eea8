"""Rules for files: what can be read at all, and ids, names and processes in it."""

from __future__ import annotations

from engine.rules.rule import error

RULES = (
    error(
        "xml-too-large",
        "檔案超過 2 MB。",
        "The file is larger than 2 MB.",
        "把流程分成幾個檔案，用呼叫活動連起來；或刪除檔案裡嵌入的圖片。",
        "Split the process into files that call one another, or remove embedded pictures.",
    ),
    error(
        "xml-malformed",
        "不是正確的 XML：{problem}",
        "This is not well-formed XML: {problem}",
        "從繪圖工具重新匯出檔案；不要用文書軟體存檔。",
        "Export the file from the drawing tool again; do not save it with a word processor.",
    ),
    error(
        "xml-doctype",
        "檔案不得含有 DOCTYPE。",
        "The file must not contain a DOCTYPE.",
        "刪除檔案開頭的 <!DOCTYPE …>。BPMN 與 DMN 檔案不需要它。",
        "Delete the <!DOCTYPE …> at its beginning. BPMN and DMN files need none.",
    ),
    error(
        "xml-too-many-nodes",
        "圖中的節點超過 20,000 個，或一個元件的屬性超過 1,000 個。",
        "The file holds more than 20,000 elements, or an element more than 1,000 attributes.",
        "把流程分成幾個檔案，用呼叫活動連起來。",
        "Split the process into files that call one another.",
    ),
    error(
        "xml-too-deep",
        "檔案的巢狀超過 256 層。",
        "The file is nested more than 256 levels deep.",
        "把內層的子流程改為呼叫活動。",
        "Turn inner subprocesses into call activities.",
    ),
    error(
        "not-bpmn",
        "這不是 BPMN 2.0 檔案。",
        "This is not a BPMN 2.0 file.",
        "檔案的最外層要是 BPMN 2.0 的 definitions；請從繪圖工具匯出為 BPMN 2.0 XML。",
        "Its outermost element must be BPMN 2.0's definitions: export it as BPMN 2.0 XML.",
    ),
    error(
        "no-process",
        "檔案裡沒有流程。",
        "The file holds no process.",
        "畫一個流程，或把參與者（池）連到流程；只有協作、對話或編排的圖不能執行。",
        "Draw a process, or give a pool its process; collaborations, conversations and choreographies do not run.",
    ),
    error(
        "not-executable",
        "流程「{name}」沒有標示為可執行。",
        "The process “{name}” is not marked as executable.",
        '在流程的屬性勾選「可執行」（isExecutable="true"）。',
        'Tick “executable” in the properties of the process (isExecutable="true").',
    ),
    error(
        "public-executable",
        "流程「{name}」標示為公開流程（Public），卻又標示為可執行。",
        "The process “{name}” is marked as public and as executable.",
        "公開流程只供說明：把 processType 改為 None 或 Private，或取消可執行。",
        "A public process is documentation: make its processType None or Private, or do not mark it executable.",
        "EXT035",
    ),
    error(
        "duplicate-process",
        "流程「{name}」也在 {other} 裡。",
        "The process “{name}” is in {other} too.",
        "同一次部署裡，一個流程只能在一個檔案：刪除其中一份，或改它的識別碼。",
        "A process stands in one file of a deployment: remove one copy, or change its id.",
    ),
    error(
        "duplicate-id",
        "識別碼 {id} 用了兩次以上。",
        "The id {id} is used more than once.",
        "每個元件要有自己的識別碼：改其中一個，並檢查指到它的流向。",
        "Every element has an id of its own: change one, and look at the flows that lead to it.",
        "EXT002",
    ),
    error(
        "no-id",
        "元件沒有識別碼。",
        "The element has no id.",
        "給元件一個識別碼；沒有它，進度就無法標在圖上。",
        "Give the element an id; without one, nobody can be shown where a case is.",
    ),
    error(
        "name-refused",
        "名稱或識別碼超過 255 字，或含有控制字元。",
        "A name or id is longer than 255 characters or holds control characters.",
        "縮短名稱；較長的說明寫在說明（documentation）或文字註解。",
        "Shorten it; longer words belong into its documentation or a text annotation.",
    ),
    error(
        "unknown-element",
        "BPMN 2.0 沒有 {kind} 這個元件，會被忽略。",
        "BPMN 2.0 knows no element {kind}: it would be ignored.",
        "改成標準的元件；工具自己的內容要放在自己的命名空間裡。",
        "Use an element of the standard; what a tool adds belongs into a namespace of its own.",
    ),
)
