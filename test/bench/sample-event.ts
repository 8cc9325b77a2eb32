import { TEXT } from './seed.ts';

const now = '2026-03-02T01:00:00.000Z';
const data = JSON.stringify({ authorId: 'bench-agent', text: TEXT });

/** An event ready to be appended, without personal fields: what a store alone has to do. */
export const sampleEvent = (id: string) => ({
  id,
  type: 'service-case.note-added.v1',
  data,
  metadata:
    `{"actor":"bench-agent","causationId":"${id}","commandHash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",` +
    `"commandId":"${id}","correlationId":"${id}","occurredAt":"${now}","origin":"command","recordedAt":"${now}",` +
    `"subject":"10000000-0000-4000-8000-000000000001","tenant":"bench"}`,
});
