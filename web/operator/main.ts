/** The beginning of the page. */
import { door } from './door.ts';
import { OperatorPage } from './page.ts';
import type { Welcome } from './wire.ts';

/** Pause before the next try, in milliseconds, when the bridge can't be reached. */
const PAUSE = 3_000;

/** Shows the bridge to who may see it, and the door to everybody else. @param fault why they stand there again */
async function begin(fault = ''): Promise<void> {
  const answer = await fetch('welcome').catch(() => undefined);
  if (answer?.ok !== true) {
    document.body.textContent = 'The bridge can not be reached. Trying again …';
    setTimeout(() => void begin(fault), PAUSE);
    return;
  }
  const welcome = (await answer.json()) as Welcome;
  if (welcome.entry !== 'in') {
    document.body.replaceChildren(door(welcome, fault, () => void begin()));
    document.querySelector('input')?.focus();
    return;
  }
  const page = new OperatorPage(welcome, (why) => void begin(why));
  document.body.replaceChildren(page.element);
  page.open();
}

void begin();
