// Branches that run at the same time and come to one activity without a join run it once each. Bpmnlint's own rule
// ("fake-join") speaks of every activity with several flows in; here most of them are returns to an earlier step.
const TOGETHER = ['bpmn:ParallelGateway', 'bpmn:InclusiveGateway'];
const isAny = (node, types) => types.some((type) => node.$instanceOf?.(type));
const flowsOut = (node) => node.outgoing ?? [];
const isJoin = (node) => isAny(node, [...TOGETHER, 'bpmn:ComplexGateway']) && (node.incoming ?? []).length > 1;

// The flows that a token on `flow` may pass before it comes to a join.
function passed(flow) {
  const seen = new Set();
  const ahead = [flow];
  while (ahead.length) {
    const next = ahead.pop();
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.targetRef && !isJoin(next.targetRef)) ahead.push(...flowsOut(next.targetRef));
  }
  return seen;
}

export default function joinRequired() {
  return {
    check(node, reporter) {
      if (!isAny(node, TOGETHER) || flowsOut(node).length < 2) return;
      const branches = flowsOut(node).map(passed);
      const met = new Set();
      branches.forEach((branch, index) => branch.forEach((flow) => {
        const target = flow.targetRef;
        if (!isAny(target, ['bpmn:Activity']) || met.has(target)) return;
        const others = target.incoming.filter((other) => other !== flow && !branch.has(other));
        if (others.some((other) => branches.some((second, number) => number !== index && second.has(other)))) met.add(target);
      }));
      met.forEach((target) => reporter.report(target.id, 'Incoming flows do not join'));
    },
  };
}
