import { describe, expect, it } from '@jest/globals';
import { checkZone, parseMoment } from './moments.ts';

describe('a moment on the command line', () => {
  it('is in Shanghai where it names no offset, and a day alone is its first moment', () => {
    expect(parseMoment('2026-05-01T10:00', '--as-of')).toBe('2026-05-01T02:00:00.000Z');
    expect(parseMoment('2026-05-01 10:00', '--as-of')).toBe('2026-05-01T02:00:00.000Z');
    expect(parseMoment('2026-05-01', '--as-of')).toBe('2026-04-30T16:00:00.000Z');
    expect(parseMoment('2026-05-01', '--as-of', 'Europe/London')).toBe('2026-04-30T23:00:00.000Z');
  });

  it('keeps an offset that it names', () => {
    expect(parseMoment('2026-05-01T10:00:00Z', '--as-of')).toBe('2026-05-01T10:00:00.000Z');
    expect(parseMoment('2026-05-01T10:00:00+02:00', '--as-of')).toBe('2026-05-01T08:00:00.000Z');
  });

  it.each(['yesterday', '2026-02-30', '2026-05-01T25:00', ''])('refuses %j', (text) => {
    expect(() => parseMoment(text, '--as-of')).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  it('refuses a zone that is none', () => {
    expect(checkZone('Asia/Shanghai')).toBe('Asia/Shanghai');
    expect(() => checkZone('Mars/Olympus')).toThrow(/Mars\/Olympus is not a time zone/);
  });
});
