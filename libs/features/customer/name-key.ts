/** The same for names that differ only in case, width, spaces and punctuation. An organisation's name is not personal. */
export const nameKeyOf = (organisationName: string): string =>
  organisationName
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
