/** The 31 characters of GB 32100: no I, O, S, V, Z, which are taken for digits. */
const CHARACTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Is this a unified social credit code (统一社会信用代码) whose check character is right? [GB 32100-2015] */
export const isUnifiedSocialCreditCode = (code: string): boolean => {
  if (code.length !== 18) return false;
  const values = [...code].map((character) => CHARACTERS.indexOf(character));
  if (values.includes(-1)) return false;
  let weight = 1;
  let sum = 0;
  for (const value of values.slice(0, 17)) {
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return values[17] === (31 - (sum % 31)) % 31;
};
