/** What a PromQL expression asks for, read by Prometheus' own grammar. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  readonly label: string;
  /** `=`, `!=`, `=~` or `!~` */
  readonly operator: string;
  readonly value: string;
}

export interface Asked {
  /** Of each series selector; `matchers` are those of its braces. */
  readonly selectors: readonly { readonly metric: string; readonly matchers: readonly Matcher[] }[];
  /** Labels by which something is grouped, and the metrics within. */
  readonly groupings: readonly { readonly label: string; readonly metrics: readonly string[] }[];
}

/** Throws where the expression is none. */
export function readPromQL(expression: string): Asked {
  const tree = parser.parse(expression);
  const textOf = ({ from, to }: { from: number; to: number }) => expression.slice(from, to);
  const selectors: Asked['selectors'][number][] = [];
  const groupings: Asked['groupings'][number][] = [];
  tree.iterate({
    enter({ name, node, type, from }) {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expression}`);
      if (name === 'VectorSelector') selectors.push(selectorOf(node, textOf));
      if (name === 'GroupingLabels') groupings.push(...groupingsOf(node, textOf));
    },
  });
  return { selectors, groupings };
}

type TextOf = (node: SyntaxNode) => string;

function selectorOf(node: SyntaxNode, textOf: TextOf) {
  const name = node.getChild('Identifier');
  if (!name) throw new Error(`a selector without a name: ${textOf(node)}`);
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return { metric: textOf(name), matchers: matchers.map((matcher) => matcherOf(matcher, textOf)) };
}

function matcherOf(node: SyntaxNode, textOf: TextOf): Matcher {
  const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((part) => {
    const child = node.getChild(part);
    if (!child) throw new Error(`a matcher without its ${part}: ${textOf(node)}`);
    return textOf(child);
  });
  return { label: label ?? '', operator: operator ?? '', value: JSON.parse(value ?? '""') as string };
}

function groupingsOf(node: SyntaxNode, textOf: TextOf) {
  let outer = node.parent;
  while (outer && outer.name !== 'AggregateExpr') outer = outer.parent;
  const metrics: string[] = [];
  outer?.cursor().iterate((inner) => {
    if (inner.name === 'VectorSelector') metrics.push(selectorOf(inner.node, textOf).metric);
    // The cursor goes on behind the expression when it is not told where to stop.
    return outer !== null && inner.from < outer.to;
  });
  return node.getChildren('LabelName').map((label) => ({ label: textOf(label), metrics }));
}
