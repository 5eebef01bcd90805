/** The beginning of the page. */
import { firstAnswer } from '../parts/first-answer.ts';
import { entrance } from './entrance.ts';
import { ChatPage } from './page.ts';
import type { Welcome } from './wire.ts';

/** Shows the chat to who got in, and the door to everybody else. @param fault why they stand there again */
async function begin(fault = ''): Promise<void> {
  const welcome = await firstAnswer<Welcome>('welcome');
  if (welcome.me === undefined) {
    document.body.replaceChildren(entrance(welcome, fault, () => void begin()));
    return;
  }
  const page = new ChatPage(welcome.me, welcome, (why) => void begin(why));
  document.body.replaceChildren(page.element);
  page.focus();
}

/** Why a sign-in elsewhere failed, as the bridge wrote it into the address. */
function takeFault(): string {
  const fault = new URLSearchParams(location.hash.slice(1)).get('fault') ?? '';
  if (fault !== '') history.replaceState(null, '', location.pathname);
  return fault.slice(0, 200);
}

void begin(takeFault());
