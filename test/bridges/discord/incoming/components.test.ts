import { type APIMessageTopLevelComponent, ButtonStyle, ComponentType } from 'discord.js';
import { expect, it } from 'vitest';
import { textsIn } from '../../../../bridges/discord/incoming/components.ts';

const text = (content: string) => ({ type: ComponentType.TextDisplay as const, content });
const button = { type: ComponentType.Button as const, style: ButtonStyle.Primary as const, custom_id: 'x', label: 'Press' };

it.each<[string, APIMessageTopLevelComponent[], string[]]>([
  ['texts', [text('a'), text('b')], ['a', 'b']],
  ['a section', [{ type: ComponentType.Section, components: [text('a')], accessory: button }], ['a']],
  [
    'a container',
    [
      {
        type: ComponentType.Container,
        components: [text('a'), { type: ComponentType.Section, components: [text('b')], accessory: button }],
      },
    ],
    ['a', 'b'],
  ],
  ['buttons only', [{ type: ComponentType.ActionRow, components: [button] }], []],
  ['a kind that is not known', [{ type: 99 } as unknown as APIMessageTopLevelComponent], []],
])('finds the texts in %s', (_what, components, wanted) => {
  expect(textsIn(components)).toEqual(wanted);
});
