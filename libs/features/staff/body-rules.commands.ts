import { isInstant } from '#libs/kernel/instant.ts';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

/** What a field of a command's body is called for, shown on the API page; `optional` fields may be left out. */
interface About {
  readonly optional?: true;
  readonly description?: string;
}

const rule = (about: About, schema: object, ...checks: PropertyDecorator[]) =>
  applyDecorators(
    // Not IsOptional: that would let null through, which no decider expects.
    ...(about.optional === true ? [ValidateIf((_body, value) => value !== undefined)] : []),
    ApiProperty({
      ...schema,
      required: about.optional !== true,
      ...(about.description === undefined ? {} : { description: about.description }),
    }),
    ...checks,
  );

/** Text of 1 to `maxLength` characters that is not only white space. */
export const Text = (maxLength: number, about: About = {}) =>
  rule(
    about,
    { type: String, minLength: 1, maxLength },
    IsString(),
    MinLength(1),
    MaxLength(maxLength),
    Matches(/\S/, { message: '$property must hold more than white space' }),
  );

/** Text that a pattern holds for; the example says how it looks. */
export const Pattern = (pattern: RegExp, example: string, about: About = {}) =>
  rule(
    about,
    { type: String, pattern: pattern.source, example },
    IsString(),
    MaxLength(400),
    Matches(pattern, { message: `$property must look like ${example}` }),
  );

/** The id of an aggregate, a user or a team. */
export const Id = (about: About = {}) => Pattern(/^[A-Za-z0-9_*][A-Za-z0-9_.:-]{0,99}$/, 'c1f0a2b4', about);

const isReal = (name: string, asInstant: (value: string) => string, example: string) =>
  ValidateBy({
    name,
    validator: {
      validate: (value) => typeof value === 'string' && isInstant(asInstant(value)),
      defaultMessage: (argument) => `${argument?.property} must be a real moment written like ${example}`,
    },
  });

/** A moment with milliseconds in UTC. */
export const Moment = (about: About = {}) =>
  rule(
    about,
    { type: String, format: 'date-time', example: '2026-11-24T09:30:00.000Z' },
    isReal('isMoment', (value) => value, '2026-11-24T09:30:00.000Z'),
  );

/** A day of the calendar; 30 February is none. */
export const Day = (about: About = {}) =>
  rule(
    about,
    { type: String, format: 'date', example: '2026-11-24' },
    isReal('isDay', (value) => `${value}T00:00:00.000Z`, '2026-11-24'),
  );

/** A decimal amount with up to 3 places. */
export const Amount = (about: About = {}) => Pattern(/^-?(0|[1-9]\d{0,14})(\.\d{1,3})?$/, '19.99', about);
export const Currency = (about: About = {}) => Pattern(/^[A-Z]{3}$/, 'CNY', about);

export const OneOf = (values: readonly string[], about: About = {}) => rule(about, { enum: [...values] }, IsIn(values));

export const Whole = (minimum: number, maximum: number, about: About = {}) =>
  rule(about, { type: 'integer', minimum, maximum }, IsInt(), Min(minimum), Max(maximum));

export const Flag = (about: About = {}) => rule(about, { type: Boolean }, IsBoolean());

/** A list of different ids. */
export const Ids = (maxItems: number, about: About = {}) =>
  rule(
    about,
    { type: [String], maxItems },
    IsArray(),
    ArrayMaxSize(maxItems),
    ArrayUnique(),
    IsString({ each: true }),
    MinLength(1, { each: true }),
    MaxLength(100, { each: true }),
  );

/** A list of different whole numbers. */
export const Wholes = (minimum: number, maximum: number, about: About = {}) =>
  rule(
    about,
    { type: 'array', items: { type: 'integer', minimum, maximum } },
    IsArray(),
    ArrayMinSize(1),
    ArrayUnique(),
    IsInt({ each: true }),
    Min(minimum, { each: true }),
    Max(maximum, { each: true }),
  );

/** A list of objects of one class. */
export const ListOf = (
  item: new () => object,
  { minItems = 0, maxItems, ...about }: About & { readonly minItems?: number; readonly maxItems: number },
) =>
  rule(
    about,
    { type: [item], minItems, maxItems },
    IsArray(),
    ArrayMinSize(minItems),
    ArrayMaxSize(maxItems),
    ValidateNested({ each: true }),
    Type(() => item),
  );
