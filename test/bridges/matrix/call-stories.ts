/** Who is called by name, who is pinged, and how messages show who speaks; told once for the stand-in and for Synapse. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AdapterId, type EventId, eventId, type Place, type RoomRef } from '../../../src/event.ts';
import { literal, type RichText } from '../../../src/text/tree.ts';
import { TestAttempt } from '../../support/attempt.ts';
import { shelf, testMedia } from '../../support/media.ts';
import { edited, type MatrixSite, type Person, Stage, said, send } from './stage.ts';

export function callStories(openSite: () => Promise<MatrixSite>): void {
  let stage: Stage;
  let carol: Person;
  let dave: Person;
  let room: string;
  beforeEach(async () => {
    stage = await Stage.open(await openSite());
    carol = await stage.person('carol');
    dave = await stage.person('dave');
    room = await carol.client.createRoom({ preset: 'public_chat' });
    await dave.client.joinRoom(room);
    await carol.eyes.look();
  });
  afterEach(() => stage.close());

  const pill = (person: Person, name: string) => `<a href="https://matrix.to/#/${person.id}">${name}</a>`;
  const members = { config: { mentions: 'members' } };

  describe('somebody who is called by name', () => {
    test('is pinged where that is configured, and shown as a pill', async () => {
      const bridge = await stage.started([room], members);
      await send(bridge, room, said('hi @Dave, and @carol!'));
      const seen = await carol.eyes.waitFor(room, 'hi @Dave');
      expect(seen.body).toBe('Alice (alpha): hi @Dave, and @carol!');
      expect(seen.html).toBe(`<strong>Alice</strong> (alpha): hi ${pill(dave, '@Dave')}, and ${pill(carol, '@carol')}!`);
      expect(seen.mentions).toEqual({ user_ids: [dave.id, carol.id] });
    });

    test('is not pinged by default, by a name that two have, by part of a name, or by code, quotes and links', async () => {
      const twin = await stage.person('twin');
      await twin.client.setDisplayName('carol');
      await twin.client.joinRoom(room);
      const silent = await stage.started([room]);
      await send(silent, room, said('by default @dave'));
      expect((await carol.eyes.waitFor(room, 'by default')).mentions).toEqual({});
      await silent.adapter.stop();
      const bridge = await stage.started([room], members);
      const body: RichText = [
        ...literal('nobody: @carol @daven dave x@dave @everyone @room '),
        { type: 'code', text: '@dave' },
        { type: 'link', href: 'https://example.org/@dave', children: literal('@dave') },
        { type: 'quote', children: literal('@dave') },
      ];
      await send(bridge, room, said('', { body }));
      const seen = await carol.eyes.waitFor(room, 'nobody');
      expect(seen.mentions).toEqual({});
      expect(seen.html).not.toContain('matrix.to');
    });

    test('is known by the name that they have now, and not after they have left', async () => {
      const bridge = await stage.started([room], members);
      await send(bridge, room, said('first @dave'));
      expect((await carol.eyes.waitFor(room, 'first')).mentions).toEqual({ user_ids: [dave.id] });
      await dave.client.leaveRoom(room);
      await carol.client.sendText(room, 'dave is gone');
      await bridge.host.waitForMessage('dave is gone');
      await send(bridge, room, said('second @dave'));
      expect((await carol.eyes.waitFor(room, 'second')).mentions).toEqual({});
    });

    test('is not pinged again by an edit, and one who is answered is pinged as well', async () => {
      const bridge = await stage.started([room], members);
      const question = await carol.client.sendText(room, 'why?');
      const here = { nativeId: question, by: carol.id };
      const message = said('ask @dave', { replyTo: { author: 'carol', text: 'why?', here } });
      const attempt = new TestAttempt();
      await send(bridge, room, message, attempt);
      expect((await carol.eyes.waitFor(room, 'ask @dave')).mentions).toEqual({ user_ids: [dave.id, carol.id] });
      await bridge.adapter.edit?.(room as RoomRef, edited(message, 'do ask @dave'), attempt.shown, new TestAttempt());
      const edit = await carol.eyes.waitFor(room, 'do ask');
      expect(edit.mentions).toEqual({});
      expect(edit.content['m.new_content']).toMatchObject({ 'm.mentions': { user_ids: [dave.id, carol.id] } });
    });
  });

  test('everybody in a room is pinged by nobody but who has the power there, and the bridge with them', async () => {
    const bridge = await stage.started([room], members);
    const place: Place = { kind: 'room', adapter: 'matrix' as AdapterId, room: 'another' as RoomRef };
    const by = (person: Person, text: string) => {
      const id: EventId = eventId(place, `${text}-${process.hrtime.bigint()}`);
      return said(text, { id, place, tag: 'Matrix', author: { id: person.id, name: 'somebody' } });
    };
    const mentions = async (words: string) => (await carol.eyes.waitFor(room, words)).mentions;
    await send(bridge, room, by(carol, '@room: the bridge has no power'));
    expect(await mentions('has no power')).toEqual({});
    const levels = await carol.client.getRoomStateEvent(room, 'm.room.power_levels', '');
    await carol.client.sendStateEvent(room, 'm.room.power_levels', '', { ...levels, users: { [stage.bot.id]: 50 } });
    await send(bridge, room, by(carol, '@room: from an admin'));
    expect(await mentions('from an admin')).toEqual({ room: true });
    await send(bridge, room, by(dave, '@room: from somebody'));
    expect(await mentions('from somebody')).toEqual({});
    await send(bridge, room, said('@room: from a player', { author: { id: carol.id, name: 'carol' } }));
    expect(await mentions('from a player')).toEqual({});
  });

  describe('who speaks', () => {
    test('is a profile of the message where that is configured, with a picture that is uploaded once', async () => {
      const avatar = 'https://pictures.test/alice.png';
      const place: Place = { kind: 'room', adapter: 'shelf' as AdapterId, room: '1' as RoomRef };
      const media = testMedia({ shelf: shelf({ [avatar]: 'smile' }, 'image/png') });
      const bridge = await stage.started([room], { media, config: { profiles: true } });
      const by = (text: string) => {
        const id = eventId(place, `${text}-${process.hrtime.bigint()}`);
        return said(text, { id, place, tag: 'Discord', author: { id: '7', name: 'Alice', avatar } });
      };
      await send(bridge, room, by('one'));
      await send(bridge, room, by('two'));
      const [one, two] = await Promise.all(['one', 'two'].map((words) => carol.eyes.waitFor(room, words)));
      const profile = one?.content['com.beeper.per_message_profile'] as Record<string, unknown>;
      expect(profile).toMatchObject({ displayname: 'Alice (Discord)', has_fallback: true });
      expect(await carol.eyes.download(profile['avatar_url'])).toBe('smile');
      expect(two?.content['com.beeper.per_message_profile']).toEqual(profile);
      expect(one?.html).toBe('<strong data-mx-profile-fallback>Alice (Discord): </strong>one');
      expect(one?.body).toBe('Alice (Discord): one');
    });

    test('is not taken away where the text does not begin with it', async () => {
      const bridge = await stage.started([room], { config: { profiles: true } });
      await send(bridge, room, said('waves', { emote: true }));
      await send(bridge, room, said('because', { replyTo: { author: 'Bob', text: 'why?' } }));
      for (const words of ['waves', 'because']) {
        const { content, html } = await carol.eyes.waitFor(room, words);
        expect(content['com.beeper.per_message_profile']).toEqual({ id: expect.any(String), displayname: 'Alice (alpha)' });
        expect(html).not.toContain('data-mx-profile-fallback');
        expect(html).toContain('<strong>Alice</strong> (alpha)');
      }
    });

    test('is told by words only by default, and where that is configured in notices', async () => {
      const bridge = await stage.started([room], { config: { message_type: 'm.notice' } });
      await send(bridge, room, said('dim'));
      const seen = await carol.eyes.waitFor(room, 'dim');
      expect(seen).toMatchObject({ msgtype: 'm.notice', html: '<strong>Alice</strong> (alpha): dim' });
      expect(seen.content).not.toHaveProperty('com.beeper.per_message_profile');
    });
  });
}
