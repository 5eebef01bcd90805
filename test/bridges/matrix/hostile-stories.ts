/** What people may send to harm a bridge, told once for the stand-in and for Synapse: nothing of it does. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testMemory, words } from '../../support/host.ts';
import { type Bridge, type MatrixSite, type Person, Stage } from './stage.ts';

/** About as much as a homeserver takes in one event, in bytes. */
const large = 60_000;

export function hostileStories(openSite: () => Promise<MatrixSite>): void {
  let stage: Stage;
  let carol: Person;
  let mallory: Person;
  let room: string;
  let bridge: Bridge;
  beforeEach(async () => {
    stage = await Stage.open(await openSite());
    carol = await stage.person('carol');
    mallory = await stage.person('mallory');
    room = await carol.client.createRoom({ preset: 'public_chat' });
    await mallory.client.joinRoom(room);
    bridge = await stage.started([room]);
  });
  afterEach(() => stage.close());

  const says = (content: Record<string, unknown>) => mallory.client.sendMessage(room, content);
  const heard = () => bridge.host.messages.all.map(({ body }) => words(body));
  /** What comes behind is heard as well: nothing was held up. */
  const end = async () => {
    await carol.client.sendText(room, 'the end');
    await bridge.host.waitForMessage('the end', 15_000);
  };

  test('bombs of HTML and bodies as large as can be come in bounded time', async () => {
    const html = (formatted_body: string) => ({
      msgtype: 'm.text',
      body: 'bomb',
      format: 'org.matrix.custom.html',
      formatted_body,
    });
    const fill = (piece: string, bytes = large / 2) => piece.repeat(bytes / piece.length);
    for (const bomb of [
      '<b>',
      '<blockquote>',
      '<ul><li>',
      '<a href="https://x.test">',
      '<table><tr><td>',
      '<pre><code>',
      '<mx-reply>',
      '&amp;',
    ])
      await says(html(`${fill(bomb)}x`));
    await says({ msgtype: 'm.text', body: 'x'.repeat(large) });
    await says({ msgtype: 'm.text', body: '\n'.repeat(large / 2) });
    await says({ msgtype: 'm.emote', body: '@room '.repeat(large / 6) });
    await end();
    expect(heard()).toContain('x'.repeat(large));
  });

  test('what is malformed or unknown is heard by nobody, and holds up nothing', async () => {
    const contents: Record<string, unknown>[] = [
      {},
      { msgtype: 'm.text' },
      { msgtype: 'm.text', body: 7 },
      { msgtype: 'm.text', body: null, formatted_body: {} },
      { msgtype: 'm.unheard-of', body: 'x' },
      { msgtype: 7, body: 'x' },
      { msgtype: 'm.server_notice', body: 'x' },
      { msgtype: 'm.key.verification.request', body: 'x' },
      { msgtype: 'm.image', body: 'x', 'm.relates_to': { rel_type: 'm.replace', event_id: '$none' } },
    ];
    // A homeserver refuses some of it from its own users, and passes on what others send.
    for (const content of contents) await says(content).catch(() => {});
    await mallory.client.sendEvent(room, 'm.sticker', { body: {}, url: 'mxc://../..' }).catch(() => {});
    await mallory.client.sendEvent(room, 'm.poll.start', { 'm.poll': { question: [], answers: 'x' } });
    await mallory.client.sendEvent(room, 'org.example.unknown', { body: 'x', msgtype: 'm.text' });
    await end();
    expect(heard()).toEqual(['the end']);
  });

  test('relations that are forged change nothing', async () => {
    const target = await carol.client.sendText(room, 'mine');
    await bridge.host.waitForMessage('mine');
    const relations: unknown[] = [
      7,
      [],
      'x',
      { rel_type: 'm.replace', event_id: target },
      { rel_type: 'm.replace', event_id: 7 },
      { rel_type: 'm.thread', event_id: '$nothing', is_falling_back: 'yes' },
      { 'm.in_reply_to': { event_id: {} } },
      { 'm.in_reply_to': { event_id: '../../../admin' } },
    ];
    for (const [index, relation] of relations.entries()) {
      const content = { msgtype: 'm.text', body: `${index}`, 'm.new_content': { msgtype: 'm.text', body: 'forged' } };
      await says({ ...content, 'm.relates_to': relation }).catch(() => {});
    }
    await says({
      msgtype: 'm.text',
      body: '* not yours',
      'm.new_content': { msgtype: 'm.text', body: 'not yours' },
      'm.relates_to': { rel_type: 'm.replace', event_id: target },
    });
    await end();
    expect(bridge.host.edits.all).toEqual([]);
    expect(heard()).not.toContain('forged');
    expect(bridge.host.messages.all.filter(({ author }) => author.id === carol.id).map(({ body }) => words(body))).toEqual([
      'mine',
      'the end',
    ]);
  });

  test('a storm of redactions takes back what it may, once each, and nothing of others', async () => {
    const others = await carol.client.sendText(room, 'mine');
    const own: string[] = [];
    for (let n = 0; n < 20; n++) own.push(await mallory.client.sendText(room, `storm ${n}`));
    await bridge.host.waitForMessage('storm 19');
    await mallory.client.redactEvent(room, others).catch(() => {});
    for (const id of [...own, ...own]) await mallory.client.redactEvent(room, id);
    await end();
    const targets = bridge.host.removals.all.map(({ target }) => target.split('/').at(-1));
    expect(new Set(targets)).toEqual(new Set(own));
    expect(targets).not.toContain(others);
  });

  test('what harmed nobody while it was heard harms nobody who was away', async () => {
    const memory = testMemory();
    const before = await stage.started([room], { memory });
    await before.adapter.stop();
    await says({ msgtype: 'm.text', body: 'x', 'm.relates_to': 7 });
    await mallory.client
      .sendStateEvent(room, 'm.room.member', mallory.id, { membership: 'join', displayname: 7 })
      .catch(() => {});
    for (let n = 0; n < 30; n++) await says({ msgtype: n % 2 === 0 ? 'm.text' : 'm.odd', body: `${n}` });
    const after = await stage.started([room], { memory });
    await after.host.waitForMessage('28', 15_000);
    expect(after.host.messages.all).toHaveLength(16);
  });
}
