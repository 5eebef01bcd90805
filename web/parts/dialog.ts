/** Windows above the page. The browser keeps the focus inside, and gives it back. */
import { h, iconButton } from './dom.ts';

let count = 0;

/**
 * Opens a dialog.
 * @param closed called when it is closed, in whatever way
 * @returns what closes it
 */
export function openDialog(title: string, content: readonly Node[], closed: () => void = () => {}): () => void {
  count += 1;
  const heading = h('h2', { id: `dialog-title-${count}` }, title);
  const close = () => dialog.close();
  const opener = document.activeElement?.getAttribute('data-key');
  const dialog = h(
    'dialog',
    {
      'aria-labelledby': heading.id,
      on: {
        close: () => {
          dialog.remove();
          if (opener) giveBack(opener);
          closed();
        },
        // The backdrop is the dialog's own; what is in it lies in the frame.
        click: (event) => {
          if (event.target === dialog) close();
        },
      },
    },
    h('div', { class: 'dialog-frame' }, h('header', {}, heading, iconButton('close', 'Close', close)), ...content),
  );
  document.body.append(dialog);
  dialog.showModal();
  return close;
}

/** What opened a dialog may have been drawn anew meanwhile: then the browser had nothing to give the focus back to. */
function giveBack(key: string): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  [...document.querySelectorAll<HTMLElement>('[data-key]')].find((one) => one.dataset['key'] === key)?.focus();
}

/** Asks before something is done that can't be undone. */
export function confirmed(title: string, text: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = false;
    const choose = (choice: boolean) => () => {
      answer = choice;
      close();
    };
    const close = openDialog(
      title,
      [
        h('p', {}, text),
        h(
          'div',
          { class: 'dialog-actions' },
          h('button', { type: 'button', class: 'button', on: { click: choose(false) } }, 'Cancel'),
          h('button', { type: 'button', class: 'button danger', on: { click: choose(true) } }, action),
        ),
      ],
      () => resolve(answer),
    );
  });
}
