/** Where one types: a message, an answer, an edit, a whisper or a command, and the files to it. */
import { h, icon, iconButton } from '../parts/dom.ts';
import { Completions } from './completions.ts';
import { pastedFiles } from './dropping.ts';
import { Tray } from './tray.ts';
import type { Entry, Person, Sent, Welcome, WhisperTarget } from './wire.ts';

/** What the text is for. */
export type Purpose =
  | { readonly kind: 'message' }
  | { readonly kind: 'reply'; readonly entry: Entry }
  | { readonly kind: 'edit'; readonly entry: Entry }
  | { readonly kind: 'whisper'; readonly person: Person; readonly to: WhisperTarget };

/** What a composer needs of the page. */
export interface ComposerOptions extends Pick<Welcome, 'maxText' | 'uploads'> {
  /** Sends a text, with files. Resolves with why it did not go, in a sentence. */
  readonly send: (text: string, files: readonly Sent[], purpose: Purpose) => Promise<string | undefined>;
  /** Somebody types a message. */
  readonly typing: () => void;
  /** Arrow up in an empty field: the last own message is to be edited. */
  readonly editLast: () => void;
  /** The room that it is in. */
  readonly room: () => string;
  /** Those who can be addressed. */
  readonly people: () => readonly Person[];
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
  readonly #button = h('button', { type: 'submit', class: 'send', 'aria-label': 'Send' }, icon('send'));
  readonly #purposeLine = h('div', { class: 'purpose', hidden: true });
  readonly #fault = h('p', { class: 'fault', role: 'alert' });
  readonly #completions: Completions;
  readonly #tray: Tray | undefined;
  #purpose: Purpose = MESSAGE;
  #toldTyping = 0;

  constructor(options: ComposerOptions) {
    this.#options = options;
    this.#field = h('textarea', {
      id: 'message',
      rows: '1',
      maxlength: String(options.maxText),
      placeholder: 'Say something, or type /',
      autocomplete: 'off',
      enterkeyhint: 'send',
      on: { keydown: (event) => this.#key(event), input: () => this.#typed(), paste: (event) => this.#paste(event) },
    });
    this.#completions = new Completions({ ...options, field: this.#field, typed: () => this.#grow() });
    const fault = (text: string) => this.#say(text);
    this.#tray = options.uploads && new Tray(options.uploads, { fault, changed: () => this.#say('') });
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
      this.#completions.element,
      this.#purposeLine,
      this.#tray?.element,
      h(
        'div',
        { class: 'field' },
        ...this.#attachButton(),
        h('label', { for: 'message', class: 'unseen' }, 'Message'),
        this.#field,
        this.#button,
      ),
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
    this.#say('');
    this.focus();
    this.#grow();
    this.#completions.update();
  }

  focus(): void {
    this.#field.focus();
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  /** Takes files for the next message. */
  addFiles(files: Iterable<File>): void {
    const fault = this.#whyNoFiles();
    if (fault !== undefined) {
      this.#say(fault);
      return;
    }
    this.focus();
    this.#tray?.add(files);
  }

  #whyNoFiles(): string | undefined {
    if (this.#tray === undefined) return 'You may not send files here.';
    if (this.#purpose.kind === 'edit') return 'What was said can get no files. Send them with a message of their own.';
    return this.#purpose.kind === 'whisper' ? 'Files can not be whispered.' : undefined;
  }

  #attachButton(): readonly Node[] {
    if (this.#tray === undefined) return [];
    const choose = h('input', { type: 'file', multiple: true, hidden: true, 'aria-label': 'Files', tabindex: '-1' });
    choose.addEventListener('change', () => {
      this.addFiles(choose.files ?? []);
      // The same file can be chosen again.
      choose.value = '';
    });
    return [choose, iconButton('attach', 'Add files', () => choose.click(), { class: 'icon-button attach' })];
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

  #say(fault: string): void {
    this.#fault.textContent = fault;
  }

  async #send(): Promise<void> {
    const text = this.#field.value.trim();
    const purpose = this.#purpose;
    const isAlone = this.#tray === undefined || this.#tray.isEmpty || purpose.kind === 'edit' || purpose.kind === 'whisper';
    // An edit can leave a file without a caption.
    if (this.#button.disabled || (text === '' && isAlone && purpose.kind !== 'edit')) return;
    this.#completions.close();
    this.#button.disabled = true;
    const files = isAlone ? [] : await this.#tray?.ready();
    const fault =
      files === undefined
        ? 'A file could not be sent. Take it out, or add it again.'
        : await this.#options.send(text, files, purpose);
    this.#button.disabled = false;
    this.#say(fault ?? '');
    if (fault !== undefined) return;
    if (!isAlone) this.#tray?.forget(files ?? []);
    // Whoever has typed or chosen something else meanwhile keeps it.
    if (this.#field.value.trim() === text) this.#field.value = '';
    this.#toldTyping = 0;
    // A whisper is seldom alone.
    if (this.#purpose === purpose) this.begin(purpose.kind === 'whisper' ? purpose : MESSAGE);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || this.#completions.key(event)) return;
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

  #paste(event: ClipboardEvent): void {
    const files = pastedFiles(event);
    if (files.length === 0) return;
    event.preventDefault();
    this.addFiles(files);
  }

  #typed(): void {
    this.#grow();
    this.#say('');
    this.#completions.update();
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
