/** Files: how large they may be, and their addresses. https://discord.com/developers/docs/reference#uploading-files */
import { invalidForm, refusals } from './errors.ts';
import { type Call, ok, type Route } from './router.ts';
import type { Guild } from './state.ts';
import type { MessageBody } from './validation.ts';

const MIB = 1024 * 1024;
/** Bytes that a file may have, by how much its guild is boosted. https://support.discord.com/hc/en-us/articles/360028038352 */
const LIMITS = [10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB] as const;
/** https://discord.com/developers/docs/resources/message#create-message */
const MAX_FILES = 10;

/**
 * Looks at the files of a message that is sent or edited.
 * @param kept the ids of the files that the message has
 * @throws {ApiError}
 */
export function checkFiles({ uploads, body }: Call, guild: Guild, kept: readonly string[] = []): void {
  if (uploads.some(({ content }) => content.byteLength > (LIMITS[guild.premiumTier] ?? 0))) throw refusals.tooLarge();
  const about = (body as MessageBody).attachments ?? [];
  const unknown = about.findIndex(({ id }) => !kept.includes(String(id)) && !uploads.some(({ index }) => index === String(id)));
  if (unknown !== -1)
    throw invalidForm([
      {
        path: ['attachments', unknown, 'id'],
        error: { code: 'ATTACHMENT_NOT_FOUND', message: `Unknown attachment: ${about[unknown]?.id}` },
      },
    ]);
  const tooMany = { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${MAX_FILES} or fewer in length.` };
  if (uploads.length > MAX_FILES) throw invalidForm([{ path: ['attachments'], error: tooMany }]);
}

/** https://github.com/discord/discord-api-docs/pull/6583 */
function refresh({ world, body }: Call) {
  const { attachment_urls } = body as { attachment_urls: string[] };
  const refreshed_urls = attachment_urls.map((original) => ({ original, refreshed: world.attachments.refreshed(original) }));
  return ok({ refreshed_urls });
}

export const fileRoutes: readonly Route[] = [
  { auth: 'bot', name: 'POST /attachments/refresh-urls', takes: 'refreshUrls', handle: refresh },
];
