/** What stands in the log, as elements. */
import { type Child, h, icon } from '../parts/dom.ts';
import { clockTime, fullTime } from '../parts/time.ts';
import { filesElement } from './files.ts';
import { avatarOf, colorOf } from './person.ts';
import { elementsOf } from './rich-text.ts';
import type { Entry, Person, Node as Piece, WhisperEntry } from './wire.ts';

/** Something only for whoever has this page open: what a command came to, or what the bridge has to say. */
export interface Note {
  readonly id: string;
  readonly at: number;
  readonly tone: 'note' | 'warning';
  readonly body: readonly Piece[];
}

/** Anything that stands in the log. */
export type Item =
  | { readonly type: 'entry'; readonly entry: Entry }
  | { readonly type: 'whisper'; readonly entry: WhisperEntry }
  | { readonly type: 'note'; readonly entry: Note };

/** What elements in the log can do. */
export interface ItemDeeds {
  readonly isMe: (person: Person) => boolean;
  readonly show: (person: Person, where: string) => void;
  readonly jump: (id: string) => void;
  readonly react: (entry: Entry, emoji: string, on: boolean) => void;
  readonly answerWhisper: (entry: WhisperEntry) => void;
}

/** The element of an item. It takes the focus, so that it can be read and acted on by key. */
export function itemElement(item: Item, deeds: ItemDeeds): HTMLElement {
  const element = h('article', { tabindex: '-1', 'data-id': item.entry.id, class: `item ${classOf(item)}` });
  element.append(...contentOf(item, deeds).filter((child) => child !== undefined && child !== false));
  return element;
}

function classOf(item: Item): string {
  if (item.type !== 'entry') return item.type === 'note' ? `note ${item.entry.tone}` : 'message whisper';
  return item.entry.kind === 'message' ? 'message' : item.entry.kind;
}

function contentOf(item: Item, deeds: ItemDeeds): readonly Child[] {
  switch (item.type) {
    case 'note':
      return [h('div', { class: 'body' }, ...elementsOf(item.entry.body)), h('p', { class: 'muted' }, 'Only you see this.')];
    case 'whisper':
      return whisperContent(item.entry, deeds);
    case 'entry':
      break;
  }
  const { entry } = item;
  if (entry.kind === 'gone') return [h('p', { class: 'body' }, 'A message was taken back.')];
  if (entry.kind === 'notice') return [h('p', { class: 'body' }, ...elementsOf(entry.body), ' ', time(entry.at))];
  return messageContent(entry, deeds);
}

function messageContent(entry: Entry, deeds: ItemDeeds): readonly Child[] {
  const { author, body, emote, edited, thread, quote, files = [], reactions = [] } = entry;
  if (author === undefined) return [];
  const words = emote === true ? [h('em', {}, `${author.name} `, ...elementsOf(body))] : elementsOf(body);
  return [
    avatarOf(author),
    h(
      'div',
      { class: 'head' },
      nameButton(author, entry.tag, deeds),
      h('span', { class: entry.game ? 'tag game' : 'tag' }, entry.tag),
      thread === undefined ? undefined : h('span', { class: 'tag thread' }, thread),
      time(entry.at),
    ),
    quote && quoteElement(quote, deeds),
    h('div', { class: 'body' }, ...words, edited === true && h('span', { class: 'muted' }, ' (edited)')),
    filesElement(files),
    reactions.length > 0 &&
      h(
        'div',
        { class: 'reactions' },
        ...reactions.map(({ emoji, by }) => {
          const mine = by.some((key) => deeds.isMe({ key, name: '' }));
          const label = `${emoji}, ${by.length}${mine ? ', with yours' : ''}`;
          return h(
            'button',
            {
              type: 'button',
              class: 'reaction',
              'aria-pressed': mine ? 'true' : 'false',
              'aria-label': label,
              on: { click: () => deeds.react(entry, emoji, !mine) },
            },
            emoji,
            h('span', {}, String(by.length)),
          );
        }),
      ),
  ];
}

function whisperContent(entry: WhisperEntry, deeds: ItemDeeds): readonly Child[] {
  const { with: other, tag, mine, body, files = [], at } = entry;
  return [
    avatarOf(other),
    h(
      'div',
      { class: 'head' },
      h('span', { class: 'muted' }, mine ? 'Whispered to' : 'Whisper from'),
      nameButton(other, tag, deeds),
      h('span', { class: other.player ? 'tag game' : 'tag' }, tag),
      time(at),
      other.key !== 'bridge' &&
        h(
          'button',
          { type: 'button', class: 'link-button', on: { click: () => deeds.answerWhisper(entry) } },
          mine ? 'Whisper again' : 'Answer',
        ),
    ),
    h('div', { class: 'body' }, ...elementsOf(body)),
    filesElement(files),
  ];
}

function nameButton(person: Person, where: string, deeds: ItemDeeds): HTMLElement {
  return h(
    'button',
    { type: 'button', class: `name ${colorOf(person)}`, on: { click: () => deeds.show(person, where) } },
    h('bdi', {}, person.name),
  );
}

function quoteElement({ author, text, id }: NonNullable<Entry['quote']>, deeds: ItemDeeds): HTMLElement {
  const content = [icon('reply'), h('b', {}, h('bdi', {}, author)), h('span', {}, text)];
  if (id === undefined) return h('div', { class: 'quote' }, ...content);
  return h(
    'button',
    { type: 'button', class: 'quote', 'aria-label': `Answers ${author}: ${text}. Go there`, on: { click: () => deeds.jump(id) } },
    ...content,
  );
}

function time(at: number): HTMLElement {
  return h('time', { datetime: new Date(at).toISOString(), title: fullTime(at) }, clockTime(at));
}
