/** Server-sent events, as they come in. */

/** Each event of a stream, as its lines stand there, until it ends. */
export async function* eventsIn(body: Response['body']): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of body ?? []) {
    rest += decoder.decode(piece as Uint8Array, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    yield* events;
  }
}
