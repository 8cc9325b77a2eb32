import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Channel, Delivery, OutwardMessage } from '#libs/ports/channel.ts';

/** How a receiver behaves. */
export type Mood = 'accepts' | 'busy' | 'gone' | 'refuses' | 'silent' | 'away';

export interface ChannelFixture {
  /** Gives an attempt up after about half a second. */
  readonly channel: Channel;
  /** A receiver that the channel can reach, and one that it cannot send to whatever happens. */
  readonly to: string;
  readonly unknown: string;
  /** The receiver really changes: other answers, none, or nobody listening. */
  become(mood: Mood): Promise<void>;
  /** What arrived: the id that the receiver can tell repeats by, and all that it was sent, as text. */
  received(): readonly { readonly id: string; readonly all: string }[];
  /** Texts that must stand in no reason: secrets, addresses. */
  readonly secrets: readonly string[];
  dispose(): Promise<void>;
}

export const exampleMessage = (to: string, change: Partial<OutwardMessage> = {}): OutwardMessage => ({
  id: '0d5b2c1e-6a52-5b1e-9f0e-4f7f2a3c9d10',
  to,
  subject: 'INC0000073: deadline near',
  text: 'The deadline of INC0000073 is near.',
  link: 'https://care.example/service-cases/c1',
  data: { type: 'notice', timestamp: '2026-03-02T01:00:00.000Z', data: { reference: 'INC0000073' } },
  language: 'en',
  sentAt: '2026-03-02T01:00:00.000Z',
  ...change,
});

/** What every channel promises, tried on a real receiver. */
export const describeChannel = (name: string, open: () => Promise<ChannelFixture>): void => {
  describe(`${name}: a channel`, () => {
    let fixture: ChannelFixture;
    const send = (change: Partial<OutwardMessage> = {}, signal = new AbortController().signal): Promise<Delivery> =>
      fixture.channel.deliver(exampleMessage(fixture.to, change), signal);
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.dispose());

    it('delivers a message with its id', async () => {
      expect(await send()).toMatchObject({ kind: 'delivered' });
      expect(fixture.received().map(({ id }) => id)).toEqual(['0d5b2c1e-6a52-5b1e-9f0e-4f7f2a3c9d10']);
      expect(fixture.received()[0]!.all).toContain('INC0000073');
    });

    it('repeats a message under the same id, and another under another [SLA 14]', async () => {
      await send();
      await send();
      await send({ id: 'another' });
      expect(fixture.received().map(({ id }) => id)).toEqual([
        '0d5b2c1e-6a52-5b1e-9f0e-4f7f2a3c9d10',
        '0d5b2c1e-6a52-5b1e-9f0e-4f7f2a3c9d10',
        'another',
      ]);
    });

    it('sends nothing under an id that would not arrive as it is', async () => {
      for (const id of ['', 'two\nlines', '<angle@brackets>', 'x'.repeat(101)])
        expect(await send({ id })).toMatchObject({ kind: 'refused' });
      expect(fixture.received()).toEqual([]);
    });

    it('asks for another attempt where the receiver is busy', async () => {
      await fixture.become('busy');
      expect(await send()).toMatchObject({ kind: 'retry' });
      await fixture.become('accepts');
      expect(await send()).toMatchObject({ kind: 'delivered' });
    });

    it('says that a receiver who is gone for good will never take anything [SLA 12]', async () => {
      await fixture.become('gone');
      expect(await send()).toMatchObject({ kind: 'bounced' });
    });

    it('says that a message which the receiver does not want would be refused again', async () => {
      await fixture.become('refuses');
      expect(await send()).toMatchObject({ kind: 'refused' });
    });

    it('asks for another attempt where the receiver never answers, and waits no longer than it is told', async () => {
      await fixture.become('silent');
      const begun = performance.now();
      expect(await send()).toMatchObject({ kind: 'retry' });
      expect(performance.now() - begun).toBeLessThan(5_000);
    });

    it('asks for another attempt where nobody listens', async () => {
      await fixture.become('away');
      expect(await send()).toMatchObject({ kind: 'retry' });
    });

    it('gives an attempt up when it is told to', async () => {
      await fixture.become('silent');
      const stop = new AbortController();
      const sent = send({}, stop.signal);
      stop.abort();
      expect(await sent).toMatchObject({ kind: 'retry' });
      expect(await send({}, AbortSignal.abort())).toMatchObject({ kind: 'retry' });
    });

    it('sends nothing to a receiver that there is not', async () => {
      expect(await send({ to: fixture.unknown })).toMatchObject({ kind: 'refused' });
      expect(fixture.received()).toEqual([]);
    });

    it('tells no secret, address or words of the receiver in any reason', async () => {
      const said: Delivery[] = [await send({ to: fixture.unknown })];
      for (const mood of ['busy', 'gone', 'refuses', 'away'] as const) {
        await fixture.become(mood);
        said.push(await send());
      }
      for (const secret of [...fixture.secrets, 'words of the receiver'])
        expect(JSON.stringify(said)).not.toContain(secret);
    });
  });
};
