import { expect, it } from '@jest/globals';
import { complaintFeature } from '#libs/features/complaint/feature.ts';
import { customerFeature } from '#libs/features/customer/feature.ts';
import { policyFeature } from '#libs/features/policy/feature.ts';
import { serviceCaseFeature } from '#libs/features/service-case/feature.ts';
import { slaStatusFeature } from '#libs/features/sla-status/feature.ts';
import { tieringFeature } from '#libs/features/tiering/feature.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { openTestLedger, temporaryFolder } from '#libs/testing/test-ledger.ts';
import { slaFeature } from './feature.ts';

const FEATURES = [
  ...[customerFeature, tieringFeature, policyFeature, complaintFeature, serviceCaseFeature],
  ...[slaFeature, slaStatusFeature],
];
const ann = { id: 'ann', grants: ROLES.map((role) => ({ role, team: '*' })) };

/** A complaint of Monday, answered on Tuesday after its response was due, planned after three quarters of that time. */
const lived = async (runsProcesses: boolean): Promise<readonly string[]> => {
  const temporary = await temporaryFolder();
  const test = await openTestLedger(FEATURES, temporary.folder, undefined, { runsProcesses });
  const at = async (moment: string, name: string, body: object, id?: string) => {
    test.clock.set(moment);
    if (runsProcesses) await test.ledger.processes!.settle();
    const whose = id === undefined ? {} : { id };
    const request = { name, body: body as JsonObject, commandId: name, actor: ann, ...whose };
    const outcome = await test.ledger.execute(request);
    if (!outcome.accepted) throw new Error(outcome.message);
    return outcome.id;
  };
  const file = { channel: 'phone', category: 'delivery', severity: 'minor', description: '…' };
  const id = await at('2026-03-02T01:00:00.000Z', 'complaint.file', file);
  await at('2026-03-03T02:00:00.000Z', 'complaint.send-answer', { channel: 'phone', text: '…' }, id);
  await at('2026-03-03T14:00:00.000Z', 'complaint.accept', {}, id);
  const plan = { plan: '…', completeBy: '2026-03-09T00:00:00.000Z' };
  await at('2026-03-03T15:00:00.000Z', 'complaint.set-plan', plan, id);
  const found: string[] = [];
  for await (const page of test.store.readStream(`complaint-${id}`))
    for (const { type, data, metadata } of page) {
      const { nextAt: _next, ...said } = JSON.parse(data) as JsonObject;
      const { occurredAt } = JSON.parse(metadata) as { occurredAt: string };
      found.push(`${occurredAt} ${type} ${JSON.stringify(said).replaceAll(/"\$sealed":"[^"]*"/g, '')}`);
    }
  await test.close();
  await temporary.remove();
  return found.sort();
};

it('what people do while nobody looks leaves the events that it leaves when somebody does [SLA 13]', async () => {
  const inTime = await lived(true);
  expect(await lived(false)).toEqual(inTime);
  expect(inTime.filter((line) => line.includes('threshold-reached'))).toHaveLength(3);
  expect(inTime.filter((line) => line.includes('deadline-missed'))).toHaveLength(1);
});
