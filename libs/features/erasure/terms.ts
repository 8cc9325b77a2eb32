import type { Terms, Words } from '#libs/kernel/terms.ts';
import type {
  DECLINE_REASONS,
  ERASURE_REASONS,
  ErasureScope,
  HOLD_REASONS,
  PAPER_KINDS,
  Purged,
} from './vocabulary.ts';

const reasons: Words<(typeof ERASURE_REASONS)[number] | (typeof HOLD_REASONS)[number]> = {
  'individual-request': { en: 'the person asks for it', 'zh-CN': '个人请求' },
  'consent-withdrawn': { en: 'consent was withdrawn', 'zh-CN': '撤回同意' },
  'purpose-fulfilled': { en: 'the purpose is fulfilled', 'zh-CN': '处理目的已实现' },
  'unlawful-processing': { en: 'the processing was unlawful', 'zh-CN': '违法处理' },
  'legal-duty': { en: 'the law asks for it', 'zh-CN': '法定义务' },
  litigation: { en: 'litigation', 'zh-CN': '诉讼' },
  investigation: { en: 'an investigation', 'zh-CN': '调查' },
  regulator: { en: 'a regulator’s order', 'zh-CN': '监管要求' },
  audit: { en: 'an audit', 'zh-CN': '审计' },
  'insurance-claim': { en: 'an insurance claim', 'zh-CN': '保险理赔' },
};
const declined: Words<(typeof DECLINE_REASONS)[number]> = {
  'retention-duty': { en: 'the law asks that it be kept', 'zh-CN': '依法须保存' },
  'identity-unproven': { en: 'the asker’s identity was not proven', 'zh-CN': '申请人身份未核实' },
  'legal-claims': { en: 'needed for legal claims', 'zh-CN': '用于法律主张' },
  'mistaken-request': { en: 'asked for by mistake', 'zh-CN': '误提交' },
};
const scopes: Words<ErasureScope> = {
  customer: { en: 'customer', 'zh-CN': '客户' },
  contact: { en: 'contact', 'zh-CN': '联系人' },
};
const papers: Words<(typeof PAPER_KINDS)[number]> = {
  contract: { en: 'contracts', 'zh-CN': '合同' },
  letter: { en: 'letters', 'zh-CN': '信函' },
  form: { en: 'forms', 'zh-CN': '表单' },
  printout: { en: 'printouts', 'zh-CN': '打印件' },
  other: { en: 'others', 'zh-CN': '其他' },
};
const purged: Words<Purged> = {
  keys: { en: 'keys', 'zh-CN': '密钥' },
  'cached-keys': { en: 'keys in memory', 'zh-CN': '内存中的密钥' },
  'write-ahead-log': { en: 'write-ahead log of the vault', 'zh-CN': '密钥库预写日志' },
  exports: { en: 'exports in reach', 'zh-CN': '可触及的导出文件' },
};

/** The words for the codes of erasures and legal holds, by field. */
export const erasureTerms: Terms = {
  reason: reasons,
  because: declined,
  scope: scopes,
  kind: papers,
  what: purged,
  method: { 'key-destruction': { en: 'destruction of the keys', 'zh-CN': '销毁密钥' } },
  result: { complete: { en: 'complete', 'zh-CN': '完成' } },
};
