/** Where moments without an offset are, unless said otherwise. */
export const DEFAULT_ZONE = 'Asia/Shanghai';
