/**
 * Is this the name of an IANA time zone, `Asia/Shanghai`? Abbreviations such as EST are none: they mean different things in
 * different places.
 */
export const isZone = (zone: string): boolean => {
  try {
    return zone.includes('/') && new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};
