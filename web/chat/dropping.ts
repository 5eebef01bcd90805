/** Files that are dragged over the page, or pasted. */
import { h } from '../parts/dom.ts';

/** Takes files that are dropped anywhere on the page. @returns what is shown while they are above it */
export function dropArea(page: HTMLElement, take: (files: Iterable<File>) => void): HTMLElement {
  const veil = h('div', { class: 'drop', hidden: true }, h('p', {}, 'Drop the files here to send them'));
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;
  const show = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    // Without this, the browser would open the file in place of the page.
    event.preventDefault();
    veil.hidden = false;
  };
  page.addEventListener('dragenter', show);
  page.addEventListener('dragover', show);
  page.addEventListener('dragleave', (event) => {
    if (!(event.relatedTarget instanceof Node) || !page.contains(event.relatedTarget)) veil.hidden = true;
  });
  page.addEventListener('drop', (event) => {
    veil.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer?.files ?? []);
  });
  return veil;
}

/** The files of what was pasted; none where it is a text, which may bring a picture of itself. */
export function pastedFiles({ clipboardData }: ClipboardEvent): readonly File[] {
  if (!clipboardData || clipboardData.types.includes('text/plain')) return [];
  return [...clipboardData.files];
}
