/** Making elements. Whatever is text stays text: there is no way from here to markup, scripts or styles. */

/** What an element is made with: attributes, and what is done at events. An attribute that is undefined or false is not set. */
export interface Properties {
  readonly on?: { readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };
  readonly [attribute: string]: unknown;
}

export type Child = Node | string | undefined | false;

/** An address that a link may lead to: a web page, or what opens a game. */
function safeHref(address: string): string | undefined {
  try {
    const { protocol, href } = new URL(address, document.baseURI);
    return /^(?:https?|steam):$/.test(protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}

/** Makes an element. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { on = {}, ...attributes }: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (/^(?:on|style$|srcdoc$)/i.test(name)) throw new TypeError(`${name} is not set from here`);
    const text = value === true ? '' : String(value);
    if (name === 'href') setHref(element, text);
    else element.setAttribute(name, text);
  }
  for (const [name, action] of Object.entries(on)) element.addEventListener(name, action as EventListener);
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** A link to elsewhere tells nobody where it was found, and has no power over this page. */
function setHref(element: HTMLElement, address: string): void {
  const href = safeHref(address);
  if (href === undefined) return;
  element.setAttribute('href', href);
  if (new URL(href).origin === location.origin) return;
  element.setAttribute('rel', 'noopener noreferrer nofollow');
  element.setAttribute('target', '_blank');
}

const SVG = 'http://www.w3.org/2000/svg';

/** The icons, drawn with lines on 24 by 24 units. */
const ICONS = {
  send: 'M4 12 20 4l-4 16-4.5-6.5z M11.5 13.5 20 4',
  reply: 'M10 8V4L3 11l7 7v-4c5 0 8 1.500 11 6-1-7-4-11-11-12z',
  react: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z M8.500 14.500c1.800 2.300 5.200 2.300 7 0 M9 9.500v.100 M15 9.500v.100',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  remove: 'M5 7h14 M10 7V4h4v3 M7 7l1 13h8l1-13',
  people:
    'M9 11a3.500 3.500 0 1 0 0-7a3.500 3.500 0 0 0 0 7z M2.500 20c0-4 3-6 6.500-6s6.500 2 6.500 6 M16 4.500a3.500 3.500 0 0 1 0 6.500 M18 14.500c2.500.800 3.800 2.700 3.800 5.500',
  close: 'M6 6l12 12 M18 6 6 18',
  down: 'M12 5v14 M6 13l6 6 6-6',
  attach:
    'M20 11.500 11.700 19.800a5 5 0 0 1-7.100-7.100L13 4.300a3.400 3.400 0 0 1 4.800 4.800l-8.300 8.300a1.700 1.700 0 0 1-2.400-2.400l7.600-7.600',
  leave: 'M14 4h5v16h-5 M10 8l-4 4 4 4 M6 12h9',
} as const;

export type IconName = keyof typeof ICONS;

/** An icon. Whoever can't see it is told by the words beside it, or by the label of its button. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows nothing but an icon. */
export function iconButton(name: IconName, label: string, action: () => void, properties: Properties = {}): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label, ...properties, on: { click: action } },
    icon(name),
  );
}
