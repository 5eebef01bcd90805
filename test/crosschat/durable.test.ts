import { afterAll, beforeAll, describe } from 'vitest';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { durableStories } from './durable-stories.ts';

describe('on an embedded broker (MQTT 3.1.1)', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.close());
  durableStories(() => ({ url: broker.url, version: 4, login: () => undefined }), false);
});
