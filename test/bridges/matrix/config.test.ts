import { expect, it, test } from 'vitest';
import { matrix } from '../../../bridges/matrix/index.ts';

const valid = { homeserver_url: 'https://hs.test/', access_token: 'syt_x' };

it('takes an address and a token, and names people by default', () => {
  expect(matrix.schema.parse(valid)).toMatchObject({ ...valid, name_template: '{name} ({server})', reactions: 'native' });
});

it('takes users and power levels for single commands, and rooms', () => {
  const permissions = { kick: 75, ban: ['@a:hs.test', 100], rooms: { '!room:hs.test': { ban: [] } } };
  expect(matrix.schema.parse({ ...valid, permissions })).toMatchObject({
    permissions: { ...permissions, kick: [75] },
    allow_remote_lua: false,
  });
});

test.each<[unknown, string]>([
  [{ ...valid, permissions: { kick: ['alice'] } }, 'must be a list of Matrix user ids'],
  [{ ...valid, permissions: { kick: [1.5] } }, 'must be a list of Matrix user ids'],
  [{ ...valid, permissions: { lua: [100] } }, 'must be a list of Matrix user ids'],
  [{ ...valid, permissions: { kik: [] } }, 'kik'],
  [{ ...valid, homeserver_url: 'hs.test' }, 'must be the address of your homeserver'],
  [{ ...valid, homeserver_url: 'ftp://hs.test' }, 'must be the address of your homeserver'],
  [{ ...valid, homeserver_url: 'https://me:secret@hs.test' }, 'without a user name'],
  [{ homeserver_url: 'https://hs.test' }, 'must be the access token'],
  [{ ...valid, access_token: 'secret token' }, 'without spaces'],
  [{ ...valid, access_token: 'secret\ntoken' }, 'without spaces'],
  [{ ...valid, reactions: true }, 'must be \\"native\\", \\"note\\" or \\"none\\"'],
  [{ ...valid, message_type: 'm.emote' }, 'must be \\"m.text\\" or \\"m.notice\\"'],
  [{ ...valid, mentions: 'all' }, 'must be \\"none\\" or \\"members\\"'],
  [{ ...valid, profiles: 'yes' }, 'must be true or false'],
  [{ ...valid, invites_from: ['alice'] }, 'must be a list of Matrix user ids'],
  [{ ...valid, catch_up_messages: 20_001 }, 'must be at most 20000'],
  [{ ...valid, catch_up_hours: -1 }, 'must be 0 or more'],
  [{ ...valid, name_template: 'somebody' }, 'must have {name} in it'],
])('refuses %j, without repeating a secret', (config, sentence) => {
  const { error } = matrix.schema.safeParse(config);
  expect(error?.message).toContain(sentence);
  expect(error?.message).not.toContain('secret');
});
