/** Whether all is well, at one look; and where not, what is wrong. */
import { h } from '../parts/dom.ts';
import { clockTime } from '../parts/time.ts';
import type { Letters, Problem, Servers, State } from './wire.ts';
import { count } from './words.ts';

/** What is known of the bridge. */
export interface Known {
  readonly state: State | undefined;
  readonly servers: Servers | undefined;
  readonly letters: Letters | 'unknown' | undefined;
  /** Since when there is no connection, by this machine's clock; undefined while there is one. */
  readonly lostAt: number | undefined;
}

const SIGNS = { good: '✓', look: '!', bad: '✕' } as const;

/** The first thing on the page. */
export class Overview {
  readonly element = h('section', { class: 'overview', 'aria-label': 'How the bridge is' });
  readonly #headline = h('h1', {});
  readonly #sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
  readonly #about = h('p', { class: 'about' });
  readonly #list = h('ul', { class: 'problems' });
  #shown = '';

  constructor() {
    const headline = h('div', { role: 'status' }, this.#headline);
    this.element.append(h('div', { class: 'verdict' }, this.#sign, h('div', {}, headline, this.#about)), this.#list);
  }

  /** @returns the headline */
  show(known: Known): string {
    const { level, headline, about, problems } = verdict(known);
    const text = JSON.stringify([level, headline, about, problems]);
    if (text === this.#shown) return headline;
    this.#shown = text;
    this.element.dataset['level'] = level;
    this.#sign.textContent = SIGNS[level];
    if (this.#headline.textContent !== headline) this.#headline.textContent = headline;
    this.#about.textContent = about;
    this.#list.replaceChildren(
      ...problems.map((problem) =>
        h(
          'li',
          { 'data-level': problem.level },
          h('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[problem.level]),
          h('span', {}, problem.text),
        ),
      ),
    );
    return headline;
  }
}

function verdict({ state, servers, letters, lostAt }: Known) {
  if (lostAt !== undefined || state === undefined) {
    const about = lostAt === undefined || state === undefined ? '' : `What stands below was so at ${clockTime(lostAt)}.`;
    const isFirst = lostAt === undefined;
    const headline = isFirst ? 'Looking …' : 'The bridge can not be reached';
    return { level: isFirst ? 'look' : 'bad', headline, about: isFirst ? '' : `Trying again. ${about}`, problems: [] } as const;
  }
  const problems = [...state.problems, ...lettersProblem(letters)];
  const bad = problems.filter(({ level }) => level === 'bad').length;
  const level = bad > 0 ? 'bad' : problems.length > 0 ? 'look' : 'good';
  const headline = headlineOf(state, bad, problems.length);
  const about = state.role === 'active' && servers ? figuresOf(state, servers) : '';
  return { level, headline, about, problems } as const;
}

function figuresOf({ channels }: State, { servers, more, players }: Servers): string {
  const rooms = channels.reduce((sum, channel) => sum + channel.rooms.length, 0);
  const games = `${count(servers.length + more, 'game server')} with ${count(players, 'player')}`;
  return `${[games, count(channels.length, 'channel'), ...(rooms > 0 ? [count(rooms, 'room')] : [])].join(', ')}.`;
}

function headlineOf({ role }: State, bad: number, all: number): string {
  if (role === 'standby') return 'This instance stands by';
  if (role === 'standstill') return 'This instance stands still';
  if (bad > 0) return bad === 1 ? 'One thing does not work' : `${bad} things do not work`;
  if (all > 0) return all === 1 ? 'It works; one thing to look at' : `It works; ${all} things to look at`;
  return 'All is well';
}

function lettersProblem(letters: Known['letters']): readonly Problem[] {
  if (letters === 'unknown') return [{ level: 'bad', text: 'The database does not answer.' }];
  if (letters === undefined || letters.total === 0) return [];
  const what = letters.total === 1 ? 'One message could' : `${count(letters.total, 'message')} could`;
  return [{ level: 'look', text: `${what} not be delivered: see Dead letters.` }];
}
