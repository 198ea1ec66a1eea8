// Marks the rows, cells and columns of a decision table that a finding is about, and leads to them.
// The editor draws its cells anew all the time: rules of a style sheet stay, classes would not.
const LEVELS = { error: '#b3261e', warning: '#8a5300', todo: '#1d5a8c' };

export class TableMarks {
  constructor(modeler) {
    this.modeler = modeler;
    this.sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
  }

  // The findings of this file: {level, element, message}.
  show(findings) {
    const rules = findings.filter(({ element }) => element).map(({ element, level }) => {
      const id = CSS.escape(element);
      const places = ['row', 'element', 'col'].map((kind) => `.studio-canvas [data-${kind}-id="${id}"]`).join(', ');
      return `${places} { box-shadow: inset 0 0 0 2px ${LEVELS[level] ?? LEVELS.warning}; }`;
    });
    this.sheet.replaceSync(rules.join('\n'));
  }

  // Opens the table or expression that holds the element, and brings its place into view.
  async lead(id) {
    const view = this.modeler.getViews().find(({ element }) => element.id === id || holds(element, id));
    if (!view) return;
    if (this.modeler.getActiveView()?.element !== view.element) await this.modeler.open(view);
    const canvas = document.getElementById('studio-canvas');
    const place = ['row', 'element', 'col'].map((kind) => canvas.querySelector(`[data-${kind}-id="${CSS.escape(id)}"]`)).find(Boolean);
    place?.scrollIntoView({ block: 'center', inline: 'nearest' });
  }
}

// Whether an element of the file contains the one with this id; containers point back at what holds them.
function holds(element, id) {
  const logic = element.get?.('decisionLogic');
  if (!logic) return false;
  const columns = [...(logic.get('input') ?? []), ...(logic.get('output') ?? [])];
  const rows = logic.get('rule') ?? [];
  const cells = rows.flatMap((rule) => [...(rule.get('inputEntry') ?? []), ...(rule.get('outputEntry') ?? [])]);
  const within = columns.flatMap((column) => [column.get('inputExpression'), column.get('inputValues'), column.get('outputValues'), column.get('defaultOutputEntry')]);
  return [logic, ...columns, ...rows, ...cells, ...within].some((one) => one?.get('id') === id);
}
