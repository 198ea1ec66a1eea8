// What bpmnlint and the server find, shown at the element by bpmn-js-bpmnlint. The server's findings come in as a
// rule of their own, so both look and behave alike.
import conditionalEvent from 'bpmnlint/rules/conditional-event.js';
import endEventRequired from 'bpmnlint/rules/end-event-required.js';
import eventBasedGateway from 'bpmnlint/rules/event-based-gateway.js';
import labelRequired from 'bpmnlint/rules/label-required.js';
import noDisconnected from 'bpmnlint/rules/no-disconnected.js';
import noDuplicateFlows from 'bpmnlint/rules/no-duplicate-sequence-flows.js';
import noGatewayJoinFork from 'bpmnlint/rules/no-gateway-join-fork.js';
import noImplicitSplit from 'bpmnlint/rules/no-implicit-split.js';
import noOverlapping from 'bpmnlint/rules/no-overlapping-elements.js';
import singleBlankStart from 'bpmnlint/rules/single-blank-start-event.js';
import startEventRequired from 'bpmnlint/rules/start-event-required.js';
import superfluousGateway from 'bpmnlint/rules/superfluous-gateway.js';
import joinRequired from './lint-join.js';
import { lang, translate } from './translate.js';

const RULES = {
  'conditional-event': ['warn', conditionalEvent],
  'end-event-required': ['warn', endEventRequired],
  'event-based-gateway': ['warn', eventBasedGateway],
  'join-required': ['warn', joinRequired],
  'label-required': ['warn', labelRequired],
  'no-disconnected': ['warn', noDisconnected],
  'no-duplicate-sequence-flows': ['warn', noDuplicateFlows],
  'no-gateway-join-fork': ['warn', noGatewayJoinFork],
  'no-implicit-split': ['warn', noImplicitSplit],
  'no-overlapping-elements': ['warn', noOverlapping],
  'single-blank-start-event': ['warn', singleBlankStart],
  'start-event-required': ['warn', startEventRequired],
  'superfluous-gateway': ['warn', superfluousGateway],
};

let fromServer = new Map();

export function setServerFindings(findings) {
  fromServer = Map.groupBy ? Map.groupBy(findings, (finding) => finding.element) : grouped(findings);
}

function grouped(findings) {
  const found = new Map();
  for (const finding of findings) found.set(finding.element, [...(found.get(finding.element) ?? []), finding]);
  return found;
}

// A rule that reports in the reader's language.
const translated = (factory) => (options) => {
  const rule = factory(options);
  return { ...rule, check: (node, reporter) => rule.check(node, { ...reporter, report: (id, message, ...more) => reporter.report(id, translate(message), ...more) }) };
};

const server = (level) => () => ({
  check(node, reporter) {
    for (const finding of fromServer.get(node.id) ?? []) if (finding.level === level) reporter.report(node.id, finding.remedy ? `${finding.message} ${finding.remedy}` : finding.message);
  },
});

const ours = { 'siwei-error': server('error'), 'siwei-todo': server('todo'), 'siwei-warning': server('warning') };

export const linting = {
  active: true,
  bpmnlint: {
    config: {
      rules: {
        ...Object.fromEntries(Object.entries(RULES).map(([name, [level]]) => [name, level])),
        'siwei-error': 'error',
        'siwei-todo': 'info',
        'siwei-warning': 'warn',
      },
    },
    resolver: {
      resolveRule: (_, name) => ours[name] ?? translated(RULES[name][1]),
      resolveConfig: () => { throw new Error('no other configuration'); },
    },
  },
};

const words = (name, message) => (lang === 'zh' ? `「${name}」：${message}` : `“${name}”: ${message}`);

// The issues of a `linting.completed` event that bpmnlint found by itself; `nameOf` says what the author calls an element.
export const ownIssues = (issues, nameOf) => Object.values(issues).flat()
  .filter((issue) => !issue.rule.startsWith('siwei-'))
  .map((issue) => ({
    level: issue.category === 'error' ? 'error' : 'warning',
    word: translate(issue.category === 'error' ? 'Error' : 'Warning'),
    element: issue.actualElementId ?? issue.id,
    message: words(nameOf(issue.actualElementId ?? issue.id), issue.message),
  }));
