import { describe, expect, it } from '@jest/globals';
import { channelsOf } from './channels.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const webhooks = (target: object) => ({ CARE_WEBHOOK_TARGETS: JSON.stringify({ crm: target }) });

describe('the channels', () => {
  it('are none when nothing is said', () => expect(channelsOf({})).toEqual({ channels: [], witnesses: [] }));

  it('give the heads of the log to files, and to webhooks that are configured', () => {
    const CARE_WEBHOOK_TARGETS = JSON.stringify({
      auditor: { url: 'https://auditor.example/heads', secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`] },
    });
    const { witnesses } = channelsOf({ CARE_WITNESS: 'file:/mnt/heads.jsonl, webhook:auditor', CARE_WEBHOOK_TARGETS });
    expect(witnesses.map(({ name }) => name)).toEqual(['file:/mnt/heads.jsonl', 'webhook:auditor']);
    for (const CARE_WITNESS of ['webhook:nobody', 'ftp://x', 'file:'])
      expect(() => channelsOf({ CARE_WITNESS, CARE_WEBHOOK_TARGETS })).toThrow(
        /CARE_WITNESS=.*allowed are file:<path>/,
      );
  });

  it('are those that are configured', async () => {
    const { channels, publicUrl } = channelsOf({
      CARE_PUBLIC_URL: 'https://care.example.com',
      CARE_SMTP_URL: 'smtp://care:secret@mail.example.com',
      CARE_SMTP_FROM: 'CareLedger <care@example.com>',
      CARE_OUTBOUND_ALLOW: 'hooks.internal, 10.20.0.0/16',
      ...webhooks({ url: 'https://crm.example.com/hook', secrets: [secret] }),
      CARE_WECOM_TARGETS: '{"team-east": {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"}}',
      CARE_DINGTALK_TARGETS:
        '{"team-east": {"url": "https://oapi.dingtalk.com/robot/send?access_token=t", "secret": "SECx"}}',
      CARE_FEISHU_TARGETS: '{"team-east": {"url": "https://open.feishu.cn/open-apis/bot/v2/hook/h"}}',
    });
    expect(publicUrl).toBe('https://care.example.com');
    expect(channels.map(({ name }) => name)).toEqual(['webhook', 'wecom', 'dingtalk', 'feishu', 'smtp']);
    for (const channel of channels) await channel.close();
  });

  it.each([
    ['CARE_SMTP_FROM', { CARE_SMTP_URL: 'smtp://care:secret@mail.example.com' }],
    ['CARE_SMTP_URL', { CARE_SMTP_FROM: 'care@example.com' }],
    ['CARE_SMTP_URL', { CARE_SMTP_URL: 'http://care:secret@mail', CARE_SMTP_FROM: 'care@example.com' }],
    ['CARE_SMTP_FROM', { CARE_SMTP_URL: 'smtp://mail.example.com', CARE_SMTP_FROM: 'nobody' }],
    ['CARE_SMTP_FROM', { CARE_SMTP_URL: 'smtp://mail.example.com', CARE_SMTP_FROM: 'a,b@example.com' }],
    ['CARE_SMTP_FROM', { CARE_SMTP_URL: 'smtp://mail.example.com', CARE_SMTP_FROM: 'care@ex_ample.com' }],
    ['CARE_WEBHOOK_TARGETS', { CARE_WEBHOOK_TARGETS: 'https://crm/?key=secret' }],
    ['CARE_WEBHOOK_TARGETS', webhooks({ url: 'https://crm.example.com' })],
    ['CARE_WEBHOOK_TARGETS', webhooks({ url: 'https://crm.example.com', secrets: ['secret'] })],
    ['CARE_WEBHOOK_TARGETS', webhooks({ url: 'https://crm.example.com', secrets: [secret.replace('=', '')] })],
    ['CARE_WEBHOOK_TARGETS', webhooks({ url: 'https://crm.example.com', secret, secrets: [secret] })],
    ['CARE_WECOM_TARGETS', { CARE_WECOM_TARGETS: '{"Team East": {"url": "https://a.example/?key=secret"}}' }],
    ['CARE_FEISHU_TARGETS', { CARE_FEISHU_TARGETS: '["secret"]' }],
    ['CARE_OUTBOUND_ALLOW', { CARE_OUTBOUND_ALLOW: '10.0.0.0/99' }],
    ['CARE_PUBLIC_URL', { CARE_PUBLIC_URL: 'care.example.com' }],
  ])('name %s and what is allowed where it cannot be used, and never a secret', (variable, env) => {
    expect(() => channelsOf(env)).toThrow(new RegExp(`^${variable}=.*: .*allowed|^${variable}=.*: .*write`));
    expect(() => channelsOf(env)).not.toThrow(/secret@|key=secret|"secret"\]|whsec_AQ/);
  });
});
