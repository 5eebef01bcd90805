import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FloodLimiter, type Verdict } from '../src/flood.ts';
import { FloodGate } from '../src/flood-gate.ts';
import { TestClock } from './support/clock.ts';

function open(perMinute: number) {
  const clock = new TestClock();
  const limiter = new FloodLimiter({ perMinute, clock });
  const say = (times: number, key = 'alice'): Verdict[] => Array.from({ length: times }, () => limiter.allow(key));
  return { clock, say };
}

const yes = (times: number): Verdict[] => Array.from({ length: times }, () => 'yes');

describe('a flood limit', () => {
  it.each([1, 7, 60, 90, 3_000])("lets a minute's worth of %i pass at once, tells once, and then refuses", (perMinute) => {
    const { say } = open(perMinute);
    expect(say(perMinute)).toEqual(yes(perMinute));
    expect(say(3)).toEqual(['first-no', 'no', 'no']);
  });

  it('lets as much pass as time goes by, and says no more about it while the flood goes on', async () => {
    const { clock, say } = open(60);
    say(61);
    for (let second = 0; second < 300; second++) {
      await clock.advance(1_000);
      expect(say(3)).toEqual(['yes', 'no', 'no']);
    }
  });

  it('lets a steady flow at the limit pass for ever', async () => {
    const { clock, say } = open(60);
    for (let second = 0; second < 600; second++) {
      expect(say(1)).toEqual(['yes']);
      await clock.advance(1_000);
    }
  });

  it('says it again when it happens again after a quiet minute', async () => {
    const { clock, say } = open(10);
    expect(say(12).slice(10)).toEqual(['first-no', 'no']);
    await clock.advance(59_000);
    expect(say(11).slice(9)).toEqual(['no', 'no']);
    await clock.advance(60_000);
    expect(say(12)).toEqual([...yes(10), 'first-no', 'no']);
  });

  it('holds each source to itself', () => {
    const { say } = open(2);
    expect(say(3, 'alice')).toEqual(['yes', 'yes', 'first-no']);
    expect(say(3, 'bob')).toEqual(['yes', 'yes', 'first-no']);
  });

  it('is no limit at 0', () => {
    expect(open(0).say(10_000)).toEqual(yes(10_000));
  });

  it('holds nobody back for longer than a minute when the clock is set back', () => {
    let now = 1_000_000_000;
    const limiter = new FloodLimiter({ perMinute: 1, clock: { now: () => now, after: () => () => {} } });
    expect(limiter.allow('alice')).toBe('yes');
    now -= 3_600_000;
    expect(limiter.allow('alice')).toBe('first-no');
    now += 60_000;
    expect(limiter.allow('alice')).toBe('yes');
  });

  it('remembers who floods now, however many others come, and forgets the others', () => {
    const { say } = open(1);
    expect(say(2, 'flooder')).toEqual(['yes', 'first-no']);
    say(1, 'early');
    for (let n = 0; n < 9_999; n++) {
      say(1, `id ${n}`);
      if (n % 1_000 === 0) expect(say(1, 'flooder')).toEqual(['no']);
    }
    expect(say(1, 'flooder')).toEqual(['no']);
    expect(say(1, 'early')).toEqual(['yes']);
  });
});

describe('the flood gate', () => {
  function openGate() {
    const clock = new TestClock();
    const gate = new FloodGate({ perMinute: () => ({ user: 10, server: 20 }), clock, log: pino({ level: 'silent' }) });
    const passing = (times: number, server = 'alpha', user = 1) =>
      Array.from({ length: times }, () => gate.ofPlayer(server, user, 'Bob')).filter((verdict) => verdict === 'yes').length;
    return { clock, gate, passing };
  }

  it('holds players and servers to their limits', () => {
    const { passing } = openGate();
    expect(passing(50)).toBe(10);
    expect(passing(50, 'alpha', 2)).toBe(10);
    expect(passing(50, 'alpha', 3)).toBe(0);
  });

  it('lets a server that came back say what it could not say before, for a minute, and others not', async () => {
    const { clock, gate, passing } = openGate();
    gate.cameBack('alpha');
    expect(passing(90)).toBe(90);
    expect(passing(90, 'beta')).toBe(10);
    await clock.advance(60_000);
    expect(passing(90)).toBe(10);
  });

  it('still stops a flood from a server that came back', () => {
    const { gate, passing } = openGate();
    gate.cameBack('alpha');
    expect(passing(1_000)).toBe(100);
  });

  it('lets all servers say what they could not say when our own connection comes back', () => {
    const { gate, passing } = openGate();
    gate.cameBack();
    expect([passing(90), passing(90, 'beta')]).toEqual([90, 90]);
  });
});
