import { BlockList, isIP } from 'node:net';

/** What the IANA registries of special-purpose addresses list as not reachable from everywhere, with multicast. */
const ranges: { readonly [meaning: string]: readonly string[] } = {
  'this machine': ['0.0.0.0/8', '127.0.0.0/8', '::/128', '::1/128'],
  'a private network': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  // The metadata services of clouds are here, and two of them elsewhere.
  'a link-local address': ['169.254.0.0/16', 'fe80::/10'],
  'the metadata service of a cloud': ['100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32', 'fd00:ec2::254/128'],
  "a carrier's private network": ['100.64.0.0/10'],
  'a multicast or broadcast address': ['224.0.0.0/4', '255.255.255.255/32', 'ff00::/8'],
  'a reserved address': [
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
    '100::/64',
    '2001::/23',
    '2001:db8::/32',
    '3fff::/20',
    '5f00::/16',
  ],
  // They carry an IPv4 address, which could be any of those above.
  'an IPv4 address inside an IPv6 one': [
    '::/96',
    '::ffff:0:0/96',
    '::ffff:0:0:0/96',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '2002::/16',
  ],
};

/** One list per family: in a common one, Node takes an IPv4 address for its IPv6-mapped form, and the other way round. */
export interface Networks {
  readonly 4: BlockList;
  readonly 6: BlockList;
}

/** Networks as `10.20.0.0/16`. Throws on one that is not such. */
export const networks = (cidrs: readonly string[]): Networks => {
  const lists: Networks = { 4: new BlockList(), 6: new BlockList() };
  for (const cidr of cidrs) {
    const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(cidr) ?? [];
    const family = isIP(address);
    if (family === 4 && Number(bits) <= 32) lists[4].addSubnet(address, Number(bits), 'ipv4');
    else if (family === 6 && Number(bits) <= 128) lists[6].addSubnet(address, Number(bits), 'ipv6');
    else throw new Error(`${cidr} is no network: write it as 10.20.0.0/16 or fd12:3456::/32.`);
  }
  return lists;
};

export const isIn = (lists: Networks, address: string): boolean => {
  const family = isIP(address);
  return (family === 4 && lists[4].check(address, 'ipv4')) || (family === 6 && lists[6].check(address, 'ipv6'));
};

const reserved = Object.entries(ranges).map(([meaning, cidrs]) => [meaning, networks(cidrs)] as const);

/** What is handed out to the public of IPv6; the rest is reserved today. */
const publicV6 = networks(['2000::/3']);

/** Why no message goes to this address, in words; undefined for one on the public internet. */
export const reservedFor = (address: string): string | undefined => {
  const found = reserved.find(([, lists]) => isIn(lists, address));
  if (found !== undefined) return found[0];
  return isIP(address) === 4 || isIn(publicV6, address) ? undefined : 'a reserved address';
};
