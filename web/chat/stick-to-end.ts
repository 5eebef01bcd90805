/** Keeps the end of a log in sight for who reads there, also when a picture has loaded or the field below has grown. */

/** So many pixels from the end somebody still reads along. */
const NEAR = 90;

/** The end of one log. */
export class StickToEnd {
  readonly #element: HTMLElement;
  readonly #seen: () => void;
  #sticks = true;
  /** Where it was scrolled to before. */
  #top = 0;

  /** @param element what scrolls @param content what grows in it @param seen the end can be seen */
  constructor(element: HTMLElement, content: HTMLElement, seen: () => void) {
    this.#element = element;
    this.#seen = seen;
    element.addEventListener('scroll', () => this.#scrolled());
    const watch = new ResizeObserver(() => this.#stay());
    watch.observe(element);
    watch.observe(content);
  }

  /** Whether somebody reads at the end. */
  get sticks(): boolean {
    return this.#sticks;
  }

  /** Whether the end can be seen. */
  get isSeen(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#element;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** Goes to the end, and stays there. */
  go(): void {
    this.#sticks = true;
    this.#stay();
  }

  /** Only who goes up leaves the end: it moves away by itself while pictures load. */
  #scrolled(): void {
    const { scrollTop } = this.#element;
    const { isSeen } = this;
    this.#sticks = isSeen || (this.#sticks && scrollTop >= this.#top);
    this.#top = scrollTop;
    if (isSeen) this.#seen();
  }

  #stay(): void {
    if (this.#sticks) this.#element.scrollTop = this.#element.scrollHeight;
  }
}
