/** Emoji as they are written. https://unicode.org/reports/tr51/ */

/** Whether a text is an emoji, or begins with one at least: the platforms know best which there are. */
export function isEmoji(text: string): boolean {
  return /^(?:\p{Extended_Pictographic}|\p{RI}|[0-9#*]\ufe0f?\u20e3)/u.test(text);
}

/**
 * An emoji in the form that is recommended: what is text by default is followed by what makes it an emoji, and nothing else is.
 * https://unicode.org/reports/tr51/#def_fully_qualified_emoji
 */
export function qualifiedEmoji(emoji: string): string {
  const bare = emoji.replaceAll('\ufe0f', '');
  return bare.replaceAll(
    /(?!\p{Emoji_Presentation})(?:\p{Extended_Pictographic}|[0-9#*](?=\u20e3))(?!\p{Emoji_Modifier})/gu,
    '$&\ufe0f',
  );
}
