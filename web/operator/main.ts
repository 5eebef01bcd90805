/** The beginning of the page. */
import { firstAnswer } from '../parts/first-answer.ts';
import { door } from './door.ts';
import { OperatorPage } from './page.ts';
import type { Welcome } from './wire.ts';

/** Shows the bridge to who may see it, and the door to everybody else. @param fault why they stand there again */
async function begin(fault = ''): Promise<void> {
  const welcome = await firstAnswer<Welcome>('welcome');
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
