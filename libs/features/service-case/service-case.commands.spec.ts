import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { serviceCaseCommands } from './service-case.commands.ts';
import { serviceCaseFeature } from './feature.ts';
import { serviceCase } from './service-case.ts';

type Name = keyof typeof serviceCaseCommands;
const faults = (name: Name, body: object): readonly string[] =>
  validateSync(plainToInstance(serviceCaseCommands[name] as new () => object, body), {
    ...{ whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false },
  }).map(({ property }) => property);

const request = { kind: 'consultation', channel: 'chat', subjectLine: 'How?' };

describe('the bodies of commands', () => {
  it('stand for every command that is not internal, and for no other', async () => {
    const offered = Object.entries(serviceCase.commands).filter(([, { internal }]) => internal !== true);
    const edge = await serviceCaseFeature.edge?.();
    expect(Object.keys(edge?.commands ?? {}).sort()).toEqual(offered.map(([name]) => name).sort());
  });

  it.each<[Name, object, readonly string[]]>([
    ['service-case.receive', request, []],
    ['service-case.receive', { ...request, receivedAt: '2026-03-02T01:00:00.000Z', priority: 'low' }, []],
    ['service-case.receive', {}, ['kind', 'channel', 'subjectLine']],
    ['service-case.receive', { ...request, kind: 'party' }, ['kind']],
    ['service-case.receive', { ...request, receivedAt: '2026-02-30T01:00:00.000Z' }, ['receivedAt']],
    ['service-case.receive', { ...request, subjectLine: 'x'.repeat(501) }, ['subjectLine']],
    ['service-case.receive', { ...request, reference: 'a b' }, ['reference']],
    ['service-case.receive', { ...request, status: 'closed' }, ['status']],
    ['service-case.receive', { ...request, customerId: null }, ['customerId']],
    ['service-case.assign', { assigneeId: 7 }, ['assigneeId']],
    ['service-case.wait-for-customer', { reason: '   ' }, ['reason']],
    ['service-case.evaluate', { score: 6 }, ['score']],
    ['service-case.evaluate', { score: 2.5 }, ['score']],
    ['service-case.start', {}, []],
    ['service-case.start', { now: true }, ['now']],
    ['service-case.hand-over', { team: 'west', reason: 'theirs' }, []],
    ['service-case.hand-over', { team: 'west' }, ['reason']],
    [
      'service-case.record-attachment',
      { fileName: 'a', mediaType: 'text/plain', sizeBytes: -1, sha256: 'zz', from: 'nobody' },
      ['sizeBytes', 'sha256', 'from'],
    ],
  ])('%s of %j: wrong in %j', (name, body, wrong) => expect(faults(name, body)).toEqual(wrong));
});
