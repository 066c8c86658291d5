// The workload for json-rules-engine: it fires the rules, a loop in JavaScript keeps the reasons of models. Reads the
// workload as JSON from standard input, and writes the nanoseconds and the answer of each case.
const { Engine } = require("json-rules-engine");
const { readFileSync } = require("node:fs");

const OPERATORS = { is: "equal", any_of: "in", at_least: "greaterThanInclusive", at_most: "lessThanInclusive" };
const work = JSON.parse(readFileSync(0, "utf8"));
const rules = new Map(work.rules.map((rule) => [rule.id, rule]));
const engine = new Engine([], { allowUndefinedFacts: true });
for (const rule of work.rules) {
  const all = rule.when.map((test) => ({ fact: test.attribute, operator: OPERATORS[test.operator], value: test.value }));
  engine.addRule({ conditions: { all }, event: { type: rule.id } });
}

function holds(test, value) {
  if (test.operator === "is") return value === test.value;
  if (test.operator === "any_of") return test.value.includes(value);
  return test.operator === "at_least" ? value >= test.value : value <= test.value;
}

async function decide(stated) {
  const known = { ...stated };
  let fired, before;
  do {
    before = Object.keys(known).length;
    fired = (await engine.run(known)).events.map((event) => rules.get(event.type));
    for (const rule of fired) if (rule.concludes) known[rule.concludes] = true;
  } while (Object.keys(known).length > before);
  const failed = new Map(), ranked = [], reasons = new Map();
  const applied = fired.filter((rule) => rule.test);
  for (const [name, model] of Object.entries(work.models)) {
    const out = [], scores = [];
    for (const rule of applied) {
      const passed = holds(rule.test, model[rule.test.attribute]);
      if (rule.points && passed) scores.push(rule);
      else if (!rule.points && !passed) out.push(rule.id);
    }
    reasons.set(name, scores);
    if (out.length) failed.set(name, out);
    else ranked.push([name, scores.reduce((sum, rule) => sum + rule.points, 0)]);
  }
  ranked.sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
  return { failed, ranked, reasons };
}

(async () => {
  const nanoseconds = [], answers = [];
  for (const stated of work.cases) {
    const start = process.hrtime.bigint();
    const { failed, ranked } = await decide(stated);
    nanoseconds.push(Number(process.hrtime.bigint() - start));
    answers.push([[...failed.keys()], ranked]);
  }
  process.stdout.write(JSON.stringify({ nanoseconds, answers }));
})();
