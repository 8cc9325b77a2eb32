import { field } from '#libs/kernel/fields.ts';
import Type from 'typebox';
import type { TProperties } from 'typebox';

/** An object with these members and no others: a misspelt name in a policy must not be read as a value left out. */
export const only = <const Members extends TProperties>(members: Members) =>
  Type.Object(members, { additionalProperties: false });

export const VERSION_PATTERN = '^[a-z0-9][a-z0-9.@_-]{0,59}$';
/** The name of a version, for good: `sla-default@1`. */
export const version = () => Type.String({ pattern: VERSION_PATTERN });

/** What other policies call a calendar by: `working-days`. */
export const calendarName = () => Type.String({ pattern: '^[a-z][a-z0-9-]{0,59}$' });

/** What people call the version. */
export const title = () => Type.Optional(only({ en: field.text(100), 'zh-CN': field.text(100) }));

/**
 * Dotted paths of the values that the sources leave open and that are ours, `rules.0.resolution`: shown with a `*`, they and what
 * stands below them.
 */
export const ours = () => Type.Array(field.text(100));

/** A name of something in the document, of no person. */
export const nameOf = (what: string) => Type.String({ minLength: 1, maxLength: 100, 'x-not-personal': what });
