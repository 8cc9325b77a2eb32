import type { Random } from './random.ts';

const SURNAMES = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈',
];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂文辉玲斌宇浩凯健俊帆雪琳晨旭瑞佳欣悦思远嘉航梓涵雨泽'];

export const personName = (random: Random): string =>
  random.pick(SURNAMES) + random.pick(GIVEN) + (random.chance(0.7) ? random.pick(GIVEN) : '');

export const phoneNumber = (random: Random): string =>
  `1${random.pick(['38', '39', '50', '59', '77', '86', '88'])}${String(random.whole(0, 99_999_999)).padStart(8, '0')}`;

export const CITIES = [
  { name: '上海', code: '310115', region: 'east' },
  { name: '苏州', code: '320505', region: 'east' },
  { name: '杭州', code: '330106', region: 'east' },
  { name: '南京', code: '320115', region: 'east' },
  { name: '深圳', code: '440305', region: 'south' },
  { name: '广州', code: '440106', region: 'south' },
  { name: '佛山', code: '440604', region: 'south' },
  { name: '厦门', code: '350206', region: 'south' },
  { name: '北京', code: '110108', region: 'north' },
  { name: '天津', code: '120116', region: 'north' },
  { name: '青岛', code: '370212', region: 'north' },
  { name: '西安', code: '610113', region: 'north' },
] as const;
export type City = (typeof CITIES)[number];
export type Region = City['region'];

const BRANDS = [...'华瑞恒嘉宏盛泰德信康达远鑫诚博创新能科联通源安捷正方中天东南龙凤金银海江山川'];
const TRADES = [
  '自动化设备',
  '精密机械',
  '新能源科技',
  '电子科技',
  '食品',
  '纺织',
  '汽车零部件',
  '医疗器械',
  '建材',
  '物流',
];
const OFFICES = [
  '轨道交通集团',
  '水务局',
  '第一人民医院',
  '开发区管理委员会',
  '职业技术学院',
  '供电公司',
  '环境监测中心',
];

export const enterpriseName = (random: Random, city: City): string =>
  `${city.name}${random.pick(BRANDS)}${random.pick(BRANDS)}${random.pick(TRADES)}${random.pick(['有限公司', '股份有限公司', '集团有限公司'])}`;
export const governmentName = (random: Random, city: City): string => `${city.name}市${random.pick(OFFICES)}`;

const CODE_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A 统一社会信用代码 whose check character is right, of nobody in particular. [GB 32100] */
export const creditCode = (random: Random, city: City): string => {
  const body = `91${city.code}MA${Array.from({ length: 7 }, () => random.pick([...CODE_ALPHABET])).join('')}`;
  const sum = [...body].reduce(
    (total, character, index) => total + CODE_ALPHABET.indexOf(character) * (3 ** index % 31),
    0,
  );
  return body + CODE_ALPHABET[(31 - (sum % 31)) % 31]!;
};
