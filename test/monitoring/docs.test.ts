/** The dashboard, the alert rules and the page about them name what there is, and all that there is. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Metrics } from '../../src/monitoring/metrics.ts';
import { idleReport } from '../../src/monitoring/status-report.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The names of all metrics, as the bridge gives them. */
async function metrics(): Promise<Set<string>> {
  const text = await new Metrics().text(idleReport('standby', ''), 0);
  return new Set([...text.matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name));
}

/** The names of metrics in some text; those of histograms without what Prometheus adds. */
function namedIn(text: string): Set<string> {
  const names = [...text.matchAll(/\b(?:crosschat|process|nodejs)_[a-z0-9_]+/g)].map(([name]) =>
    name.replace(/_(bucket|sum|count)$/, ''),
  );
  return new Set(names.filter((name) => !name.endsWith('_')));
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

test('each panel of the dashboard and each alert asks for metrics that there are', async () => {
  const known = await metrics();
  const { panels } = JSON.parse(read('monitoring/grafana-dashboard.json')) as { panels: readonly Panel[] };
  const { groups } = parse(read('monitoring/alerts.yaml')) as {
    groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
  };
  const questions = [...panels.flatMap(({ targets }) => targets), ...groups.flatMap(({ rules }) => rules)].map(
    ({ expr }) => expr,
  );
  expect(questions.length).toBeGreaterThan(25);
  for (const question of questions) {
    const named = [...namedIn(question)];
    expect(named.length, question).toBeGreaterThan(0);
    for (const name of named) expect(known, question).toContain(name);
  }
});

test('the page explains every metric of the bridge, and no other', async () => {
  const own = [...(await metrics())].filter((name) => name.startsWith('crosschat_'));
  const explained = [...namedIn(read('monitoring.md'))].filter((name) => name.startsWith('crosschat_'));
  expect(explained.sort()).toEqual(own.sort());
});
