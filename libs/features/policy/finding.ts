/** Something about a policy document: where (a JSON pointer, `/rules/0/firstResponse`), and what. */
export interface Finding {
  /** A fault refuses the document; a warning is said and kept out of nobody's way. */
  readonly severity: 'fault' | 'warning';
  readonly path: string;
  readonly problem: string;
}

export const fault = (path: string, problem: string): Finding => ({ severity: 'fault', path, problem });
export const warning = (path: string, problem: string): Finding => ({ severity: 'warning', path, problem });

/** The places of values that stand in a list before. */
export const repeated = <T>(values: readonly T[]): readonly number[] =>
  values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));

/** Every combination of the values, one of each list. */
export const combinations = <const Lists extends { readonly [name: string]: readonly unknown[] }>(
  lists: Lists,
): { readonly [Name in keyof Lists]: Lists[Name][number] }[] =>
  Object.entries(lists).reduce<{ [name: string]: unknown }[]>(
    (before, [name, values]) => before.flatMap((made) => values.map((value) => ({ ...made, [name]: value }))),
    [{}],
  ) as { [Name in keyof Lists]: Lists[Name][number] }[];
