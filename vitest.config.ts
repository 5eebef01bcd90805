import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What takes long: whole processes, the stories once more as an appservice, and what waits, reckons or writes much. `.ci/run` runs them too. */
const long = [
  'test/torture.test.ts',
  'test/standby.test.ts',
  'test/docs/shell.test.ts',
  'test/e2e/{appservice,bridge,check,command-line,console,faults,init,operating,reload,secrets,stop,store-command}.test.ts',
  'test/stories-appservice.test.ts',
  'test/hostile.test.ts',
  'test/conversions/hostile.test.ts',
  'test/bridges/matrix/{both-ways,failures}.test.ts',
  'test/outbox/{backlog,silence}.test.ts',
  'test/store/opening.test.ts',
];

export default defineConfig({
  test: {
    // How long tests wait at most for what is to come: a busy machine may stand still for seconds, and where it comes waiting costs nothing.
    env: { TEST_PATIENCE: '3' },
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'stand-ins',
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**', 'test/browser/**', 'test/container/**', ...long],
          // Most tests wait for others most of the time.
          maxWorkers: availableParallelism() + 2,
          // The libraries of the platforms are loaded once for each worker, and not for each file: that took more than half of the time.
          isolate: false,
          globalSetup: 'test/support/build.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: long,
          // Whole processes take long to start where much else runs.
          env: { TEST_PATIENCE: '4' },
          globalSetup: 'test/support/build.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          globalSetup: 'test/support/build.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          fileParallelism: false,
          // Nothing here may depend on what else the machine does.
          env: { TEST_PATIENCE: '6' },
          testTimeout: 120_000,
          hookTimeout: 180_000,
          globalSetup: 'test/support/build.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'container',
          include: ['test/container/**/*.test.ts'],
          testTimeout: 400_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          globalSetup: 'test/container/setup.ts',
        },
      },
    ],
  },
});
