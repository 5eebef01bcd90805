/** The package's zod schemas come without types. */
declare module 'discord-api-spec/zod' {
  import type { $ZodType } from 'zod/v4/core';
  export const MessageCreateRequestSchema: $ZodType;
  export const MessageResponseSchema: $ZodType;
  export const MessageReactionResponseSchema: $ZodType;
  export const MessageEditRequestPartialSchema: $ZodType;
  export const IncomingWebhookRequestPartialSchema: $ZodType;
  export const IncomingWebhookUpdateRequestPartialSchema: $ZodType;
  export const ApplicationCommandUpdateRequestSchema: $ZodType;
  export const IncomingWebhookInteractionRequestSchema: $ZodType;
  export const IncomingWebhookUpdateForInteractionCallbackRequestPartialSchema: $ZodType;
  export const ApplicationCommandAutocompleteCallbackRequestSchema: $ZodType;
  export const CreateTextThreadWithMessageRequestSchema: $ZodType;
  export const CreateTextThreadWithoutMessageRequestSchema: $ZodType;
  export const UpdateThreadRequestPartialSchema: $ZodType;
  export const UpdateGuildChannelRequestPartialSchema: $ZodType;
  export const ThreadResponseSchema: $ZodType;
  export const CreatePrivateChannelRequestSchema: $ZodType;
}
