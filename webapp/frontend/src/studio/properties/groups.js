// What each kind of element can be told, in the order a process owner asks: who, with which form, until when, what then.
import { Group, ListGroup } from '@bpmn-io/properties-panel';
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { say } from '../translate.js';
import { choice, code, flag, line, lines } from './entries.js';
import { loopOf, target } from './model.js';

const FEEL = () => say('以 = 開頭是 FEEL 運算式。', 'Beginning with = it is a FEEL expression.');
const group = (id, label, entries) => ({ id, label, entries: entries.filter(Boolean), component: Group });

export function groupsFor(element, model, offers) {
  const object = target(element);
  if (!object || Array.isArray(element)) return [];
  const tell = new Teller(element, object, model, offers);
  return [
    tell.process(), tell.lane(), tell.who(), tell.form(), tell.deadline(), tell.decision(), tell.script(), tell.connector(),
    tell.parameters(), tell.call(), tell.condition(), tell.message(), tell.many(), tell.texts(),
  ].filter(Boolean);
}

class Teller {
  constructor(element, object, model, offers) {
    Object.assign(this, { element, object, model, offers });
  }

  // -- entries bound to an attribute or a property of the element
  attribute(make, name, label, more = {}) {
    const { element, model, object } = this;
    return make({ id: `siwei-${name}`, element, label, get: () => model.attribute(element, `camunda:${name}`, object), set: (value) => model.setAttribute(element, `camunda:${name}`, value, object), ...more });
  }

  property(make, name, label, more = {}) {
    const { element, model, object } = this;
    return make({ id: `siwei-${name}`, element, label, get: () => model.property(element, name, object), set: (value) => model.setProperty(element, name, value, object), ...more });
  }

  // Puts a role behind what stands in a comma list; a FEEL expression is left alone.
  addRole(id, read, write) {
    const options = [['', say('選一個角色…', 'Choose a role …')], ...this.offers.roles.map(({ id: role, name }) => [role, `${name} (${role})`])];
    const add = (role) => {
      const now = read();
      if (!role || now.startsWith('=')) return;
      write([...now.split(',').map((part) => part.trim()).filter(Boolean), `${role}@`].join(', '));
    };
    return choice({ id, element: this.element, label: say('加入角色', 'Add a role'), options, get: () => '', set: add, isEdited: () => false });
  }

  process() {
    if (!is(this.object, 'bpmn:Process')) return null;
    const starters = 'camunda:candidateStarterGroups';
    return group('siwei-process', say('流程設定', 'Process settings'), [
      this.property(line, 'casePrefix', say('案號字首', 'Prefix of case numbers'), { description: say('例如 PT', 'e.g. PT') }),
      this.property(lines, 'caseSubject', say('案由', 'Subject of a case'), { description: FEEL() }),
      this.property(line, 'ownerUnit', say('負責單位代號', 'Owning unit')),
      this.property(line, 'retention', say('保存年限', 'Retention')),
      this.attribute(lines, 'candidateStarterGroups', say('誰可以起案（角色）', 'Who may start it (roles)'), { description: FEEL() }),
      this.addRole('siwei-add-starter', () => this.model.attribute(this.element, starters, this.object), (value) => this.model.setAttribute(this.element, starters, value, this.object)),
      this.attribute(line, 'candidateStarterUsers', say('誰可以起案（人員）', 'Who may start it (people)')),
      this.property(choice, 'instantiable', say('由人起案', 'Started by people'), { options: [['', say('可以', 'Yes')], ['false', say('只由其他流程起案', 'By other processes only')]] }),
      this.property(lines, 'summary', say('起案頁說明', 'Text on the start page')),
      this.property(lines, 'summaryEn', say('起案頁說明（英文）', 'Text on the start page (English)')),
      this.property(line, 'duration', say('大約多久', 'How long it takes')),
      this.property(line, 'durationEn', say('大約多久（英文）', 'How long it takes (English)')),
    ]);
  }

  lane() {
    if (!is(this.object, 'bpmn:Lane')) return null;
    return group('siwei-lane', say('承辦人', 'Who'), [
      this.property(lines, 'candidateGroups', say('泳道裡的工作由誰辦', 'Who does the work of this lane'), { description: FEEL() }),
      this.addRole('siwei-add-lane-role', () => this.model.property(this.element, 'candidateGroups', this.object), (value) => this.model.setProperty(this.element, 'candidateGroups', value, this.object)),
    ]);
  }

  who() {
    if (is(this.object, 'bpmn:StartEvent')) {
      return group('siwei-who', say('起案人', 'Starter'), [this.attribute(line, 'initiator', say('存入變數', 'Kept in variable'))]);
    }
    if (!isAny(this.object, ['bpmn:UserTask', 'bpmn:ManualTask'])) return null;
    const groups = 'camunda:candidateGroups';
    const isUserTask = is(this.object, 'bpmn:UserTask');
    return group('siwei-who', say('承辦人', 'Who'), [
      isUserTask && this.attribute(lines, 'candidateGroups', say('候選角色', 'Candidate roles'), { description: say('不填就依泳道。以 = 開頭是 FEEL，例如 =role("agency_hr", applicant_agency)', 'Empty: as the lane says. FEEL begins with =, e.g. =role("agency_hr", applicant_agency)') }),
      isUserTask && this.addRole('siwei-add-role', () => this.model.attribute(this.element, groups, this.object), (value) => this.model.setAttribute(this.element, groups, value, this.object)),
      isUserTask && this.attribute(line, 'candidateUsers', say('候選人員', 'Candidate people')),
      isUserTask && this.attribute(line, 'assignee', say('指定承辦人', 'Assignee'), { description: FEEL() }),
      this.property(choice, 'kind', say('待辦分類', 'Kind of work'), { options: [['', say('依內容判斷', 'By its content')], ['handle', say('主辦', 'Handling')], ['countersign', say('會辦', 'Countersigning')], ['approval', say('核決', 'Approval')]] }),
    ]);
  }

  form() {
    if (!isAny(this.object, ['bpmn:UserTask', 'bpmn:StartEvent'])) return null;
    const options = [['', say('（沒有）', '(none)')], ...this.offers.forms.map((name) => [name, name])];
    return group('siwei-form', say('表單', 'Form'), [this.attribute(choice, 'formKey', say('使用的表單', 'Form used'), { options })]);
  }

  deadline() {
    if (!is(this.object, 'bpmn:UserTask')) return null;
    return group('siwei-deadline', say('期限', 'Deadline'), [
      this.attribute(lines, 'dueDate', say('辦理期限', 'Due'), { description: say('例如 =working_days_after(today(), 6)', 'e.g. =working_days_after(today(), 6)') }),
      this.attribute(lines, 'followUpDate', say('追蹤日期', 'Follow up'), { description: FEEL() }),
      this.attribute(line, 'priority', say('優先順序', 'Priority'), { description: say('數字，越大越先；未填為 50', 'A number, higher first; 50 when empty') }),
    ]);
  }

  decision() {
    if (!is(this.object, 'bpmn:BusinessRuleTask')) return null;
    const { element, model, object } = this;
    const options = [['', say('（沒有）', '(none)')], ...this.offers.decisions.map((id) => [id, id])];
    const type = 'spiffworkflow:CalledDecisionId';
    return group('siwei-decision', say('決策表', 'Decision'), [
      choice({ id: 'siwei-decisionId', element, label: say('使用的決策', 'Decision used'), options, get: () => model.text(element, type, 'value', object), set: (value) => model.setText(element, type, value, object) }),
      this.attribute(line, 'resultVariable', say('結果存入變數', 'Result variable'), { description: say('不填就依輸出名稱分別存入', 'Empty: one variable an output') }),
    ]);
  }

  script() {
    if (!is(this.object, 'bpmn:ScriptTask')) return null;
    const { element, model, object } = this;
    return group('siwei-script', say('程式', 'Script'), [
      code({ id: 'siwei-scriptText', element, label: say('內容', 'Content'), description: say('以 = 開頭是 FEEL，結果須是一組名稱與值；否則是 Python（在隔離環境執行）。修改後要另一個帳號核准。', 'With = it is FEEL and gives a context; else Python in the sandbox. A change needs a second account.'), get: () => object.get('script') ?? '', set: (value) => model.modeling.updateModdleProperties(element, object, { script: value || undefined }) }),
    ]);
  }

  connector() {
    if (!is(this.object, 'bpmn:ServiceTask')) return null;
    const { element, model } = this;
    const bound = (make, name, label, more = {}) => make({ id: `siwei-operator-${name}`, element, label, get: () => model.operator(element)?.get(name) ?? '', set: (value) => model.setOperator(element, name, value), ...more });
    return group('siwei-connector', say('連接器', 'Connector'), [
      bound(choice, 'id', say('呼叫', 'Calls'), { options: [['', say('（沒有）', '(none)')], ['mail', say('寄信（mail）', 'E-mail (mail)')], ['http', say('呼叫網址（http）', 'Web address (http)')], ['similar_cases', say('查詢相似案件（similar_cases）', 'Similar cases (similar_cases)')], ['past_cases', say('查詢過去案件（past_cases）', 'Past cases (past_cases)')], ['deputies', say('查詢職務代理人（deputies）', 'Deputies (deputies)')]] }),
      bound(line, 'resultVariable', say('結果存入變數', 'Result variable')),
    ]);
  }

  parameters() {
    const { element, model } = this;
    if (!is(this.object, 'bpmn:ServiceTask') || !model.operator(element)) return null;
    const all = model.parameters(element);
    const set = (parameter, name, value) => model.modeling.updateModdleProperties(element, parameter, { [name]: value || undefined });
    return {
      id: 'siwei-parameters',
      label: say('連接器的參數', 'Parameters'),
      component: ListGroup,
      items: all.map((parameter, index) => ({
        id: `siwei-parameter-${index}`,
        label: parameter.get('id') || say('（未命名）', '(unnamed)'),
        entries: [
          line({ id: `siwei-parameter-${index}-id`, element, label: say('名稱', 'Name'), get: () => parameter.get('id') ?? '', set: (value) => set(parameter, 'id', value) }),
          lines({ id: `siwei-parameter-${index}-value`, element, label: say('值', 'Value'), description: FEEL(), get: () => parameter.get('value') ?? '', set: (value) => set(parameter, 'value', value) }),
        ],
        remove: (event) => {
          event.stopPropagation();
          model.setParameters(element, all.filter((other) => other !== parameter));
        },
      })),
      add: (event) => {
        event.stopPropagation();
        const holder = model.operator(element).get('parameterList');
        model.setParameters(element, [...all, model.create('spiffworkflow:Parameter', { type: 'str' }, holder)]);
      },
    };
  }

  call() {
    if (!is(this.object, 'bpmn:CallActivity')) return null;
    const { element, model, object } = this;
    const options = [['', say('（沒有）', '(none)')], ...this.offers.processes.map(({ key, name }) => [key, `${name} (${key})`])];
    const all = (type) => model.extensions(object, type).find((mapping) => mapping.get('variables') === 'all');
    const mapping = (type, id, label) => flag({
      id, element, label, get: () => Boolean(all(type)),
      set: (on) => (on ? model.putExtension(element, object, model.create(type, { variables: 'all' })) : model.dropExtension(element, object, all(type))),
    });
    return group('siwei-call', say('呼叫的流程', 'Called process'), [
      choice({ id: 'siwei-calledElement', element, label: say('流程', 'Process'), options, get: () => object.get('calledElement') ?? '', set: (value) => model.modeling.updateModdleProperties(element, object, { calledElement: value || undefined }) }),
      mapping('camunda:In', 'siwei-in-all', say('帶入所有變數', 'Hand all variables in')),
      mapping('camunda:Out', 'siwei-out-all', say('帶回所有變數', 'Take all variables back')),
    ]);
  }

  condition() {
    if (!is(this.object, 'bpmn:SequenceFlow') || !isAny(this.object.sourceRef, ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway', 'bpmn:Activity'])) return null;
    const { element, model, object } = this;
    return group('siwei-condition', say('條件', 'Condition'), [
      lines({ id: 'siwei-conditionText', element, label: say('成立時走這條線', 'Taken when true'), description: say('例如 =decision = "agree"', 'e.g. =decision = "agree"'), get: () => model.expression(object, 'conditionExpression'), set: (value) => model.setExpression(element, object, 'conditionExpression', value) }),
      flag({ id: 'siwei-default', element, label: say('其他條件都不成立時走這條線（預設）', 'Taken when no other condition holds (default)'), get: () => object.sourceRef.get('default') === object, set: (on) => model.modeling.updateModdleProperties(element, object.sourceRef, { default: on ? object : undefined }) }),
    ]);
  }

  message() {
    const events = this.object.get?.('eventDefinitions') ?? [];
    const isMessage = events.some((event) => isAny(event, ['bpmn:MessageEventDefinition', 'bpmn:SignalEventDefinition']));
    const throws = isAny(this.object, ['bpmn:SendTask', 'bpmn:ThrowEvent']);
    if (!isMessage && !isAny(this.object, ['bpmn:SendTask', 'bpmn:ReceiveTask'])) return null;
    return group('siwei-message', say('訊息內容', 'Message content'), throws
      ? [
        this.property(lines, 'businessKey', say('送給哪件案件（案號）', 'To which case (number)'), { description: say('FEEL；不填就由收到的流程另起新案', 'FEEL; empty starts a new case of the receiving process') }),
        this.property(lines, 'payload', say('帶去的資料', 'Data sent along'), { description: say('FEEL，例如 ={result: outcome}', 'FEEL, e.g. ={result: outcome}') }),
      ]
      : [this.property(line, 'resultVariable', say('收到的資料存入變數', 'Variable for the data'), { description: say('不填就逐項存成變數', 'Empty: one variable an entry') })]);
  }

  many() {
    const loop = loopOf(this.element);
    if (!loop) return null;
    const { element, model, object } = this;
    const attribute = (name, label) => line({ id: `siwei-${name}`, element, label, get: () => model.attribute(element, `camunda:${name}`, loop), set: (value) => model.setAttribute(element, `camunda:${name}`, value, loop) });
    const property = (make, name, label, more = {}) => make({ id: `siwei-${name}`, element, label, get: () => model.property(element, name, object), set: (value) => model.setProperty(element, name, value, object), ...more });
    return group('siwei-many', say('多人或多件', 'One for each'), [
      attribute('collection', say('對哪個清單的每一項', 'For each of this list')),
      attribute('elementVariable', say('每一項叫做', 'Each is called')),
      property(lines, 'label', say('每件工作的標題', 'Title of each piece of work'), { description: FEEL() }),
      property(line, 'outputCollection', say('結果收集到', 'Results gathered in')),
      property(lines, 'outputElement', say('每一項的結果', 'Result of each'), { description: say('例如 ={member: member, decision: decision}', 'e.g. ={member: member, decision: decision}') }),
    ]);
  }

  texts() {
    if (isAny(this.object, ['bpmn:Collaboration', 'bpmn:TextAnnotation', 'bpmn:Association'])) return null;
    const works = isAny(this.object, ['bpmn:UserTask', 'bpmn:ManualTask']);
    return group('siwei-texts', say('說明與英文', 'Instructions and English'), [
      this.property(line, 'nameEn', say('英文名稱', 'English name')),
      works && this.property(lines, 'instructions', say('給承辦人的說明', 'Instructions'), { description: say('可用 Markdown', 'Markdown') }),
      works && this.property(lines, 'instructionsEn', say('給承辦人的說明（英文）', 'Instructions (English)')),
    ]);
  }
}
