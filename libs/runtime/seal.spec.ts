import { createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Type from 'typebox';
import { openFileKeyVault } from '#libs/adapters/key-vault-file/key-vault-file.ts';
import { defineEvents } from '#libs/kernel/event.ts';
import { field } from '#libs/kernel/fields.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { isSealed } from '#libs/kernel/sealed.ts';
import type { Sealed } from '#libs/kernel/sealed.ts';
import { SubjectErased } from '#libs/ports/key-vault.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import { ERASED, MASKED, openWith, sealerFor, TAMPERED, TamperedValue } from './seal.ts';
import type { Sealer } from './seal.ts';
import { unmarkedPersonalFields } from './unmarked-personal-fields.ts';

const says = { en: '', 'zh-CN': '' };
const events = defineEvents('visit', {
  'visit.planned.v1': { meaning: '', says, data: Type.Object({ at: field.instant(), minutes: field.count() }) },
  'visit.noted.v1': {
    meaning: '',
    says,
    data: Type.Object({
      place: field.text(),
      note: Type.Optional(field.personal()),
      identity: Type.Optional(Type.Union([Type.Null(), field.sensitive()])),
      guest: Type.Optional(Type.Object({ address: Type.Optional(Type.Object({ street: field.personal() })) })),
      contacts: Type.Optional(
        Type.Array(
          Type.Object({
            personId: Type.Optional(field.id()),
            role: field.text(),
            name: field.personal({ subjectField: 'personId' }),
            phones: Type.Optional(Type.Array(field.personal({ subjectField: 'personId' }))),
          }),
        ),
      ),
      answers: Type.Optional(Type.Record(Type.String(), field.personal())),
    }),
  },
});

const everything = () => true;
const noted = 'visit.noted.v1';

describe('Sealing', () => {
  let folder: string;
  let vault: KeyVault;
  let sealer: Sealer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'seal-'));
    vault = await openFileKeyVault({ folder });
    sealer = sealerFor(vault, [events]);
    await vault.ensure(['customer-1', 'customer-2']);
  });
  afterAll(async () => {
    await vault.close();
    rmSync(folder, { recursive: true });
  });

  const sealed = async (data: JsonObject, subject = 'customer-1', eventId = 'event-1'): Promise<JsonObject> => {
    await vault.ensure(sealer.subjectsOf(noted, data, subject));
    return sealer.seal(noted, eventId, subject, data);
  };
  const token = async (text: string, subject = 'customer-1', eventId = 'event-1'): Promise<Sealed> =>
    (await sealed({ place: 'Lobby', note: text }, subject, eventId)).note as unknown as Sealed;

  it('replaces personal texts wherever they stand, and nothing else', async () => {
    const data: JsonObject = {
      place: 'Lobby',
      note: 'Called about the leak',
      identity: null,
      guest: { address: { street: 'Nanjing Road 1' } },
      contacts: [
        { role: 'tenant', name: 'Li Wei', personId: 'person-7', phones: ['1', '2'] },
        { role: 'owner', name: 'Wang Fang' },
      ],
      answers: { recommend: 'never' },
    };
    const result = await sealed(data);
    const place = (at: string, of = 'customer-1', as = 'personal') => ({
      $sealed: expect.stringMatching(/^[\w-]{80,}$/),
      by: 'event-1',
      at,
      of,
      as,
    });
    expect(result).toEqual({
      place: 'Lobby',
      note: place('note'),
      identity: null,
      guest: { address: { street: place('guest.address.street') } },
      contacts: [
        {
          role: 'tenant',
          name: place('contacts.0.name', 'person-7'),
          personId: 'person-7',
          phones: [place('contacts.0.phones.0', 'person-7'), place('contacts.0.phones.1', 'person-7')],
        },
        { role: 'owner', name: place('contacts.1.name') },
      ],
      answers: { recommend: place('answers.recommend') },
    });
    expect(sealer.subjectsOf(noted, data, 'customer-1')).toEqual(['customer-1', 'person-7']);
    expect(await sealer.openAll(result, everything)).toEqual(data);
    expect(((await sealed({ place: '', identity: '31010' })).identity as unknown as Sealed).as).toBe('sensitive');
  });

  it('leaves an event without personal fields as it is', () => {
    const data = { at: '2026-11-24T09:30:00.000Z', minutes: 30 };
    expect(sealer.seal('visit.planned.v1', 'event-1', 'never-seen', data)).toBe(data);
    expect(sealer.subjectsOf('visit.planned.v1', data, 'never-seen')).toEqual([]);
  });

  it('leaves a token that an earlier event made as it is', async () => {
    const earlier = await token('Li Wei', 'customer-2', 'event-0');
    const data = { place: 'Lobby', note: earlier as unknown as JsonObject };
    expect(sealer.subjectsOf(noted, data, 'customer-1')).toEqual([]);
    expect((await sealed(data)).note).toBe(earlier);
  });

  it('gives the same bytes when the same event is sealed again', async () => {
    const data = { place: 'Lobby', note: 'Li Wei' };
    expect(canonicalJson(await sealed(data))).toBe(canonicalJson(await sealed(data)));
  });

  it('never uses a nonce twice under one key: another text under the same event id has another', async () => {
    const nonce = ({ $sealed }: Sealed) => Buffer.from($sealed, 'base64url').subarray(32, 44).toString('hex');
    const texts = ['', 'a', 'b', 'ab'];
    const nonces = await Promise.all(texts.map(async (text) => nonce(await token(text))));
    expect(new Set(nonces).size).toBe(texts.length);
  });

  it('shows nothing of the text, nor that two texts are the same', async () => {
    const [here, there] = [
      await token('Li Wei', 'customer-1', 'event-1'),
      await token('Li Wei', 'customer-1', 'event-2'),
    ];
    const bytes = [here, there].map(({ $sealed }) => Buffer.from($sealed, 'base64url'));
    expect(bytes[0]!.includes('Li Wei')).toBe(false);
    expect(bytes[0]!.subarray(0, 32).equals(bytes[1]!.subarray(0, 32))).toBe(false);
    expect(bytes[0]!.subarray(44).equals(bytes[1]!.subarray(44))).toBe(false);
  });

  it('opens any Unicode text again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), fc.uuid(), async (text, eventId) => {
        expect(await sealer.open(await token(text, 'customer-1', eventId))).toBe(text.toWellFormed());
      }),
    );
  });

  it('opens no token of which one byte was changed', async () => {
    const whole = await token('张伟, Nanjing Road 1');
    const length = Buffer.from(whole.$sealed, 'base64url').length;
    for (let index = 0; index < length; index += 1) {
      const bytes = Buffer.from(whole.$sealed, 'base64url');
      bytes[index]! ^= 1 << (index % 8);
      await expect(sealer.open({ ...whole, $sealed: bytes.toString('base64url') })).rejects.toThrow(TamperedValue);
    }
    for (let index = 0; index < whole.$sealed.length; index += 1) {
      const other = whole.$sealed[index] === 'B' ? 'A' : 'B';
      const $sealed = whole.$sealed.slice(0, index) + other + whole.$sealed.slice(index + 1);
      await expect(sealer.open({ ...whole, $sealed })).rejects.toThrow(TamperedValue);
    }
  });

  it('opens no token that was cut, lengthened or spelt otherwise', async () => {
    const whole = await token('Li Wei');
    for (const $sealed of [
      '',
      whole.$sealed.slice(0, 40),
      whole.$sealed.slice(0, -4),
      `${whole.$sealed}AAAA`,
      `${whole.$sealed}=`,
    ])
      await expect(sealer.open({ ...whole, $sealed })).rejects.toThrow(TamperedValue);
  });

  it('opens no token that was moved to another event, field, subject or class', async () => {
    const whole = await token('Li Wei');
    for (const moved of [{ by: 'event-2' }, { at: 'identity' }, { of: 'customer-2' }, { as: 'sensitive' as const }])
      await expect(sealer.open({ ...whole, ...moved })).rejects.toThrow(TamperedValue);
    expect(await sealer.openAll({ ...whole, at: 'identity' }, everything)).toBe(TAMPERED);
  });

  it('says "erased", not "tampered", once the key is destroyed, in every copy', async () => {
    const gone = await token('Li Wei', 'customer-3');
    await vault.destroy('customer-3');
    expect(await sealer.open(gone)).toBeUndefined();
    expect(await sealer.fieldKey(gone)).toBeUndefined();
    expect(await sealer.openAll([{ deep: gone as unknown as JsonObject }], everything)).toEqual([{ deep: ERASED }]);
    expect(() => sealer.seal(noted, 'event-9', 'customer-3', { place: '', note: 'x' })).toThrow(SubjectErased);
  });

  it('masks what the viewer may not see, without asking for its key', async () => {
    const whole = await sealed({ place: 'Lobby', note: 'Li Wei', identity: '31010' });
    const asked: string[] = [];
    const watched: KeyVault = {
      ...vault,
      cachedKey: () => undefined,
      key: (subject) => {
        asked.push(subject);
        return vault.key(subject);
      },
    };
    const view = sealerFor(watched, [events]);
    expect(await view.openAll(whole, () => false)).toEqual({ place: 'Lobby', note: MASKED, identity: MASKED });
    expect(asked).toEqual([]);
    expect(await view.openAll(whole, (as) => as === 'personal')).toEqual({
      place: 'Lobby',
      note: 'Li Wei',
      identity: MASKED,
    });
    expect(asked).toEqual(['customer-1']);
  });

  it('copies a member called __proto__ as any other', async () => {
    const json = JSON.parse('{"__proto__": {"admin": true}}') as JsonObject;
    const copy = (await sealer.openAll(json, everything)) as JsonObject;
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"admin":true}}');
    expect(copy.admin).toBeUndefined();
  });

  it('discloses one field without any other, to be opened without the vault', async () => {
    const whole = await sealed({ place: 'Lobby', note: 'Li Wei', identity: '31010' });
    const [note, identity] = [whole.note, whole.identity] as unknown as [Sealed, Sealed];
    const key = (await sealer.fieldKey(note))!;
    expect(openWith(note, key)).toBe('Li Wei');
    expect(() => openWith(identity, key)).toThrow(TamperedValue);
    expect(() => openWith(note, randomBytes(32).toString('base64url'))).toThrow(TamperedValue);
    expect(() => openWith(note, 'short')).toThrow(TamperedValue);
    await expect(sealer.fieldKey({ ...note, as: 'sensitive' })).rejects.toThrow(TamperedValue);
  });

  it('refuses to write clear what it cannot seal', async () => {
    expect(() => sealer.seal(noted, 'event-1', 'customer-1', { place: '', note: 12 })).toThrow(/note must be text/);
    expect(() => sealer.seal(noted, 'event-1', 'stranger', { place: '', note: 'x' })).toThrow(/call vault\.ensure/);
    expect(() => sealer.seal('visit.other.v1', 'event-1', 'customer-1', {})).toThrow(/No feature declares/);
    expect(() => sealer.subjectsOf('visit.other.v1', {}, 'customer-1')).toThrow(/No feature declares/);
  });

  it('refuses a schema whose marks make no sense', () => {
    const declared = (data: Type.TObject) => () =>
      sealerFor(vault, [defineEvents('visit', { 'visit.odd.v1': { meaning: '', says, data } })]);
    expect(declared(Type.Object({ name: field.personal({ subjectField: 'whose' }) }))).toThrow(
      /visit\.odd\.v1\.name names whose as its subject's field/,
    );
    expect(declared(Type.Object({ who: Type.Object({}, { 'x-data-class': 'personal' }) }))).toThrow(/is no text/);
    expect(declared(Type.Object({ who: Type.Ref('Person') }))).toThrow(/refers to another schema/);
  });
});

describe('The lint for unmarked personal fields', () => {
  const unmarked = (properties: Type.TProperties) =>
    unmarkedPersonalFields([
      defineEvents('visit', { 'visit.odd.v1': { meaning: '', says, data: Type.Object(properties) } }),
    ]).map(({ type, path }) => `${type} ${path}`);

  it('finds personal names that are not marked, wherever they stand', () => {
    expect(
      unmarked({
        callerName: field.text(),
        contacts: Type.Array(Type.Object({ email: Type.Union([Type.Null(), Type.String()]), role: field.text() })),
        address: Type.Object({ city: Type.String() }),
        notes: Type.Array(field.confidential()),
        idNumber: Type.String(),
      }),
    ).toEqual([
      'visit.odd.v1 callerName',
      'visit.odd.v1 contacts.*.email',
      'visit.odd.v1 address.city',
      'visit.odd.v1 notes.*',
      'visit.odd.v1 idNumber',
    ]);
  });

  it('passes marked fields, codes, numbers, and what is said not to be personal', () => {
    expect(
      unmarked({
        callerName: field.personal(),
        note: field.sensitive(),
        comment: Type.Enum(['good', 'bad']),
        feedback: field.score(),
        text: Type.Literal('fixed'),
        organisationName: Type.String({ 'x-not-personal': 'the name of an organisation' }),
        addressId: field.id(),
        category: field.text(),
      }),
    ).toEqual([]);
    expect(unmarkedPersonalFields([events])).toEqual([]);
  });
});

describe('Sealing, by its bytes', () => {
  it('opens tokens of the first version for ever', async () => {
    const key: KeyObject = createSecretKey(Buffer.alloc(32, 7));
    const fixed: KeyVault = {
      ensure: async () => undefined,
      key: async () => key,
      cachedKey: () => key,
      destroy: async () => undefined,
      blindIndex: () => '',
      close: async () => undefined,
    };
    const sealer = sealerFor(fixed, [events]);
    const { note } = sealer.seal(noted, 'event-1', 'customer-1', { place: '', note: '张伟' });
    expect(isSealed(note)).toBe(true);
    expect(note).toEqual({
      $sealed: '3dY81nGjbC9cyrxHdeG_Oz4dA28doM11qG9r3ONLoDZBTzYRjEyh83MqEbXaZLpjEF7joIVxeoVAlADq20BUFrIS',
      by: 'event-1',
      at: 'note',
      of: 'customer-1',
      as: 'personal',
    });
  });
});
