import { expect, it } from '@jest/globals';
import { isZone } from './zone.ts';

it('takes IANA names only: an abbreviation means different things in different places [SLA 6]', () => {
  expect(['Asia/Shanghai', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'].filter(isZone)).toHaveLength(3);
  expect(['', 'EST', 'UTC', 'GMT+8', '+08:00', 'Asia/Atlantis', 'Asia/'].filter(isZone)).toEqual([]);
});
