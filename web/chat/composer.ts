/** Where one types: a message, an answer, an edit, a whisper or a command. */
import { h, icon, iconButton } from '../parts/dom.ts';
import type { Entry, Person } from './wire.ts';

/** What the text is for. */
export type Purpose =
  | { readonly kind: 'message' }
  | { readonly kind: 'reply'; readonly entry: Entry }
  | { readonly kind: 'edit'; readonly entry: Entry }
  | { readonly kind: 'whisper'; readonly person: Person };

/** What a composer needs of the page. */
export interface ComposerOptions {
  readonly maxText: number;
  /** Sends a text. Resolves with why it did not go, in a sentence. */
  readonly send: (text: string, purpose: Purpose) => Promise<string | undefined>;
  /** Somebody types a message. */
  readonly typing: () => void;
  /** Arrow up in an empty field: the last own message is to be edited. */
  readonly editLast: () => void;
}

/** Others are told at most every so many milliseconds that somebody types. */
const TYPING_PACE = 3_000;
/** The field grows up to so many pixels. */
const MAX_HEIGHT = 160;

const MESSAGE: Purpose = { kind: 'message' };

/** The form below the messages. */
export class Composer {
  readonly element: HTMLElement;
  readonly #options: ComposerOptions;
  readonly #field: HTMLTextAreaElement;
  readonly #button: HTMLButtonElement;
  readonly #purposeLine = h('div', { class: 'purpose', hidden: true });
  readonly #fault = h('p', { class: 'fault', role: 'alert' });
  #purpose: Purpose = MESSAGE;
  #toldTyping = 0;

  constructor(options: ComposerOptions) {
    this.#options = options;
    this.#field = h('textarea', {
      id: 'message',
      rows: '1',
      maxlength: String(options.maxText),
      placeholder: 'Say something, or type /help',
      autocomplete: 'off',
      enterkeyhint: 'send',
      on: { keydown: (event) => this.#key(event), input: () => this.#typed() },
    });
    this.#button = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon('send'));
    this.element = h(
      'form',
      {
        class: 'composer',
        on: {
          submit: (event) => {
            event.preventDefault();
            void this.#send();
          },
        },
      },
      this.#fault,
      this.#purposeLine,
      h('div', { class: 'field' }, h('label', { for: 'message', class: 'unseen' }, 'Message'), this.#field, this.#button),
    );
  }

  /** What is typed from now on is for this. */
  begin(purpose: Purpose, text?: string): void {
    this.#purpose = purpose;
    if (text !== undefined) this.#field.value = text;
    const words = this.#words();
    this.#purposeLine.hidden = words === undefined;
    this.#purposeLine.replaceChildren(
      h('span', {}, words ?? ''),
      iconButton('close', 'Cancel', () => this.#cancel()),
    );
    this.focus();
    this.#grow();
  }

  focus(): void {
    this.#field.focus();
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  #words(): string | undefined {
    const purpose = this.#purpose;
    if (purpose.kind === 'reply') return `Answering ${purpose.entry.author?.name ?? 'a message'}`;
    if (purpose.kind === 'edit') return 'Editing your message';
    return purpose.kind === 'whisper' ? `Whispering to ${purpose.person.name}: nobody else reads it` : undefined;
  }

  #cancel(): void {
    if (this.#purpose.kind === 'edit') this.#field.value = '';
    this.begin(MESSAGE);
  }

  async #send(): Promise<void> {
    const text = this.#field.value.trim();
    const purpose = this.#purpose;
    if (text === '' || this.#button.disabled) return;
    this.#button.disabled = true;
    const fault = await this.#options.send(text, purpose);
    this.#button.disabled = false;
    this.#fault.textContent = fault ?? '';
    if (fault !== undefined) return;
    this.#field.value = '';
    this.#toldTyping = 0;
    // A whisper is seldom alone.
    this.begin(purpose.kind === 'whisper' ? purpose : MESSAGE);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void this.#send();
    } else if (event.key === 'Escape' && this.#purpose.kind !== 'message') {
      event.preventDefault();
      this.#cancel();
    } else if (event.key === 'ArrowUp' && this.#field.value === '') {
      event.preventDefault();
      this.#options.editLast();
    }
  }

  #typed(): void {
    this.#grow();
    this.#fault.textContent = '';
    const isSecret = this.#field.value.startsWith('/') || this.#purpose.kind === 'whisper';
    if (isSecret || this.#field.value === '' || Date.now() - this.#toldTyping < TYPING_PACE) return;
    this.#toldTyping = Date.now();
    this.#options.typing();
  }

  #grow(): void {
    this.#field.style.height = 'auto';
    this.#field.style.height = `${Math.min(this.#field.scrollHeight, MAX_HEIGHT)}px`;
  }
}
