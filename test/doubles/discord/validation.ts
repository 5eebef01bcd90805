/** Whether a request's body is as Discord wants it: the published schemas, and the rules that they leave out. */
import type { APIEmbed } from 'discord.js';
import * as published from 'discord-api-spec/zod';
import { z } from 'zod';
import { type $ZodIssue, type $ZodType, safeParse } from 'zod/v4/core';
import { type FieldError, invalidForm } from './errors.ts';
import type { AllowedMentions } from './mentions.ts';

interface Invalid {
  readonly path: readonly PropertyKey[];
  readonly error: FieldError;
}

/** The kinds of body, with their schemas. `create_webhook` has no name of its own in the published document. */
const schemas = {
  createMessage: published.MessageCreateRequestSchema,
  editMessage: published.MessageEditRequestPartialSchema,
  executeWebhook: published.IncomingWebhookRequestPartialSchema,
  editWebhookMessage: published.IncomingWebhookUpdateRequestPartialSchema,
  createWebhook: z.object({ name: z.string().min(1).max(80), avatar: z.string().nullish() }),
  startThreadFromMessage: published.CreateTextThreadWithMessageRequestSchema,
  startThread: published.CreateTextThreadWithoutMessageRequestSchema,
  // The same route takes both: what is whose is for the route to say.
  updateChannel: z.union([
    published.UpdateThreadRequestPartialSchema as z.ZodType,
    published.UpdateGuildChannelRequestPartialSchema as z.ZodType,
  ]),
  commands: z.array(z.preprocess(withNumericPermissions, published.ApplicationCommandUpdateRequestSchema as z.ZodType)),
  interactionCallback: z.object({ type: z.number(), data: z.looseObject({}).nullish() }),
  interactionMessage: published.IncomingWebhookInteractionRequestSchema,
  editInteractionMessage: published.IncomingWebhookUpdateForInteractionCallbackRequestPartialSchema,
  suggestions: published.ApplicationCommandAutocompleteCallbackRequestSchema,
  openDirect: published.CreatePrivateChannelRequestSchema,
  refreshUrls: z.strictObject({ attachment_urls: z.array(z.url()).min(1).max(50) }),
  updateMember: z.strictObject({ communication_disabled_until: z.iso.datetime({ offset: true }) }),
  banMember: z.strictObject({ delete_message_seconds: z.number().min(0).max(604_800).optional() }),
  bulkDelete: z.object({ messages: z.array(z.string().regex(/^\d+$/)).min(2).max(100) }),
} satisfies Record<string, $ZodType>;

/** The published schema wants a number where the documentation has the bits as a string; Discord takes both. */
function withNumericPermissions(command: unknown): unknown {
  if (typeof command !== 'object' || command === null || !('default_member_permissions' in command)) return command;
  const { default_member_permissions: bits } = command;
  return { ...command, default_member_permissions: typeof bits === 'string' && /^\d+$/.test(bits) ? Number(bits) : bits };
}

/** Those that hold no message. */
const withoutText: ReadonlySet<string> = new Set([
  'banMember',
  'bulkDelete',
  'updateMember',
  'openDirect',
  'refreshUrls',
  'startThreadFromMessage',
  'startThread',
  'updateChannel',
  'commands',
  'interactionCallback',
  'suggestions',
]);

/** What kind of body a route takes. */
export type BodyKind = keyof typeof schemas;

/** What every message body may hold, once checked. */
export interface MessageBody {
  readonly content?: string | null;
  readonly embeds?: readonly APIEmbed[] | null;
  readonly components?: readonly unknown[] | null;
  readonly attachments?:
    | readonly { readonly id: string | number; readonly filename?: string | null; readonly description?: string | null }[]
    | null;
  readonly allowed_mentions?: AllowedMentions | null;
  readonly flags?: number | null;
  readonly tts?: boolean | null;
  readonly nonce?: string | number | null;
  readonly enforce_nonce?: boolean | null;
  readonly message_reference?: {
    readonly message_id: string;
    readonly channel_id?: string | null;
    readonly fail_if_not_exists?: boolean | null;
  } | null;
  readonly username?: string | null;
  readonly avatar_url?: string | null;
  readonly thread_name?: string | null;
}

/** @throws {ApiError} 50035 that names every field which is not as Discord wants it */
export function checkBody(kind: BodyKind, body: unknown): void {
  const result = safeParse(schemas[kind], body);
  const issues = result.success ? [] : result.error.issues.filter((issue) => !fitsInCharacters(issue, body));
  const invalid: Invalid[] = issues.map((issue) => ({ path: issue.path, error: describe(issue, body) }));
  if (invalid.length === 0) {
    if (kind === 'createWebhook') invalid.push(...nameFaults('name', (body as { name: string }).name));
    else if (!withoutText.has(kind)) invalid.push(...messageFaults(body as MessageBody));
  }
  if (invalid.length > 0) throw invalidForm(invalid);
}

/** Discord counts characters, zod counts UTF-16 units. */
function fitsInCharacters(issue: $ZodIssue, body: unknown): boolean {
  const value = valueAt(body, issue.path);
  return issue.code === 'too_big' && typeof value === 'string' && [...value].length <= Number(issue.maximum);
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], body);
}

function describe(issue: $ZodIssue, body: unknown): FieldError {
  const value = valueAt(body, issue.path);
  if (value === undefined) return { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };
  if (issue.code === 'too_big' && typeof value === 'string') return tooLong(Number(issue.maximum));
  if (issue.code === 'too_big') return { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${issue.maximum} or fewer in length.` };
  if (issue.code === 'too_small') return { code: 'BASE_TYPE_MIN_LENGTH', message: `Must be ${issue.minimum} or more in length.` };
  return { code: 'BASE_TYPE_INVALID', message: issue.message };
}

function tooLong(limit: number): FieldError {
  return { code: 'BASE_TYPE_MAX_LENGTH', message: `Must be ${limit} or fewer in length.` };
}

function messageFaults(body: MessageBody): Invalid[] {
  return [
    ...([...(body.content ?? '')].length > 2000 ? [{ path: ['content'], error: tooLong(2000) }] : []),
    ...embedFaults(body.embeds ?? []),
    ...mentionFaults(body.allowed_mentions ?? {}),
    ...(typeof body.username === 'string' ? nameFaults('username', body.username) : []),
    ...urlFaults(['avatar_url'], body.avatar_url, ['http:', 'https:']),
  ];
}

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
function embedFaults(embeds: readonly APIEmbed[]): Invalid[] {
  const size = embeds.flatMap(embedTexts).reduce((sum, text) => sum + [...text].length, 0);
  const message = 'Embed size exceeds maximum size of 6000';
  const tooBig = size > 6000 ? [{ path: ['embeds'], error: { code: 'MAX_EMBED_SIZE_EXCEEDED', message } }] : [];
  const schemes = ['http:', 'https:', 'attachment:'];
  const urls = embeds.flatMap((embed, at) => [
    ...urlFaults(['embeds', at, 'url'], embed.url, schemes.slice(0, 2)),
    ...urlFaults(['embeds', at, 'image', 'url'], embed.image?.url, schemes),
    ...urlFaults(['embeds', at, 'thumbnail', 'url'], embed.thumbnail?.url, schemes),
    ...urlFaults(['embeds', at, 'author', 'icon_url'], embed.author?.icon_url, schemes),
    ...urlFaults(['embeds', at, 'author', 'url'], embed.author?.url, schemes.slice(0, 2)),
    ...urlFaults(['embeds', at, 'footer', 'icon_url'], embed.footer?.icon_url, schemes),
  ]);
  return [...tooBig, ...urls];
}

function embedTexts(embed: APIEmbed): string[] {
  const fields = (embed.fields ?? []).flatMap(({ name, value }) => [name, value]);
  return [embed.title ?? '', embed.description ?? '', embed.footer?.text ?? '', embed.author?.name ?? '', ...fields];
}

function urlFaults(path: readonly PropertyKey[], url: string | null | undefined, schemes: readonly string[]): Invalid[] {
  const scheme = url ? /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase() : undefined;
  if (!url || (scheme !== undefined && schemes.includes(scheme))) return [];
  const allowed = schemes.map((name) => `'${name.slice(0, -1)}'`).join(', ');
  const message = `Scheme "${scheme?.slice(0, -1) ?? ''}" is not supported. Scheme must be one of (${allowed}).`;
  return [{ path, error: { code: 'URL_TYPE_INVALID_SCHEME', message } }];
}

/** https://discord.com/developers/docs/resources/message#allowed-mentions-object-allowed-mentions-reference */
function mentionFaults(allowed: AllowedMentions): Invalid[] {
  const clashes = (['users', 'roles'] as const).filter((kind) => allowed.parse?.includes(kind) && allowed[kind]?.length);
  return clashes.map((kind) => ({
    path: ['allowed_mentions'],
    error: {
      code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
      message: `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
    },
  }));
}

/** https://discord.com/developers/docs/resources/webhook#create-webhook */
function nameFaults(field: string, name: string): Invalid[] {
  const fault = (code: string, message: string) => [{ path: [field], error: { code, message } }];
  const trimmed = name.trim().toLowerCase();
  if (trimmed === '') return fault('BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 80 in length.');
  const forbidden = ['discord', 'clyde'].find((word) => trimmed.includes(word));
  if (forbidden) return fault('USERNAME_INVALID_CONTAINS', `Username cannot contain "${forbidden}"`);
  if (trimmed === 'everyone' || trimmed === 'here') return fault('USERNAME_INVALID', `Username cannot be "${trimmed}"`);
  return [];
}
