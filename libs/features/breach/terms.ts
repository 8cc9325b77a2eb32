import type { Terms, Words } from '#libs/kernel/terms.ts';
import type { ACCOUNTABILITY, BREACH_KINDS, ISOLATIONS } from './vocabulary.ts';

const kinds: Words<(typeof BREACH_KINDS)[number]> = {
  'stolen-token': { en: 'a stolen token', 'zh-CN': '令牌被盗' },
  'unauthorised-access': { en: 'unauthorised access', 'zh-CN': '未授权访问' },
  'data-leak': { en: 'a leak', 'zh-CN': '数据泄露' },
  'lost-device': { en: 'a lost device', 'zh-CN': '设备遗失' },
  other: { en: 'another kind', 'zh-CN': '其他' },
};
const isolations: Words<(typeof ISOLATIONS)[number]> = {
  'token-revoked': { en: 'the token was revoked', 'zh-CN': '令牌已吊销' },
  'user-deactivated': { en: 'the user was deactivated', 'zh-CN': '用户已停用' },
  'system-disconnected': { en: 'the system was disconnected', 'zh-CN': '系统已断开' },
  'key-rotated': { en: 'the key was exchanged', 'zh-CN': '密钥已更换' },
  other: { en: 'otherwise', 'zh-CN': '其他方式' },
};
const consequences: Words<(typeof ACCOUNTABILITY)[number]> = {
  warning: { en: 'a warning', 'zh-CN': '警告' },
  training: { en: 'training', 'zh-CN': '培训' },
  disciplinary: { en: 'disciplinary action', 'zh-CN': '纪律处分' },
  'contract-ended': { en: 'the contract was ended', 'zh-CN': '解除合同' },
  none: { en: 'nobody was at fault', 'zh-CN': '无人过错' },
};

/** The words for the codes of breaches, by field. */
export const breachTerms: Terms = { kind: kinds, how: isolations, consequence: consequences };
