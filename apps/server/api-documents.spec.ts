import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { staffFeature } from '#libs/features/staff/feature.ts';
import { asyncApiOf } from './asyncapi.ts';
import { describeApi } from './create-server.ts';
import { apiDocuments, writeApiDocuments } from './openapi.ts';

interface Tree {
  readonly [name: string]: Tree;
}

/** Every `$ref` leads somewhere in the document itself. */
const danglingReferences = (document: Tree): string[] => {
  const dangling: string[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (name === '$ref' && typeof member === 'string') {
        let target: Tree | undefined = document;
        for (const part of member.slice(2).split('/')) target = target?.[part];
        if (target === undefined) dangling.push(member);
      } else visit(member);
    }
  };
  visit(document);
  return dangling;
};

describe('the OpenAPI document', () => {
  it('offers a route for each command, with its body, its roles and its problems', async () => {
    const document = (await describeApi([staffFeature])) as Tree;
    expect(document.openapi).toBe('3.1.0');
    const create = document.paths!['/v1/teams']!.post!;
    expect(create).toMatchObject({
      operationId: 'teamForm',
      summary: 'Form a team',
      'x-roles': ['hr', 'operator'],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/TeamForm' } } },
      },
      security: [{ token: [] }],
    });
    expect(Object.keys(create.responses!)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '404',
      '409',
      '412',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(document.paths!['/v1/teams/{id}/rename']!.post!.operationId).toBe('teamRename');
    expect(document.paths!['/v1/teams/{id}/import']).toBeUndefined();
  });

  it('describes a body by the rules that check it', async () => {
    const { components } = (await describeApi([staffFeature])) as Tree;
    expect(components!.schemas!.TeamSetWorkingHours).toEqual({
      type: 'object',
      additionalProperties: false,
      required: ['windows', 'zone'],
      properties: {
        zone: {
          type: 'string',
          minLength: 1,
          maxLength: 60,
          pattern: '\\S',
          description: 'An IANA zone: Asia/Shanghai',
        },
        windows: {
          type: 'array',
          minItems: 1,
          maxItems: 50,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['from', 'to', 'weekdays'],
            properties: {
              weekdays: expect.objectContaining({ type: 'array', items: { type: 'integer', minimum: 1, maximum: 7 } }),
              from: expect.objectContaining({ type: 'string', example: '09:00' }),
              to: expect.objectContaining({ type: 'string', example: '18:00' }),
            },
          },
        },
      },
    });
  });

  it('has unique operation ids and no reference that leads nowhere', async () => {
    const document = (await describeApi([staffFeature])) as Tree;
    const ids = Object.values(document.paths!).flatMap((methods) =>
      Object.values(methods).map((operation) => operation.operationId as unknown as string),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(danglingReferences(document)).toEqual([]);
  });
});

describe('the event catalogue', () => {
  it('lists each event with its meaning, its sentences and its payload', () => {
    const document = asyncApiOf([staffFeature]) as Tree;
    expect(document.asyncapi).toBe('3.0.0');
    expect(document.channels!.team).toMatchObject({ address: 'team-{id}' });
    expect(document.components!.messages!['user.registered.v1']).toMatchObject({
      contentType: 'application/json',
      summary: expect.stringMatching(/\S/),
      description: expect.stringMatching(/^en: .+\nzh-CN: .+/),
      payload: { type: 'object', properties: { displayName: { 'x-data-class': 'personal' } } },
    });
    expect(danglingReferences(document)).toEqual([]);
  });
});

describe('the committed documents', () => {
  it('are the same bytes every time, and a check notices any other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'care-api-'));
    try {
      const features = [staffFeature];
      expect(await apiDocuments(features)).toEqual(await apiDocuments(features));
      const files = ['openapi.json', 'asyncapi.json', 'access.md'].map((name) => join(folder, name));
      expect(await writeApiDocuments(folder, features, { check: true })).toEqual(files);
      await expect(readFile(files[0]!)).rejects.toThrow();
      expect(await writeApiDocuments(folder, features)).toEqual(files);
      expect(await writeApiDocuments(folder, features, { check: true })).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
