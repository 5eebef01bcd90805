/** Matrix, with one account that speaks for everybody, or as an appservice with a ghost for each. */
import type { AdapterModule } from '../../src/adapter.ts';
import { MatrixAdapter } from './adapter.ts';
import { registrationFile, withTokens } from './appservice/registration.ts';
import { configSchema, type MatrixConfig } from './config.ts';

export const matrix: AdapterModule<MatrixConfig> = {
  type: 'matrix',
  schema: configSchema,
  create: (config, host) => new MatrixAdapter(config, host),
  registration: { complete: withTokens, write: ({ appservice, typing }) => appservice && registrationFile(appservice, typing) },
};
