/** The beginning of the page. */
import { entrance } from './entrance.ts';
import { ChatPage } from './page.ts';
import type { Welcome } from './wire.ts';

/** Pause before the next try, in milliseconds, when the bridge can't be reached. */
const PAUSE = 3_000;

/** Shows the chat to who got in, and the door to everybody else. @param fault why they stand there again */
async function begin(fault = ''): Promise<void> {
  const answer = await fetch('welcome').catch(() => undefined);
  if (answer?.ok !== true) {
    document.body.textContent = 'The bridge can not be reached. Trying again …';
    setTimeout(() => void begin(fault), PAUSE);
    return;
  }
  const welcome = (await answer.json()) as Welcome;
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
