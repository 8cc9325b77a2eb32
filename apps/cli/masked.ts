/** Why a server masks values that the token's roles would show, and what to do about it. */
const WORDS: { readonly [why: string]: string } = {
  'no-undertaking':
    'Personal values are masked: no confidentiality undertaking is on record for you. Sign it, and have it recorded (POST /v1/users/<id>/record-undertaking).',
};

export const maskedInWords = (why: string): string => WORDS[why] ?? `Personal values are masked: ${why}.`;
