/** What a page asks for before it can show anything. */

/** Pause before the next try, in milliseconds, when the bridge can't be reached. */
const PAUSE = 3_000;

/** Asks until there is an answer, and says so meanwhile. @param path relative to the page */
export async function firstAnswer<T>(path: string): Promise<T> {
  for (;;) {
    const answer = await fetch(path).catch(() => undefined);
    if (answer?.ok === true) return (await answer.json()) as T;
    document.body.textContent = 'The bridge can not be reached. Trying again …';
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
