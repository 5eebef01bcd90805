/** How an operator finds out how a bridge is, and what became of a message, at the command line. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StatusReport } from '../../src/monitoring/status-report.ts';
import type { Traced } from '../../src/store/trace.ts';
import { newFolder, Program, runToEnd } from './program.ts';
import { standIns } from './stand-ins.ts';

/** A port that nobody uses just now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

test('status and trace, beside a bridge that runs and after its end', async () => {
  const all = await standIns();
  const { settings, channel, alice, room } = all;
  const folder = newFolder();
  const token = 'monitoring-token-of-the-test';
  const port = String(await freePort());
  const env = { ...settings, HTTP_PORT: port, HTTP_MONITORING_TOKEN: token, LOG_LEVEL: 'info,outbox=debug' };
  const bridge = new Program(['run'], { folder, env });
  const game = await all.game('alpha');
  await Promise.all([bridge.waitFor('the bot can read and write'), bridge.waitFor('is in it and may speak')]);
  await all.followed();
  const said = alice.says(channel, 'where does this go?');
  await game.chat.waitFor((line) => line === 'Alice@bridge: where does this go?');
  await room.waitFor('Alice (Discord): where does this go?');

  const status = await runToEnd(['status'], { folder, env });
  expect(status.err).toBe('');
  expect(status.out).toMatch(/^The bridge is ready\.\n/);
  expect(status.out).toContain('✓ mqtt/bridge\n');
  expect(status.out).toContain('1 game servers online: alpha (0)');
  expect(status.code).toBe(0);
  const { ready, report } = JSON.parse((await runToEnd(['status', '--json'], { folder, env })).out) as {
    ready: boolean;
    report: StatusReport;
  };
  expect([ready, report.deadLetters]).toEqual([true, 0]);

  const link = `https://discord.com/channels/1/${channel.id}/${said.id}`;
  const traced = await runToEnd(['trace', link], { folder, env });
  expect(traced.err).toBe('');
  expect(traced.out).toMatch(
    /^Alice \(Discord\): where does this go\?\n {2}event discord\/.*, seq \d+\n {2}from discord room \d+, /,
  );
  expect(traced.out).toMatch(/→ Matrix room .*: shown as \$\S+ \(\d{4}-/);
  expect(traced.code).toBe(0);
  // What shows it elsewhere leads to the same message.
  const [, shownAs = ''] = /shown as (\$\S+)/.exec(traced.out) ?? [];
  const there = `https://matrix.to/#/${encodeURIComponent('!r:hs')}/${encodeURIComponent(shownAs)}?via=hs`;
  const [first] = JSON.parse((await runToEnd(['trace', there, '--json'], { folder, env })).out) as Traced[];
  expect(traced.out).toContain(`event ${first?.id}, seq ${first?.seq}\n`);
  // The log has the same id and number, from when it was taken to when it was shown.
  const about = bridge.log.filter((line) => line['event'] === first?.id && line['seq'] === first?.seq).map(({ msg }) => msg);
  expect(about).toEqual(expect.arrayContaining(['taken', 'delivered']));

  await bridge.kill('SIGTERM');
  const after = await runToEnd(['status'], { folder, env });
  expect(after.code).toBe(1);
  expect(after.out).toMatch(
    /^No bridge answers at http:\/\/127\.0\.0\.1:\d+\/readyz \(ECONNREFUSED\)\.\nHow it was, by data\/crosschat\.db: 0 waiting/,
  );
  for (const secret of [...all.secrets(), token]) expect(bridge.output + status.output + after.output).not.toContain(secret);
});

test('check as JSON', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'config.yaml'), 'mqtt: {url: "mqtt://127.0.0.1:1", allow_anonymous: true}');
  const { code, out } = await runToEnd(['check', '--json'], { folder });
  const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: { ok: boolean; text: string }[] };
  expect([code, ok]).toEqual([1, false]);
  expect(findings.filter((finding) => !finding.ok)).toHaveLength(1);
});
