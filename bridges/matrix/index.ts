/** Matrix, with one account that speaks for everybody. */
import type { AdapterModule } from '../../src/adapter.ts';
import { MatrixAdapter } from './adapter.ts';
import { configSchema, type MatrixConfig } from './config.ts';

export const matrix: AdapterModule<MatrixConfig> = {
  type: 'matrix',
  schema: configSchema,
  create: (config, host) => new MatrixAdapter(config, host),
};
