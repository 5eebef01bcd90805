/** One file that is to be sent: how it looks, how far it is, and what is to be said of it. */
import { h, iconButton } from '../parts/dom.ts';
import { sendFile } from './send-file.ts';
import type { Sent, Uploaded } from './wire.ts';

/** The preview's sides, in pixels. */
const SIDE = 96;
const MAX_DESCRIPTION = 500;
let count = 0;

/** A file in its place. It is on its way as soon as it is made. */
export class TrayItem {
  readonly element: HTMLElement;
  readonly #file: File;
  readonly #ending = new AbortController();
  readonly #bar = h('progress', { max: '1', value: '0', 'aria-label': 'How much of it is there' });
  readonly #state = h('p', { class: 'tray-state', role: 'status' });
  readonly #preview = h('span', { class: 'tray-preview', 'aria-hidden': 'true' });
  readonly #description = h('input', {
    placeholder: 'Description',
    maxlength: String(MAX_DESCRIPTION),
    autocomplete: 'off',
  });
  readonly #spoiler = h('input', { type: 'checkbox' });
  readonly #sent: Promise<Uploaded>;
  #id: string | undefined;
  #size: Pick<Sent, 'width' | 'height'> = {};

  /** @param takeOut called when it is not to be sent after all */
  constructor(file: File, takeOut: (item: TrayItem) => void) {
    this.#file = file;
    count += 1;
    const id = `description-${count}`;
    this.#description.id = id;
    const close = () => {
      this.#ending.abort();
      takeOut(this);
    };
    this.element = h(
      'li',
      { class: 'tray-item' },
      this.#preview,
      h(
        'div',
        { class: 'tray-words' },
        h('p', { class: 'tray-name' }, h('bdi', {}, file.name)),
        this.#bar,
        this.#state,
        h('label', { for: id, class: 'unseen' }, `What is to be seen in ${file.name}`),
        this.#description,
        h('label', { class: 'tray-spoiler' }, this.#spoiler, 'Spoiler'),
      ),
      iconButton('close', `Take out ${file.name}`, close),
    );
    // Enter in the description is no end of it: the message is sent from its own field.
    this.#description.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') event.preventDefault();
    });
    void this.#look();
    this.#sent = this.#send();
  }

  /** What it is called at the bridge; undefined while it is on its way. */
  get id(): string | undefined {
    return this.#id;
  }

  focus(): void {
    this.element.querySelector('button')?.focus();
  }

  /** Resolves when it has come; with nothing where it can't be sent. */
  async ready(): Promise<Sent | undefined> {
    const { id } = await this.#sent;
    if (id === undefined) return undefined;
    const description = this.#description.value.trim();
    return {
      id,
      name: this.#file.name,
      ...(description !== '' && { description }),
      ...(this.#spoiler.checked && { spoiler: true }),
      ...this.#size,
    };
  }

  async #send(): Promise<Uploaded> {
    const uploaded = await sendFile(this.#file, {
      progress: (part) => {
        this.#bar.value = part;
      },
      signal: this.#ending.signal,
    });
    this.#id = uploaded.id;
    this.#bar.hidden = true;
    this.#state.textContent = uploaded.fault ?? 'Ready to be sent';
    this.#state.classList.toggle('fault', uploaded.fault !== undefined);
    return uploaded;
  }

  /** A small picture of a picture; other files are shown by their ending. */
  async #look(): Promise<void> {
    try {
      const picture = await createImageBitmap(this.#file);
      const { width, height } = picture;
      this.#size = { width, height };
      const scale = SIDE / Math.min(width, height);
      const canvas = h('canvas', { width: SIDE, height: SIDE });
      const [x, y] = [(SIDE - width * scale) / 2, (SIDE - height * scale) / 2];
      canvas.getContext('2d')?.drawImage(picture, x, y, width * scale, height * scale);
      picture.close();
      this.#preview.replaceChildren(canvas);
    } catch {
      this.#preview.textContent = /\.([^.]{1,4})$/u.exec(this.#file.name)?.[1]?.toUpperCase() ?? 'FILE';
    }
  }
}
