/** An answer as it reads on Discord. */
import { splitTree } from '../../../src/text/split.ts';
import type { RichText } from '../../../src/text/tree.ts';
import { renderMarkdown } from '../markdown/render.ts';

/** https://discord.com/developers/docs/resources/message#create-message */
const maxContent = 2_000;
const more = '\n… There is more than Discord shows in one message.';

/** The content of the one message that answers; of what is too long, the beginning, cut at a line where that can be. */
export function answerContent(answer: RichText): string {
  const whole = renderMarkdown(answer).trim();
  if (whole.length <= maxContent) return whole || 'Done.';
  const [first = []] = splitTree(answer, (part) => renderMarkdown(part).length <= maxContent - more.length);
  return renderMarkdown(first).trim() + more;
}
