"""Forms on pages: a form definition becomes WTForms, a request becomes values.

    form = TaskForm.opened(definition, variables, now=…, lang=…, scope=person_id, draft=…)
    form = TaskForm.posted(definition, variables, request.form, request.files, store=…, …)
    if form.submitted and form.validate().ok: …form.result.values…

and in a template: `{% import "taskforms/form.html" as taskforms with context %}`,
`{{ taskforms.task_form(views(form), action=…, draft_url=…) }}`.
"""

from webapp.taskforms.directory import DirectoryPicker
from webapp.taskforms.drafts import from_draft, to_draft
from webapp.taskforms.pickers import RIGHTS, bp
from webapp.taskforms.reading import answers
from webapp.taskforms.taskform import TaskForm
from webapp.taskforms.views import page

__all__ = ["RIGHTS", "DirectoryPicker", "TaskForm", "answers", "bp", "from_draft", "page", "to_draft"]
