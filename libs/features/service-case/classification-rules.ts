import type { CaseKind, Complexity, Priority } from './vocabulary.ts';

interface Request {
  readonly kind: CaseKind;
  readonly subjectLine: string;
  readonly description?: string;
}

export interface Proposed {
  readonly type: string;
  readonly priority: Priority;
  readonly complexity: Complexity;
  /** The rules that decided, by name. */
  readonly rules: string[];
}

const TYPE_OF: { readonly [Kind in CaseKind]: string } = {
  consultation: 'question',
  'technical-support': 'fault',
  'after-sales': 'after-sales-request',
  'complaint-hand-over': 'complaint',
  'return-visit': 'visit',
};

/** Words that tell how pressing a request is, the most pressing first. Ours; the sources name none. */
const PRESSING: readonly (readonly [rule: string, priority: Priority, words: RegExp])[] = [
  ['standstill', 'critical', /\b(outage|standstill|down|stopped)\b|停机|停产|宕机|瘫痪/i],
  ['hurry', 'high', /\b(urgent|urgently|asap|immediately)\b|紧急|加急|尽快|马上/i],
];
const INVOLVED = /\b(integration|migration|again and again|several systems)\b|集成|迁移|反复|多次|多个系统/i;

/** Proposes type, priority and complexity of a new request; a person may change each of them. [C2, H5.2] */
export const proposeClassification = ({ kind, subjectLine, description = '' }: Request): Proposed => {
  const text = `${subjectLine}\n${description}`;
  const pressing = PRESSING.find(([, , words]) => words.test(text));
  const calm = kind === 'return-visit' ? (['visits-can-be-planned', 'low'] as const) : (['calm', 'moderate'] as const);
  const [urgencyRule, priority] = pressing ?? calm;
  const [complexityRule, complexity]: readonly [string, Complexity] =
    kind === 'complaint-hand-over'
      ? ['complaints-are-complex', 'complex']
      : INVOLVED.test(text)
        ? ['involved', 'complex']
        : ['plain', 'routine'];
  return { type: TYPE_OF[kind], priority, complexity, rules: [`kind-${kind}`, urgencyRule, complexityRule] };
};
