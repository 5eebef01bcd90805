/** What the operator does from the page, and what the bridge says to it. */
import { confirmed } from '../parts/dialog.ts';
import { h } from '../parts/dom.ts';
import { post } from '../parts/post.ts';
import type { Answer, Requests } from './wire.ts';

/** So long what was said stays, in milliseconds. */
const STAYS = 12_000;

/** What was said last: one line above the page. */
export class Deeds {
  readonly element = h('div', { class: 'said', role: 'status' });
  #timer = 0;

  /** Sends what is to be done, and says what came of it. */
  async do<Path extends keyof Requests>(path: Path, body: Requests[Path]): Promise<void> {
    const { fault, said }: Answer = await post<Answer>(path, body);
    clearTimeout(this.#timer);
    this.element.replaceChildren(h('p', { class: fault === undefined ? '' : 'fault' }, fault ?? said ?? ''));
    this.#timer = setTimeout(() => this.element.replaceChildren(), STAYS);
  }

  /** A button that does something. @param ask what is asked before */
  button<Path extends keyof Requests>(
    text: string,
    label: string,
    path: Path,
    body: Requests[Path],
    ask?: { readonly title: string; readonly text: string },
  ): HTMLButtonElement {
    // What pauses becomes what resumes.
    const what = path === 'resume' ? 'pause' : path;
    let isBusy = false;
    return h(
      'button',
      {
        type: 'button',
        class: 'button small',
        'aria-label': label,
        'data-key': `${what} ${JSON.stringify(body)}`,
        on: {
          click: async () => {
            if (isBusy || (ask && !(await confirmed(ask.title, ask.text, text)))) return;
            isBusy = true;
            await this.do(path, body);
            isBusy = false;
          },
        },
      },
      text,
    );
  }
}
