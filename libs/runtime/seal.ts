import type { KeyObject } from 'node:crypto';
import type { EventSet } from '#libs/kernel/event.ts';
import type { JsonObject, JsonValue } from '#libs/kernel/json.ts';
import { isSealed } from '#libs/kernel/sealed.ts';
import type { Sealed } from '#libs/kernel/sealed.ts';
import { SubjectErased } from '#libs/ports/key-vault.ts';
import type { KeyVault } from '#libs/ports/key-vault.ts';
import { decryptWithSubjectKey, disclosedKey, encrypt, TamperedValue } from './field-cipher.ts';
import { personalFieldsByType, replacePersonal } from './personal-fields.ts';
import type { Mark } from './personal-fields.ts';

export { openWith, TamperedValue } from './field-cipher.ts';

/** Shown in place of a value whose class the viewer may not see. */
export const MASKED = '***';
/** Shown in place of a value whose key was destroyed. */
export const ERASED = '[erased]';
/** Shown in place of a value that no longer fits its key; the ledger should be verified. */
export const TAMPERED = '[tampered]';

/** May a value of this class, of this subject, be opened? */
export type MaySee = (dataClass: Sealed['as'], subject: string) => boolean;

/**
 * Seals personal texts before an event is appended, and opens them at an output, for a viewer.
 *
 * From the subject's key, HKDF-SHA256 over (event id, path) gives 64 bytes: the field's AES-256 key, which an export may
 * disclose without opening any other field, and a key for the nonce. The nonce is a keyed hash of the text and its place
 * (as in synthetic-IV encryption): sealing an event again, after a lost answer, gives the same bytes, and two texts under
 * one event id never share a nonce. AES-256-GCM also covers event id, path, subject and class. The commitment is a hash of
 * the field key: AES-GCM alone would let a forged second key open the same bytes to another text. A token shows its text's
 * length in bytes.
 */
export interface Sealer {
  /** Whose keys `seal` will need for this data, for one `vault.ensure`; empty where it has nothing clear and personal. */
  subjectsOf(type: string, data: JsonObject, subject: string): readonly string[];
  /**
   * The data with each clear personal text replaced by its token. The subject is the event's, or the one that the sibling
   * named by `x-subject-field` holds, where it holds one. The keys must be in memory: call `vault.ensure(subjectsOf(…))`
   * just before. Throws SubjectErased; an Error for an event of no known set or a key that was not ensured.
   */
  seal(type: string, eventId: string, subject: string, data: JsonObject): JsonObject;
  /** The clear text; undefined once the subject's key is gone. Throws TamperedValue. */
  open(value: Sealed): Promise<string | undefined>;
  /**
   * A deep copy for a viewer: each token replaced by its text, or by MASKED, ERASED or TAMPERED. `onShown` is told of each that was
   * replaced by its text.
   */
  openAll(json: JsonValue, maySee: MaySee, onShown?: (token: Sealed) => void): Promise<JsonValue>;
  /** The key that opens this token only, base64url, for `openWith`; undefined once it is gone. Throws TamperedValue. */
  fieldKey(value: Sealed): Promise<string | undefined>;
}

const subjectFor = ({ subjectField }: Mark, siblings: JsonObject, subject: string): string => {
  const named = subjectField === undefined ? undefined : siblings[subjectField];
  if (named === undefined || named === null || named === '') return subject;
  if (typeof named !== 'string') throw new TypeError(`${subjectField} must be the id of a person: it names a subject.`);
  return named;
};

const collectSubjects = (json: JsonValue | undefined, maySee: MaySee, into: Set<string>): void => {
  if (typeof json !== 'object' || json === null) return;
  if (isSealed(json)) {
    if (maySee(json.as, json.of)) into.add(json.of);
  } else for (const value of Object.values(json)) collectSubjects(value, maySee, into);
};

const copy = (json: JsonValue, replace: (token: Sealed) => string): JsonValue => {
  if (typeof json !== 'object' || json === null) return json;
  if (isSealed(json)) return replace(json);
  if (Array.isArray(json)) return (json as readonly JsonValue[]).map((item) => copy(item, replace));
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, copy(value, replace)]));
};

const showing = (key: KeyObject | undefined, token: Sealed): string => {
  if (key === undefined) return ERASED;
  try {
    return decryptWithSubjectKey(key, token);
  } catch (error) {
    if (error instanceof TamperedValue) return TAMPERED;
    throw error;
  }
};

/** A sealer for these sets' events, their schemas read once. Throws where a schema's marks make no sense. */
export const sealerFor = (vault: KeyVault, eventSets: readonly EventSet[]): Sealer => {
  const byType = personalFieldsByType(eventSets);
  const fieldsOf = (type: string) => {
    const fields = byType.get(type);
    if (fields === undefined && !byType.has(type))
      throw new Error(`No feature declares the event ${type}: add its events to the feature that writes it.`);
    return fields;
  };

  const keyInMemory = (subject: string): KeyObject => {
    const key = vault.cachedKey(subject);
    if (key === null) throw new SubjectErased(subject);
    if (key === undefined) throw new Error(`The key of ${subject} is not in memory: call vault.ensure before sealing.`);
    return key;
  };

  const keyOf = async (subject: string): Promise<KeyObject | undefined> => {
    const key = vault.cachedKey(subject);
    return key === undefined ? vault.key(subject) : (key ?? undefined);
  };

  return {
    subjectsOf: (type, data, subject) => {
      const fields = fieldsOf(type);
      if (fields === undefined) return [];
      const subjects = new Set<string>();
      replacePersonal(fields, data, (text, mark, _at, siblings) => {
        subjects.add(subjectFor(mark, siblings, subject));
        return text;
      });
      return [...subjects];
    },

    seal: (type, eventId, subject, data) => {
      const fields = fieldsOf(type);
      if (fields === undefined) return data;
      return replacePersonal(fields, data, (text, mark, at, siblings) => {
        const of = subjectFor(mark, siblings, subject);
        return encrypt(keyInMemory(of), { by: eventId, at, of, as: mark.as }, text);
      });
    },

    open: async (value) => {
      const key = await keyOf(value.of);
      return key === undefined ? undefined : decryptWithSubjectKey(key, value);
    },

    openAll: async (json, maySee, onShown) => {
      const subjects = new Set<string>();
      collectSubjects(json, maySee, subjects);
      const found = await Promise.all([...subjects].map(async (subject) => [subject, await keyOf(subject)] as const));
      const keys = new Map(found);
      return copy(json, (token) => {
        if (!maySee(token.as, token.of)) return MASKED;
        const text = showing(keys.get(token.of), token);
        if (text !== ERASED && text !== TAMPERED) onShown?.(token);
        return text;
      });
    },

    fieldKey: async (value) => {
      const key = await keyOf(value.of);
      return key === undefined ? undefined : disclosedKey(key, value);
    },
  };
};
