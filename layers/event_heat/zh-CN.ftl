event_heat-title = 事件热度
    .means = 每平方公里的加权事件件数：未闭环的与近时段发生的，1 至 4 级计 4、3、2、1，按 350 米平滑。
    .unknown = 没有坐标的事件不在图上。
event_heat-unit = 加权件/km²
event_heat-note = 加权：{ $hours ->
    [0] 未闭环及近 { $minutes } 分钟内的事件
   *[other] 未闭环及近 { $hours } 小时内的事件
}，1 至 4 级计 4、3、2、1
event_heat-few = 少
event_heat-priority = 级别
    .means = 四级，1 级最急。
    .unknown = 不会缺。
event_heat-stage = 阶段
    .means = 事件已到的最远阶段。
    .unknown = 不会缺。
event_heat-age = 已用时
    .means = 自立案到所看时刻的时长。
    .unknown = 不会缺。
