/** What the page sends. */

/** How long an answer may take, in milliseconds. */
const TIME = 15_000;

/** Sends JSON, and gives back what is answered; a sentence in `fault` where there is no answer. */
export async function post<T extends { readonly fault?: string }>(
  path: string,
  body: unknown,
): Promise<T | { readonly fault: string }> {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIME),
    });
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    if (isJson) return (await answer.json()) as T;
    return { fault: answer.status === 429 ? 'That was too much at once. Wait a moment.' : 'The bridge could not do that.' };
  } catch {
    return { fault: 'The bridge can not be reached. Try again when the connection is back.' };
  }
}
