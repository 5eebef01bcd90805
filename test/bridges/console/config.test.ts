import { expect, it } from 'vitest';
import { consoleModule } from '../../../bridges/console/index.ts';

it('has a name to speak as and no remote Lua, unless given', () => {
  const { schema } = consoleModule(undefined);
  expect(schema.parse({})).toMatchObject({ name: expect.stringMatching(/\S/), allow_remote_lua: false });
  expect(schema.safeParse({ name: '\u200B' }).error?.issues[0]?.message).toBe('must be a name that can be seen');
  expect(schema.safeParse({ allow_remote_lua: 'yes' }).success).toBe(false);
  expect(schema.safeParse({ nmae: 'x' }).success).toBe(false);
});
