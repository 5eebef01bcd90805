/** A message of a ghost, as the people in the room take it in: with the name that their client shows beside it. */

type Content = Readonly<Record<string, unknown>>;

/**
 * The content with the name in the text, where a bridge that speaks for everybody puts it: so the same stories can be told of both.
 * @param name the ghost's display name: `Alice (alpha)`
 */
export function withName(name: string, content: Content): Content {
  const { body, formatted_body: html, 'm.new_content': edited } = content;
  const [, person = name, place = ''] = /^(.*)( \(.*\))$/s.exec(name) ?? [];
  const bold = `<strong>${escaped(person)}</strong>${escaped(place)}`;
  return {
    ...content,
    ...(typeof body === 'string' && { body: inText(name, body, content) }),
    ...(typeof html === 'string' && { formatted_body: inHtml(bold, html, content) }),
    ...(typeof edited === 'object' && edited !== null && { 'm.new_content': withName(name, edited as Content) }),
  };
}

function inText(name: string, body: string, content: Content): string {
  if (body === content['filename']) return name;
  if (content['msgtype'] === 'm.emote') return `* ${name} ${body}`;
  return body.replace(/^((?:\* )?(?:>[^\n]*\n)*\n?)/, (before) => `${before}${name}: `);
}

function inHtml(bold: string, html: string, content: Content): string {
  if (content['body'] === content['filename']) return bold;
  if (content['msgtype'] === 'm.emote') return `* ${bold} ${html}`;
  return html.replace(/^((?:\* )?(?:<blockquote>.*?<\/blockquote>)?)/s, (before) => `${before}${bold}: `);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
