/** One kind of request, with what is said about it. `{p}` stands for the product. */
export interface Scenario {
  readonly kind: 'consultation' | 'technical-support' | 'after-sales' | 'return-visit';
  readonly subject: string;
  readonly description: string;
  /** Asked back by staff, and the customer's reply. */
  readonly question: string;
  readonly reply: string;
  readonly answer: string;
  readonly solution: string;
  readonly cause: string;
  /** How often, against the others. */
  readonly weight: number;
}

export const PRODUCTS = [
  '变频器 VF-200',
  '伺服驱动器 SD-50',
  '工业网关 GW-10',
  '温湿度传感器 TH-3',
  '能耗管理平台',
  '可编程控制器 PC-8',
];

export const SCENARIOS: readonly Scenario[] = [
  {
    kind: 'technical-support',
    subject: '{p} 频繁报警停机',
    description: '昨晚夜班开始，{p} 运行约二十分钟后报警停机，重启后恢复，但很快又出现。产线受影响，请尽快处理。',
    question: '您好，请提供报警代码和固件版本，方便的话再拍一张接线端子的照片。',
    reply: '报警代码 E-17，固件是 2.3.1，照片已发到邮箱，请查收。',
    answer: '已收到，初步判断是过热保护。请先检查散热风扇和滤网，我们同时核对参数。',
    solution: '更换散热风扇并升级固件到 2.4.0，连续运行四小时正常。',
    cause: '散热风扇老化，旧固件的温度阈值偏低',
    weight: 6,
  },
  {
    kind: 'technical-support',
    subject: '{p} 通讯中断',
    description: '{p} 与上位机的通讯每天断开几次，日志显示连接超时，影响数据采集。',
    question: '请确认网线长度、交换机型号，以及断开时的大致时间。',
    reply: '网线大约八十米，交换机是普通办公型，通常下午两点到四点断开。',
    answer: '时间段与大功率设备启动吻合，建议先换屏蔽网线并做好接地，我们远程看一下日志。',
    solution: '更换屏蔽网线并单独接地，调整重连间隔，观察两天未再断开。',
    cause: '现场电磁干扰，网线未屏蔽',
    weight: 5,
  },
  {
    kind: 'technical-support',
    subject: '{p} 参数设置后不生效',
    description: '按手册修改了 {p} 的加减速时间，断电重启后参数又变回出厂值。',
    question: '请问修改后是否执行了保存命令？面板上的锁定开关处于什么位置？',
    reply: '没有注意到保存命令，锁定开关在 ON 的位置。',
    answer: '请先把锁定开关拨到 OFF，再修改并长按保存三秒。',
    solution: '指导客户解除锁定并保存参数，重启后参数保持。',
    cause: '参数锁定未解除，手册说明不够醒目',
    weight: 4,
  },
  {
    kind: 'technical-support',
    subject: '{p} 数据偏差较大',
    description: '{p} 的读数与标准表相差较大，现场工艺对精度要求高，麻烦安排检定。',
    question: '请提供最近一次校准日期，以及偏差最大的三个点。',
    reply: '上次校准是去年五月，三个点分别偏差 1.8、2.1、1.9。',
    answer: '偏差较均匀，可以先做一次零点修正，同时安排工程师上门校准。',
    solution: '上门校准并出具报告，偏差回到允许范围。',
    cause: '超过校准周期，零点漂移',
    weight: 3,
  },
  {
    kind: 'after-sales',
    subject: '{p} 到货外观损坏',
    description: '今天收到的 {p} 外箱变形，其中一台外壳开裂，请协助退换。',
    question: '请提供送货单号和开箱照片，我们马上向物流公司核实。',
    reply: '单号已发，照片一共五张，请尽快换货，项目下周要用。',
    answer: '已申请换货，新机今天从仓库发出，预计后天到达，旧机由快递上门取回。',
    solution: '换新机一台并取回旧机，已向物流公司索赔。',
    cause: '运输途中挤压，外箱缓冲不足',
    weight: 3,
  },
  {
    kind: 'after-sales',
    subject: '{p} 保修期内维修申请',
    description: '{p} 面板不亮，距购买不到一年，申请保修。',
    question: '请提供序列号和购买合同编号。',
    reply: '序列号在附件照片上，合同编号我让采购同事补充。',
    answer: '在保修期内，请寄回或等工程师上门，备机可以先借给您使用。',
    solution: '更换电源板，测试二十四小时后寄回，备机已收回。',
    cause: '电源板电容失效',
    weight: 3,
  },
  {
    kind: 'after-sales',
    subject: '发票抬头更正',
    description: '上月开具的发票抬头少了“有限”二字，财务无法入账，请重开。',
    question: '请提供正确的开票信息和原发票号码。',
    reply: '开票信息见附件，原发票还没有认证。',
    answer: '已提交红冲申请，新发票两个工作日内开出。',
    solution: '原发票已红冲，新发票已通过邮件发送。',
    cause: '开票信息录入时遗漏',
    weight: 2,
  },
  {
    kind: 'consultation',
    subject: '{p} 选型咨询',
    description: '计划改造两条产线，想了解 {p} 是否适用，以及大致的交期和价格区间。',
    question: '请提供电机功率、控制方式和现场防护等级的要求。',
    reply: '功率 7.5 千瓦，需要闭环控制，现场粉尘较多，希望 IP54 以上。',
    answer: '推荐 IP55 版本，交期约三周，选型表和报价单已发送。',
    solution: '提供选型方案和报价，客户确认满足要求。',
    cause: '常规售前咨询',
    weight: 4,
  },
  {
    kind: 'consultation',
    subject: '{p} 与现有系统对接',
    description: '想把 {p} 的数据接到我们的 MES，需要接口文档和示例。',
    question: '请问对方系统支持哪种协议，OPC UA 还是 MQTT？',
    reply: '支持 MQTT，服务器在内网，需要证书认证。',
    answer: '支持 MQTT 证书认证，接口文档和示例已发送，可以安排一次线上答疑。',
    solution: '提供接口文档、证书配置说明，并完成一次联调。',
    cause: '接口资料未公开在下载中心',
    weight: 3,
  },
  {
    kind: 'return-visit',
    subject: '{p} 使用情况回访',
    description: '季度回访：了解 {p} 的运行情况和新的需求。',
    question: '最近三个月运行是否稳定？对培训有没有新的需要？',
    reply: '整体稳定，希望给新员工做一次操作培训。',
    answer: '好的，我们安排线上培训，时间由客户经理与您确认。',
    solution: '已完成回访并登记培训需求。',
    cause: '例行回访',
    weight: 2,
  },
];

export const FOLLOW_UPS: readonly (readonly [customer: string, staff: string])[] = [
  ['请问现在进展如何？产线还在等。', '正在处理，预计今天下班前给您结果。'],
  ['我们这边已经按照说明操作了，情况有好转。', '很好，请继续观察，有变化随时联系。'],
  ['能否安排工程师到现场看一下？', '可以，已联系当地工程师，明天上午到达。'],
  ['麻烦把处理过程发一份说明给我们存档。', '处理说明已整理，随后发到您的邮箱。'],
];

export const COMMENTS: { readonly [score: number]: readonly string[] } = {
  1: ['问题拖了很久，影响了生产。', '多次催促才有人回复，不满意。'],
  2: ['回复偏慢，希望改进。', '解决了，但沟通成本太高。'],
  3: ['一般，过程还可以更快。', '结果可以接受。'],
  4: ['处理及时，工程师专业。', '整体满意。'],
  5: ['非常满意，响应很快！', '服务周到，感谢。', '工程师很专业，一次解决。'],
};
