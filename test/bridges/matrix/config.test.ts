import { expect, it, test } from 'vitest';
import { matrix } from '../../../bridges/matrix/index.ts';

const valid = { homeserver_url: 'https://hs.test/', access_token: 'syt_x' };

it('takes an address and a token, and names people by default', () => {
  expect(matrix.schema.parse(valid)).toMatchObject({ ...valid, name_template: '{name} ({server})', reactions: 'native' });
});

test.each<[unknown, string]>([
  [{ ...valid, homeserver_url: 'hs.test' }, 'must be the address of your homeserver'],
  [{ ...valid, homeserver_url: 'ftp://hs.test' }, 'must be the address of your homeserver'],
  [{ ...valid, homeserver_url: 'https://me:secret@hs.test' }, 'without a user name'],
  [{ homeserver_url: 'https://hs.test' }, 'must be the access token'],
  [{ ...valid, access_token: 'secret token' }, 'without spaces'],
  [{ ...valid, access_token: 'secret\ntoken' }, 'without spaces'],
  [{ ...valid, reactions: true }, 'must be \\"native\\", \\"note\\" or \\"none\\"'],
  [{ ...valid, name_template: 'somebody' }, 'must have {name} in it'],
])('refuses %j, without repeating a secret', (config, sentence) => {
  const { error } = matrix.schema.safeParse(config);
  expect(error?.message).toContain(sentence);
  expect(error?.message).not.toContain('secret');
});
