/** What people are told of a game server, as it comes and goes, changes its map, and players join and leave. */
import { describe, expect, test } from 'vitest';
import type { Player } from '../../src/notices/players.ts';
import { ServerWatch } from '../../src/notices/server-watch.ts';
import { words } from '../support/words.ts';

/** Milliseconds since the epoch at second 0 of a test. */
const START = Date.UTC(2026, 10, 21, 12);

/** A watch, and what it told so far, as `second text`. */
class Watching {
  readonly told: string[] = [];
  readonly #watch = new ServerWatch('alpha');
  #second = 0;

  /** A server that is there, with a map, when we come. */
  static begun(): Watching {
    const watching = new Watching();
    watching.does((watch, now) => {
      watch.onMap(now, 'gm_flatgrass', false);
      watch.came(now, false);
      watch.found(now);
    });
    return watching.passes(60);
  }

  /** Lets time pass, and hears all that is told on the way. */
  passes(seconds: number): this {
    const end = this.#second + seconds;
    for (let due = this.#due; due !== undefined && due <= end; due = this.#due) {
      this.#second = due;
      for (const { body } of this.#watch.tell(this.#now)) this.told.push(`${this.#second} ${words(body)}`);
    }
    this.#second = end;
    return this;
  }

  does(change: (watch: ServerWatch, now: number) => void): this {
    change(this.#watch, this.#now);
    return this;
  }

  joins(...names: string[]): this {
    for (const name of names) this.does((watch, now) => watch.joined(now, player(name), true));
    return this;
  }

  isListed(...names: string[]): this {
    for (const name of names) this.does((watch, now) => watch.joined(now, player(name), false));
    return this;
  }

  leaves(name: string, reason?: string): this {
    return this.does((watch, now) => watch.left(now, player(name), true, reason));
  }

  comes(): this {
    return this.does((watch, now) => watch.came(now, true));
  }

  goes(): this {
    return this.does((watch, now) => watch.went(now));
  }

  isOn(map: string): this {
    return this.does((watch, now) => watch.onMap(now, map, true));
  }

  get #now(): number {
    return START + this.#second * 1_000;
  }

  get #due(): number | undefined {
    const { due } = this.#watch;
    return due === undefined ? undefined : Math.max(this.#second, (due - START) / 1_000);
  }
}

let ids = 0;

/** As often as not, servers give somebody another number when they come back. */
function player(name: string): Player {
  ids += 1;
  return { id: ids, who: name, name };
}

const many = (count: number) => Array.from({ length: count }, (_, n) => `Player${n + 1}`);

describe('joins and leaves', () => {
  test.each<[what: string, happens: (alpha: Watching) => Watching, told: string[]]>([
    ['one', (alpha) => alpha.joins('Gordon'), ['64 → Gordon joined alpha']],
    ['two', (alpha) => alpha.joins('Gordon').passes(2).joins('Alyx'), ['64 → Gordon and Alyx joined alpha']],
    ['three', (alpha) => alpha.joins('Gordon', 'Alyx', 'Eli'), ['64 → Gordon, Alyx and Eli joined alpha']],
    ['many', (alpha) => alpha.joins(...many(12)), ['64 → 12 players joined alpha (Player1, Player2, Player3, …)']],
    [
      'one after the other: soon for the first, together for the others',
      (alpha) => many(20).reduce((watching, name) => watching.joins(name).passes(3), alpha),
      [
        '64 → Player1 and Player2 joined alpha',
        '84 → 6 players joined alpha (Player3, Player4, Player5, …)',
        '104 → 7 players joined alpha (Player9, Player10, Player11, …)',
        '124 → 5 players joined alpha (Player16, Player17, Player18, …)',
      ],
    ],
    ['somebody leaves', (alpha) => alpha.leaves('Gordon'), ['75 ← Gordon left alpha']],
    ['somebody is kicked', (alpha) => alpha.leaves('Gordon', 'Kicked: spam'), ['75 ← Gordon left alpha (Kicked: spam)']],
    [
      'some with and some without a reason',
      (alpha) => alpha.leaves('Gordon', 'Disconnect by user.').leaves('Alyx', 'timed out').leaves('Eli', ''),
      ['75 ← Gordon, Alyx (timed out) and Eli left alpha'],
    ],
    ['leaves and comes back', (alpha) => alpha.leaves('Gordon').passes(10).joins('Gordon'), []],
    ['comes and leaves at once', (alpha) => alpha.joins('Gordon').passes(2).leaves('Gordon'), []],
    ['comes, leaves, comes', (alpha) => alpha.joins('G').leaves('G').joins('G'), ['64 → G joined alpha']],
    ['stays for a minute', (alpha) => alpha.joins('G').passes(60).leaves('G'), ['64 → G joined alpha', '135 ← G left alpha']],
    ['a server tells who is there anyway', (alpha) => alpha.isListed(...many(30)), []],
    ['somebody turns out to be there still', (alpha) => alpha.leaves('Gordon').isListed('Gordon'), []],
    ['thousands', (alpha) => alpha.joins(...many(5_000)), ['64 → 5,000 players joined alpha (Player1, Player2, Player3, …)']],
  ])('%s', (_, happens, told) => {
    expect(happens(Watching.begun()).passes(300).told).toEqual(told);
  });
});

describe('a server', () => {
  test.each<[what: string, happens: (alpha: Watching) => Watching, told: string[]]>([
    ['goes', (alpha) => alpha.goes(), ['90 ▼ alpha is offline']],
    ['goes and comes back in time', (alpha) => alpha.goes().passes(29).comes(), []],
    [
      'comes back later, with players who load for long',
      (alpha) =>
        alpha.joins('Gordon').passes(10).goes().passes(120).isListed('Gordon').comes().passes(30).joins('Gordon', 'Alyx'),
      [
        '64 → Gordon joined alpha',
        '100 ▼ alpha is offline',
        '196 ▲ alpha is online (gm_flatgrass, 1 player)',
        '224 → Alyx joined alpha',
      ],
    ],
    ['starts anew', (alpha) => alpha.comes().isListed('Gordon'), []],
    [
      'changes its map without going',
      (alpha) => alpha.isListed(...many(12)).isOn('gm_construct'),
      ['66 ↻ alpha changed the map to gm_construct (12 players)'],
    ],
    [
      'changes its map: the players leave, it goes, comes, and they come back one by one',
      (alpha) =>
        many(12)
          .reduce((watching, name) => watching.leaves(name), alpha.isListed(...many(12)).passes(30))
          .goes()
          .passes(20)
          .comes()
          .isOn('gm_construct')
          .passes(15)
          .joins(...many(6))
          .passes(60)
          .joins(...many(12).slice(6), 'Newcomer'),
      ['116 ↻ alpha changed the map to gm_construct', '189 → Newcomer joined alpha'],
    ],
    ['changes its map and back at once', (alpha) => alpha.isOn('gm_construct').passes(2).isOn('gm_flatgrass'), []],
    [
      'changes its map all the time',
      (alpha) => many(60).reduce((watching, map) => watching.isOn(map).passes(2), alpha),
      ['184 ↻ alpha changed the map to Player60'],
    ],
    [
      'is away for as long as its new map takes, which is too long',
      (alpha) => alpha.goes().passes(45).isOn('gm_construct').comes(),
      ['90 ▼ alpha is offline', '111 ▲ alpha is online (gm_construct)'],
    ],
    [
      'flaps fast',
      (alpha) => many(20).reduce((watching) => watching.goes().passes(5).comes().passes(5), alpha),
      ['90 ▼ alpha is unstable: it was gone 4 times within 10 minutes'],
    ],
    [
      'flaps slowly, and stays away',
      (alpha) =>
        many(8)
          .reduce((watching) => watching.goes().passes(50).comes().passes(50), alpha)
          .goes(),
      [
        '90 ▼ alpha is offline',
        '116 ▲ alpha is online (gm_flatgrass)',
        '190 ▼ alpha is offline',
        '216 ▲ alpha is online (gm_flatgrass)',
        '290 ▼ alpha is offline',
        '316 ▲ alpha is online (gm_flatgrass)',
        '360 ▼ alpha is unstable: it was gone 4 times within 10 minutes',
        '1160 ▼ alpha is offline',
      ],
    ],
    [
      'changes its map every minute: that is not unstable',
      (alpha) => many(6).reduce((watching, map) => watching.goes().passes(10).comes().isOn(map).passes(50), alpha),
      many(6).map((map, n) => `${76 + 60 * n} ↻ alpha changed the map to ${map}`),
    ],
  ])('%s', (_, happens, told) => {
    expect(happens(Watching.begun()).passes(900).told).toEqual(told);
  });

  test('is new', () => {
    const alpha = new Watching().comes().isListed('Gordon', 'Alyx').isOn('gm_construct').passes(5).joins('Eli').passes(60);
    expect(alpha.told).toEqual(['6 ▲ alpha is online (gm_construct, 3 players)']);
  });
});

describe('our own absence', () => {
  const lost = () =>
    Watching.begun()
      .isListed(...many(12))
      .does((watch, now) => watch.lost(now))
      .passes(3_600);
  const found = (alpha: Watching) => alpha.does((watch, now) => watch.found(now)).passes(120).told;

  test('nothing changed: nothing is told', () => {
    const alpha = lost().does((watch, now) => watch.came(now, false));
    expect(found(alpha.isListed(...many(13)).joins('Late'))).toEqual([]);
  });

  test('what happened in it is no news, but a server that is gone is', () => {
    const alpha = lost()
      .joins('Old')
      .isOn('gm_construct')
      .does((watch, now) => watch.went(now));
    expect(found(alpha)).toEqual(['3690 ▼ alpha is offline']);
  });

  test('a server of which nothing is heard any more is gone', () => {
    expect(found(lost())).toEqual(['3690 ▼ alpha is offline']);
  });

  test('what was about to be told is not told after it', () => {
    const alpha = Watching.begun()
      .joins('Gordon')
      .isOn('gm_construct')
      .does((watch, now) => watch.lost(now));
    expect(found(alpha.does((watch, now) => watch.came(now, false)))).toEqual([]);
  });

  test('how often it went away before it, nobody knows any more', () => {
    const alpha = many(4).reduce((watching) => watching.goes().passes(5).comes().passes(5), Watching.begun());
    alpha.does((watch, now) => watch.lost(now)).passes(5);
    alpha.does((watch, now) => watch.came(now, false));
    found(alpha);
    expect(alpha.goes().passes(60).told).toEqual([
      '90 ▼ alpha is unstable: it was gone 4 times within 10 minutes',
      '255 ▼ alpha is offline',
    ]);
  });

  test('we come for the first time, and the server is not there: no news until it is', () => {
    const alpha = new Watching()
      .goes()
      .does((watch, now) => watch.found(now))
      .passes(600);
    expect(alpha.comes().passes(60).told).toEqual(['606 ▲ alpha is online']);
  });
});
